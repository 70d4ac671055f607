import type { BlobInfo, Digest, RegistryError } from "#core";
import type { BlobDraft, BlobStore, ByteRange } from "#stores";
import type { UpstreamReply } from "#upstream";
import type { DigestCheck } from "./remote-digests.ts";
import { openWindow } from "./remote-window.ts";

/**
 * One file on its way from an upstream into the blob store, and to everybody who asks for it meanwhile.
 *
 * - A reader is given each piece as soon as it has come; one who lags behind or comes late reads from the draft. Nobody
 *   holds up anybody, and memory stays the same however large the file is.
 * - The end of the file is withheld until length and digest are right. Wrong: every reader's iteration throws, and
 *   nothing is kept.
 * - Readers have the last byte before the blob is durable; it counts as cached only afterwards (`kept`).
 * - When every reader has left it goes on, because they tend to come back; but not when more than
 *   `FINISH_ALONE_BYTES` are still to come.
 */
export interface Download {
  readonly sizeBytes: number | null;
  /** Resolves when the blob is durable; rejects when there will be none. */
  readonly kept: Promise<KeptFile>;
  /** Whether readers may have it to its end; by then it is on its way to the disk. */
  readonly isVerified: boolean;
  /** From the first byte; can be opened any number of times, also after the end. */
  chunks(): AsyncIterable<Uint8Array>;
  /**
   * A part of it. Whoever asks for parts does not see the end being withheld, so where a digest was announced no byte is
   * given before all of them are verified.
   */
  part(range: ByteRange): AsyncIterable<Uint8Array>;
  /** While somebody waits for it, it is not given up although nobody reads. Returns how to stop. */
  await(): () => void;
  /** Ends it; readers are told the reason. */
  cancel(reason: Error): void;
}

export interface KeptFile extends BlobInfo {
  readonly hex: Readonly<Record<string, string>>;
}

export interface DownloadParts {
  readonly blobs: BlobStore;
  readonly draft: BlobDraft;
  readonly reply: UpstreamReply;
  readonly check: DigestCheck;
  /** Announced, by the page or by the answer; `null`: by nobody. */
  readonly sizeBytes: number | null;
  readonly sizeBytesMax: number;
  /** `false`: the bytes pass through, and are gone when those who asked for them have them. */
  readonly isKept: boolean;
  /** The refusal for bytes that are not what was announced. */
  readonly invalid: (because: string) => RegistryError;
  /** Any failure in the words of the registry. */
  readonly refusal: (error: unknown) => unknown;
  /** Cuts the connection to the upstream. */
  readonly abort: (reason: Error) => void;
  /** Called before the blob becomes visible. */
  readonly hold: (digest: Digest) => Promise<void>;
  /** Called when no new reader should join: it has failed, or was given up. */
  readonly closed: () => void;
}

const WINDOW_BYTES = 1 << 19;
/** Waiting to be written; beyond it the upstream waits for the disk. */
const UNWRITTEN_BYTES_MAX = 4 << 20;
const READ_BACK_BYTES = 256 * 1024;
const FINISH_ALONE_BYTES = 256 << 20;
/** By then a reader has begun, if there is one. */
const ALONE_FROM_BYTES = 8 << 20;
const WITHHELD_BYTES_MAX = 16 * 1024;
/** Who was given a file that only passes through has begun to read it by then, or never will. */
const RESERVED_MILLISECONDS = 30_000;

