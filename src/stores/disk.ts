import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import type { Pieces } from "#core";

/** A part of a file: from `start` up to, not including, `end`. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * All that the keepers do to a file system. Small, so that a simulated disk that forgets what was not synced can stand
 * in for it. Errors are those of `node:fs`, with their `code`.
 */
export interface Disk {
  /** Makes a file for writing and reading; an error when it is there already. */
  create(path: string): Promise<DiskFile>;
  /** A part of a file or all of it, in large pieces; `null` when there is no such file. */
  read(path: string, part?: Part): Promise<(Readable & Pieces) | null>;
  /** `null` when there is no such file. */
  sizeOf(path: string): Promise<number | null>;
  /** Milliseconds since the epoch; `null` when it is not there. */
  modifiedAt(path: string): Promise<number | null>;
  touch(path: string, at: number): Promise<void>;
  /** Names in a folder, sorted; none when there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Says whether it was made; `false`: it was there. */
  makeFolder(path: string): Promise<boolean>;
  /** Replaces what was there. */
  rename(from: string, to: string): Promise<void>;
  /** No error when it is not there. */
  remove(path: string): Promise<void>;
  /** An empty folder; no error when it is not there or not empty. */
  removeFolder(path: string): Promise<void>;
  /** Makes the entries of a folder durable: what was made in it, renamed into it or removed. */
  syncFolder(path: string): Promise<void>;
  /**
   * Makes everything durable that was written to the file system of this folder so far, content and entries. `false`:
   * that cannot be done here, and each file and folder has to be synced by itself.
   */
  syncAll(path: string): Promise<boolean>;
}

export interface DiskFile {
  /** One after the other, from `position` on. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>;
  read(part: Part): Promise<Uint8Array>;
  /** Makes the content durable; the name in its folder is another matter. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Large enough that a 64 MB file passes at gigabytes a second, small enough for the processor's cache. */
const PIECE_BYTES = 256 * 1024;
/** Written by one call, of which the system takes so many (IOV_MAX). */
const PIECES_TOGETHER_MAX = 1024;
/** Read while the one before is being sent. */
const PIECES_AHEAD = 2;
/**
 * Node's threads for files are four. An fsync holds one for as long as the disk likes, so only so many run at a time and
 * readers always find a free one.
 */
const SYNCS_MAX = 2;

const open = promisify(fs.open);
const close = promisify(fs.close);
const fsync = promisify(fs.fsync);
const stat = promisify(fs.stat);
const rename = promisify(fs.rename);
const unlink = promisify(fs.unlink);
const utimes = promisify(fs.utimes);
const readdir = promisify(fs.readdir) as (path: string) => Promise<string[]>;
const mkdir = promisify(fs.mkdir) as (path: string, mode: number) => Promise<void>;
type Move = (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => Promise<number>;
const writev = promisify(fs.writev);
const read = promisify(fs.read<Uint8Array>);
const readSome: Move = async (...given) => (await read(...given)).bytesRead;
const rmdir = promisify(fs.rmdir) as (path: string) => Promise<void>;

/** The file system of this machine. */
export function realDisk(): Disk {
  const inTurn = atMost(SYNCS_MAX);
  return {
    async create(path) {
      const file = await open(path, "wx+", 0o600);
      return {
        write: (pieces, position) => writeAll(file, pieces, position),
        read: (part) => readAll(file, part),
        sync: () => inTurn(() => fsync(file)),
        close: () => close(file),
      };
    },
    async read(path, part) {
      const file = await unless("ENOENT", open(path, "r"));
      return file === null ? null : streamOf(file, part);
    },
    sizeOf: async (path) => (await unless("ENOENT", stat(path)))?.size ?? null,
    modifiedAt: async (path) => (await unless("ENOENT", stat(path)))?.mtimeMs ?? null,
    touch: (path, at) => utimes(path, at / 1000, at / 1000),
    list: async (path) => ((await unless("ENOENT", readdir(path))) ?? []).sort(),
    async makeFolder(path) {
      return (
        (await unless(
          "EEXIST",
          mkdir(path, 0o700).then(() => true),
        )) ?? false
      );
    },
    rename,
    remove: async (path) => void (await unless("ENOENT", unlink(path))),
    async removeFolder(path) {
      await unless("ENOENT", unless("ENOTEMPTY", rmdir(path)));
    },
    async syncFolder(path) {
      // Windows keeps entries durable by itself and does not open folders.
      if (process.platform === "win32") return;
      const folder = await open(path, "r");
      try {
        // EINVAL: a file system that cannot sync folders; nothing better is to be had there.
        await inTurn(() => unless("EINVAL", fsync(folder)));
      } finally {
        await close(folder);
      }
    },
    // syncfs(2), which Node does not offer, by the program that every Linux has.
    syncAll: async (path) => process.platform === "linux" && (await ranWell("sync", ["-f", path])),
  };
}

function ranWell(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => execFile(program, args, (error) => resolve(error === null)));
}

async function unless<Value>(code: string, promise: Promise<Value>): Promise<Value | null> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return null;
    throw error;
  }
}

