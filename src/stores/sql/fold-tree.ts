import type { ExpressionBuilder, Kysely } from "kysely";
import {
  type Artifact,
  type Folder,
  foldersAround,
  type Properties,
  placeOf,
  type RepositoryName,
  timesOf,
} from "#core";
import { placeColumns } from "./rows.ts";
import { prepare, type Statement } from "./statement.ts";
import type { FolderRow, MetadataTables } from "./tables.ts";

interface Place extends Readonly<Record<string, string | number | null>> {
  readonly repository: string;
  readonly path: string;
}

interface File extends Readonly<Record<string, string | number | null>> {
  readonly repository: string;
  readonly filename: string;
}

/** Folders, and the properties of files and folders. */
export function treeStatements(db: Kysely<MetadataTables>) {
  type Columns = { [Column in keyof FolderRow]: FolderRow[Column] };
  const insertFolder = prepare<Columns>()(({ repository, path, folder, name, depth, created_at, created_by }) =>
    db
      .insertInto("folders")
      .values({ repository, path, folder, name, depth, created_at, created_by })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const insertProperty = prepare<MetadataTables["properties"] & Place>()(({ repository, path, key, position, value }) =>
    db.insertInto("properties").values({ repository, path, key, position, value }),
  );
  const removeProperties = prepare<Place>()(({ repository, path }) =>
    db.deleteFrom("properties").where("repository", "=", repository).where("path", "=", path),
  );
  const pathOfFile = (eb: ExpressionBuilder<MetadataTables, "properties">, { repository, filename }: File) =>
    eb
      .selectFrom("artifacts")
      .select("artifacts.path")
      .where("artifacts.repository", "=", repository)
      .where("artifacts.filename", "=", filename);
  type Below = Place & { from: string; to: string };
  const removals = [
    prepare<Below>()(({ repository, from, to }) =>
      db.deleteFrom("folders").where("repository", "=", repository).where("path", ">=", from).where("path", "<", to),
    ),
    prepare<Below>()(({ repository, from, to }) =>
      db.deleteFrom("properties").where("repository", "=", repository).where("path", ">=", from).where("path", "<", to),
    ),
    prepare<Below>()(({ repository, path }) =>
      // The repository itself stays.
      db.deleteFrom("folders").where("repository", "=", repository).where("path", "=", path).where("path", "<>", ""),
    ),
    removeProperties,
  ];
  const removalsOfAll = [
    prepare<Place>()(({ repository }) =>
      db.deleteFrom("folders").where("repository", "=", repository).where("path", "<>", ""),
    ),
    prepare<Place>()(({ repository }) => db.deleteFrom("properties").where("repository", "=", repository)),
  ];

  function makeFolders({ repository, path, createdAt, createdBy }: Folder): Statement[] {
    return [...foldersAround(path), path].map((folder) =>
      insertFolder({ repository, ...placeColumns(folder), created_at: createdAt, created_by: createdBy }),
    );
  }

  return {
    /** With those around it; what is there stays as it was made. */
    makeFolders,
    /** The folders around a file come with it. */
    makeFoldersAround(artifact: Artifact): Statement[] {
      const { repository } = artifact;
      const path = foldersAround(placeOf(artifact)).at(-1);
      return path === undefined ? [] : makeFolders({ repository, path, ...timesOf(artifact) });
    },
    /** With the folders below it and the properties of all of them. */
    removeFolder(repository: RepositoryName, path: string): Statement[] {
      if (path === "") return removalsOfAll.map((removal) => removal({ repository, path }));
      // `0` comes right after the slash.
      return removals.map((removal) => removal({ repository, path, from: `${path}/`, to: `${path}0` }));
    },
    setProperties(repository: RepositoryName, path: string, properties: Properties): Statement[] {
      return [
        removeProperties({ repository, path }),
        ...Object.entries(properties).flatMap(([key, values]) =>
          values.map((value, position) => insertProperty({ repository, path, key, position, value })),
        ),
      ];
    },
    /** Before the file is removed. */
    removePropertiesOfFile: prepare<File>()((file) =>
      db
        .deleteFrom("properties")
        .where("repository", "=", file.repository)
        .where("path", "=", (eb) => pathOfFile(eb, file)),
    ),
    /** Before a file is replaced: one that comes to stand elsewhere does not leave its properties behind. */
    removePropertiesElsewhere: prepare<File & { path: string }>()((file) =>
      db
        .deleteFrom("properties")
        .where("repository", "=", file.repository)
        .where("path", "=", (eb) => pathOfFile(eb, file))
        .where("path", "<>", file.path),
    ),
  };
}