/** Begins to receive at once; the draft is its own from now on. */
export function openDownload(parts: DownloadParts): Download {
  const { blobs, draft, reply, check, sizeBytes } = parts;
  const window = openWindow(WINDOW_BYTES);
  let received = 0;
  let written = 0;
  let isVerified = false;
  let failure: unknown = null;
  let kept: KeptFile | null = null;
  let hasPassed = false;
  let readers = 0;
  let reservations = 0;
  let waiters = 0;
  let draftReads = 0;
  let isDraftOpen = true;
  let progress = Promise.withResolvers<void>();
  /** More is written. */
  let moved = Promise.withResolvers<void>();
  const unwritten: Uint8Array[] = [];

  function wake(): void {
    progress.resolve();
    progress = Promise.withResolvers<void>();
  }

  /** Up to where readers may go. */
  function released(): number {
    if (isVerified) return received;
    const withheld = Math.min(WITHHELD_BYTES_MAX, Math.max(1, (sizeBytes ?? received) >> 2));
    return Math.max(0, Math.min(received, (sizeBytes ?? received) - withheld));
  }

  async function receive(): Promise<void> {
    const most = Math.min(parts.sizeBytesMax, sizeBytes ?? Number.POSITIVE_INFINITY);
    const writer = openWriter();
    try {
      for await (const chunk of reply.body) {
        if (failure !== null) throw failure;
        if (received + chunk.byteLength > most) throw parts.invalid(`it is larger than ${most} bytes`);
        received += chunk.byteLength;
        window.push(chunk);
        unwritten.push(chunk);
        wake();
        writer.start();
        // Not until all is written: then the upstream would wait for the disk, and the disk for the upstream.
        while (received - written > UNWRITTEN_BYTES_MAX) await writer.step();
        if (isAbandoned()) {
          parts.closed();
          throw new Error("everybody who asked for the file has left");
        }
      }
    } finally {
      // Also when it failed: nobody writes to a draft that is being discarded.
      await writer.settle();
    }
    if (sizeBytes !== null && received !== sizeBytes) {
      throw parts.invalid(`it has ${received} bytes instead of ${sizeBytes}`);
    }
  }

  function openWriter(): { start(): void; step(): Promise<void>; settle(): Promise<void> } {
    let writing: Promise<void> | null = null;
    function start(): void {
      writing ??= write().finally(() => {
        writing = null;
      });
      // Its error is met by `settle`; until then it must not be nobody's.
      writing.catch(() => {});
    }
    return {
      start,
      /** Until some more is written; throws when it could not be. */
      async step() {
        start();
        await Promise.race([writing, moved.promise]);
      },
      async settle() {
        while (unwritten.length > 0 || writing !== null) {
          start();
          await writing;
        }
      },
    };
  }

  /** Writes what is there until nothing is left: the more has come meanwhile, the larger the next piece. */
  async function write(): Promise<void> {
    while (unwritten.length > 0) {
      const chunks = unwritten.splice(0);
      for (const chunk of chunks) check.update(chunk);
      // Not joined into one: that would copy every byte, and leave as much garbage again.
      await Promise.all(chunks.map(writeOne));
      window.trim(written);
    }
  }

  /** Drafts write in the order they are told to. */
  async function writeOne(chunk: Uint8Array): Promise<void> {
    await draft.write(chunk);
    written += chunk.byteLength;
    moved.resolve();
    moved = Promise.withResolvers<void>();
  }

  async function run(): Promise<KeptFile> {
    try {
      await receive();
      const finished = await draft.finish();
      const { hex } = finished;
      const fault = check.fault(hex);
      if (fault !== null) throw parts.invalid(fault);
      if (failure !== null) throw failure;
      isVerified = true;
      wake();
      if (!parts.isKept) {
        hasPassed = true;
        return finished;
      }
      kept = { ...(await draft.keep(parts.hold)), hex };
      return kept;
    } catch (error) {
      parts.closed();
      failure ??= parts.refusal(error);
      wake();
      throw failure;
    } finally {
      closeDraft();
    }
  }

  /** Readers of a kept file read the blob; those of a verified one that could not be kept read the draft to the end. */
  function closeDraft(): void {
    const isRunning = kept === null && failure === null && !hasPassed;
    const isNeeded = draftReads > 0 || (kept === null && isVerified && readers + reservations > 0);
    if (!isDraftOpen || isRunning || isNeeded) return;
    isDraftOpen = false;
    window.clear();
    draft.discard().catch(() => {});
  }

  function isAbandoned(): boolean {
    const left = (sizeBytes ?? Number.POSITIVE_INFINITY) - received;
    return (
      readers === 0 && reservations === 0 && waiters === 0 && received > ALONE_FROM_BYTES && left > FINISH_ALONE_BYTES
    );
  }

  async function read(position: number): Promise<Uint8Array | null> {
    for (;;) {
      if (failure !== null && !isVerified) throw failure;
      const end = released();
      if (position < end) {
        const chunk = window.at(position, end);
        if (chunk !== null) return chunk;
        // What is in neither the window nor the draft does not exist: the window keeps all that is not written yet.
        return readBack(position, Math.min(end, position + READ_BACK_BYTES, isDraftOpen ? written : end));
      }
      if (isVerified) return null;
      await progress.promise;
    }
  }

  async function readBack(start: number, end: number): Promise<Uint8Array> {
    if (!isDraftOpen) {
      if (kept === null) throw failure ?? new Error("a file that passed through was asked for when it was gone");
      return readBlob(blobs, kept.digest, start, end);
    }
    draftReads += 1;
    try {
      return await draft.read({ start, end });
    } finally {
      draftReads -= 1;
      closeDraft();
    }
  }

  async function untilVerified(): Promise<void> {
    while (!isVerified) {
      if (failure !== null) throw failure;
      await progress.promise;
    }
  }

  function openReader(range: ByteRange | null): AsyncIterator<Uint8Array> {
    const end = range?.end ?? Number.POSITIVE_INFINITY;
    let position = range?.start ?? 0;
    let isOver = false;
    readers += 1;
    const leave = (): void => {
      if (!isOver) readers -= 1;
      isOver = true;
      closeDraft();
    };
    const over = { done: true, value: undefined } as const;
    // By hand and not a generator: a generator's `return` waits for the piece it is waiting for.
    return {
      async next() {
        if (isOver) return over;
        try {
          if (range !== null && check.isPossible) await untilVerified();
          const piece = position < end ? await read(position) : null;
          if (piece !== null && !isOver) {
            const value = piece.byteLength > end - position ? piece.subarray(0, end - position) : piece;
            position += value.byteLength;
            return { done: false, value };
          }
          leave();
          return over;
        } catch (error) {
          leave();
          throw error;
        }
      },
      async return() {
        leave();
        return over;
      },
    };
  }

  /** Holds what passes through until its reader has begun, who is told of it a little later than we. */
  function reserve(): () => void {
    if (parts.isKept) return () => {};
    reservations += 1;
    let isHeld = true;
    const release = (): void => {
      clearTimeout(timer);
      if (!isHeld) return;
      isHeld = false;
      reservations -= 1;
      closeDraft();
    };
    const timer = setTimeout(release, RESERVED_MILLISECONDS);
    timer.unref();
    return release;
  }

  function readable(range: ByteRange | null): AsyncIterable<Uint8Array> {
    const release = reserve();
    return {
      [Symbol.asyncIterator]() {
        const reader = openReader(range);
        release();
        return reader;
      },
    };
  }

  const running = run();
  running.catch(() => {});
  return {
    sizeBytes,
    kept: running,
    get isVerified() {
      return isVerified;
    },
    chunks: () => readable(null),
    part: (range) => readable(range),
    await() {
      waiters += 1;
      return () => {
        waiters -= 1;
      };
    },
    cancel(reason) {
      if (isVerified) return;
      failure ??= reason;
      parts.abort(reason);
      wake();
    },
  };
}

async function readBlob(blobs: BlobStore, digest: Digest, start: number, end: number): Promise<Uint8Array> {
  const stream = await blobs.open(digest, { start, end });
  if (stream === null) throw new Error(`blob ${digest} was deleted while it was read`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
