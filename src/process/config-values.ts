import { isIP } from "node:net";
import { isAbsolute, resolve } from "node:path";

/**
 * Readers of single values as people write them. Each throws `SyntaxError` with half a sentence that says what is
 * expected; where the value came from is added by the caller.
 */
export type ReadValue<Value> = (text: string, folder: string) => Value;

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `500M`, `2G`, `2GiB`, `1048576`: bytes, with units of 1024. */
export function readSize(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toLowerCase()] ?? 1));
  if (digits === "" || bytes < 1 || !Number.isSafeInteger(bytes)) {
    throw new SyntaxError("expected a size such as 500M or 2G");
  }
  return bytes;
}

/** A switch: given without a value on the command line. */
export function readSwitch(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (["yes", "true", "on", "1"].includes(word)) return true;
  if (["no", "false", "off", "0"].includes(word)) return false;
  throw new SyntaxError("expected yes or no");
}

export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new SyntaxError("expected a port, 0 to 65535");
  return port;
}

export function readSeconds(text: string): number {
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds > 0)) throw new SyntaxError("expected a number of seconds above 0");
  return seconds;
}

export function readDays(text: string): number {
  if (!/^\d{1,5}(\.\d{1,2})?$/.test(text)) throw new SyntaxError("expected a number of days, or 0");
  return Number(text);
}

export function readHost(text: string): string {
  const host = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (isIP(host) === 0 && !/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host)) {
    throw new SyntaxError("expected a host name or an address such as 127.0.0.1 or 0.0.0.0");
  }
  return host;
}

/** `name` or `name:port`, in small letters; addresses of IPv6 in brackets. */
export function readHostAndPort(text: string): string {
  const url = URL.parse(`http://${text}`);
  // A scheme's own port is dropped from `host`, so the text itself tells whether there is one.
  const [, port] = /:(\d{1,5})$/.exec(text.replace(/^\[[^\]]*\]/, "")) ?? [];
  const isPlain = url !== null && url.pathname === "/" && `${url.search}${url.hash}${url.username}` === "";
  if (!isPlain || text.endsWith("/")) throw new SyntaxError("expected a host or host:port, such as localhost:4040");
  return port === undefined ? url.hostname : `${url.hostname}:${Number(port)}`;
}

/** Relative to where it was written: the working folder, or the configuration file's. */
export function readPath(text: string, folder: string): string {
  if (text === "" || text.includes("\0")) throw new SyntaxError("expected a path");
  return isAbsolute(text) ? text : resolve(folder, text);
}

/** What the kernel's field for it holds, beside the zero at its end: 108 bytes on Linux, 104 elsewhere. */
const SOCKET_PATH_BYTES_MAX = process.platform === "linux" ? 107 : 103;

/** A path that a Unix socket can have. */
export function readSocketPath(text: string, folder: string): string {
  const path = readPath(text, folder);
  const bytes = Buffer.byteLength(path);
  if (bytes <= SOCKET_PATH_BYTES_MAX) return path;
  throw new SyntaxError(
    `the path of a socket may have ${SOCKET_PATH_BYTES_MAX} bytes at most, and ${path} has ${bytes}; choose a shorter one`,
  );
}

/** Rights as `chmod` takes them: three octal digits. */
export function readMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new SyntaxError("expected three octal digits, for example 660");
  return Number.parseInt(text, 8);
}

/** `https://host/prefix`, without a slash at the end. */
export function readPublicUrl(text: string): string {
  const url = webAddress(text);
  if (url === null) throw new SyntaxError("expected an address such as https://packages.example.com/prefix");
  if (url.username !== "" || url.password !== "") throw new SyntaxError("the address must not contain a password");
  if (url.search !== "" || url.hash !== "") throw new SyntaxError("the address must not have a query or fragment");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** `none`, or the address of a simple index, perhaps with a user and password in it. */
export function readUpstream(text: string): string {
  if (text === "none" || webAddress(text) !== null) return text;
  throw new SyntaxError("expected 'none' or the address of a simple index, beginning with http:// or https://");
}

/** An address, a range such as `10.0.0.0/8`, or `unix`. */
export function readProxyPeer(text: string): string {
  const [address = "", bits, more] = text.split("/");
  const version = isIP(address);
  const width = bits === undefined ? 0 : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (text === "unix") return text;
  if (version === 0 || more !== undefined || !(width <= (version === 4 ? 32 : 128))) {
    throw new SyntaxError("expected an address, a range such as 10.0.0.0/8, or 'unix'");
  }
  return text;
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): ReadValue<Word> {
  return (text) => {
    const word = words.find((candidate) => candidate === text.toLowerCase());
    if (word === undefined) throw new SyntaxError(`expected ${words.join(", ")}`);
    return word;
  };
}

/** The address of an outgoing proxy; the scheme may be left out, as in the variables of old. */
export function readProxyAddress(text: string): string {
  const url = webAddress(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null) throw new SyntaxError("expected an http:// or https:// address of a proxy");
  return url.href;
}

function webAddress(text: string): URL | null {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "" ? url : null;
}

/** Of `known`, what was probably meant; `null`: nothing is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distanceOf(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, Math.floor(best.candidate.length / 4))
    ? best.candidate
    : null;
}

/** Levenshtein's: how many letters to add, drop or change. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
