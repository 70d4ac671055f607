import type { Statement } from "../sql/statement.ts";
import { openWriter, type SqliteWriter } from "./writer.ts";

/** So many searches run at a time; each is a thread, which is started when it is needed. */
const THREADS_MAX = 2;
/** Memory for pages of each, in KiB: a search looks at many. */
const CACHE_KIB = 16 * 1024;

/** A transaction on a connection that only reads, and lives on a thread of its own. */
export interface FarSnapshot {
  all<Row>(statement: Statement<Row>): Promise<readonly Row[]>;
  end(): Promise<void>;
}

export interface FarReaders {
  begin(): Promise<FarSnapshot>;
  /** When nothing runs any more. */
  close(): Promise<void>;
}

/** Connections for reads that may take long: a search that looks at a million files holds up nobody but other searches. */
export function openFarReaders(path: string): FarReaders {
  const started: Promise<SqliteWriter>[] = [];
  const idle: SqliteWriter[] = [];
  const queue: ((reader: SqliteWriter | Promise<SqliteWriter>) => void)[] = [];

  async function start(): Promise<SqliteWriter> {
    const reader = openWriter(path, "searches");
    try {
      await reader.bare("pragma query_only = on");
      await reader.bare(`pragma cache_size = -${CACHE_KIB}`);
      return reader;
    } catch (error) {
      await Promise.allSettled([reader[Symbol.asyncDispose]()]);
      throw error;
    }
  }

  async function take(): Promise<SqliteWriter> {
    const reader = idle.pop();
    if (reader !== undefined) return reader;
    if (started.length >= THREADS_MAX) return new Promise((resolve) => queue.push(resolve));
    const starting = start();
    started.push(starting);
    // One that could not be started leaves its place to the next, who may be waiting for it.
    starting.catch(() => {
      started.splice(started.indexOf(starting), 1);
      queue.shift()?.(take());
    });
    return starting;
  }

  function giveBack(reader: SqliteWriter): void {
    const next = queue.shift();
    if (next === undefined) idle.push(reader);
    else next(reader);
  }

  return {
    async begin() {
      const reader = await take();
      try {
        await reader.bare("begin");
      } catch (error) {
        giveBack(reader);
        throw error;
      }
      return {
        all: (statement) => reader.run([], statement),
        async end() {
          await reader.rollback();
          giveBack(reader);
        },
      };
    },
    async close() {
      for (const one of await Promise.allSettled(started)) {
        if (one.status === "fulfilled") await one.value[Symbol.asyncDispose]();
      }
    },
  };
}
