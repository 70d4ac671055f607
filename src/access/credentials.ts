import { readMacaroon } from "./macaroons.ts";

/** What a request's headers say about who asks; nothing is proven yet. */
export type Credentials =
  | { readonly kind: "none" }
  /** There is something, but nothing that could be checked. */
  | { readonly kind: "unreadable"; readonly because: string }
  /** `user: ""` where it was left out. The secret is a password, a session or a token. */
  | { readonly kind: "secret"; readonly user: string; readonly secret: string };

/** The user name under which tokens are given where a name must be. */
export const TOKEN_USER = "__token__";

const NONE: Credentials = { kind: "none" };
const HEADER_LENGTH_MAX = 8192;

/** `Authorization`: Basic (RFC 7617) or Bearer. An empty password is none given: pip and uv send it to ask for a challenge. */
export function readAuthorization(header: string | null): Credentials {
  if (header === null || header.trim() === "") return NONE;
  if (header.length > HEADER_LENGTH_MAX) return unreadable("its Authorization header is too long");
  const [, scheme = "", value = ""] = /^(\S+)\s*(.*)$/s.exec(header.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case "basic":
      return readPair(value) ?? unreadable("its Basic credentials are not base64 of user:password");
    case "bearer":
      if (value === "") return unreadable("its Bearer token is empty");
      return { kind: "secret", user: "", secret: value };
    default:
      return unreadable("its Authorization scheme is neither Basic nor Bearer");
  }
}

/** `X-JFrog-Art-Api`: a token or an API key, whose owner needs no name. */
export function readApiKey(header: string | null | undefined): Credentials {
  const secret = header?.trim() ?? "";
  if (secret === "") return NONE;
  if (secret.length > HEADER_LENGTH_MAX) return unreadable("its X-JFrog-Art-Api header is too long");
  return { kind: "secret", user: "", secret };
}

/** `X-Devpi-Auth`: what Basic has after the scheme's name. */
export function readDevpiAuth(header: string | null): Credentials {
  if (header === null || header.trim() === "") return NONE;
  if (header.length > HEADER_LENGTH_MAX) return unreadable("its X-Devpi-Auth header is too long");
  return readPair(header.trim()) ?? unreadable("its X-Devpi-Auth is not base64 of user:password");
}

/** Only the first colon splits: passwords may hold others. */
function readPair(base64: string): Credentials | null {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(base64)) return null;
  const text = decoded(Buffer.from(base64, "base64"));
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  const user = text.slice(0, colon);
  const secret = text.slice(colon + 1);
  if (secret !== "") return { kind: "secret", user, secret };
  // devpi-tokens: a token may stand where the name is, as addresses without a colon have it.
  return readMacaroon(user) === null ? NONE : { kind: "secret", user: "", secret: user };
}

/** UTF-8 as RFC 7617 recommends, else Latin-1 as requests (pip, twine) sends it. */
function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}

function unreadable(because: string): Credentials {
  return { kind: "unreadable", because };
}
