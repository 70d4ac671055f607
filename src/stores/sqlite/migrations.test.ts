import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { Kysely } from "kysely";
import type { Artifact, Instant, JournalEvent, ProjectName, RepositoryName, Seq } from "#core";
import { rowsOf, schemaOf, temporaryFolder, withDatabase } from "../../../tests/support/databases.ts";
import { anArtifact, SOMEBODY, saved } from "../samples.contract.ts";
import { migrate } from "../sql/migrate.ts";
import { METADATA_MIGRATIONS, type Migration, STATE_MIGRATIONS } from "../sql/migrations.ts";
import { sqliteQueries } from "./compile.ts";
import { openSqliteEngine } from "./engine.ts";
import { openSqliteStore } from "./index.ts";

const NOW = (): Instant => 1000 as Instant;
/** How many events there were in a database when the first schema was released; later ones hold more. */
const EVENTS_OF_SCHEMA_1 = 22;
const SCHEMAS = join(import.meta.dirname, "schemas");

test("the database of every released schema is kept, none more and none less", () => {
  const expected = [
    ...METADATA_MIGRATIONS.map((_, index) => `vivarium-${index + 1}.sql`),
    ...STATE_MIGRATIONS.map((_, index) => `state-${index + 1}.sql`),
  ];
  assert.deepEqual(
    readdirSync(SCHEMAS).sort(),
    expected.sort(),
    "a new migration needs its database: node scripts/node.mjs scripts/freeze-schema.ts",
  );
});

for (const [name, migrations] of [
  ["vivarium", METADATA_MIGRATIONS],
  ["state", STATE_MIGRATIONS],
] as const) {
  for (const index of migrations.keys()) {
    const schema = index + 1;
    test(`migrations 1 to ${schema} of ${name}.db still make the schema that they made when they were released`, async () => {
      await using place = await temporaryFolder();
      const path = join(place.folder, `${name}.db`);
      await migrated(path, (migrations as readonly Migration<Meta>[]).slice(0, schema));
      const made = withDatabase(path, schemaOf);
      const keptPath = join(place.folder, "kept.db");
      thaw(keptPath, `${name}-${schema}`);
      assert.deepEqual(made, withDatabase(keptPath, schemaOf));
    });

    test(`${name}.db of schema ${schema}, with its rows, becomes the newest one`, async () => {
      await using newest = await temporaryFolder();
      await (await openSqliteStore({ folder: newest.folder, now: NOW }))[Symbol.asyncDispose]();
      await using place = await temporaryFolder();
      const path = join(place.folder, `${name}.db`);
      thaw(path, `${name}-${schema}`);
      await (await openSqliteStore({ folder: place.folder, now: NOW }))[Symbol.asyncDispose]();
      assert.deepEqual(withDatabase(path, schemaOf), withDatabase(join(newest.folder, `${name}.db`), schemaOf));
    });
  }
}

for (const index of METADATA_MIGRATIONS.keys()) {
  test(`the facts of a database of schema ${index + 1} are those that its journal tells today`, async () => {
    await using place = await temporaryFolder();
    thaw(join(place.folder, "vivarium.db"), `vivarium-${index + 1}`);
    await using replica = await temporaryFolder();
    {
      await using old = await openSqliteStore({ folder: place.folder, now: NOW });
      assert.equal(old.metadata.installationId, "a-first-installation");
      const journal = await old.metadata.read((view) => view.entries(0 as Seq, 1000));
      assert.ok(journal.length >= EVENTS_OF_SCHEMA_1);
      assert.equal(old.metadata.head, journal.length);
      await using fresh = await openSqliteStore({
        folder: replica.folder,
        now: NOW,
        newId: () => "a-first-installation",
      });
      await fresh.metadata.replay(journal);
    }
    assert.deepEqual(
      withDatabase(join(place.folder, "vivarium.db"), rowsOf),
      withDatabase(join(replica.folder, "vivarium.db"), rowsOf),
    );
  });
}

test("files of a database of schema 3, however many, come to stand where and as its journal tells", async () => {
  await using newest = await temporaryFolder();
  {
    await using store = await openSqliteStore({ folder: newest.folder, now: NOW, newId: () => "one" });
    await store.metadata.write(SOMEBODY, async (tx) => {
      for (const event of thousandsOfOldEvents()) tx.append(event);
    });
  }
  await using place = await temporaryFolder();
  const path = join(place.folder, "vivarium.db");
  await migrated(path, (METADATA_MIGRATIONS as readonly Migration<never>[] as readonly Migration<Meta>[]).slice(0, 3));
  withDatabase(path, (db) => copyShared(db, join(newest.folder, "vivarium.db")));
  await (await openSqliteStore({ folder: place.folder, now: NOW }))[Symbol.asyncDispose]();
  assert.deepEqual(withDatabase(path, rowsOf), withDatabase(join(newest.folder, "vivarium.db"), rowsOf));
});

