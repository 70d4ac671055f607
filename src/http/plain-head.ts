import type { IncomingHttpHeaders } from "node:http";

/** The head of a GET without a body, as the hot replies want to see it. */
export interface PlainHead {
  readonly method: "GET";
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Longer heads are rare, and Node's own parser knows what is too long. */
const HEAD_BYTES_MAX = 8 * 1024;
const REQUEST_LINE = /^GET (\/[\x21-\x7e]*) HTTP\/1\.1$/;
/** The blanks around a value are cut off afterwards: an expression for them would take the cube of their number. */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e]*)$/;
/** They change how the connection or the body is to be read, or are answered elsewhere. */
const SPECIAL: ReadonlySet<string> = new Set([
  "content-length",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "range",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Reads a piece of a connection that is exactly one GET of the plainest kind: a part of RFC 9112's grammar that no two
 * parsers read differently. `null`: it is something else, or may be; Node's parser shall read it.
 */
export function readPlainHead(piece: Buffer): PlainHead | null {
  if (piece.length > HEAD_BYTES_MAX) return null;
  const lines = piece.toString("latin1").split("\r\n");
  const url = REQUEST_LINE.exec(lines[0] ?? "")?.[1];
  // The head ends with an empty line, and nothing comes after it.
  if (url === undefined || lines.length < 4 || lines.pop() !== "" || lines.pop() !== "") return null;
  const headers: Record<string, string> = Object.create(null);
  for (let at = 1; at < lines.length; at += 1) {
    const [, name, text = ""] = HEADER_LINE.exec(lines[at] ?? "") ?? [];
    const value = text.trim();
    if (name === undefined || value.includes("\t")) return null;
    const key = name.toLowerCase();
    if (key in headers || SPECIAL.has(key)) return null;
    headers[key] = value;
  }
  if (headers["host"] === undefined || !isKeptOpen(headers["connection"])) return null;
  return { method: "GET", url, headers };
}

function isKeptOpen(connection: string | undefined): boolean {
  return connection === undefined || connection.toLowerCase() === "keep-alive";
}
