import { createHash } from "node:crypto";
import type { CachePolicy, Freshness, NoteServed, Pieces, Reply } from "#core";
import { type Coding, codingsOf } from "./encodings.ts";
import { rangeOf } from "./ranges.ts";
import { type Conditions, isNotModified, mayResume, type Validators } from "./validators.ts";

/** Of the request, all that shapes the bytes of an answer. */
export interface Wish extends Conditions {
  readonly range: string | null;
  readonly acceptEncoding: string | null;
  /** The asker has proven who they are, so nobody else shall be shown what they got. */
  readonly isSignedIn: boolean;
  /** Shows pages to people; installers are spared the headers that only browsers obey. */
  readonly isBrowser: boolean;
}

/** An answer as it goes over the wire, but for the connection's own headers. */
export interface Prepared {
  readonly status: number;
  readonly reason: string | null;
  /** Lower-case names; each once. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: PreparedBody;
  /** What may be sent again as it is, to who asks the same; `null`: this once only. */
  readonly finished: Finished | null;
  /** To be told when the whole of it has been sent. */
  readonly noteServed?: NoteServed | undefined;
}

export type PreparedBody =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "stream"; open(): Promise<Pieces> };

/** The whole answer, status 200, whatever of it this request needed. */
export interface Finished {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly validators: Validators;
  readonly freshness: Freshness;
  readonly noteServed?: NoteServed | undefined;
}

const NOTHING = new Uint8Array(0);

/** Turns an answer as data into bytes and headers: validators, 304, ranges, encodings, lengths, caching. */
export function prepare(reply: Reply, wish: Wish): Prepared {
  switch (reply.kind) {
    case "bytes":
      return prepareBytes(reply, wish);
    case "json":
      return plain(reply.status, Buffer.from(`${JSON.stringify(reply.body)}\n`), {
        // devpi's client compares the type for equality: no parameters.
        "content-type": "application/json",
        "cache-control": "no-store",
        vary: "Accept, User-Agent",
        ...reply.headers,
      });
    case "file":
      return prepareFile(reply, wish);
    case "stream":
      return prepareStream(reply, wish);
    case "redirect":
      return plain(reply.status, NOTHING, { ...reply.headers, location: asciiAddress(reply.to) });
    case "done":
      return plain(reply.status, NOTHING, { ...reply.headers }, reply.reason ?? null);
  }
}

function prepareStream(reply: Reply & { readonly kind: "stream" }, wish: Wish): Prepared {
  const { part, sizeBytes, lastModified = null } = reply;
  const headers = {
    "content-type": reply.contentType,
    ...cacheHeaders(reply.cache, wish),
    ...(lastModified === null ? {} : { "last-modified": new Date(lastModified).toUTCString() }),
    ...(sizeBytes === null ? {} : { "content-length": String(sizeBytes) }),
    ...reply.headers,
  };
  const whole: Prepared = {
    status: reply.status,
    reason: null,
    headers,
    body: { kind: "stream", open: async () => reply.chunks },
    finished: null,
    noteServed: reply.noteServed,
  };
  if (part === undefined || sizeBytes === null || reply.status !== 200) return whole;
  // Without a validator nobody can know that a part belongs to the parts that they have.
  const etag = reply.headers?.["etag"] ?? "";
  const range = mayResume(wish.ifRange, { etag, lastModified }) ? rangeOf(wish.range, sizeBytes) : null;
  if (range === null) return { ...whole, headers: { "accept-ranges": "bytes", ...headers } };
  if (range === "unsatisfiable") {
    return plain(416, NOTHING, { "content-range": `bytes */${sizeBytes}`, "accept-ranges": "bytes" });
  }
  const { start, end } = range;
  return {
    ...whole,
    status: 206,
    headers: {
      "accept-ranges": "bytes",
      ...headers,
      "content-range": `bytes ${start}-${end - 1}/${sizeBytes}`,
      "content-length": String(end - start),
    },
    body: { kind: "stream", open: async () => part(range) },
    noteServed: undefined,
  };
}

function prepareBytes(reply: Reply & { readonly kind: "bytes" }, wish: Wish): Prepared {
  const identity = typeof reply.body === "string" ? Buffer.from(reply.body) : reply.body;
  const { bytes, coding } = encodedFor(reply, identity, wish.acceptEncoding);
  const etag = etagOf(reply, identity, coding);
  const headers = {
    "content-type": reply.contentType,
    ...(wish.isBrowser ? safetyHeaders(reply.contentType) : {}),
    ...cacheHeaders(reply.cache, wish),
    ...(etag === null ? {} : { etag }),
    ...reply.headers,
    ...(coding === null ? {} : { "content-encoding": coding }),
    ...(reply.finished === undefined ? {} : { vary: joinVary(reply.headers?.["vary"], "Accept-Encoding") }),
    "content-length": String(bytes.byteLength),
  };
  const validators = { etag, lastModified: null };
  const finished =
    reply.freshness === undefined || reply.status !== 200
      ? null
      : { headers, bytes, validators, freshness: reply.freshness };
  if (reply.status === 200 && isNotModified(wish, validators)) return notModified(headers, finished);
  return { status: reply.status, reason: null, headers, body: { kind: "bytes", bytes }, finished };
}

