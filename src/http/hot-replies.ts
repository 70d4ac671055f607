import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { mayHoldSession, type Proof } from "#access";
import type { Instant, NoteServed } from "#core";
import type { HotFigures, Series } from "./metrics.ts";
import { type Finished, notModifiedHeaders } from "./prepare.ts";
import { type Conditions, isNotModified } from "./validators.ts";
import { nameOf, pathOf } from "./visits.ts";

/**
 * Finished answers to GET, for the same request by the same principal, as long as nothing has outdated the bytes or
 * the proof. A hit costs two look-ups and the two questions whether all is current.
 */
export interface HotReplies {
  /** `null`: it is for somebody else to answer. `prefix`: under which path a proxy shows us. */
  find(request: HotRequest, prefix: string): HotAnswer | null;
  keep(request: HotRequest, prefix: string, wish: HotWish): void;
  figures(): HotFigures;
}

/** What is looked at of a request, whoever has read it. */
export interface HotRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** What came before on the same connection is remembered by it. */
  readonly socket: Socket;
}

export interface HotWish {
  readonly finished: Finished;
  readonly proof: Proof;
  /** Request headers that the answer depends on, beside those that always count. */
  readonly headersRead: ReadonlySet<string>;
  readonly series: { readonly full: Series; readonly notModified: Series };
}

export interface HotAnswer {
  readonly status: 200 | 304;
  /** Name, value, name, value: what `writeHead` is quickest with. The same array for the same answer. */
  readonly head: readonly string[];
  /** `null`: there is no body. */
  readonly bytes: Uint8Array | null;
  readonly sentBytes: number;
  readonly at: Instant;
  readonly path: string;
  /** As the log names who asked. */
  readonly principal: string;
  readonly series: Series;
  /** To be told when it has been sent; `null`: nobody counts it. */
  readonly noteServed: NoteServed | null;
}

interface Entry {
  readonly group: Group;
  readonly key: string;
  readonly wish: HotWish;
  readonly path: string;
  readonly principal: string;
  readonly head: readonly string[];
  readonly head304: readonly string[];
  readonly sizeBytes: number;
  /** Since the sweep came by last. */
  isUsed: boolean;
}

/** All that is kept for one address. */
interface Group {
  readonly address: string;
  /** Headers that tell its answers apart, beside those that always count. */
  readonly names: readonly string[];
  readonly entries: Map<string, Entry>;
}

/** What an entry takes beside the body. */
const OVERHEAD_BYTES = 2048;
/** So large a body gains nothing here: the time goes into sending it. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Counted by every key, or answered for by the front door itself. */
const ALWAYS_COUNT: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "authorization",
  "cookie",
  "x-devpi-auth",
  "x-jfrog-art-api",
  "if-none-match",
  "if-modified-since",
]);

