import { type Compilable, type Kysely, sql } from "kysely";
import { type Artifact, foldersAround, type JournalEvent, placeOf, type RepositoryName, timesOf } from "#core";
import { table } from "./migration-table.ts";
import type { Migration, Rewriting, Row } from "./migrations.ts";
import { placeColumns } from "./rows.ts";
import { prepare, type Statement } from "./statement.ts";
import type { FolderRow, MetadataTables } from "./tables.ts";

const ROWS_A_PAGE = 500;

/** Files get a place in a tree, with folders and properties around them; and there come groups, targets and a trash. */
export const treeTables: Migration<MetadataTables> = (db) => [
  ...artifactColumns(db),
  ...placesOfOldArtifacts(db),
  originsOfOldArtifacts(db),
  ...artifactIndexes(db),
  table(db, "folders", {
    repository: "text",
    path: "text",
    folder: "text",
    name: "text",
    depth: "integer",
    created_at: "bigint",
    created_by: "text",
  }).addPrimaryKeyConstraint("folders_key", ["repository", "path"]),
  foldersOfOldArtifacts(db),
  db.schema.createIndex("folders_by_folder").on("folders").columns(["repository", "folder", "name"]),
  db.schema.createIndex("folders_by_name").on("folders").column("name"),
  db.schema.createIndex("folders_by_creation").on("folders").column("created_at"),
  table(db, "properties", {
    repository: "text",
    path: "text",
    key: "text",
    position: "integer",
    value: "text",
  }).addPrimaryKeyConstraint("properties_key", ["repository", "path", "key", "position"]),
  db.schema.createIndex("properties_by_value").on("properties").columns(["key", "value", "repository", "path"]),
  ...trashTables(db),
  table(db, "groups", { name: "text", group: "text" }).addPrimaryKeyConstraint("groups_key", ["name"]),
  table(db, "permission_targets", { name: "text", target: "text" }).addPrimaryKeyConstraint("permission_targets_key", [
    "name",
  ]),
  table(db, "policies", { name: "text", policy: "text" }).addPrimaryKeyConstraint("policies_key", ["name"]),
];

function artifactColumns(db: Kysely<MetadataTables>): readonly Compilable[] {
  const texts = ["path", "folder", "name", "created_by", "modified_by"];
  const numbers = ["depth", "created_at"];
  return [
    ...texts.map((name) =>
      db.schema.alterTable("artifacts").addColumn(name, "text", (made) => made.notNull().defaultTo("")),
    ),
    ...numbers.map((name) =>
      db.schema.alterTable("artifacts").addColumn(name, "bigint", (made) => made.notNull().defaultTo(0)),
    ),
    ...["sha1", "md5"].map((name) => db.schema.alterTable("artifacts").addColumn(name, "text")),
  ];
}

/** After the files have their places. */
function artifactIndexes(db: Kysely<MetadataTables>): readonly Compilable[] {
  const on = (name: string) => db.schema.createIndex(name).on("artifacts");
  return [
    on("artifacts_by_path").unique().columns(["repository", "path"]),
    on("artifacts_by_folder").columns(["repository", "folder", "name"]),
    on("artifacts_by_name").column("name"),
    on("artifacts_by_size").column("size_bytes"),
    on("artifacts_by_creation").column("created_at"),
    on("artifacts_by_modification").column("published_at"),
    ...(["sha1", "md5"] as const).map((digest) =>
      on(`artifacts_by_${digest}`).columns([digest, "seq"]).where(sql.ref(digest), "is not", null),
    ),
    db.schema.dropIndex("artifacts_by_blob"),
    on("artifacts_by_blob").columns(["blob", "seq"]),
  ];
}

function trashTables(db: Kysely<MetadataTables>): readonly Compilable[] {
  const places = { path: "text", folder: "text", name: "text", depth: "bigint" } as const;
  return [
    table(db, "trash", {
      id: "text",
      trashed_at: "bigint",
      trashed_by: "text",
      until: "bigint",
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
      ...places,
      created_at: "bigint",
      created_by: "text",
      modified_by: "text",
    })
      .addColumn("version", "text")
      .addColumn("yanked", "text")
      .addColumn("sha1", "text")
      .addColumn("md5", "text")
      .addPrimaryKeyConstraint("trash_key", ["id"]),
    db.schema.createIndex("trash_by_age").on("trash").column("seq"),
    db.schema.createIndex("trash_by_repository").on("trash").columns(["repository", "seq"]),
    table(db, "trash_blobs", { id: "text", blob: "text" }).addPrimaryKeyConstraint("trash_blobs_key", ["id", "blob"]),
    db.schema.createIndex("trash_blobs_by_blob").on("trash_blobs").column("blob"),
    table(db, "trash_properties", {
      id: "text",
      key: "text",
      position: "integer",
      value: "text",
    }).addPrimaryKeyConstraint("trash_properties_key", ["id", "key", "position"]),
  ];
}

