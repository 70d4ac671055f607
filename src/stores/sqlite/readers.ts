import { DatabaseSync, type StatementSync } from "node:sqlite";
import { refuse } from "#core";
import type { Ask, Statement } from "../sql/statement.ts";
import { openFarReaders } from "./far-readers.ts";
import { openWalIndex } from "./wal-index.ts";

/** Work awaits nothing but its answers, so a snapshot lasts microseconds and a few connections serve everybody. */
const CONNECTIONS_MAX = 4;
/** SQLite's readers wait for nothing but the recovery after a kill. */
const BUSY_MS = 10_000;

export interface Readers {
  readonly ask: Ask;
  snapshot<Result>(work: (ask: Ask) => Promise<Result>): Promise<Result>;
  hasMoved(): boolean;
  /** Refuses new snapshots; resolves when those that run are done and the connections are closed. */
  close(): Promise<void>;
}

/**
 * Read-only connections on the thread of the caller: a read costs microseconds and no change of thread. Snapshots that
 * begin with a search are on another thread.
 */
export function openReaders(path: string): Readers {
  const first = openReader(path);
  const idle: Reader[] = [];
  const queue: ((reader: Reader) => void)[] = [];
  const all: Reader[] = [first];
  const dataVersion: Statement<{ data_version: number }> = { sql: "pragma data_version", parameters: [] };
  const running = new Set<Promise<unknown>>();
  let isClosed = false;
  let seen = first.all(dataVersion)[0]?.data_version;
  const walIndex = openWalIndex(path);
  const far = openFarReaders(path);

  function assertOpen(): void {
    if (isClosed) throw refuse({ code: "shutting-down", retryAfterSeconds: 5 });
  }

  function take(): Reader | Promise<Reader> {
    const reader = idle.pop();
    if (reader !== undefined) return reader;
    if (all.length <= CONNECTIONS_MAX) {
      const made = openReader(path);
      all.push(made);
      return made;
    }
    return new Promise((resolve) => queue.push(resolve));
  }

  function giveBack(reader: Reader): void {
    const next = queue.shift();
    if (next === undefined) idle.push(reader);
    else next(reader);
  }

  /** A transaction on this thread, or, for what may take long, on another one. */
  async function begin(isFar: boolean): Promise<Snapshot> {
    if (isFar) return far.begin();
    const reader = await take();
    reader.exec("begin");
    return {
      all: reader.all,
      end() {
        reader.exec("commit");
        giveBack(reader);
      },
    };
  }

  /** Runs `work` in a transaction, which sees one moment in time. What is asked first says where it is. */
  async function inSnapshot<Result>(work: (ask: Ask) => Promise<Result>): Promise<Result> {
    let begun: Promise<Snapshot> | null = null;
    let isOver = false;
    try {
      return await work(async (statement) => {
        if (isOver) throw new Error("a view was used after its work had ended; work must await all it asks of view");
        begun ??= begin(statement.isRare === true);
        return (await begun).all(statement);
      });
    } finally {
      isOver = true;
      const snapshot: Snapshot | null = (await (begun as Promise<Snapshot> | null)?.catch(() => null)) ?? null;
      await snapshot?.end();
    }
  }

  return {
    async ask(statement) {
      assertOpen();
      return first.all(statement);
    },
    async snapshot(work) {
      assertOpen();
      const result = inSnapshot(work);
      running.add(result);
      try {
        return await result;
      } finally {
        running.delete(result);
      }
    },
    hasMoved() {
      assertOpen();
      if (walIndex.isUnchanged()) return false;
      // Changes when another connection has committed, and the one that writes is another one.
      const version = first.all(dataVersion)[0]?.data_version;
      if (version === seen) return false;
      seen = version;
      return true;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.allSettled(running);
      await far.close();
      for (const reader of all) reader.close();
    },
  };
}

interface Snapshot {
  all<Row>(statement: Statement<Row>): readonly Row[] | Promise<readonly Row[]>;
  end(): void | Promise<void>;
}

interface Reader {
  all<Row>(statement: Statement<Row>): readonly Row[];
  exec(sql: "begin" | "commit"): void;
  close(): void;
}

function openReader(path: string): Reader {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  // The texts are those of the prepared queries: a few dozen.
  const prepared = new Map<string, StatementSync>();

  function all<Row>({ sql, parameters, isRare }: Statement<Row>): readonly Row[] {
    if (isRare) return db.prepare(sql).all(...parameters) as unknown as readonly Row[];
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      prepared.set(sql, statement);
    }
    return statement.all(...parameters) as unknown as readonly Row[];
  }

  return {
    all,
    exec: (sql) => void all({ sql, parameters: [] }),
    close: () => db.close(),
  };
}
