import type { Kysely } from "kysely";
import { refuse } from "#core";
import type { Writer } from "./engine.ts";
import type { Migration, Row } from "./migrations.ts";
import { prepare, statementOf } from "./statement.ts";

interface MetaTable {
  meta: { key: string; value: string };
}

interface MigrateParts<Tables> {
  readonly writer: Writer;
  readonly db: Kysely<Tables>;
  /** The database in words, for messages. */
  readonly where: string;
}

/**
 * Brings a database to the newest schema, one numbered step after the other, all in one transaction: it is at the old
 * schema or at the new one, whatever happens. A database of a newer program is refused and left as it is.
 */
export async function migrate<Tables extends MetaTable>(
  parts: MigrateParts<Tables>,
  migrations: readonly Migration<Tables>[],
): Promise<void> {
  const { writer, db } = parts;
  const { saveSchema } = metaStatements(db);
  await writer.begin();
  try {
    const from = await schemaOf(parts, migrations.length);
    for (const migration of migrations.slice(from)) await apply(writer, migration(db));
    await writer.commit(from === migrations.length ? [] : [saveSchema({ value: String(migrations.length) })]);
  } catch (error) {
    await writer.rollback();
    throw error;
  }
}

async function apply(writer: Writer, parts: ReturnType<Migration<never>>): Promise<void> {
  for (const part of parts) {
    if (!("read" in part)) {
      await writer.run([statementOf(part)]);
      continue;
    }
    let after: Row | null = null;
    for (;;) {
      const rows: readonly Row[] = (await writer.run([], statementOf(part.read(after)))) as readonly Row[];
      after = rows.at(-1) ?? null;
      if (after === null) break;
      await writer.run(part.rewrite(rows));
    }
  }
}

/** Refuses a database of a newer program, and changes nothing. */
export async function refuseNewer(parts: MigrateParts<MetaTable>, known: number): Promise<void> {
  await parts.writer.begin();
  try {
    await schemaOf(parts, known);
  } finally {
    await parts.writer.rollback();
  }
}

/** The number of the last migration, read inside the open transaction; 0 for a new database. */
async function schemaOf<Tables extends MetaTable>(
  { writer, db, where }: MigrateParts<Tables>,
  known: number,
): Promise<number> {
  const { createMeta, readSchema } = metaStatements(db);
  const [row] = await writer.run([createMeta], readSchema);
  const schema = Number(row?.value ?? 0);
  if (schema <= known) return schema;
  const because = `${where} was written by a newer program (its schema is ${schema}, this one knows ${known}); start that program, or restore a backup made before the upgrade`;
  throw refuse({ code: "setting-invalid", because });
}

function metaStatements<Tables extends MetaTable>(db: Kysely<Tables>) {
  // The one table that every schema has; Kysely cannot see that through the type parameter.
  const meta = db as unknown as Kysely<MetaTable>;
  return {
    createMeta: statementOf(
      meta.schema
        .createTable("meta")
        .ifNotExists()
        .addColumn("key", "text", (column) => column.primaryKey())
        .addColumn("value", "text", (column) => column.notNull()),
    ),
    readSchema: statementOf(meta.selectFrom("meta").select("value").where("key", "=", "schema")),
    saveSchema: prepare<{ value: string }>()(({ value }) =>
      meta
        .insertInto("meta")
        .values({ key: "schema", value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value })),
    ),
  };
}
