import { refuse } from "#core";
import type { Engine } from "../sql/engine.ts";
import { openReaders } from "./readers.ts";
import { openWriter } from "./writer.ts";

/** How durable a commit is, as the open connection that writes says itself. */
export interface Durability {
  readonly journalMode: string;
  /** 1: NORMAL, 2: FULL. */
  readonly synchronous: number;
}

export interface SqliteEngine extends Engine {
  durability(): Promise<Durability>;
}

/** The write-ahead log shrinks back to this after a large write. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;
/** Memory for pages of the connection that writes, in KiB. */
const WRITER_CACHE_KIB = 16 * 1024;

const SYNCHRONOUS = { NORMAL: 1, FULL: 2 } as const;

/**
 * Opens the SQLite file at `path`, makes it if it is not there. `FULL`: what is committed survives a power cut.
 * `NORMAL`: a power cut may lose the last moments, never half a transaction.
 */
export async function openSqliteEngine(path: string, synchronous: keyof typeof SYNCHRONOUS): Promise<SqliteEngine> {
  const writer = openWriter(path);
  async function durability(): Promise<Durability> {
    const [mode] = await writer.bare<{ journal_mode: string }>("pragma journal_mode");
    const [sync] = await writer.bare<{ synchronous: number }>("pragma synchronous");
    return { journalMode: mode?.journal_mode ?? "", synchronous: sync?.synchronous ?? -1 };
  }
  try {
    await writer.bare("pragma journal_mode = wal");
    await writer.bare(`pragma synchronous = ${synchronous}`);
    // macOS: an ordinary fsync leaves the bytes in the drive's memory. Elsewhere these do nothing.
    await writer.bare("pragma fullfsync = on");
    await writer.bare("pragma checkpoint_fullfsync = on");
    await writer.bare(`pragma journal_size_limit = ${LOG_BYTES_MAX}`);
    await writer.bare(`pragma cache_size = -${WRITER_CACHE_KIB}`);
    const is = await durability();
    if (is.journalMode !== "wal" || is.synchronous !== SYNCHRONOUS[synchronous]) {
      const because = `${path} cannot be kept durable: its file system gives journal mode ${is.journalMode} and synchronous ${is.synchronous} where wal and ${SYNCHRONOUS[synchronous]} are needed; put the data folder on a local disk`;
      throw refuse({ code: "setting-invalid", because });
    }
    const readers = openReaders(path);
    return {
      writer,
      durability,
      ask: readers.ask,
      snapshot: readers.snapshot,
      hasMoved: readers.hasMoved,
      async [Symbol.asyncDispose]() {
        // The last connection to close folds the log into the file, which only one that writes can do.
        await readers.close();
        await writer[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await Promise.allSettled([writer[Symbol.asyncDispose]()]);
    throw error;
  }
}
