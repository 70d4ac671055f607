import type { Kysely } from "kysely";
import { refuse } from "#core";
import type { Writer } from "./engine.ts";
import type { Migration } from "./migrations.ts";
import { prepare, statementOf } from "./statement.ts";

interface MetaTable {
  meta: { key: string; value: string };
}

/**
 * Brings a database to the newest schema, one numbered step after the other, all in one transaction: it is at the old
 * schema or at the new one, whatever happens. A database of a newer program is refused and left as it is.
 */
export async function migrate<Tables extends MetaTable>(
  { writer, db, where }: { readonly writer: Writer; readonly db: Kysely<Tables>; readonly where: string },
  migrations: readonly Migration<Tables>[],
): Promise<void> {
  // The one table that every schema has; Kysely cannot see that through the type parameter.
  const meta = db as unknown as Kysely<MetaTable>;
  const createMeta = statementOf(
    meta.schema
      .createTable("meta")
      .ifNotExists()
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("value", "text", (column) => column.notNull()),
  );
  const readSchema = statementOf(meta.selectFrom("meta").select("value").where("key", "=", "schema"));
  const saveSchema = prepare<{ value: string }>()(({ value }) =>
    meta
      .insertInto("meta")
      .values({ key: "schema", value })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value })),
  );
  await writer.begin();
  try {
    const [row] = await writer.run([createMeta], readSchema);
    const from = Number(row?.value ?? 0);
    if (from > migrations.length) {
      const because = `${where} was written by a newer program (its schema is ${from}, this one knows ${migrations.length}); start that program, or restore a backup made before the upgrade`;
      throw refuse({ code: "setting-invalid", because });
    }
    for (const migration of migrations.slice(from)) await writer.run(migration(db).map(statementOf));
    await writer.commit(from === migrations.length ? [] : [saveSchema({ value: String(migrations.length) })]);
  } catch (error) {
    await writer.rollback();
    throw error;
  }
}
