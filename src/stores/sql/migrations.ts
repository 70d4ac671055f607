import type { Compilable, Kysely } from "kysely";
import { table } from "./migration-table.ts";
import { treeTables } from "./migration-trees.ts";
import { type Statement, statementOf, type Value } from "./statement.ts";
import type { MetadataTables, StateTables } from "./tables.ts";

/**
 * One step of a schema. Once released it is never changed; a change is a new step at the end, and with it comes the
 * database that it made (`scripts/freeze-schema.ts`), which the tests open ever after.
 */
export type Migration<Tables> = (db: Kysely<Tables>) => readonly (Compilable | Rewriting)[];

export type Row = Readonly<Record<string, Value>>;

/**
 * A part of a step for which SQL does not suffice, or in which the databases differ. Rows are read in pages, so that no
 * table has to fit into memory.
 */
export interface Rewriting {
  /** The page after a row; the first one after `null`. No rows end it. */
  readonly read: (after: Row | null) => Compilable;
  readonly rewrite: (rows: readonly Row[]) => readonly Statement[];
}

// Names are compared and sorted byte by byte: SQLite does so by itself, an opener for PostgreSQL makes its database
// with collation "C". `bigint` is SQLite's INTEGER.

/** The schema of the facts. A migration's number is its place, beginning with 1. */
export const METADATA_MIGRATIONS: readonly Migration<MetadataTables>[] = [
  (db) => [
    table(db, "head", { id: "integer", seq: "bigint" }).addPrimaryKeyConstraint("head_key", ["id"]),
    db.insertInto("head").values({ id: 1, seq: 0 }),
    table(db, "journal", { seq: "bigint", at: "bigint", actor: "text", event: "text" }).addPrimaryKeyConstraint(
      "journal_key",
      ["seq"],
    ),
    table(db, "users", { name: "text", user: "text" }).addPrimaryKeyConstraint("users_key", ["name"]),
    table(db, "tokens", { id: "text", owner: "text", token: "text" }).addPrimaryKeyConstraint("tokens_key", ["id"]),
    db.schema.createIndex("tokens_by_owner").on("tokens").columns(["owner", "id"]),
    table(db, "repositories", {
      name: "text",
      owner: "text",
      key_folded: "text",
      repository: "text",
    }).addPrimaryKeyConstraint("repositories_key", ["name"]),
    db.schema.createIndex("repositories_by_key").unique().on("repositories").column("key_folded"),
    db.schema.createIndex("repositories_by_owner").on("repositories").columns(["owner", "name"]),
    ...projectTables(db),
    ...artifactTables(db),
  ],
  // Accounts are looked for without regard to case; by the rule of keys, because SQL's own differ beyond ASCII.
  (db) => [
    db.schema.alterTable("users").addColumn("name_folded", "text", (made) => made.notNull().defaultTo("")),
    {
      read: (after) =>
        db
          .selectFrom("users")
          .select("name")
          .where("name", ">", String(after?.["name"] ?? ""))
          .orderBy("name")
          .limit(500),
      rewrite: (rows) =>
        rows.map(({ name }) =>
          statementOf(
            db
              .updateTable("users")
              .set({ name_folded: String(name).toLowerCase() })
              .where("name", "=", String(name)),
          ),
        ),
    },
    db.schema.createIndex("users_by_folded_name").on("users").columns(["name_folded", "name"]),
  ],
  (db) => [
    table(db, "attachments", {
      repository: "text",
      project: "text",
      filename: "text",
      version: "text",
      kind: "text",
      blob: "text",
      size_bytes: "bigint",
      attached_at: "bigint",
      log: "text",
      seq: "bigint",
    })
      .addColumn("about", "text")
      .addPrimaryKeyConstraint("attachments_key", ["repository", "project", "filename"]),
    db.schema.createIndex("attachments_by_project").on("attachments").columns(["repository", "project", "seq"]),
    db.schema.createIndex("attachments_by_blob").on("attachments").column("blob"),
  ],
  treeTables,
  // The trash is read in the order of its ids, which say where a page begins also when its file is gone.
  (db) => [
    db.schema.dropIndex("trash_by_age"),
    db.schema.dropIndex("trash_by_repository"),
    db.schema.createIndex("trash_by_repository").on("trash").columns(["repository", "id"]),
  ],
];

/** The schema of what is no history. */
export const STATE_MIGRATIONS: readonly Migration<StateTables>[] = [
  (db) => [
    table(db, "last_version", { id: "integer", version: "bigint" }).addPrimaryKeyConstraint("last_version_key", ["id"]),
    db.insertInto("last_version").values({ id: 1, version: 0 }),
    table(db, "entries", { space: "text", key: "text", value: "text", blobs: "text", version: "bigint" })
      .addColumn("expires_at", "bigint")
      .addPrimaryKeyConstraint("entries_key", ["space", "key"]),
    db.schema.createIndex("entries_by_expiry").on("entries").column("expires_at"),
    table(db, "entry_blobs", { space: "text", key: "text", blob: "text" }).addPrimaryKeyConstraint("entry_blobs_key", [
      "space",
      "key",
      "blob",
    ]),
    db.schema.createIndex("entry_blobs_by_blob").on("entry_blobs").column("blob"),
    table(db, "claims", { blob: "text", until: "bigint" }).addPrimaryKeyConstraint("claims_key", ["blob"]),
    db.schema.createIndex("claims_by_end").on("claims").column("until"),
  ],
];

function projectTables(db: Kysely<MetadataTables>): readonly Compilable[] {
  return [
    table(db, "projects", {
      repository: "text",
      project: "text",
      display_name: "text",
      status: "text",
      is_held: "integer",
      changed_at_seq: "bigint",
    })
      .addColumn("status_reason", "text")
      .addPrimaryKeyConstraint("projects_key", ["repository", "project"]),
    table(db, "versions", {
      repository: "text",
      project: "text",
      version: "text",
      attributes: "text",
    }).addPrimaryKeyConstraint("versions_key", ["repository", "project", "version"]),
    table(db, "totals", {
      repository: "text",
      projects: "bigint",
      artifacts: "bigint",
      size_bytes: "bigint",
    }).addPrimaryKeyConstraint("totals_key", ["repository"]),
  ];
}

function artifactTables(db: Kysely<MetadataTables>): readonly Compilable[] {
  return [
    table(db, "artifacts", {
      repository: "text",
      filename: "text",
      project: "text",
      blob: "text",
      size_bytes: "bigint",
      published_at: "bigint",
      attributes: "text",
      companions: "text",
      log: "text",
      seq: "bigint",
    })
      .addColumn("version", "text")
      .addColumn("yanked", "text")
      .addPrimaryKeyConstraint("artifacts_key", ["repository", "filename"]),
    db.schema.createIndex("artifacts_by_project").on("artifacts").columns(["repository", "project", "seq"]),
    db.schema.createIndex("artifacts_by_blob").on("artifacts").column("blob"),
    table(db, "companions", {
      repository: "text",
      filename: "text",
      suffix: "text",
      blob: "text",
    }).addPrimaryKeyConstraint("companions_key", ["repository", "filename", "suffix"]),
    db.schema.createIndex("companions_by_blob").on("companions").column("blob"),
    table(db, "removed_files", { repository: "text", filename: "text" }).addPrimaryKeyConstraint("removed_files_key", [
      "repository",
      "filename",
    ]),
  ];
}
