/** A request's address, taken apart and decoded. */
export interface Address {
  /** Percent-decoded, beginning with `/`. */
  readonly path: string;
  /** Without `?`; as it was sent. */
  readonly search: string;
}

/** Why an address cannot be answered at all. */
export interface OddAddress {
  readonly because: string;
}

/** Longer than any address that a client of ours makes; beyond it a proxy in front gives up too. */
export const ADDRESS_LENGTH_MAX = 8192;

/**
 * Reads the target of a request line. Every segment is decoded by itself, once; what could mean two things to two
 * readers is refused: encoded slashes, dot segments, NUL and other control characters, broken percent-encoding.
 */
export function readAddress(target: string): Address | OddAddress {
  if (target.length > ADDRESS_LENGTH_MAX) {
    return { because: `the address is longer than ${ADDRESS_LENGTH_MAX} characters` };
  }
  const local = withoutOrigin(target);
  const mark = local.indexOf("?");
  const raw = mark < 0 ? local : local.slice(0, mark);
  if (!raw.startsWith("/")) return { because: "the address does not begin with '/'" };
  const path = raw.includes("%") ? decoded(raw) : raw;
  if (path === null) return { because: "the address has a percent-encoding that cannot be read, or an encoded slash" };
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) return { because: "the address has '.' or '..' as a part of its path" };
  if (/[\x00-\x1f\x7f\\]/.test(path)) return { because: "the address has a control character or a backslash in it" };
  return { path, search: mark < 0 ? "" : local.slice(mark + 1) };
}

/** The path without the prefix under which a proxy shows the server; unchanged where the proxy has taken it off. */
export function withoutPrefix(path: string, prefix: string): string {
  if (prefix === "" || !path.startsWith(prefix)) return path;
  const rest = path.slice(prefix.length);
  return rest === "" ? "/" : rest.startsWith("/") ? rest : path;
}

/** With one slash where there were several, as other systems read addresses that were put together carelessly. */
export function withSingleSlashes(path: string): string {
  return path.replace(/\/{2,}/g, "/");
}

/** Requests through a forward proxy name the origin too (RFC 9112, 3.2.2). */
function withoutOrigin(target: string): string {
  const [origin = ""] = /^https?:\/\/[^/?#]*/i.exec(target) ?? [];
  const local = target.slice(origin.length);
  return origin !== "" && !local.startsWith("/") ? `/${local}` : local;
}

function decoded(raw: string): string | null {
  if (/%2f/i.test(raw)) return null;
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}
