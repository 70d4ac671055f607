import { createHash } from "node:crypto";
import { type Digest, hexOf, type Json, type Offer, type RemoteRepository } from "#core";
import type { OpenFile, RandomAccess } from "#formats";
import { singleFlight } from "#upstream";
import { claimBlobs } from "./claims.ts";
import type { RemoteFiles } from "./remote-files.ts";
import { accessTo, bodyOf } from "./remote-holdings.ts";
import { addressPrefix, companionKey, fileKey, SPACES } from "./remote-keys.ts";
import { openMemory } from "./remote-memory.ts";
import { failureOf, invalid, isMissing, type RemoteTools, refusalOf } from "./remote-parts.ts";
import { openRemoteFile } from "./remote-range.ts";
import { isPrivate } from "./rights.ts";

/** Companions of remote files (for Python: a wheel's `.metadata`), taken from the upstream or made. */
export interface RemoteCompanions {
  open(remote: RemoteRepository, offer: Offer, suffix: string): Promise<OpenFile | null>;
  keep(remote: RemoteRepository, offer: Offer, suffix: string): Promise<CachedCompanion | null>;
  /** Compares what was made from a file's parts with the whole file, now that it is here; drops it if it differs. */
  verify(remote: RemoteRepository, offer: Offer): Promise<void>;
  drop(remote: RemoteRepository, file: Pick<Offer, "project" | "filename">): Promise<void>;
  forget(prefix: string): void;
}

export interface CachedCompanion {
  readonly blob: Digest;
  readonly sizeBytes: number;
  /** `upstream`: its own file. `parts`: made from parts of the file at the upstream. `file`: made from our copy. */
  readonly origin: "upstream" | "parts" | "file";
}

interface Remembered {
  readonly companion: CachedCompanion;
  isCurrent: boolean;
}

const COMPANION_BYTES_MAX = 16 << 20;
const COMPANION_MILLISECONDS_MAX = 10_000;
const REMEMBERED_MAX = 20_000;

