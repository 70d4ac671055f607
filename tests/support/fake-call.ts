import { ANONYMOUS, type Call, type Instant, type Json, type Principal, type UserName } from "#core";

/** A request without a socket, for tests of routes; what is not given is as plain as can be. */
export interface CallWish {
  readonly method?: string;
  readonly path?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: Principal;
  readonly json?: Json;
  readonly publicUrl?: string;
  readonly now?: Instant;
}

export function aCall(wish: CallWish = {}): Call {
  const { headers = {}, json } = wish;
  return {
    method: wish.method ?? "GET",
    path: wish.path ?? "/",
    params: wish.params ?? {},
    query: new URLSearchParams(wish.query),
    header: (name) => headers[name] ?? null,
    principal: wish.as ?? ANONYMOUS,
    remoteAddress: "127.0.0.1",
    publicUrl: wish.publicUrl ?? "https://here.example",
    async *body() {
      if (json !== undefined) yield Buffer.from(JSON.stringify(json));
    },
    json: async () => json,
    contentLength: json === undefined ? null : Buffer.byteLength(JSON.stringify(json)),
    now: wish.now ?? (Date.UTC(2026, 10, 24) as Instant),
    signal: new AbortController().signal,
  };
}

export function aUser(name: string, groups: readonly string[] = []): Principal & { readonly kind: "user" } {
  return { kind: "user", name: name as UserName, groups };
}
