// `node scripts/node.mjs scripts/freeze-schema.ts`: keeps the databases of today's schema, with rows, as SQL beside the
// SQLite keeper. Run once for each new migration, before its release; the tests open every one of them ever after.
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Instant } from "#core";
import { ONE_OF_EACH, SOMEBODY } from "../src/stores/samples.contract.ts";
import { METADATA_MIGRATIONS, STATE_MIGRATIONS } from "../src/stores/sql/migrations.ts";
import { openSqliteStore } from "../src/stores/sqlite/index.ts";

const NOW = 1_750_000_000_000 as Instant;

const folder = await mkdtemp(join(tmpdir(), "vivarium-schema-"));
try {
  {
    await using store = await openSqliteStore({ folder, now: () => NOW, newId: () => "a-first-installation" });
    for (const event of ONE_OF_EACH) await store.metadata.write(SOMEBODY, async (tx) => tx.append(event));
    await store.metadata.advance("search", store.metadata.head);
    await store.state.put("pages", "pypi/foo", { value: { etag: '"it\'s"' }, blobs: [], expiresAt: null });
  }
  freeze("vivarium", METADATA_MIGRATIONS.length);
  freeze("state", STATE_MIGRATIONS.length);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function freeze(name: string, schema: number): void {
  const path = new URL(`../src/stores/sqlite/schemas/${name}-${schema}.sql`, import.meta.url);
  // What is kept is what a released program wrote; nothing may change it afterwards.
  if (existsSync(path)) return;
  using db = new DatabaseSync(join(folder, `${name}.db`), { readOnly: true });
  writeFileSync(path, `${dump(db).join(";\n")};\n`);
}

function dump(db: DatabaseSync): string[] {
  const objects = db.prepare("select type, name, sql from sqlite_schema where sql is not null").all();
  return objects.flatMap(({ type, name, sql }) => [String(sql), ...(type === "table" ? rowsOf(db, String(name)) : [])]);
}

function rowsOf(db: DatabaseSync, table: string): string[] {
  return db
    .prepare(`select * from "${table}"`)
    .all()
    .map((row) => `insert into "${table}" values (${Object.values(row).map(literal).join(", ")})`);
}

function literal(value: unknown): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
