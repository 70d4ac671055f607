import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { WireMessage } from "./http-messages.ts";
import type { Exchange } from "./recording-proxy.ts";

/** What has another name on each side of a comparison and is the same thing. */
export interface OwnNames {
  /** `127.0.0.1:<port>` as clients see the server. */
  readonly host: string;
  /** The home of the programs. */
  readonly home: string;
  /** First 16 hex digits of the digests of files that each side built for itself, to their names; grows as they are met. */
  readonly built: Map<string, string>;
  /** Words that each side chose for itself, by the name that is put in their place. */
  readonly words: Map<string, string>;
}

/** Files of projects with this prefix are built on each side, at another moment: their digests cannot be equal. */
const BUILT = /\/([0-9a-f]{3})\/([0-9a-f]{13})\/(built[-_a-z]*-[-.\w]+)/g;
const COLOURS: Readonly<Record<string, string>> = { 0: "", 1: "<bold>", 31: "<red>", 33: "<yellow>" };
/** Values that tell a moment or an installation; that they are there, and of which type, is compared. */
const OF_THE_MOMENT = new Set(
  "created modified when last_modified upload-time serial event-serial event-serial-timestamp event-serial-in-sync-at last-commit-timestamp uuid port".split(
    " ",
  ),
);

/** A text in which both sides call the same thing the same. */
export function neutralText(text: string, names: OwnNames): string {
  for (const [, start = "", more = "", filename = ""] of text.matchAll(BUILT)) names.built.set(start + more, filename);
  let neutral = text
    .replaceAll(names.host, "HOST")
    .replaceAll("http://HOST", "H")
    .replace(/http:\/\/([^:/@\s]+):[^@\s]+@HOST/g, "http://$1:SECRET@HOST")
    .replaceAll(names.home, "~")
    .replace(/\/tmp\/devpi-(test-)?[a-z0-9_]{8}/g, "WORKDIR")
    .replace(/\.toxresult-\d{14}-(\d+)(#sha256=[0-9a-f]{64})?/g, ".toxresult-TIME-$1")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
    .replace(/\b1[6-9]\d{8}\b/g, "1600000000")
    // The same moment, as devpi's client writes it for people.
    .replace(/\(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00\)/g, "(TIME)")
    .replace(/\b\d+\.\d+(?=s\b| ?seconds|=setup|\]|\+cmd)/g, "N")
    .replace(/\u001b\[(\d*)m/g, (_, code: string) => COLOURS[code] ?? `<${code}>`);
  for (const [name, word] of names.words) neutral = neutral.replaceAll(word, `<${name}>`);
  for (const [digest, filename] of names.built) {
    neutral = neutral
      .replaceAll(new RegExp(`${digest}[0-9a-f]{48}`, "g"), `DIGEST(${filename})`)
      .replaceAll(`${digest.slice(0, 3)}/${digest.slice(3)}/${filename}`, `DIGEST/${filename}`);
  }
  return neutral;
}

/** An exchange as lines that can be compared one by one. */
export function exchangeLines(exchange: Exchange, names: OwnNames): readonly string[] {
  const { method, response } = exchange;
  const asked = neutralText(`${method} ${exchange.path}`, names);
  const type = response.headers.get("content-type") ?? "none";
  const location = response.headers.get("location");
  const lines = [`answers ${exchange.status} ${neutralText(exchange.reason, names)}`];
  lines.push(location === undefined ? `has type ${type}` : `leads to ${neutralText(location, names)}`);
  for (const name of ["www-authenticate", "x-devpi-api-version"]) {
    const value = response.headers.get(name);
    if (value !== undefined) lines.push(`has ${name}: ${value}`);
  }
  // Nobody reads the body of a redirect; clients follow it.
  if (location === undefined)
    lines.push(...bodyLines(type, decoded(response), names, /\.toxresult-/.test(exchange.path)));
  return lines.map((line) => `${asked} ${line}`);
}

function decoded({ headers, body }: WireMessage): Buffer {
  switch (headers.get("content-encoding")) {
    case "gzip":
      return gunzipSync(body);
    case "zstd":
      return zstdDecompressSync(body);
    case "br":
      return brotliDecompressSync(body);
    default:
      return body;
  }
}

function bodyLines(type: string, body: Buffer, names: OwnNames, isToxResult: boolean): readonly string[] {
  if (body.length === 0) return ["has no body"];
  const text = body.toString("utf8");
  if (/json/.test(type) && !isToxResult) {
    // Whole first, so that digests of built files are known before they are met.
    return jsonLines("$", JSON.parse(neutralText(text, names)), "");
  }
  if (/html/.test(type)) return anchorLines(neutralText(text, names));
  // Each tox has run for itself, with its own paths and times.
  if (isToxResult) return ["has the bytes of a test result"];
  return [`has bytes ${createHash("sha256").update(body).digest("hex")}`];
}

/** The links of a simple page, which have no order. What later norms added is looked at in the JSON. */
function anchorLines(html: string): readonly string[] {
  const attributes = /(?:\s+data-(?:core-metadata|dist-info-metadata|upload-time)="[^"]*"|\s+data-requires-python="")/g;
  return [...html.matchAll(/<a [^>]*>[^<]*<\/a>/g)].map(([anchor]) => anchor.replace(attributes, "")).sort();
}

/** A line for each value in a JSON text. */
function jsonLines(path: string, value: unknown, key: string): readonly string[] {
  if (OF_THE_MOMENT.has(key)) return [`${path} is a ${typeof value}`];
  if (key === "password" || key === "token") return [`${path} is a secret`];
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${path} = []`];
    return sorted(value).flatMap((item, place) => jsonLines(`${path}[${place}]`, item, ""));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) return [`${path} = {}`];
    const isToxResult = "rel" in value && value.rel === "toxresult";
    return entries.flatMap(([name, item]) =>
      isToxResult && /^hash/.test(name) ? [`${path}.${name} is a digest`] : jsonLines(`${path}.${name}`, item, name),
    );
  }
  return [`${path} = ${JSON.stringify(value)}`];
}

/** Files of a simple page and links of a version have no order: clients sort them. */
function sorted(items: readonly unknown[]): readonly unknown[] {
  const nameOf = (item: unknown) => {
    if (typeof item !== "object" || item === null) return null;
    const name = "filename" in item ? item.filename : "href" in item ? item.href : null;
    return typeof name === "string" ? name : null;
  };
  if (!items.every((item) => nameOf(item) !== null)) return items;
  return items.toSorted((a, b) => ((nameOf(a) ?? "") < (nameOf(b) ?? "") ? -1 : 1));
}
