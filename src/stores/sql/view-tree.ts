import type { Kysely } from "kysely";
import { compareTexts, type Digest, leafOf, placeOf, type RepositoryName, type TreeEntry } from "#core";
import type { MetadataView } from "../metadata-store.ts";
import { artifactOfRow, folderOfRow, propertiesOfRows } from "./rows.ts";
import { type Ask, prepare, type Statement } from "./statement.ts";
import type { ArtifactRow, FolderRow, MetadataTables } from "./tables.ts";

type TreeView = Pick<
  MetadataView,
  "artifactAt" | "folder" | "children" | "below" | "properties" | "propertiesOf" | "artifactsWith"
>;

/** So many paths are asked for at once. */
const PATHS_A_QUESTION = 100;

/** Folders, what stands in them, and the properties of places. */
export function openTreeView(db: Kysely<MetadataTables>): (ask: Ask) => TreeView {
  const queries = treeQueries(db);
  const digests = digestQueries(db);

  /** Files and folders, each sorted already, as one. */
  async function merged(
    ask: Ask,
    { files, folders }: { files: Statement<ArtifactRow>; folders: Statement<FolderRow> },
    limit: number,
    orderOf: (path: string) => string,
  ): Promise<readonly TreeEntry[]> {
    const entries: TreeEntry[] = [
      ...(await ask(folders)).map((row) => ({ kind: "folder", folder: folderOfRow(row) }) as const),
      ...(await ask(files)).map((row) => ({ kind: "file", artifact: artifactOfRow(row) }) as const),
    ];
    const order = (entry: TreeEntry): string =>
      orderOf(entry.kind === "folder" ? entry.folder.path : placeOf(entry.artifact));
    return entries.sort((one, other) => compareTexts(order(one), order(other))).slice(0, limit);
  }

  return (ask) => ({
    async artifactAt(repository, path) {
      const [row] = await ask(queries.artifactAt({ repository, path }));
      return row === undefined ? null : artifactOfRow(row);
    },
    async folder(repository, path) {
      const [row] = await ask(queries.folder({ repository, path }));
      return row === undefined ? null : folderOfRow(row);
    },
    async children(repository, folder, { after, limit }) {
      // No name is empty, so the empty text stands before them all; and behind the repository itself.
      const page = { repository, folder, after: after ?? "", limit };
      const asked = { files: queries.filesIn(page), folders: queries.foldersIn(page) };
      return merged(ask, asked, limit, leafOf);
    },
    async below(repository, folder, { after, limit }) {
      if (folder === "") {
        const page = { repository, after: after ?? "", limit };
        return merged(ask, { files: queries.allFiles(page), folders: queries.allFolders(page) }, limit, (path) => path);
      }
      const from = `${folder}/`;
      const page = {
        repository,
        after: after !== null && compareTexts(after, from) > 0 ? after : from,
        // `0` comes right after the slash.
        to: `${folder}0`,
        limit,
      };
      return merged(
        ask,
        { files: queries.filesBelow(page), folders: queries.foldersBelow(page) },
        limit,
        (path) => path,
      );
    },
    async properties(repository, path) {
      return propertiesOfRows(await ask(queries.properties({ repository, path })));
    },
    async propertiesOf(repository, paths) {
      const wanted = [...new Set(paths)];
      const rows = new Map<string, { readonly key: string; readonly value: string }[]>();
      for (let start = 0; start < wanted.length; start += PATHS_A_QUESTION) {
        for (const row of await ask(queries.propertiesOf(repository, wanted.slice(start, start + PATHS_A_QUESTION)))) {
          const known = rows.get(row.path);
          if (known === undefined) rows.set(row.path, [row]);
          else known.push(row);
        }
      }
      return new Map([...rows].map(([path, some]) => [path, propertiesOfRows(some)]));
    },
    async artifactsWith({ algorithm, hex }, limit) {
      const value = algorithm === "sha256" ? (`sha256:${hex}` as Digest) : hex;
      return (await ask(digests[algorithm]({ value, limit }))).map(artifactOfRow);
    },
  });
}

function treeQueries(db: Kysely<MetadataTables>) {
  type Page = { repository: string; after: string; limit: number };
  const filesOf = ({ repository, limit }: { repository: string; limit: number }) =>
    db.selectFrom("artifacts").selectAll().where("repository", "=", repository).limit(limit);
  const foldersOf = ({ repository, limit }: { repository: string; limit: number }) =>
    db.selectFrom("folders").selectAll().where("repository", "=", repository).limit(limit);
  const propertiesOf = prepare<Readonly<Record<string, string>>>()((given) =>
    db
      .selectFrom("properties")
      .select(["path", "key", "value"])
      .where("repository", "=", given["repository"] ?? "")
      .where(
        "path",
        "in",
        Array.from({ length: PATHS_A_QUESTION }, (_, index) => given[`path${index}`] ?? ""),
      )
      .orderBy("path")
      .orderBy("key")
      .orderBy("position"),
  );
  return {
    artifactAt: prepare<{ repository: string; path: string }>()(({ repository, path }) =>
      db.selectFrom("artifacts").selectAll().where("repository", "=", repository).where("path", "=", path),
    ),
    folder: prepare<{ repository: string; path: string }>()(({ repository, path }) =>
      db.selectFrom("folders").selectAll().where("repository", "=", repository).where("path", "=", path),
    ),
    filesIn: prepare<Page & { folder: string }>()(({ repository, folder, after, limit }) =>
      filesOf({ repository, limit }).where("folder", "=", folder).where("name", ">", after).orderBy("name"),
    ),
    foldersIn: prepare<Page & { folder: string }>()(({ repository, folder, after, limit }) =>
      foldersOf({ repository, limit }).where("folder", "=", folder).where("name", ">", after).orderBy("name"),
    ),
    filesBelow: prepare<Page & { to: string }>()(({ repository, after, to, limit }) =>
      filesOf({ repository, limit }).where("path", ">", after).where("path", "<", to).orderBy("path"),
    ),
    foldersBelow: prepare<Page & { to: string }>()(({ repository, after, to, limit }) =>
      foldersOf({ repository, limit }).where("path", ">", after).where("path", "<", to).orderBy("path"),
    ),
    allFiles: prepare<Page>()(({ repository, after, limit }) =>
      filesOf({ repository, limit }).where("path", ">", after).orderBy("path"),
    ),
    allFolders: prepare<Page>()(({ repository, after, limit }) =>
      foldersOf({ repository, limit }).where("path", ">", after).orderBy("path"),
    ),
    properties: prepare<{ repository: string; path: string }>()(({ repository, path }) =>
      db
        .selectFrom("properties")
        .select(["key", "value"])
        .where("repository", "=", repository)
        .where("path", "=", path)
        .orderBy("key")
        .orderBy("position"),
    ),
    /** One text however many paths there are: the last one stands for those that are missing. */
    propertiesOf(repository: RepositoryName, paths: readonly string[]) {
      const last = paths.at(-1) ?? "";
      const named = Array.from({ length: PATHS_A_QUESTION }, (_, index) => [`path${index}`, paths[index] ?? last]);
      return propertiesOf({ repository, ...Object.fromEntries(named) });
    },
  };
}

function digestQueries(db: Kysely<MetadataTables>) {
  const by = (column: "blob" | "sha1" | "md5") =>
    prepare<{ value: string; limit: number }>()(({ value, limit }) =>
      db.selectFrom("artifacts").selectAll().where(column, "=", value).orderBy("seq").limit(limit),
    );
  return { sha256: by("blob"), sha1: by("sha1"), md5: by("md5") };
}
