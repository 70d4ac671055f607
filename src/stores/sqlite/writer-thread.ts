import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Failure, Request, Response } from "./wire.ts";

// The thread that writes to one SQLite file: an fsync takes its time here and holds up nobody who reads. It knows no
// SQL of its own, only connections and transactions. Nothing from outside this folder is imported but types, so that
// the thread starts in no time.

const port = parentPort;
if (port === null) throw new Error("this file is run as a worker thread, by writer.ts");
const db = new DatabaseSync(String(workerData.path), { timeout: Number(workerData.busyMs) });
const texts: string[] = [];
const prepared: StatementSync[] = [];

port.on("message", (request: Request) => {
  port.postMessage(answer(request));
  if (request.mode === "close") port.close();
});

function answer({ id, fresh, statements, mode }: Request): Response {
  try {
    texts.push(...fresh);
    if (mode === "inside" && !db.isTransaction) throw new Error("the transaction is gone");
    if (mode === "close") {
      db.close();
      return { id, rows: [] };
    }
    if (mode !== "atomic") return { id, rows: run(statements) };
    db.exec("begin immediate");
    const rows = run(statements);
    db.exec("commit");
    return { id, rows };
  } catch (error) {
    if (mode === "atomic" && db.isOpen && db.isTransaction) db.exec("rollback");
    return { id, failure: failureOf(error) };
  }
}

function run(statements: Request["statements"]): readonly unknown[] {
  let rows: readonly unknown[] = [];
  for (const [number, values] of statements) {
    rows = statementOf(number).all(...(values as SQLInputValue[]));
  }
  return rows;
}

function statementOf(which: number | string): StatementSync {
  if (typeof which === "string") return db.prepare(which);
  prepared[which] ??= db.prepare(texts[which] ?? "");
  return prepared[which];
}

function failureOf(error: unknown): Failure {
  const { message } = error as Error;
  const { errcode } = error as { errcode?: unknown };
  return {
    message,
    errcode: typeof errcode === "number" ? errcode : null,
    isTransactionOpen: db.isOpen && db.isTransaction,
  };
}
