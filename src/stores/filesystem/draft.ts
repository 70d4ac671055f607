import assert from "node:assert/strict";
import { dirname } from "node:path";
import { type BlobInfo, type Digest, refuse, sha256Digest } from "#core";
import type { BlobDraft, BlobStore, DraftDigests } from "../blob-store.ts";
import { storageRefusal } from "../data-folder.ts";
import type { Disk, DiskFile } from "../disk.ts";
import type { Digesting } from "./digests.ts";

/** Smaller drafts stay in memory until they are kept: most are refused or kept within milliseconds. */
const IN_MEMORY_BYTES = 256 * 1024;

export interface DraftParts {
  readonly disk: Disk;
  /** A path for the draft's file, asked for when it needs one. */
  readonly nextPath: () => Promise<string>;
  /** Where the blob is kept. */
  readonly pathOf: (digest: Digest) => string;
  /** The draft is no more. */
  readonly closed: (draft: BlobDraft) => void;
}

type Options = Pick<Parameters<BlobStore["begin"]>[0], "sizeBytesMax">;

/** A draft whose keeping can be done together with that of others. */
export interface FileDraft extends BlobDraft {
  /** After `finish`: its bytes are in a file, not yet durable. */
  settle(): Promise<DraftDigests>;
  /** Makes the content durable. */
  sync(): Promise<void>;
  /** Gives it its name; the folder that then has to be synced. */
  name(): Promise<string>;
  /** The folder is durable, too. */
  named(): BlobInfo;
}

export function openDraft(parts: DraftParts, { sizeBytesMax }: Options, digesting: Digesting): FileDraft {
  const { disk } = parts;
  const content = openContent(parts);
  let sizeBytes = 0;
  let finished: DraftDigests | null = null;
  let kept: BlobInfo | null = null;
  let discarding: Promise<void> | null = null;
  /** What is under way; the file is closed only after it. */
  const running = new Set<Promise<unknown>>();

  function run<Value>(what: () => Promise<Value>): Promise<Value> {
    const promise = (async () => {
      assert.equal(discarding, null, "the draft was discarded");
      try {
        return await what();
      } catch (error) {
        throw storageRefusal(error, "the blob folder");
      }
    })();
    running.add(promise);
    const done = (): void => void running.delete(promise);
    promise.then(done, done);
    return promise;
  }

  async function settle(): Promise<DraftDigests> {
    assert(finished !== null, "a draft is kept after it is finished");
    await content.onDisk();
    return finished;
  }

  async function name(): Promise<string> {
    assert(finished !== null, "a draft is kept after it is finished");
    const target = parts.pathOf(finished.digest);
    // Replaces the same bytes when they are there already, also when another process does so at the same time.
    await disk.rename(await content.onDisk(), target);
    content.moved(target);
    return dirname(target);
  }

  async function discard(): Promise<void> {
    await Promise.allSettled(running);
    await content.drop(kept === null);
    parts.closed(draft);
  }

  const draft: FileDraft = {
    get sizeBytes() {
      return sizeBytes;
    },
    write(chunk) {
      return run(async () => {
        assert.equal(finished, null, "the draft is finished");
        if (sizeBytes + chunk.byteLength > sizeBytesMax)
          throw refuse({ code: "too-large", what: "file", sizeBytesMax });
        const position = sizeBytes;
        sizeBytes += chunk.byteLength;
        digesting.update(chunk);
        await content.write(chunk, position);
      });
    },
    read({ start, end }) {
      return run(async () => {
        if (start < 0 || end < start || end > sizeBytes) {
          throw new RangeError(`cannot read ${start} to ${end} of a draft of ${sizeBytes} bytes`);
        }
        return content.read({ start, end });
      });
    },
    finish() {
      return run(async () => {
        await content.settled();
        finished ??= digestsOf(digesting.hex(), sizeBytes);
        return finished;
      });
    },
    keep(hold) {
      return run(async () => {
        const { digest } = await settle();
        // The claim may be written while the disk is busy; the name becomes visible after both.
        const held = await Promise.allSettled([content.sync(), hold?.(digest)]);
        for (const outcome of held) if (outcome.status === "rejected") throw outcome.reason;
        await disk.syncFolder(await name());
        return draft.named();
      });
    },
    settle: () => run(settle),
    sync: () => run(() => content.sync()),
    name: () => run(name),
    named() {
      assert(finished !== null, "a draft is kept after it is finished");
      kept = { digest: finished.digest, sizeBytes };
      return kept;
    },
    discard() {
      discarding ??= discard();
      return discarding;
    },
  };
  return draft;
}

function digestsOf(hex: ReturnType<Digesting["hex"]>, sizeBytes: number): DraftDigests {
  const digest = sha256Digest(hex.sha256);
  assert(digest !== null);
  return { digest, sizeBytes, hex };
}

/** The bytes of a draft: in memory while they are few, then in a file. */
function openContent({ disk, nextPath }: DraftParts) {
  let memory: Buffer = Buffer.alloc(0);
  let used = 0;
  let file: DiskFile | null = null;
  let path = "";
  let isMoved = false;
  /** Writes to the file, one after another. */
  let tail: Promise<void> = Promise.resolve();
  /** To be written from here on. */
  let fileEnd = 0;
  let waiting: Uint8Array[] = [];

  /** What has come while the disk was busy is written together: a call for each piece costs more than the bytes. */
  async function writeWaiting(): Promise<void> {
    if (waiting.length === 0) return;
    const to = file ?? (await spill());
    const pieces = waiting;
    const start = fileEnd;
    waiting = [];
    for (const { byteLength } of pieces) fileEnd += byteLength;
    await to.write(pieces, start);
  }

  async function spill(): Promise<DiskFile> {
    const madePath = await nextPath();
    const made = await disk.create(madePath);
    try {
      await made.write([memory.subarray(0, used)], 0);
    } catch (error) {
      // Only a file that holds it all is the draft's: one by half must never be kept.
      await made.close();
      await disk.remove(madePath);
      throw error;
    }
    path = madePath;
    file = made;
    fileEnd = used;
    return made;
  }

  return {
    async write(chunk: Uint8Array, position: number): Promise<void> {
      const end = position + chunk.byteLength;
      if (file === null && position === used && end <= IN_MEMORY_BYTES) {
        if (end > memory.byteLength) {
          const grown = Buffer.allocUnsafe(Math.min(IN_MEMORY_BYTES, Math.max(end, 2 * memory.byteLength)));
          grown.set(memory.subarray(0, used));
          memory = grown;
        }
        memory.set(chunk, position);
        used = end;
        return;
      }
      waiting.push(chunk);
      tail = tail.then(writeWaiting);
      await tail;
    },
    async read({ start, end }: { readonly start: number; readonly end: number }): Promise<Uint8Array> {
      if (end <= used) return memory.subarray(start, end);
      await tail;
      assert(file !== null);
      return file.read({ start, end });
    },
    settled: (): Promise<void> => tail,
    /** The path of the file that holds it all. */
    async onDisk(): Promise<string> {
      if (file === null) await spill();
      return path;
    },
    async sync(): Promise<void> {
      await file?.sync();
    },
    moved(to: string): void {
      path = to;
      isMoved = true;
    },
    async drop(alsoFile: boolean): Promise<void> {
      memory = Buffer.alloc(0);
      if (file === null) return;
      await file.close();
      if (alsoFile && !isMoved) await disk.remove(path);
    },
  };
}