/** By the rule of `placeOf`: below their project and version. */
function placesOfOldArtifacts(db: Kysely<MetadataTables>): readonly Compilable[] {
  return [
    sql`update artifacts set name = filename, folder = case
      when version is null or version = '' then project
      else project || '/' || version end`,
    sql`update artifacts set path = case when folder = '' then name else folder || '/' || name end`,
    sql`update artifacts set depth = length(path) - length(replace(path, '/', '')) + 1`,
  ].map((statement) => ({ compile: () => statement.compile(db) }) as Compilable);
}

/** Who published a file first, and when, stands in the journal at the file's own position; who did last, in its log. */
function originsOfOldArtifacts(db: Kysely<MetadataTables>): Rewriting {
  const update = prepare<{
    repository: string;
    filename: string;
    created_at: number;
    created_by: string;
    modified_by: string;
  }>()(({ repository, filename, created_at, created_by, modified_by }) =>
    db
      .updateTable("artifacts")
      .set({ created_at, created_by, modified_by })
      .where("repository", "=", repository)
      .where("filename", "=", filename),
  );
  return {
    read: (after) =>
      db
        .selectFrom("artifacts")
        .leftJoin("journal", "journal.seq", "artifacts.seq")
        .select(["repository", "filename", "published_at", "log", "event"])
        .where(
          sql<boolean>`(repository, filename) > (${String(after?.["repository"] ?? "")}, ${String(after?.["filename"] ?? "")})`,
        )
        .orderBy("repository")
        .orderBy("filename")
        .limit(ROWS_A_PAGE),
    rewrite: (rows) =>
      rows.map((row) => {
        const { modifiedBy, ...now } = timesOf({
          publishedAt: Number(row["published_at"]) as Artifact["publishedAt"],
          log: JSON.parse(String(row["log"])),
        });
        const event = row["event"] === null ? null : (JSON.parse(String(row["event"])) as JournalEvent);
        const first = event !== null && "artifact" in event ? timesOf(event.artifact) : now;
        return update({
          repository: String(row["repository"]),
          filename: String(row["filename"]),
          created_at: first.createdAt,
          created_by: first.createdBy,
          modified_by: modifiedBy,
        });
      }),
  };
}

/** Folders stay when their last file goes, so the tables do not tell which there were, but the journal does. */
function foldersOfOldArtifacts(db: Kysely<MetadataTables>): Rewriting {
  type Columns = { [Column in keyof FolderRow]: FolderRow[Column] };
  const insert = prepare<Columns>()(({ repository, path, folder, name, depth, created_at, created_by }) =>
    db
      .insertInto("folders")
      .values({ repository, path, folder, name, depth, created_at, created_by })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const removeAll = prepare<{ name: string }>()(({ name }) => db.deleteFrom("folders").where("repository", "=", name));

  function made(repository: RepositoryName, paths: readonly string[], created_at: number, created_by: string) {
    return paths.map((path) => insert({ repository, ...placeColumns(path), created_at, created_by }));
  }

  function meaning(row: Row): readonly Statement[] {
    const event = JSON.parse(String(row["event"])) as JournalEvent;
    switch (event.type) {
      case "repository.saved": {
        const { name, createdAt } = event.repository;
        return made(name, [""], createdAt, (JSON.parse(String(row["actor"])) as { name: string }).name);
      }
      case "repository.removed":
        return [removeAll({ name: event.name })];
      case "artifact.published":
      case "artifact.replaced": {
        const { createdAt, createdBy } = timesOf(event.artifact);
        return made(event.artifact.repository, foldersAround(placeOf(event.artifact)), createdAt, createdBy);
      }
      default:
        return [];
    }
  }

  return {
    read: (after) =>
      db
        .selectFrom("journal")
        .select(["seq", "actor", "event"])
        .where("seq", ">", Number(after?.["seq"] ?? 0))
        .where((eb) =>
          eb.or(
            ["repository.saved", "repository.removed", "artifact.published", "artifact.replaced"].map((type) =>
              eb("event", "like", `%"type":"${type}"%`),
            ),
          ),
        )
        .orderBy("seq")
        .limit(ROWS_A_PAGE),
    // Of the same folder the first one counts; those of a page that say the same are sent once.
    rewrite: (rows) => [...distinct(rows.flatMap(meaning))],
  };
}

/** Without what the one before has said; files of a folder mostly come one after the other. */
function* distinct(statements: readonly Statement[]): Iterable<Statement> {
  let said = new Set<string>();
  for (const statement of statements) {
    // A removal makes what was said before worth saying again.
    if (!statement.sql.startsWith("insert")) said = new Set();
    const key = statement.parameters.slice(0, 2).join("\n");
    if (said.has(key)) continue;
    said.add(key);
    yield statement;
  }
}
