import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/** With a connection that cannot write; a database that nobody has open is read as it lies there, without files beside it. */
export function within<Result>(path: string, look: (db: DatabaseSync) => Result): Result {
  const address = pathToFileURL(path);
  address.searchParams.set("mode", "ro");
  if (!existsSync(`${path}-wal`)) address.searchParams.set("immutable", "1");
  const db = new DatabaseSync(address, { readOnly: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Sorted by name, without SQLite's own. */
export function tablesOf(db: DatabaseSync): readonly string[] {
  return db
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name")
    .all()
    .map((row) => String(row["name"]));
}
