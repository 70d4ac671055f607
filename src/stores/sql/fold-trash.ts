import { type Kysely, sql } from "kysely";
import { ARTIFACT_COLUMNS } from "./rows.ts";
import { prepare, type Statement } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";

interface Trashing extends Readonly<Record<string, string | number | null>> {
  readonly repository: string;
  readonly filename: string;
  readonly id: string;
  readonly trashed_at: number;
  readonly trashed_by: string;
  readonly until: number;
  readonly seq: number;
}

const TABLES = ["trash_properties", "trash_blobs", "trash"] as const;

/** Removed files that rest, with their properties and their blobs. */
export function trashStatements(db: Kysely<MetadataTables>) {
  const columns = ARTIFACT_COLUMNS.filter((column) => column !== "seq");
  const takeFile = prepare<Trashing>()(({ repository, filename, id, trashed_at, trashed_by, until, seq }) =>
    db
      .insertInto("trash")
      .columns(["id", "trashed_at", "trashed_by", "until", "seq", ...columns])
      .expression(
        db
          .selectFrom("artifacts")
          .select([
            sql<string>`cast(${id} as text)`.as("id"),
            sql<number>`cast(${trashed_at} as bigint)`.as("trashed_at"),
            sql<string>`cast(${trashed_by} as text)`.as("trashed_by"),
            sql<number>`cast(${until} as bigint)`.as("until"),
            sql<number>`cast(${seq} as bigint)`.as("trash_seq"),
            ...columns,
          ])
          .where("repository", "=", repository)
          .where("filename", "=", filename),
      ),
  );
  const takeBlobs = (["artifacts", "companions"] as const).map((table) =>
    prepare<Trashing>()(({ repository, filename, id }) =>
      db
        .insertInto("trash_blobs")
        .columns(["id", "blob"])
        .expression(
          db
            .selectFrom(table)
            .select([sql<string>`cast(${id} as text)`.as("id"), "blob"])
            .where("repository", "=", repository)
            .where("filename", "=", filename),
        )
        // A blob may be a companion too.
        .onConflict((conflict) => conflict.doNothing()),
    ),
  );
  const takeProperties = prepare<Trashing>()(({ repository, filename, id }) =>
    db
      .insertInto("trash_properties")
      .columns(["id", "key", "position", "value"])
      .expression(
        db
          .selectFrom("properties")
          .innerJoin("artifacts", (join) =>
            join
              .onRef("artifacts.repository", "=", "properties.repository")
              .onRef("artifacts.path", "=", "properties.path"),
          )
          .select([
            sql<string>`cast(${id} as text)`.as("id"),
            "properties.key",
            "properties.position",
            "properties.value",
          ])
          .where("artifacts.repository", "=", repository)
          .where("artifacts.filename", "=", filename),
      ),
  );
  const clear = TABLES.map((table) => prepare<{ id: string }>()(({ id }) => db.deleteFrom(table).where("id", "=", id)));
  const ofRepository = (["trash_properties", "trash_blobs"] as const).map((table) =>
    prepare<{ repository: string }>()(({ repository }) =>
      db
        .deleteFrom(table)
        .where("id", "in", (eb) => eb.selectFrom("trash").select("trash.id").where("repository", "=", repository)),
    ),
  );
  const filesOfRepository = prepare<{ repository: string }>()(({ repository }) =>
    db.deleteFrom("trash").where("repository", "=", repository),
  );

  return {
    /** Before the file is removed. */
    take: (given: Trashing): Statement[] => [takeFile, ...takeBlobs, takeProperties].map((one) => one(given)),
    clear: (id: string): Statement[] => clear.map((one) => one({ id })),
    /** A repository that is made again under its name does not find what another one threw away. */
    clearAll: (repository: string): Statement[] =>
      [...ofRepository, filesOfRepository].map((one) => one({ repository })),
  };
}
