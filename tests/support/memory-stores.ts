import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { blake2b } from "@noble/hashes/blake2.js";
import { type BlobInfo, type Digest, type Instant, type Json, refuse, sha256Digest } from "#core";
import type { BlobDraft, BlobStore, ByteRange, SharedState, StateEntry } from "#stores";

/** A blob store in memory that keeps the contract, for tests of rooms that must not open a real one. */
export interface MemoryBlobs extends BlobStore {
  /** Drafts that were neither discarded nor kept and forgotten; a test that leaves some has found a leak. */
  readonly draftsOpen: number;
  readonly digests: readonly Digest[];
}

export function memoryBlobs(): MemoryBlobs {
  const blobs = new Map<Digest, Uint8Array>();
  const drafts = new Set<BlobDraft>();

  function begin({ sizeBytesMax, digests = [] }: Parameters<BlobStore["begin"]>[0]): BlobDraft {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    let finished: { readonly digest: Digest; readonly hex: Record<string, string> } | null = null;
    let isDiscarded = false;
    const assertOpen = (): void => {
      if (isDiscarded) throw new Error("the draft was discarded");
    };
    const draft: BlobDraft = {
      get sizeBytes() {
        return sizeBytes;
      },
      async write(chunk) {
        assertOpen();
        if (finished !== null) throw new Error("the draft is finished");
        if (sizeBytes + chunk.byteLength > sizeBytesMax)
          throw refuse({ code: "too-large", what: "file", sizeBytesMax });
        chunks.push(Uint8Array.from(chunk));
        sizeBytes += chunk.byteLength;
      },
      async read({ start, end }) {
        assertOpen();
        if (start < 0 || end < start || end > sizeBytes) {
          throw new RangeError(`cannot read ${start} to ${end} of ${sizeBytes} bytes`);
        }
        return Buffer.concat(chunks).subarray(start, end);
      },
      async finish() {
        assertOpen();
        const whole = Buffer.concat(chunks);
        const hex: Record<string, string> = { sha256: createHash("sha256").update(whole).digest("hex") };
        for (const name of ["md5", "sha1"] as const) {
          if (digests.includes(name)) hex[name] = createHash(name).update(whole).digest("hex");
        }
        if (digests.includes("blake2b_256")) {
          hex["blake2b_256"] = Buffer.from(blake2b(whole, { dkLen: 32 })).toString("hex");
        }
        const digest = sha256Digest(hex["sha256"] ?? "");
        if (digest === null) throw new TypeError("a SHA-256 has 64 digits");
        finished = { digest, hex };
        return { digest, sizeBytes, hex };
      },
      async keep(hold) {
        assertOpen();
        if (finished === null) throw new Error("the draft is not finished");
        await hold?.(finished.digest);
        blobs.set(finished.digest, Buffer.concat(chunks));
        return { digest: finished.digest, sizeBytes };
      },
      async discard() {
        isDiscarded = true;
        drafts.delete(draft);
      },
    };
    drafts.add(draft);
    return draft;
  }

  return {
    async begin(options) {
      return begin(options);
    },
    async keepAll(drafts, hold) {
      await hold?.(await Promise.all(drafts.map(async (draft) => (await draft.finish()).digest)));
      return Promise.all(drafts.map((draft) => draft.keep()));
    },
    async stat(digest) {
      const bytes = blobs.get(digest);
      return bytes === undefined ? null : { digest, sizeBytes: bytes.byteLength };
    },
    async open(digest, range?: ByteRange) {
      const bytes = blobs.get(digest);
      return bytes === undefined
        ? null
        : Readable.from([Buffer.from(range === undefined ? bytes : bytes.subarray(range.start, range.end))], {
            objectMode: false,
          });
    },
    async directUrl() {
      return null;
    },
    async *list(): AsyncIterable<BlobInfo> {
      for (const [digest, bytes] of blobs) yield { digest, sizeBytes: bytes.byteLength };
    },
    async delete(digest) {
      blobs.delete(digest);
    },
    get draftsOpen() {
      return drafts.size;
    },
    get digests() {
      return [...blobs.keys()];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...drafts].map((draft) => draft.discard()));
    },
  };
}

/** Shared state in memory that keeps the contract. */
export function memoryState(now: () => Instant): SharedState {
  const entries = new Map<string, StateEntry>();
  const claims = new Map<Digest, Instant>();
  const versions = new Map<string, number>();

  const idOf = (space: string, key: string): string => `${space}\0${key}`;

  function live(id: string): StateEntry | null {
    const entry = entries.get(id);
    return entry === undefined || (entry.expiresAt !== null && entry.expiresAt <= now()) ? null : entry;
  }

  function save(
    space: string,
    key: string,
    entry: { readonly value: Json; readonly blobs?: readonly Digest[]; readonly expiresAt?: Instant | null },
  ): void {
    const id = idOf(space, key);
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    // Through JSON, so that whatever a real store would lose is lost here too.
    const value = JSON.parse(JSON.stringify(entry.value)) as Json;
    entries.set(id, { key, value, blobs: entry.blobs ?? [], expiresAt: entry.expiresAt ?? null, version });
  }

  function add(space: string, key: string, amount: number, expiresAt: Instant | null): number {
    requireWhole(amount);
    const current = live(idOf(space, key))?.value;
    const value = (typeof current === "number" ? current : 0) + amount;
    save(space, key, { value, expiresAt });
    return value;
  }

  return {
    get: async (space, key) => live(idOf(space, key)),
    async put(space, key, entry) {
      save(space, key, entry);
    },
    async swap(space, key, version, entry) {
      const current = live(idOf(space, key));
      if ((current?.version ?? 0) !== version) return false;
      save(space, key, entry);
      return true;
    },
    async delete(space, key) {
      entries.delete(idOf(space, key));
    },
    async deleteAll(space, keyPrefix) {
      for (const id of entries.keys()) if (id.startsWith(idOf(space, keyPrefix))) entries.delete(id);
    },
    async list(space, { keyPrefix, after, limit }) {
      return [...entries.keys()]
        .filter((id) => id.startsWith(idOf(space, keyPrefix)))
        .map(live)
        .filter((entry) => entry !== null)
        .filter((entry) => after === null || entry.key > after)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, limit);
    },
    async add(space, key, amount, expiresAt = null) {
      return add(space, key, amount, expiresAt);
    },
    async addAll(space, amounts) {
      for (const { amount } of amounts) requireWhole(amount);
      for (const { key, amount } of amounts) add(space, key, amount, null);
    },
    async putAll(space, all) {
      for (const { key, value } of all) save(space, key, { value });
    },
    async claim(digests, until) {
      for (const digest of [digests].flat()) {
        const current = claims.get(digest);
        if (current === undefined || current < until) claims.set(digest, until);
      }
    },
    async holdsBlob(digest) {
      if ((claims.get(digest) ?? 0) > now()) return true;
      return [...entries.keys()].some((id) => live(id)?.blobs.includes(digest) === true);
    },
    async [Symbol.asyncDispose]() {},
  };
}

function requireWhole(amount: number): void {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`counters take whole numbers, not ${amount}`);
}
