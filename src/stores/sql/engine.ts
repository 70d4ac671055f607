import { refuse } from "#core";
import type { Ask, Statement } from "./statement.ts";

/**
 * What a SQL database must offer to be kept by the keepers of this folder. SQLite is one; PostgreSQL is to be another,
 * and nothing above this file knows which it is.
 */
export interface Engine extends AsyncDisposable {
  readonly writer: Writer;
  /** Runs `work` on a connection that sees one moment in time and cannot write. */
  snapshot<Result>(work: (ask: Ask) => Promise<Result>): Promise<Result>;
  /** One statement that only reads, sees all that is committed, and belongs to no snapshot. */
  readonly ask: Ask;
  /** Whether somebody else, perhaps another process, may have committed since this was asked last. Costs microseconds. */
  hasMoved(): boolean;
}

/** The one connection that writes. What is sent is run in the order of sending. */
export interface Writer {
  /** Opens a transaction that no other writer can be in at the same time. */
  begin(): Promise<void>;
  /**
   * Runs statements in order inside the open transaction, up to the first that fails; resolves to the rows of `last`.
   * Refuses when no transaction is open (a full disk ends one), so that nothing is ever written outside it.
   */
  run<Row>(statements: readonly Statement[], last?: Statement<Row>): Promise<readonly Row[]>;
  /** Resolves when all of it is as durable as the database promises. */
  commit(statements: readonly Statement[]): Promise<void>;
  /** No error when none is open. */
  rollback(): Promise<void>;
  /** The statements in a transaction of their own: all or nothing. Resolves to the rows of `last`. */
  atomically<Row>(statements: readonly Statement[], last?: Statement<Row>): Promise<readonly Row[]>;
}

/** A statement failed. The message names tables and columns, never values. */
export class SqlFailure extends Error {
  override readonly name: string = "SqlFailure";
  /**
   * `busy`: another process held the lock for too long. `clash`: a uniqueness that the tables insist on.
   * `unusable`: what is there cannot be opened, read or written as a database.
   */
  readonly why: "full" | "busy" | "clash" | "unusable" | "other";
  /** Whether the transaction is still there to go on with. */
  readonly isTransactionOpen: boolean;
  constructor(message: string, why: SqlFailure["why"], isTransactionOpen: boolean) {
    super(message);
    this.why = why;
    this.isTransactionOpen = isTransactionOpen;
  }
}

/** What a caller is told of a failure: that the disk is full is something to refuse with, the rest is unexpected. */
export function told(error: unknown): unknown {
  return error instanceof SqlFailure && error.why === "full"
    ? refuse({ code: "storage-full", because: error.message }, error)
    : error;
}