function prepareFile(reply: Reply & { readonly kind: "file" }, wish: Wish): Prepared {
  const { sizeBytes, bytes } = reply.body;
  const validators = { etag: `"${reply.etag}"`, lastModified: reply.lastModified };
  const headers = {
    "content-type": reply.contentType,
    "accept-ranges": "bytes",
    ...cacheHeaders(reply.cache, wish),
    etag: validators.etag,
    ...(reply.lastModified === null ? {} : { "last-modified": new Date(reply.lastModified).toUTCString() }),
    ...reply.headers,
    "content-length": String(sizeBytes),
  };
  const { freshness, noteServed } = reply;
  const finished =
    freshness === undefined || bytes === null ? null : { headers, bytes, validators, freshness, noteServed };
  if (isNotModified(wish, validators)) return notModified(headers, finished);
  const range = mayResume(wish.ifRange, validators) ? rangeOf(wish.range, sizeBytes) : null;
  if (range === "unsatisfiable") {
    return plain(416, NOTHING, { "content-range": `bytes */${sizeBytes}`, "accept-ranges": "bytes" });
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  return {
    status: range === null ? 200 : 206,
    reason: null,
    headers:
      range === null
        ? headers
        : {
            ...headers,
            "content-range": `bytes ${start}-${end - 1}/${sizeBytes}`,
            "content-length": String(end - start),
          },
    body:
      bytes === null
        ? { kind: "stream", open: () => reply.body.open(range ?? undefined) }
        : { kind: "bytes", bytes: range === null ? bytes : bytes.subarray(start, end) },
    finished,
    noteServed: range === null ? noteServed : undefined,
  };
}

/** A small answer that is nobody's to keep. */
export function plain(
  status: number,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
  reason: string | null = null,
): Prepared {
  // RFC 9110, 8.6: such answers have no body, so they have no length.
  const hasLength = status !== 204 && status !== 304;
  return {
    status,
    reason,
    headers: {
      ...safetyHeaders(headers["content-type"] ?? ""),
      ...headers,
      ...(hasLength ? { "content-length": String(bytes.byteLength) } : {}),
    },
    body: { kind: "bytes", bytes },
    finished: null,
  };
}

/** What a 304 must repeat of the 200 that it stands for (RFC 9110, 15.4.5). */
export function notModifiedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = ["etag", "cache-control", "vary", "last-modified"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name)));
}

function notModified(headers: Readonly<Record<string, string>>, finished: Finished | null): Prepared {
  return {
    status: 304,
    reason: null,
    headers: notModifiedHeaders(headers),
    body: { kind: "bytes", bytes: NOTHING },
    finished,
  };
}

function encodedFor(
  reply: Reply & { readonly kind: "bytes" },
  identity: Uint8Array,
  acceptEncoding: string | null,
): { readonly bytes: Uint8Array; readonly coding: Coding | null } {
  if (reply.finished !== undefined) {
    for (const coding of codingsOf(acceptEncoding)) {
      const bytes = reply.finished.encoded(coding);
      if (bytes !== null) return { bytes, coding };
    }
  }
  return { bytes: identity, coding: null };
}

/** Each encoding is a representation of its own, with a validator of its own (RFC 9110, 8.8.3.3). */
function etagOf(reply: Reply & { readonly kind: "bytes" }, identity: Uint8Array, coding: Coding | null): string | null {
  if (reply.finished !== undefined) return `"${reply.finished.etag}${coding === null ? "" : `-${coding}`}"`;
  if (reply.cache?.kind !== "revalidate" || reply.status !== 200) return null;
  return `"${createHash("sha256").update(identity).digest("hex").slice(0, 32)}"`;
}

const YEAR_SECONDS = 31_536_000;

function cacheHeaders(cache: CachePolicy | undefined, wish: Wish): Readonly<Record<string, string>> {
  if (cache === undefined) return {};
  if (cache.kind === "none") return { "cache-control": "no-store" };
  const isPrivate = cache.isPrivate || wish.isSignedIn;
  switch (cache.kind) {
    case "revalidate":
      return { "cache-control": isPrivate ? "private, no-cache" : "no-cache" };
    case "immutable":
      return { "cache-control": `${isPrivate ? "private" : "public"}, max-age=${YEAR_SECONDS}, immutable` };
  }
}

/** Pages of ours run nothing, load nothing, are framed by nobody and tell no other site where the reader came from. */
function safetyHeaders(contentType: string): Readonly<Record<string, string>> {
  if (!/^(?:text\/html|application\/vnd\.pypi\.simple\.v1\+html)/.test(contentType)) return {};
  return {
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

function joinVary(present: string | undefined, more: string): string {
  if (present === undefined || present === "") return more;
  return present
    .toLowerCase()
    .split(/\s*,\s*/)
    .includes(more.toLowerCase())
    ? present
    : `${present}, ${more}`;
}

/** A header line is ASCII; what is beyond it travels percent-encoded. */
function asciiAddress(address: string): string {
  return address.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text.toWellFormed()));
}
