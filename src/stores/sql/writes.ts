import { type JournalEntry, refuse, type Seq } from "#core";
import { SqlFailure, told, type Writer } from "./engine.ts";
import type { Ask, Statement } from "./statement.ts";

/** A batch is committed at the latest when it has so many writes or entries. */
const BATCH_WRITES_MAX = 64;
const BATCH_ENTRIES_MAX = 1000;
/** So many statements are sent ahead before the work asks or ends. */
const SENT_AHEAD = 512;

/** One write inside a batch. */
export interface Scope {
  /** Sees what was added before. */
  readonly ask: Ask;
  /** The position of the newest entry, those of this write included. */
  readonly head: Seq;
  add(entry: JournalEntry): void;
}

export interface Writes {
  /** Runs `work` when its turn has come. Resolves after the commit, when `committed` has resolved. */
  submit<Result>(work: (scope: Scope) => Promise<Result>): Promise<{ readonly result: Result; readonly seq: Seq }>;
  /** Refuses new work; resolves when all that was submitted is done. */
  close(): Promise<void>;
}

export interface WritesParts {
  readonly writer: Writer;
  readonly readHead: Statement<{ readonly seq: number }>;
  readonly saveHead: (values: { seq: number }) => Statement;
  /** The statements of one entry: its row in the journal and what it means. */
  readonly statementsOf: (entry: JournalEntry) => readonly Statement[];
  /** Told of each commit before its writes resolve. */
  readonly committed: (entries: readonly JournalEntry[]) => Promise<void>;
}

interface Job {
  readonly work: (scope: Scope) => Promise<unknown>;
  resolve(outcome: { readonly result: unknown; readonly seq: Seq }): void;
  reject(error: unknown): void;
}

/** A job whose work is done and whose commit is not. */
interface Done {
  readonly job: Job;
  readonly result: unknown;
  readonly seq: Seq;
}

/**
 * Runs writes one after another, and commits those that wait as one batch (group commit): each in a savepoint of its
 * own, one commit, one fsync.
 */
export function openWrites(parts: WritesParts): Writes {
  const waiting: Job[] = [];
  let draining: Promise<void> | null = null;
  let isClosed = false;

  async function drain(): Promise<void> {
    // Writes that are submitted in the same turn of the event loop share a batch.
    await null;
    while (waiting.length > 0) await runBatch(parts, waiting);
    draining = null;
  }

  return {
    submit<Result>(work: (scope: Scope) => Promise<Result>) {
      if (isClosed) return Promise.reject(refuse({ code: "shutting-down", retryAfterSeconds: 5 }));
      return new Promise<{ result: Result; seq: Seq }>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as Job["resolve"], reject });
        draining ??= drain();
      });
    },
    async close() {
      isClosed = true;
      await draining;
    },
  };
}

async function runBatch(parts: WritesParts, waiting: Job[]): Promise<void> {
  const { writer } = parts;
  const done: Done[] = [];
  const entries: JournalEntry[] = [];
  let taken: Job | undefined;
  try {
    taken = waiting[0];
    await writer.begin();
    let head = ((await writer.run([], parts.readHead))[0]?.seq ?? 0) as Seq;
    while (done.length < BATCH_WRITES_MAX && entries.length < BATCH_ENTRIES_MAX) {
      taken = waiting.shift();
      if (taken === undefined) break;
      const added = await runJob(parts, taken, head, done);
      entries.push(...added);
      head = (head + added.length) as Seq;
    }
    taken = undefined;
    await writer.commit(entries.length === 0 ? [] : [parts.saveHead({ seq: head })]);
  } catch (error) {
    if (taken !== undefined && waiting[0] === taken) waiting.shift();
    await writer.rollback().catch(() => null);
    for (const { job } of done) job.reject(told(error));
    taken?.reject(told(error));
    return;
  }
  try {
    if (entries.length > 0) await parts.committed(entries);
  } catch (error) {
    // It is written, and those who must hear of it have not: nobody may answer as if all were well.
    for (const { job } of done) job.reject(told(error));
    return;
  }
  for (const { job, result, seq } of done) job.resolve({ result, seq });
}

const SAVEPOINT: Statement = { sql: "savepoint work", parameters: [] };
const RELEASE: Statement = { sql: "release savepoint work", parameters: [] };
const UNDO: Statement = { sql: "rollback to savepoint work", parameters: [] };

/**
 * Runs one job in its savepoint. A job that throws is rejected and leaves nothing; what it throws is passed on only
 * when the transaction is gone with it, and with the transaction the batch.
 */
async function runJob(parts: WritesParts, job: Job, head: Seq, done: Done[]): Promise<readonly JournalEntry[]> {
  const scope = openScope(parts, head);
  try {
    const result = await job.work(scope);
    await scope.finish();
    done.push({ job, result, seq: scope.head });
    return scope.entries;
  } catch (error) {
    scope.abandon();
    // On a full disk the commit would fail as well.
    if (error instanceof SqlFailure && (!error.isTransactionOpen || error.why === "full")) throw error;
    await scope.undo();
    job.reject(error);
    return [];
  }
}

function openScope({ writer, statementsOf }: WritesParts, before: Seq) {
  const entries: JournalEntry[] = [];
  let waiting: Statement[] = [SAVEPOINT];
  let ahead: Promise<unknown> = Promise.resolve();
  let isOver = false;

  function assertRunning(): void {
    if (isOver) throw new Error("a transaction was used after its work had ended; work must await all it asks of tx");
  }

  /** Sends what waits and `last`. What was sent ahead and failed fails here. */
  async function send<Row>(last: Statement<Row>): Promise<readonly Row[]> {
    const statements = waiting;
    waiting = [];
    const [, rows] = await Promise.all([ahead, writer.run(statements, last)]);
    return rows;
  }

  return {
    entries,
    get head() {
      return (before + entries.length) as Seq;
    },
    ask<Row>(statement: Statement<Row>): Promise<readonly Row[]> {
      assertRunning();
      return send(statement);
    },
    add(entry: JournalEntry): void {
      assertRunning();
      entries.push(entry);
      waiting.push(...statementsOf(entry));
      if (waiting.length < SENT_AHEAD) return;
      const sent = writer.run(waiting);
      waiting = [];
      ahead = Promise.all([ahead, sent]);
      ahead.catch(() => null);
    },
    async finish(): Promise<void> {
      isOver = true;
      // First, because a savepoint that was released after a failure could not be taken back any more.
      await ahead;
      await send(RELEASE);
    },
    abandon(): void {
      isOver = true;
    },
    /** Whatever was sent is taken back; what was not is forgotten. */
    async undo(): Promise<void> {
      await ahead.catch(() => null);
      if (waiting[0] === SAVEPOINT) return;
      await writer.run([UNDO, RELEASE]);
    },
  };
}
