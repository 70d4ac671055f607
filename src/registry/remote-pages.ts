import { hash } from "node:crypto";
import type { Instant, RemoteRepository } from "#core";
import type { UpstreamPage, UpstreamPieces } from "#formats";
import { singleFlight, UpstreamFailure, type UpstreamReply } from "#upstream";
import { type PageCopy, readPageCopy, writePageCopy } from "./remote-copies.ts";
import { addressPrefix, SPACES } from "./remote-keys.ts";
import { conditionsOf, type Known, missing, outdated, validUntilOf } from "./remote-known.ts";
import { type Memory, openMemory } from "./remote-memory.ts";
import { failureOf, isMissing, type RemoteTools, refusalOf } from "./remote-parts.ts";
import { PATIENCE_MILLISECONDS, STALE_SECONDS_MIN, within } from "./remote-patience.ts";
import { limited, piecesOf } from "./remote-pieces.ts";

/** Pages of one kind, read from upstreams and remembered in memory and in the shared state. */
export interface RemotePages<Content extends object> {
  /**
   * What the upstream has: remembered while fresh, else asked conditionally, one request at a time per page. Upstream
   * fails, or takes longer than our patience: the copy that is there. Without one it throws `upstream-unavailable` or
   * `upstream-invalid`.
   */
  get(request: PageRequest<Content>): Promise<Known<Content>>;
  /** What is here of it, however old, without asking the upstream. */
  copy(request: PageRequest<Content>): Promise<Known<Content> | null>;
  /** What `get` would answer without waiting; `undefined`: it would have to look or ask. */
  peek(remote: RemoteRepository, key: string): Known<Content> | undefined;
  /** The next reader asks the upstream again; what is there stays for when it fails. */
  outdate(remote: RemoteRepository, key: string | null): Promise<void>;
  /** Of those that are shown because the upstream failed, the next reader asks again. */
  retry(prefix: string): void;
  /** Drops what memory has under keys with that beginning. */
  forget(prefix: string): void;
  figures(): { readonly hits: number; readonly misses: number; readonly stale: number };
}

export interface PageRequest<Content> {
  readonly remote: RemoteRepository;
  readonly key: string;
  /** Relative to the upstream's. */
  readonly address: string;
  readonly sizeBytesMax: number;
  readonly deadlineMilliseconds: number;
  readonly reading: Reading<Content>;
  /** Another content, or none, has replaced what was known. */
  changed?(): void;
  /** There was none as far as was known, and now there is. */
  found?(content: Content): void;
}

/** How a page becomes its content; `read` throws `SyntaxError` when it is no such page. */
export type Reading<Content> = { readonly kind: "whole"; read(page: UpstreamPage): Content } | InPieces<Content>;

/** A page that may be very large, and is read while it comes. */
interface InPieces<Content> {
  readonly kind: "in-pieces";
  read(page: UpstreamPieces): Promise<{ readonly content: Content; readonly weight: number }>;
  /** Whether the upstream has the same as before, although it sent it again. */
  isSame(before: Content, after: Content): boolean;
  /** What is kept of it; the same `read` reads it again. */
  kept(content: Content, url: string): UpstreamPage;
}

/** A copy that the upstream keeps confirming is written anew this often, so that it neither expires nor looks old. */
const COPY_EVERY_MILLISECONDS = 86_400_000;
/** Copies of pages that nobody asked for in this time are dropped. */
const COPY_FOR_MILLISECONDS = 180 * 86_400_000;
/** What the objects read from a page take, compared with its bytes. */
const WEIGHT_PER_BYTE = 3;

