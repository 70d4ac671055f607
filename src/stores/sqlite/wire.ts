import type { Value } from "../sql/statement.ts";

/** What the main thread asks of the thread that writes. Statements are sent once and named by number afterwards; rare ones by text. */
export interface Request {
  readonly id: number;
  /** SQL that the thread has not seen yet, in the order of its numbers. */
  readonly fresh: readonly string[];
  readonly statements: readonly (readonly [number | string, readonly Value[]])[];
  /**
   * `inside`: only while a transaction is open. `atomic`: in one of their own. `bare`: as they are.
   * `close`: checkpoint, close and end the thread.
   */
  readonly mode: "inside" | "atomic" | "bare" | "close";
}

/** Its answers, in the order of the requests. */
export type Response =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly failure: Failure };

export interface Failure {
  readonly message: string;
  /** SQLite's extended result code; `null` for what did not come from SQLite. */
  readonly errcode: number | null;
  readonly isTransactionOpen: boolean;
}
