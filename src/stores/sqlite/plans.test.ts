import assert from "node:assert/strict";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { Digest, Instant, ProjectName, RepositoryKey, Seq, UserName } from "#core";
import { temporaryFolder, withDatabase } from "../../../tests/support/databases.ts";
import type { MetadataView } from "../metadata-store.ts";
import { DEV, digestOf, FOO, ONE_OF_EACH, SOMEBODY } from "../samples.contract.ts";
import type { Engine } from "../sql/engine.ts";
import { openSqlMetadata } from "../sql/metadata.ts";
import { openSqlState } from "../sql/state.ts";
import type { Statement } from "../sql/statement.ts";
import type { MetadataTables, StateTables } from "../sql/tables.ts";
import { sqliteQueries } from "./compile.ts";
import { SQLITE_DIALECT } from "./dialect.ts";
import { openSqliteEngine } from "./engine.ts";

const NOW = (): Instant => 1000 as Instant;
/** One row, or one row for each account or repository: read as a whole where all are asked for. */
const SMALL = ["head", "last_version", "users", "repositories", "totals"];

test("with a million files no question and no event looks at a whole table", async () => {
  await using place = await temporaryFolder();
  const paths = { facts: join(place.folder, "vivarium.db"), state: join(place.folder, "state.db") };
  const facts = recording(await openSqliteEngine(paths.facts, "FULL"));
  const shared = recording(await openSqliteEngine(paths.state, "NORMAL"));
  {
    const db = sqliteQueries<StateTables>();
    await using state = await openSqlState({ engine: shared.engine, db, now: NOW, where: paths.state });
    await using metadata = await openSqlMetadata({
      engine: facts.engine,
      db: sqliteQueries<MetadataTables>(),
      dialect: SQLITE_DIALECT,
      state,
      now: NOW,
      where: paths.facts,
    });
    await metadata.write(SOMEBODY, async (tx) => {
      for (const event of ONE_OF_EACH) tx.append(event);
    });
    await metadata.read(askEverything);
    await state.put("s", "k", { value: 1, blobs: [digestOf("a")] });
    await state.swap("s", "k", 1, { value: 2 });
    await state.swap("s", "new", 0, { value: 2 });
    await state.add("s", "n", 1);
    await state.get("s", "k");
    await state.list("s", { keyPrefix: "k", after: null, limit: 10 });
    await state.list("s", { keyPrefix: "k", after: "k", limit: 10 });
    await state.claim(digestOf("a"), 5000 as Instant);
    await state.holdsBlob(digestOf("a"));
    await state.delete("s", "k");
    await state.deleteAll("s", "k");
  }
  assert.ok(facts.seen.size > 50, `only ${facts.seen.size} statements were seen`);
  assert.ok(shared.seen.size > 15, `only ${shared.seen.size} statements were seen`);
  const folded = [...facts.seen].filter((sql) => sql.includes('where "name_folded" ='));
  assert.equal(folded.length, 1);
  assert.deepEqual(
    withDatabase(paths.facts, (db) => stepsOf(db, folded[0] ?? "")),
    ["SEARCH users USING INDEX users_by_folded_name (name_folded=?)"],
  );
  assert.deepEqual([...scansOf(paths.facts, facts.seen), ...scansOf(paths.state, shared.seen)], []);
});

async function askEverything(view: MetadataView): Promise<void> {
  await view.user("alice" as UserName);
  await view.userLike("Alice");
  await view.users();
  await view.token("t1");
  await view.tokensOf("alice" as UserName);
  await view.repository(DEV);
  await view.repositoryByKey("alice.dev" as RepositoryKey);
  await view.repositories();
  await view.repositories("alice" as UserName);
  await view.project(DEV, FOO);
  await view.projects(DEV, { after: null, limit: 10 });
  await view.projects(DEV, { after: "a" as ProjectName, limit: 10 });
  await view.versions(DEV, FOO);
  await view.version(DEV, FOO, "1.0");
  await view.artifacts(DEV, FOO);
  await view.filenames(DEV, FOO);
  await view.artifact(DEV, "f");
  await view.wasRemoved(DEV, "f");
  await view.attachments(DEV, FOO);
  await view.attachments(DEV, FOO, { kind: "documentation" });
  await view.attachments(DEV, FOO, { about: "f" });
  await view.namesBlob(digestOf("a") as Digest);
  await view.totals(DEV);
  await view.totals();
  await view.entries(0 as Seq, 10);
}

/** Statements whose plan reads a table from end to end, or sorts what it read. */
function scansOf(path: string, seen: ReadonlySet<string>): readonly string[] {
  return withDatabase(path, (db) =>
    [...seen]
      .filter((sql) => /^(select|insert|update|delete)\b/.test(sql))
      .flatMap((sql) =>
        stepsOf(db, sql)
          .filter((detail) => isWhole(detail))
          .map((detail) => `${detail}: ${sql}`),
      ),
  );
}

/** What the database would do for a statement, in its words. */
function stepsOf(db: DatabaseSync, sql: string): readonly string[] {
  const blanks = Array.from({ length: sql.split("?").length - 1 }, () => null);
  return db
    .prepare(`explain query plan ${sql}`)
    .all(...blanks)
    .map(({ detail }) => String(detail));
}

function isWhole(detail: string): boolean {
  const [, table = ""] = /^SCAN (\w+)/.exec(detail) ?? [];
  // "SCAN CONSTANT ROW" reads nothing.
  return (table !== "" && table !== "CONSTANT" && !SMALL.includes(table)) || detail.includes("TEMP B-TREE");
}

/** The engine, and every statement that went through it. */
function recording(engine: Engine): { readonly engine: Engine; readonly seen: ReadonlySet<string> } {
  const seen = new Set<string>();
  const note = (...statements: readonly (Statement | undefined)[]): void => {
    for (const statement of statements) if (statement !== undefined) seen.add(statement.sql);
  };
  return {
    seen,
    engine: {
      ...engine,
      ask(statement) {
        note(statement);
        return engine.ask(statement);
      },
      snapshot: (work) =>
        engine.snapshot((ask) =>
          work((statement) => {
            note(statement);
            return ask(statement);
          }),
        ),
      writer: {
        ...engine.writer,
        run(statements, last) {
          note(...statements, last);
          return engine.writer.run(statements, last);
        },
        atomically(statements, last) {
          note(...statements, last);
          return engine.writer.atomically(statements, last);
        },
      },
    },
  };
}