export function openPages<Content extends object>(tools: RemoteTools, weightMax: number): RemotePages<Content> {
  const { state, now, later } = tools;
  const memory: Memory<Known<Content>> = openMemory(weightMax);
  const answers = singleFlight<Known<Content>>();
  const fetches = singleFlight<Known<Content>>();
  const patience = tools.settings.patienceMilliseconds ?? PATIENCE_MILLISECONDS;
  // What was under way when pages were outdated or forgotten is answered to those who waited, but not remembered.
  let epoch = 0;
  let hits = 0;
  let misses = 0;
  let stale = 0;

  const isFresh = (known: Known<Content>, remote: RemoteRepository): boolean => now() < validUntilOf(known, remote);

  async function answer(request: PageRequest<Content>): Promise<Known<Content>> {
    const known = memory.get(request.key) ?? (await load(request));
    if (known !== null && isFresh(known, request.remote)) return known;
    misses += 1;
    const began = epoch;
    const fetching = fetches.run(`${epoch} ${request.key}`, () => fetchOrStale(request, known, began));
    if (known === null || known.content === null) return fetching;
    const waited = await within(fetching, patience);
    if (waited !== null) return waited;
    // The fetch goes on; its result is for the next reader.
    fetching.catch(() => {});
    return putStale(request, known, STALE_SECONDS_MIN, began);
  }

  async function fetchOrStale(
    request: PageRequest<Content>,
    known: Known<Content> | null,
    began: number,
  ): Promise<Known<Content>> {
    try {
      return await fetch(request, known, began);
    } catch (error) {
      // "There was none" is no copy to show: the project may have come since, and unavailable is not absent.
      if (known === null || known.content === null) throw refusalOf(request.remote, error);
      const seconds = error instanceof UpstreamFailure ? error.retryAfterSeconds : STALE_SECONDS_MIN;
      return putStale(request, known, seconds, began);
    }
  }

  async function fetch(
    request: PageRequest<Content>,
    known: Known<Content> | null,
    began: number,
  ): Promise<Known<Content>> {
    const { remote, reading } = request;
    const checkedAt = now();
    const reply = await tools.upstreamOf(remote).get(request.address, {
      headers: { accept: tools.readerOf(remote).accept, ...conditionsOf(known) },
      deadlineMilliseconds: request.deadlineMilliseconds,
    });
    if (reply.status === 304 && known !== null && known.content !== null) {
      reply.cancel();
      return confirm(request, known, checkedAt, began);
    }
    if (isMissing(reply.status)) {
      reply.cancel();
      return put(request, known, missing(checkedAt), null, began);
    }
    if (reply.status !== 200) throw failureOf(reply);
    if (reading.kind === "in-pieces") return fetchInPieces(request, reading, known, { reply, checkedAt, began });
    const bytes = await reply.bytes(request.sizeBytesMax);
    const page = { url: reply.url, contentType: typeOf(reply), bytes };
    const fingerprint = fingerprintOf(page);
    const facts = validatorsOf(reply);
    if (known !== null && known.content !== null && known.fingerprint === fingerprint) {
      return confirm(request, { ...known, ...facts }, checkedAt, began);
    }
    return put(
      request,
      known,
      { ...read(reading, page, fingerprint), ...facts, checkedAt, ...serialOf(reply) },
      () => page,
      began,
    );
  }

  async function fetchInPieces(
    request: PageRequest<Content>,
    reading: InPieces<Content>,
    known: Known<Content> | null,
    { reply, checkedAt, began }: { readonly reply: UpstreamReply; readonly checkedAt: Instant; readonly began: number },
  ): Promise<Known<Content>> {
    const { url } = reply;
    const pieces = limited(reply, request.sizeBytesMax);
    const { content, weight } = await reading.read({ url, contentType: typeOf(reply), pieces });
    const facts = { ...validatorsOf(reply), ...serialOf(reply) };
    // The same object, so that what was made of it stays right.
    if (known?.content != null && reading.isSame(known.content, content)) {
      return confirm(request, { ...known, ...facts }, checkedAt, began);
    }
    const next = { content, weight, ...facts, checkedAt, ...AS_READ, fingerprint: null };
    return put(request, known, next, () => reading.kept(content, url), began);
  }

  async function readCopy({ reading }: PageRequest<Content>, { page }: PageCopy) {
    if (reading.kind === "whole") return read(reading, page, fingerprintOf(page));
    const { url, contentType } = page;
    const { content, weight } = await reading.read({ url, contentType, pieces: piecesOf(page.bytes) });
    return { content, weight, ...AS_READ, fingerprint: null };
  }

  function read(reading: Reading<Content> & { readonly kind: "whole" }, page: UpstreamPage, fingerprint: string) {
    return {
      content: reading.read(page),
      fingerprint,
      ...AS_READ,
      weight: page.bytes.byteLength * WEIGHT_PER_BYTE + 1_000,
    };
  }

  /** Remembers something else than what was known, and tells. */
  function put(
    request: PageRequest<Content>,
    known: Known<Content> | null,
    next: Known<Content>,
    page: (() => UpstreamPage) | null,
    began: number,
  ): Known<Content> {
    if (began !== epoch) return next;
    const { key } = request;
    if (page === null) {
      if (known?.content != null) later.do(key, () => state.delete(SPACES.pages, key));
      memory.set(key, next, next.weight);
    } else {
      later.do(key, () => writeCopy(key, { ...next, page: page() }));
      const copied = { ...next, copiedAt: next.checkedAt };
      memory.set(key, copied, copied.weight);
      const isNew = known === null || known.content === null;
      if (isNew && next.content !== null) request.found?.(next.content);
    }
    const isChange = known !== null && (known.content !== null || next.content !== null);
    if (isChange) request.changed?.();
    return next;
  }

  /** The upstream says that what is known is still what it has. */
  function confirm(
    request: PageRequest<Content>,
    known: Known<Content>,
    checkedAt: Instant,
    began: number,
  ): Known<Content> {
    const isCopyOld = known.isOutdated || checkedAt - (known.copiedAt ?? 0) > COPY_EVERY_MILLISECONDS;
    const next = { ...known, checkedAt, staleUntil: null, isOutdated: false };
    const copied = isCopyOld ? { ...next, copiedAt: checkedAt } : next;
    if (began !== epoch) return next;
    if (isCopyOld) later.do(request.key, () => renewCopy(request, { checkedAt, isOutdated: false }));
    memory.set(request.key, copied, copied.weight);
    return copied;
  }

  function putStale(
    request: PageRequest<Content>,
    known: Known<Content>,
    seconds: number,
    began: number,
  ): Known<Content> {
    stale += 1;
    const staleUntil = (now() + Math.max(seconds, STALE_SECONDS_MIN) * 1000) as Instant;
    const next = { ...known, staleUntil };
    // A fetch that outlasted our patience may have succeeded since.
    if (began === epoch && (memory.get(request.key) ?? known) === known) memory.set(request.key, next, next.weight);
    return next;
  }

  async function load(request: PageRequest<Content>): Promise<Known<Content> | null> {
    const { remote, key } = request;
    const entry = await state.get(SPACES.pages, key);
    const copy = entry === null ? null : await readPageCopy(entry.value, request.sizeBytesMax);
    if (copy === null) return null;
    let known: Known<Content>;
    try {
      known = { ...(await readCopy(request, copy)), ...factsOf(copy), copiedAt: copy.checkedAt };
    } catch (error) {
      // Kept by a version that read it otherwise: as good as none.
      if (error instanceof SyntaxError) return null;
      throw error;
    }
    const outdatedAt = (await state.get(SPACES.refreshes, addressPrefix(remote)))?.value;
    if (typeof outdatedAt === "number" && known.checkedAt <= outdatedAt) known = outdated(known);
    memory.set(key, known, known.weight);
    return known;
  }

  async function writeCopy(key: string, copy: PageCopy): Promise<void> {
    const expiresAt = (copy.checkedAt + COPY_FOR_MILLISECONDS) as Instant;
    const { page, etag, lastModified, upstreamSerial, checkedAt, isOutdated } = copy;
    const value = await writePageCopy({ page, etag, lastModified, upstreamSerial, checkedAt, isOutdated });
    await state.put(SPACES.pages, key, { value, expiresAt });
  }

  async function renewCopy(
    { key, sizeBytesMax }: Pick<PageRequest<Content>, "key" | "sizeBytesMax">,
    change: Partial<Pick<PageCopy, "checkedAt" | "isOutdated">>,
  ): Promise<void> {
    const entry = await state.get(SPACES.pages, key);
    const copy = entry === null ? null : await readPageCopy(entry.value, sizeBytesMax);
    if (copy !== null) await writeCopy(key, { ...copy, ...change });
  }

  return {
    async get(request) {
      const known = memory.get(request.key);
      if (known !== null && isFresh(known, request.remote)) {
        hits += 1;
        return known;
      }
      return answers.run(`${epoch} ${request.key}`, () => answer(request));
    },
    copy: async (request) => memory.get(request.key) ?? (await load(request)),
    peek(remote, key) {
      const known = memory.get(key);
      if (known === null || !isFresh(known, remote)) return undefined;
      hits += 1;
      return known;
    },
    async outdate(remote, key) {
      epoch += 1;
      for (const [name, known] of memory.withPrefix(key ?? addressPrefix(remote))) {
        if (key === null || name === key) memory.set(name, outdated(known), known.weight);
      }
      if (key === null) {
        await state.put(SPACES.refreshes, addressPrefix(remote), { value: now() });
        return;
      }
      later.do(key, () => renewCopy({ key, sizeBytesMax: OUTDATED_BYTES_MAX }, { isOutdated: true }));
      await later.settle();
    },
    retry(prefix) {
      for (const [key, known] of memory.withPrefix(prefix)) {
        if (known.staleUntil !== null) memory.set(key, { ...known, staleUntil: null }, known.weight);
      }
    },
    forget(prefix) {
      epoch += 1;
      for (const [key] of memory.withPrefix(prefix)) memory.delete(key);
    },
    figures: () => ({ hits, misses, stale }),
  };
}

const OUTDATED_BYTES_MAX = 1 << 28;

const AS_READ = { staleUntil: null, isOutdated: false, copiedAt: null } as const;

function factsOf({ etag, lastModified, upstreamSerial, checkedAt, isOutdated }: PageCopy) {
  return { etag, lastModified, upstreamSerial, checkedAt, isOutdated };
}

function serialOf(reply: UpstreamReply): { readonly upstreamSerial: string | null } {
  return { upstreamSerial: reply.header("x-pypi-last-serial") };
}

function typeOf(reply: UpstreamReply): string {
  return reply.header("content-type") ?? "";
}

function validatorsOf(reply: UpstreamReply): { readonly etag: string | null; readonly lastModified: string | null } {
  return { etag: reply.header("etag"), lastModified: reply.header("last-modified") };
}

/** The same page at another address, or of another type, may mean other links. */
function fingerprintOf({ url, contentType, bytes }: UpstreamPage): string {
  return `${hash("sha256", bytes)} ${contentType} ${url}`;
}