test("accounts of a database of schema 1 are found without regard to case, also of letters beyond ASCII", async () => {
  await using place = await temporaryFolder();
  const path = join(place.folder, "vivarium.db");
  thaw(path, "vivarium-1");
  withDatabase(path, (db) => db.exec(`insert into users (name, "user") values ('Änne', '{"name":"Änne"}')`));
  await using store = await openSqliteStore({ folder: place.folder, now: NOW });
  const found = await store.metadata.read((view) => Promise.all(["ÄNNE", "ALICE"].map((name) => view.userLike(name))));
  assert.deepEqual(
    found.map((user) => user?.name),
    ["Änne", "alice"],
  );
});

test("the state of a database of schema 1 is still there", async () => {
  await using place = await temporaryFolder();
  thaw(join(place.folder, "state.db"), "state-1");
  await using store = await openSqliteStore({ folder: place.folder, now: NOW });
  assert.equal(await store.metadata.cursor("search"), EVENTS_OF_SCHEMA_1);
  assert.deepEqual((await store.state.get("pages", "pypi/foo"))?.value, { etag: '"it\'s"' });
});

test("an empty file, as a kill during the very first start leaves it, becomes a database", async () => {
  await using place = await temporaryFolder();
  withDatabase(join(place.folder, "vivarium.db"), (db) => db.exec("pragma journal_mode = wal"));
  await using store = await openSqliteStore({ folder: place.folder, now: NOW });
  assert.equal(store.metadata.head, 0);
});

test("a migration that fails leaves the database at its old schema, whole", async () => {
  await using place = await temporaryFolder();
  const path = join(place.folder, "state.db");
  thaw(path, "state-1");
  const before = withDatabase(path, (db) => [schemaOf(db), rowsOf(db)]);
  const good: Migration<Meta> = (db) => [db.schema.createTable("more").addColumn("x", "text")];
  const bad: Migration<Meta> = (db) => [db.schema.alterTable("entries").addColumn("space", "text")];
  const kept = STATE_MIGRATIONS.slice(0, 1) as unknown as readonly Migration<Meta>[];
  await assert.rejects(migrated(path, [...kept, good, bad]), /duplicate column/);
  assert.deepEqual(
    withDatabase(path, (db) => [schemaOf(db), rowsOf(db)]),
    before,
  );
  await migrated(path, [...kept, good]);
  assert.equal(
    withDatabase(path, (db) => db.prepare("select value from meta where key = 'schema'").get()?.["value"]),
    "2",
  );
});

/** As they were before files had paths: files, some replaced or removed, and repositories that went and came again. */
function* thousandsOfOldEvents(): Iterable<JournalEvent> {
  for (const name of ["root/gone", "alice/dev", "root/again"]) yield saved(name);
  for (let index = 0; index < 1300; index += 1) {
    const repository = (["alice/dev", "root/again"] as const)[index % 2] as RepositoryName;
    const project = `p${index % 7}` as ProjectName;
    const filename = `f-${index}`;
    const { path: _path, ...artifact } = anArtifact(filename, {
      repository,
      project,
      version: index % 5 === 0 ? null : `${index % 3}.0`,
      publishedAt: index as Instant,
      log:
        index % 4 === 0 ? [] : [{ what: "upload", who: `u${index % 3}`, at: 5 as Instant, from: null, to: repository }],
    });
    yield { type: "artifact.published", artifact, promotedFrom: null };
    if (index % 11 === 0) {
      const later: Artifact = { ...artifact, version: "9.0", publishedAt: 5000 as Instant, log: [] };
      yield { type: "artifact.replaced", artifact: later, promotedFrom: null };
    }
    if (index % 13 === 0) yield { type: "artifact.removed", ref: { repository, project, filename } };
    if (index === 900) yield { type: "repository.removed", name: "root/again" as RepositoryName };
    if (index === 950) yield saved("root/again");
  }
  yield { type: "repository.removed", name: "root/gone" as RepositoryName };
}

/** All rows of the tables that are there, with the columns that are there, from another database. */
function copyShared(db: DatabaseSync, from: string): void {
  db.prepare("attach ? as newest").run(from);
  for (const { name } of db.prepare("select name from sqlite_schema where type = 'table'").all()) {
    const columns = db
      .prepare(`select name from pragma_table_info('${name}')`)
      .all()
      .map((column) => `"${column["name"]}"`)
      .join(", ");
    const but = name === "meta" ? "where key <> 'schema'" : "";
    db.exec(`insert or replace into main."${name}" (${columns}) select ${columns} from newest."${name}" ${but}`);
  }
}

interface Meta {
  meta: { key: string; value: string };
}

async function migrated(path: string, migrations: readonly Migration<Meta>[]): Promise<void> {
  await using engine = await openSqliteEngine(path, "FULL");
  const db: Kysely<Meta> = sqliteQueries<Meta>();
  await migrate({ writer: engine.writer, db, where: path }, migrations);
}

/** Makes the database that a program of that time left. */
function thaw(path: string, name: string): void {
  withDatabase(path, (db) => db.exec(readFileSync(join(SCHEMAS, `${name}.sql`), "utf8")));
}
