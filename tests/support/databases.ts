import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Instant } from "#core";
import { openSqliteStore, type SqliteStore } from "../../src/stores/sqlite/index.ts";

/** A folder for one test. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly folder: string;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const folder = await mkdtemp(join(tmpdir(), "vivarium-stores-"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Real stores of facts and state, for as long as one test. */
export async function openTemporaryStore(now: () => Instant): Promise<SqliteStore> {
  const temporary = await temporaryFolder();
  const store = await openSqliteStore({ folder: temporary.folder, now });
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await using _folder = temporary;
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Looks at a database from outside, as an operator would. */
export function withDatabase<Result>(path: string, run: (db: DatabaseSync) => Result): Result {
  using db = new DatabaseSync(path);
  return run(db);
}

export function schemaOf(db: DatabaseSync): unknown {
  return db.prepare("select type, name, sql from sqlite_schema order by name").all();
}

/** All rows of all tables, sorted. */
export function rowsOf(db: DatabaseSync): unknown {
  const tables = db.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  return tables.map(({ name }) => {
    const rows = db.prepare(`select * from "${String(name)}"`).all();
    return [name, rows.map((row) => JSON.stringify(row)).sort()];
  });
}