/** `salt`: of this process, so that no credentials can be read from its memory. */
export function openHotReplies(parts: {
  readonly now: () => Instant;
  readonly salt: string;
  readonly memoryBytesMax: number;
}): HotReplies {
  const { now, salt, memoryBytesMax } = parts;
  const groups = new Map<string, Group>();
  /** Of each connection the credentials it sent last, and what they are called here: most send the same again. */
  const lastSent = new WeakMap<Socket, { readonly text: string; readonly digest: string }>();
  /** Oldest first; an entry that was used goes round once more. */
  const queue = new Set<Entry>();
  let sizeBytes = 0;
  let hits = 0;
  /** Answers that had to be made and could be kept. */
  let misses = 0;

  function drop(entry: Entry): void {
    if (!queue.delete(entry)) return;
    sizeBytes -= entry.sizeBytes;
    entry.group.entries.delete(entry.key);
    if (entry.group.entries.size === 0) groups.delete(entry.group.address);
  }

  function makeRoom(): void {
    for (const entry of queue) {
      if (sizeBytes <= memoryBytesMax) return;
      queue.delete(entry);
      queue.add(entry);
      if (entry.isUsed) entry.isUsed = false;
      else drop(entry);
    }
  }

  /** The group for these headers; one that told its answers apart by fewer is of no more use. */
  function groupFor(address: string, headersRead: ReadonlySet<string>): Group {
    const extra = [...headersRead].filter((name) => !ALWAYS_COUNT.has(name));
    const known = groups.get(address);
    if (known !== undefined && extra.every((name) => known.names.includes(name))) return known;
    for (const entry of known?.entries.values() ?? []) drop(entry);
    const group = { address, names: [...new Set([...(known?.names ?? []), ...extra])], entries: new Map() };
    groups.set(address, group);
    return group;
  }

  function digestOf(socket: Socket, text: string): string {
    const last = lastSent.get(socket);
    if (last !== undefined && last.text === text) return last.digest;
    const digest = hash("sha256", `${salt}${text}`, "base64");
    lastSent.set(socket, { text, digest });
    return digest;
  }

  function keyOf({ headers, socket }: HotRequest, names: readonly string[]): string {
    const { accept = "", authorization } = headers;
    // Other cookies tell us nothing.
    const cookie = headers.cookie !== undefined && mayHoldSession(headers.cookie) ? headers.cookie : undefined;
    const devpi = headers["x-devpi-auth"];
    const apiKey = headers["x-jfrog-art-api"];
    let key = `${accept}\n${headers["accept-encoding"] ?? ""}`;
    if (authorization !== undefined || devpi !== undefined || apiKey !== undefined || cookie !== undefined) {
      key += `\n${digestOf(socket, `${authorization ?? ""}\n${devpi ?? ""}\n${apiKey ?? ""}\n${cookie ?? ""}`)}`;
    }
    for (const name of names) key += `\n${name}:${headers[name] ?? ""}`;
    return key;
  }

  return {
    find(request, prefix) {
      const group = groups.get(prefix + request.url);
      if (group === undefined || !isPlain(request)) return null;
      const entry = group.entries.get(keyOf(request, group.names));
      const at = now();
      if (entry === undefined || !isCurrent(entry.wish, at)) {
        if (entry !== undefined) drop(entry);
        return null;
      }
      hits += 1;
      entry.isUsed = true;
      return answerFrom(entry, at, conditionsOf(request.headers));
    },
    keep(request, prefix, wish) {
      const bytes = wish.finished.bytes.byteLength;
      if (bytes > BODY_BYTES_MAX || bytes > memoryBytesMax || !isPlain(request) || !isCurrent(wish, now())) return;
      misses += 1;
      const group = groupFor(prefix + request.url, wish.headersRead);
      const key = keyOf(request, group.names);
      const old = group.entries.get(key);
      const entry: Entry = {
        group,
        key,
        wish,
        path: pathOf(request),
        principal: nameOf(wish.proof.principal),
        head: Object.entries(wish.finished.headers).flat(),
        head304: Object.entries(notModifiedHeaders(wish.finished.headers)).flat(),
        sizeBytes: bytes + OVERHEAD_BYTES,
        isUsed: false,
      };
      group.entries.set(key, entry);
      queue.add(entry);
      sizeBytes += entry.sizeBytes;
      if (old !== undefined && queue.delete(old)) sizeBytes -= old.sizeBytes;
      makeRoom();
    },
    figures: () => ({ hits, misses, entries: queue.size, sizeBytes }),
  };
}

function answerFrom(entry: Entry, at: Instant, conditions: Conditions | null): HotAnswer {
  const { path, principal } = entry;
  const { finished, series } = entry.wish;
  if (conditions !== null && isNotModified(conditions, finished.validators)) {
    return {
      status: 304,
      head: entry.head304,
      bytes: null,
      sentBytes: 0,
      at,
      path,
      principal,
      series: series.notModified,
      noteServed: null,
    };
  }
  const { bytes } = finished;
  return {
    status: 200,
    head: entry.head,
    bytes,
    sentBytes: bytes.byteLength,
    at,
    path,
    principal,
    series: series.full,
    noteServed: finished.noteServed ?? null,
  };
}

/** The bytes first: being asked, they hear of what other processes wrote, and so does the proof. */
function isCurrent({ finished, proof }: HotWish, at: Instant): boolean {
  return finished.freshness.isCurrent(at) && at < proof.validUntil && proof.isCurrent();
}

/** A GET of the whole, without a body. */
function isPlain({ method, headers }: HotRequest): boolean {
  return (
    method === "GET" &&
    headers.range === undefined &&
    headers["content-length"] === undefined &&
    headers["transfer-encoding"] === undefined &&
    headers.expect === undefined
  );
}

function conditionsOf(headers: IncomingHttpHeaders): Conditions | null {
  const ifNoneMatch = headers["if-none-match"] ?? null;
  const ifModifiedSince = headers["if-modified-since"] ?? null;
  return ifNoneMatch === null && ifModifiedSince === null ? null : { ifNoneMatch, ifModifiedSince, ifRange: null };
}
