import assert from "node:assert/strict";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type {
  Digest,
  Instant,
  ItemCriterion,
  ItemField,
  ItemOperator,
  ProjectName,
  RepositoryKey,
  Seq,
  UserName,
} from "#core";
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
const SMALL = [
  ...["head", "last_version", "users", "repositories", "totals", "groups", "permission_targets", "policies"],
  // What a search has counted or found already, up to its limit.
  ...["some", "places"],
];

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
    // Once, when a database is brought to the newest schema, everything may be read.
    facts.forget();
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
  assert.ok(facts.made.size > 10, `only ${facts.made.size} statements were made up`);
  assert.deepEqual(
    [...facts.made].flatMap((sql) =>
      withDatabase(paths.facts, (db) => stepsOf(db, sql))
        .filter(isScan)
        .map((detail) => `${detail}: ${sql}`),
    ),
    [],
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
  await view.group("g");
  await view.groups();
  await view.permissionTarget("t");
  await view.permissionTargets();
  await view.retentionPolicies();
  await view.artifactAt(DEV, "docs/guide/intro.md");
  await view.folder(DEV, "docs");
  for (const folder of ["", "docs"]) {
    await view.children(DEV, folder, { after: "a", limit: 10 });
    await view.below(DEV, folder, { after: "a", limit: 10 });
  }
  await view.properties(DEV, "docs");
  await view.propertiesOf(DEV, ["docs", "empty"]);
  for (const algorithm of ["sha256", "sha1", "md5"] as const) await view.artifactsWith({ algorithm, hex: "a" }, 10);
  await view.trashed("trash-1");
  await view.trash({ after: null, limit: 10 });
  await view.trash({ repository: DEV, after: null, limit: 10 });
  for (const where of SELECTIVE) {
    await view.search({ where, repositories: [DEV], order: [], offset: 0, limit: 10, withProperties: true });
  }
}

const field = (name: ItemField, operator: ItemOperator, value: string | number): ItemCriterion => ({
  kind: "field",
  field: name,
  operator,
  value,
});
const property = (key: string, operator: ItemOperator, value: string): ItemCriterion => ({
  kind: "property",
  key: { operator: "eq", value: key },
  value: { operator, value },
});

/** Each is narrowed by something else. */
const SELECTIVE: readonly ItemCriterion[] = [
  property("stage", "eq", "dev"),
  property("stage", "match", "d*"),
  { kind: "property", key: { operator: "eq", value: "team" }, value: null },
  field("name", "match", "int*"),
  field("path", "eq", "docs/guide/intro.md"),
  { kind: "all", of: [field("kind", "eq", "file"), field("folder", "match", "docs/*"), field("name", "match", "*d")] },
  field("size", "gte", 100),
  field("created", "lt", 100),
  field("modified", "gt", 1),
  field("sha256", "eq", "a".repeat(64)),
  field("sha1", "eq", "1".repeat(40)),
  field("md5", "eq", "2".repeat(32)),
  { kind: "any", of: ["a", "b", "intro.md"].map((name) => field("name", "eq", name)) },
  { kind: "any", of: [field("name", "eq", "intro.md"), property("team", "eq", "red"), field("path", "eq", "docs")] },
];

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
  return isScan(detail) || detail.includes("TEMP B-TREE");
}

function isScan(detail: string): boolean {
  const [, table = ""] = /^SCAN (\w+)/.exec(detail) ?? [];
  // "SCAN CONSTANT ROW" reads nothing.
  return table !== "" && table !== "CONSTANT" && !SMALL.includes(table);
}

/** The engine, and every statement that went through it. */
function recording(engine: Engine): {
  readonly engine: Engine;
  readonly seen: ReadonlySet<string>;
  /** Those that were made up for one question: searches, which sort the little that they find. */
  readonly made: ReadonlySet<string>;
  forget(): void;
} {
  const seen = new Set<string>();
  const made = new Set<string>();
  const note = (...statements: readonly (Statement | undefined)[]): void => {
    for (const statement of statements) {
      if (statement !== undefined) (statement.isRare === true ? made : seen).add(statement.sql);
    }
  };
  return {
    seen,
    made,
    forget: () => seen.clear(),
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
