import { ANONYMOUS, type Call, type Instant, type Json, type Principal, type UserName } from "#core";

/** A request without a socket, for tests of routes; what is not given is as plain as can be. */
export interface CallWish {
  readonly method?: string;
  readonly path?: string;
  /** The path, encoded, when not given. */
  readonly rawPath?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: Principal;
  readonly json?: Json;
  /** Instead of JSON. */
  readonly bytes?: Uint8Array;
  readonly publicUrl?: string;
  readonly now?: Instant;
}

export function aCall(wish: CallWish = {}): Call {
  const { headers = {}, json } = wish;
  const bytes = wish.bytes ?? (json === undefined ? null : Buffer.from(JSON.stringify(json)));
  return {
    method: wish.method ?? "GET",
    path: wish.path ?? "/",
    rawPath: wish.rawPath ?? encodeURI(wish.path ?? "/"),
    params: wish.params ?? {},
    query: new URLSearchParams(wish.query),
    header: (name) => headers[name] ?? null,
    principal: wish.as ?? ANONYMOUS,
    remoteAddress: "127.0.0.1",
    publicUrl: wish.publicUrl ?? "https://here.example",
    async *body() {
      if (bytes !== null) yield bytes;
    },
    json: async () => json,
    contentLength: bytes?.byteLength ?? null,
    now: wish.now ?? (Date.UTC(2026, 10, 24) as Instant),
    signal: new AbortController().signal,
  };
}

export function aUser(name: string, groups: readonly string[] = []): Principal & { readonly kind: "user" } {
  return { kind: "user", name: name as UserName, groups };
}
