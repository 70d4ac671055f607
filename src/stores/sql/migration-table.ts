import type { CreateTableBuilder, Kysely } from "kysely";

/** A table with columns that are never NULL. */
export function table<Tables>(
  db: Kysely<Tables>,
  name: keyof Tables & string,
  columns: Readonly<Record<string, "text" | "integer" | "bigint">>,
): CreateTableBuilder<string, string> {
  let builder = db.schema.createTable(name) as CreateTableBuilder<string, string>;
  for (const [column, type] of Object.entries(columns)) {
    builder = builder.addColumn(column, type, (made) => made.notNull());
  }
  return builder;
}