export function openCompanions(tools: RemoteTools, files: RemoteFiles): RemoteCompanions {
  const { blobs, state } = tools;
  const memory = openMemory<Remembered>(REMEMBERED_MAX, (entry) => {
    entry.isCurrent = false;
  });
  const flights = singleFlight<Remembered | null>();
  // Grows whenever companions may have been dropped.
  let drops = 0;

  async function find(key: string): Promise<Remembered | null> {
    const known = memory.get(key);
    if (known !== null) return known;
    const began = drops;
    const entry = await state.get(SPACES.companions, key);
    const companion = entry === null ? null : readEntry(entry.value);
    if (companion === null || (await blobs.stat(companion.blob)) === null) return null;
    // What was read before a drop must not be remembered after it.
    return began === drops ? remember(key, companion) : find(key);
  }

  function remember(key: string, companion: CachedCompanion): Remembered {
    const entry = { companion, isCurrent: true };
    memory.set(key, entry, 1);
    return entry;
  }

  async function get(remote: RemoteRepository, offer: Offer, suffix: string): Promise<Remembered | null> {
    const key = companionKey(addressPrefix(remote), offer, suffix);
    const announced = tools.readerOf(remote).companionAt(offer, suffix)?.sha256 ?? null;
    const known = await find(key);
    if (known !== null && isRight(known.companion.blob, announced)) return known;
    return flights.run(key, async () => {
      try {
        return await fetch(remote, offer, suffix, key);
      } catch (error) {
        throw refusalOf(remote, error);
      }
    });
  }

  /** From our copy of the file, else the upstream's own companion, else from parts of the file, else from all of it. */
  async function fetch(
    remote: RemoteRepository,
    offer: Offer,
    suffix: string,
    key: string,
  ): Promise<Remembered | null> {
    const reader = tools.readerOf(remote);
    const at = reader.companionAt(offer, suffix);
    const announced = at?.sha256 ?? null;
    const make = (file: RandomAccess): Promise<Uint8Array | null> => reader.makeCompanion(offer.filename, suffix, file);

    const copy = await files.cached(remote, offer);
    const local = copy === null ? null : await orNull(make(accessTo(blobs, copy)));
    if (local !== null && isRight(digestOf(local), announced)) return save(remote, key, local, "file");
    if (at !== null) {
      const bytes = await fetchOwn(remote, at.url);
      if (bytes !== null && isRight(digestOf(bytes), announced)) return save(remote, key, bytes, "upstream");
    } else if (!(await canBeMade(make))) {
      return null;
    }
    // With a copy of the file everything has been tried: the upstream's parts of it are the same.
    const [made, origin] = copy === null ? await makeRemotely(remote, offer, make) : [local, "file" as const];
    if (made === null) {
      throw invalid(remote, `${offer.filename}${suffix} is not at the upstream and cannot be made from the file`);
    }
    if (!isRight(digestOf(made), announced)) {
      throw invalid(remote, `${offer.filename}${suffix} is not what the upstream announces`);
    }
    return save(remote, key, made, origin);
  }

  async function fetchOwn(remote: RemoteRepository, url: string): Promise<Uint8Array | null> {
    const reply = await tools.upstreamOf(remote).get(url, {
      deadlineMilliseconds: Math.max(COMPANION_MILLISECONDS_MAX, remote.timeoutMilliseconds ?? 0),
    });
    if (isMissing(reply.status)) {
      reply.cancel();
      return null;
    }
    if (reply.status !== 200) throw failureOf(reply);
    return reply.bytes(COMPANION_BYTES_MAX);
  }

  async function makeRemotely(
    remote: RemoteRepository,
    offer: Offer,
    make: (file: RandomAccess) => Promise<Uint8Array | null>,
  ): Promise<readonly [Uint8Array | null, CachedCompanion["origin"]]> {
    const parts = await openRemoteFile(tools.upstreamOf(remote), offer);
    if (parts === "missing") throw invalid(remote, `${offer.filename} is listed, but the upstream does not have it`);
    if (parts !== "whole-only") return [await make(parts), "parts"];
    return [await make(accessTo(blobs, await files.keep(remote, offer))), "file"];
  }

  async function save(
    remote: RemoteRepository,
    key: string,
    bytes: Uint8Array,
    origin: CachedCompanion["origin"],
  ): Promise<Remembered> {
    if (bytes.byteLength > COMPANION_BYTES_MAX)
      throw invalid(remote, `${key} is larger than ${COMPANION_BYTES_MAX} bytes`);
    const draft = await blobs.begin({ sizeBytesMax: COMPANION_BYTES_MAX });
    try {
      await draft.write(bytes);
      await draft.finish();
      const { digest, sizeBytes } = await draft.keep(async (blob) => {
        await claimBlobs(tools, blob);
      });
      const companion = { blob: digest, sizeBytes, origin };
      await state.put(SPACES.companions, key, { value: companion, blobs: [digest] });
      return remember(key, companion);
    } finally {
      await draft.discard();
    }
  }

  async function dropKey(key: string): Promise<void> {
    memory.delete(key);
    await state.delete(SPACES.companions, key);
    drops += 1;
    memory.delete(key);
  }

  function forget(prefix: string): void {
    drops += 1;
    for (const [key] of memory.withPrefix(prefix)) memory.delete(key);
  }

  return {
    async open(remote, offer, suffix) {
      const entry = await get(remote, offer, suffix);
      if (entry === null) return null;
      const key = companionKey(addressPrefix(remote), offer, suffix);
      return {
        kind: "stored",
        blob: entry.companion.blob,
        body: bodyOf(blobs, entry.companion, () => dropKey(key)),
        lastModified: offer.publishedAt,
        isPrivate: isPrivate(remote),
        freshness: { isCurrent: () => entry.isCurrent },
      };
    },
    keep: async (remote, offer, suffix) => (await get(remote, offer, suffix))?.companion ?? null,
    async verify(remote, offer) {
      const copy = await files.cached(remote, offer);
      if (copy === null) return;
      const keyPrefix = `${fileKey(addressPrefix(remote), offer)}/`;
      for (const { key, value } of await state.list(SPACES.companions, { keyPrefix, after: null, limit: 10 })) {
        if (readEntry(value)?.origin !== "parts") continue;
        const suffix = key.slice(keyPrefix.length);
        const made = await orNull(tools.readerOf(remote).makeCompanion(offer.filename, suffix, accessTo(blobs, copy)));
        if (made === null || digestOf(made) !== readEntry(value)?.blob) await dropKey(key);
      }
    },
    async drop(remote, offer) {
      const prefix = `${fileKey(addressPrefix(remote), offer)}/`;
      forget(prefix);
      await state.deleteAll(SPACES.companions, prefix);
      // Again, because a reader may have come meanwhile.
      forget(prefix);
    },
    forget,
  };
}

/** A broken file of ours has no companion; what the upstream has may still be good. */
async function orNull(making: Promise<Uint8Array | null>): Promise<Uint8Array | null> {
  try {
    return await making;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether files of that name have such a companion at all: an empty one is broken where it could have one. */
async function canBeMade(make: (file: RandomAccess) => Promise<Uint8Array | null>): Promise<boolean> {
  const empty: RandomAccess = {
    sizeBytes: 0,
    async read() {
      throw new SyntaxError("the file is empty");
    },
  };
  try {
    return (await make(empty)) !== null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return true;
    throw error;
  }
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
}

function isRight(digest: Digest, announcedSha256: string | null): boolean {
  return announcedSha256 === null || hexOf(digest) === announcedSha256;
}

function readEntry(value: Json): CachedCompanion | null {
  if (value === null || typeof value !== "object" || !("blob" in value)) return null;
  const { blob, sizeBytes, origin } = value;
  if (typeof blob !== "string" || typeof sizeBytes !== "number") return null;
  if (origin !== "upstream" && origin !== "parts" && origin !== "file") return null;
  return { blob: blob as Digest, sizeBytes, origin };
}