/** Reads into memory that was given back, where some was; `node:fs`'s own streams take new memory for every piece. */
function streamOf(file: number, part: Part | undefined): Readable & Pieces {
  // What is open already is described from memory, without touching the disk.
  const { size } = fs.fstatSync(file);
  const end = Math.min(part?.end ?? size, size);
  const pieceBytes = Math.max(1, Math.min(PIECE_BYTES, end - (part?.start ?? 0)));
  const spare: Uint8Array[] = [];
  let position = part?.start ?? 0;
  let reading: Promise<unknown> = Promise.resolve();

  async function readNext(): Promise<void> {
    if (position >= end) {
      stream.push(null);
      return;
    }
    const memory = spare.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    const count = await readSome(file, memory, 0, Math.min(pieceBytes, end - position), position);
    if (count === 0) throw new Error(`a file ended at ${position}, before ${end}`);
    position += count;
    stream.push(memory.subarray(0, count));
  }

  const stream = new Readable({
    // Pieces stay pieces: in the other mode those that wait are copied into one.
    objectMode: true,
    highWaterMark: PIECES_AHEAD,
    read() {
      reading = readNext().catch((error: unknown) => stream.destroy(error as Error));
    },
    destroy(error, done) {
      // Its number may be another file's as soon as it is closed.
      void reading.then(() => fs.close(file, (failure) => done(error ?? failure)));
    },
  });
  return Object.assign(stream, {
    recycle(piece: Uint8Array): void {
      const memory = new Uint8Array(piece.buffer);
      if (memory.byteLength === pieceBytes && spare.length < PIECES_AHEAD) spare.push(memory);
    },
  });
}

async function writeAll(file: number, pieces: readonly Uint8Array[], position: number): Promise<void> {
  let left = pieces.filter((piece) => piece.byteLength > 0);
  for (let at = position; left.length > 0; ) {
    const { bytesWritten } = await writev(file, left.slice(0, PIECES_TOGETHER_MAX), at);
    at += bytesWritten;
    left = without(left, bytesWritten);
  }
}

/** What is left of pieces when so many bytes of them are done. */
function without(pieces: readonly Uint8Array[], doneBytes: number): Uint8Array[] {
  let done = doneBytes;
  let index = 0;
  for (let piece = pieces[index]; piece !== undefined && piece.byteLength <= done; piece = pieces[index]) {
    done -= piece.byteLength;
    index += 1;
  }
  const [first, ...others] = pieces.slice(index);
  return first === undefined ? [] : [first.subarray(done), ...others];
}

async function readAll(file: number, { start, end }: Part): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(end - start);
  for (let done = 0; done < bytes.byteLength; ) {
    const count = await readSome(file, bytes, done, bytes.byteLength - done, start + done);
    if (count === 0) throw new Error(`a file ended at ${start + done}, before ${end}`);
    done += count;
  }
  return bytes;
}

/** Runs so many at a time; the others wait in order. */
function atMost(limit: number): <Value>(run: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running < limit) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
