import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { refuse } from "#core";
import { SqlFailure, type Writer } from "../sql/engine.ts";
import type { Statement } from "../sql/statement.ts";
import type { Failure, Request, Response } from "./wire.ts";

/** How long a write waits for another process to finish its own. */
const BUSY_MS = 30_000;

/** The writer as {@link Writer}, and what only the opener needs. */
export interface SqliteWriter extends Writer, AsyncDisposable {
  /** Runs one statement outside any transaction; for PRAGMAs. */
  bare<Row>(sql: string): Promise<readonly Row[]>;
}

interface Waiting {
  resolve(rows: readonly unknown[]): void;
  reject(error: Error): void;
}

/** Starts a thread with a connection to the SQLite file at `path`; only one of them writes. */
export function openWriter(path: string, does: "writes" | "searches" = "writes"): SqliteWriter {
  // Beside this file, and of its kind: TypeScript in the sources, JavaScript in what is shipped.
  const file = new URL(`./writer-thread${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { path, busyMs: BUSY_MS }, name: `${does} ${path}` });
  const waiting = new Map<number, Waiting>();
  const numbers = new Map<string, number>();
  let lastId = 0;
  let end: Error | null = null;
  let closing: Promise<void> | null = null;

  function fail(cause: unknown): void {
    end ??= endOf(path, does, cause);
    for (const { reject } of waiting.values()) reject(end);
    waiting.clear();
  }
  worker.on("error", fail);
  worker.on("exit", () => fail(null));
  worker.on("message", (response: Response) => {
    const asked = waiting.get(response.id);
    waiting.delete(response.id);
    if ("rows" in response) asked?.resolve(response.rows);
    else asked?.reject(failureOf(path, response.failure));
  });

  function send<Row>(mode: Request["mode"], statements: readonly Statement[]): Promise<readonly Row[]> {
    if (closing !== null && mode !== "close")
      return Promise.reject(refuse({ code: "shutting-down", retryAfterSeconds: 5 }));
    if (end !== null) return Promise.reject(end);
    const fresh: string[] = [];
    const numbered = statements.map(({ sql, parameters, isRare }) => {
      if (isRare) return [sql, parameters] as const;
      let number = numbers.get(sql);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(sql, number);
        fresh.push(sql);
      }
      return [number, parameters] as const;
    });
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      worker.postMessage({ id, fresh, statements: numbered, mode } satisfies Request);
    });
  }

  async function close(): Promise<void> {
    if (end === null) await send("close", []);
    await worker.terminate();
  }

  const bare = <Row>(sql: string): Promise<readonly Row[]> => send("bare", [{ sql, parameters: [] }]);

  return {
    bare,
    async begin() {
      await bare("begin immediate");
    },
    run: (statements, last) => send("inside", last === undefined ? statements : [...statements, last]),
    async commit(statements) {
      await send("inside", [...statements, { sql: "commit", parameters: [] }]);
    },
    async rollback() {
      // SQLite ends a transaction by itself when the disk is full.
      await send("inside", [{ sql: "rollback", parameters: [] }]).catch(() => null);
    },
    atomically: (statements, last) => send("atomic", last === undefined ? statements : [...statements, last]),
    [Symbol.asyncDispose]() {
      closing ??= close();
      return closing;
    },
  };
}

/** Why the thread has ended: it could not open the file, or it broke down. */
function endOf(path: string, does: string, cause: unknown): Error {
  const { message = "", errcode } = (cause ?? {}) as Partial<Failure>;
  if (typeof errcode === "number") return failureOf(path, { message, errcode, isTransactionOpen: false });
  return new Error(`the thread that ${does} ${path} has ended; restart the server`, { cause });
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const SQLITE_CONSTRAINT = 19;
/** The shared-memory file beside the database could not grow. */
const SQLITE_IOERR_SHMSIZE = 4874;
/** By primary result code: why the file cannot be used, and what to do. */
const UNUSABLE: Readonly<Record<number, string>> = {
  3: "permission is denied; give the user who runs this process the right to write there",
  8: "it may not be written; give the user who runs this process the right to write there, or mount its file system writable",
  11: "it is damaged; restore a backup",
  14: "it or its folder cannot be opened for writing; see whether the folder is there and whether the user who runs this process may write in it",
  26: "it is not a database; move it away, or choose another data folder",
};

function failureOf(path: string, { message, errcode, isTransactionOpen }: Failure): SqlFailure {
  const primary = (errcode ?? 0) & 0xff;
  if (primary === SQLITE_FULL || errcode === SQLITE_IOERR_SHMSIZE) {
    return new SqlFailure(
      `${path} could not be written because its disk is full; free some room and try again`,
      "full",
      isTransactionOpen,
    );
  }
  if (primary === SQLITE_BUSY) {
    return new SqlFailure(
      `another process has held ${path} for more than ${BUSY_MS / 1000} seconds; stop it, or try again when it is done`,
      "busy",
      isTransactionOpen,
    );
  }
  const reason = UNUSABLE[primary];
  if (reason !== undefined) return new SqlFailure(`${path} cannot be used: ${reason}`, "unusable", isTransactionOpen);
  return new SqlFailure(message, primary === SQLITE_CONSTRAINT ? "clash" : "other", isTransactionOpen);
}
