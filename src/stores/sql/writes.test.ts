import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalEntry, Seq } from "#core";
import { registered, SOMEBODY } from "../samples.contract.ts";
import { SqlFailure } from "./engine.ts";
import type { Statement } from "./statement.ts";
import { openWrites, type Scope, type Writes } from "./writes.ts";

interface World {
  readonly writes: Writes;
  /** Everything that the writer was sent, in order, without the reads of the head. */
  readonly sent: string[];
  /** What fails the next time it is sent. */
  fails: { sql: string; error: Error } | null;
  committed: (entries: readonly JournalEntry[]) => Promise<void>;
}

test("writes that wait are committed as one batch, each in a savepoint of its own", async () => {
  const world = openWorld();
  await Promise.all([world.writes.submit(add("a")), world.writes.submit(add("b"))]);
  await world.writes.submit(add("c"));
  assert.deepEqual(world.sent, [
    ...["begin", "savepoint work", "a", "release savepoint work", "savepoint work", "b", "release savepoint work"],
    ...["head = 2", "commit", "begin", "savepoint work", "c", "release savepoint work", "head = 3", "commit"],
  ]);
});

test("one batch never grows beyond 64 writes, so that the first does not wait for ever", async () => {
  const world = openWorld();
  await Promise.all(Array.from({ length: 100 }, (_, index) => world.writes.submit(add(`p-${index}`))));
  const heads = world.sent.filter((sql) => sql.startsWith("head"));
  assert.deepEqual(heads, ["head = 64", "head = 100"]);
});

test("when the commit fails none of the batch is acknowledged, and later writes go on", async () => {
  const world = openWorld();
  world.fails = { sql: "commit", error: new SqlFailure("the disk broke", "other", false) };
  const outcomes = await Promise.allSettled([world.writes.submit(add("a")), world.writes.submit(add("b"))]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal((await world.writes.submit(add("c"))).seq, 1);
});

test("a writer that cannot begin refuses one write after the other, and hangs none", async () => {
  const world = openWorld();
  world.fails = { sql: "begin", error: new SqlFailure("held by another process", "busy", false) };
  const [first, second] = await Promise.allSettled([world.writes.submit(add("a")), world.writes.submit(add("b"))]);
  assert.equal(first?.status, "rejected");
  assert.equal(second?.status, "fulfilled");
});

test("a write that the listeners could not be told of is not acknowledged, and the next one goes on", async () => {
  const world = openWorld();
  world.committed = async () => {
    throw new Error("the journal could not be read");
  };
  await assert.rejects(world.writes.submit(add("a")), /the journal could not be read/);
  world.committed = async () => {};
  assert.equal((await world.writes.submit(add("b"))).seq, 2);
  await world.writes.close();
});

test("a transaction that is used after its work has ended is refused", async () => {
  const world = openWorld();
  let kept: Scope | null = null;
  await world.writes.submit(async (scope) => {
    kept = scope;
  });
  assert.throws(() => (kept as Scope | null)?.add(entry(1, "late")), /used after its work had ended/);
});

function openWorld(): World {
  const sent: string[] = [];
  let head = 0;
  let next = 0;
  const run = async (statements: readonly Statement[]): Promise<void> => {
    for (const { sql } of statements) {
      const { fails } = world;
      if (fails?.sql === sql) {
        world.fails = null;
        throw fails.error;
      }
      sent.push(sql);
      if (sql.startsWith("head = ")) next = Number(sql.slice(7));
    }
  };
  const one = (sql: string): Statement => ({ sql, parameters: [] });
  const writes = openWrites({
    writer: {
      begin: () => run([one("begin")]),
      async run<Row>(statements: readonly Statement[], last?: Statement<Row>) {
        if (last?.sql === "read head") return [{ seq: head }] as Row[];
        await run(last === undefined ? statements : [...statements, last]);
        return [];
      },
      async commit(statements) {
        await run([...statements, one("commit")]);
        head = next;
      },
      async rollback() {
        next = head;
      },
      async atomically() {
        return [];
      },
    },
    readHead: { sql: "read head", parameters: [] },
    saveHead: ({ seq }) => one(`head = ${seq}`),
    statementsOf: ({ event }) => [one(event.type === "project.registered" ? event.project : event.type)],
    committed: (entries) => world.committed(entries),
  });
  const world: World = { writes, sent, fails: null, committed: async () => {} };
  return world;
}

function add(project: string): (scope: Scope) => Promise<void> {
  return async (scope) => scope.add(entry(scope.head + 1, project));
}

function entry(seq: number, project: string): JournalEntry {
  return { seq: seq as Seq, at: 1000 as JournalEntry["at"], by: SOMEBODY, event: registered(project) };
}
