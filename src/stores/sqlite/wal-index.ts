import { openSync, readSync } from "node:fs";

/**
 * The header of a database's WAL index, the file `…-shm`: every commit of every connection rewrites it before it
 * returns, with a counter of transactions (https://www.sqlite.org/walformat.html, section 2.1). Reading it costs an
 * eighth of what SQLite's own `pragma data_version` costs, which takes and gives back locks.
 */
export interface WalIndex {
  /** Nothing was committed since the last call. `false` says only that it must be asked in earnest. */
  isUnchanged(): boolean;
}

/** Both copies of the header; while one is being written they differ, and differ from what was seen before. */
const HEADER_BYTES = 96;

/**
 * `path`: of the database, which a connection has open and has read from. The file stays open until the process ends:
 * closing any descriptor of it would take from SQLite the locks that this process holds on it (POSIX; "How to corrupt",
 * section 2.2, https://www.sqlite.org/howtocorrupt.html).
 */
export function openWalIndex(path: string): WalIndex {
  const file = openOrNull(`${path}-shm`);
  let seen = Buffer.alloc(HEADER_BYTES);
  let read = Buffer.alloc(HEADER_BYTES);
  return {
    isUnchanged() {
      if (file === null || !isRead(file, read)) return false;
      if (read.equals(seen)) return true;
      [seen, read] = [read, seen];
      return false;
    },
  };
}

/** Where the file cannot be opened, SQLite itself is asked each time. */
function openOrNull(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}

function isRead(file: number, into: Buffer): boolean {
  try {
    return readSync(file, into, 0, HEADER_BYTES, 0) === HEADER_BYTES;
  } catch {
    return false;
  }
}
