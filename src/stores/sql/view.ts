import { type Kysely, sql } from "kysely";
import type { Digest, ProjectName, Repository, RepositoryKey, RepositoryName, Seq, Token, User, UserName } from "#core";
import type { MetadataView } from "../metadata-store.ts";
import type { Dialect } from "./dialect.ts";
import { allJson, artifactOfRow, attachmentOfRow, entryOfRow, firstJson, projectOfRow, versionOfRow } from "./rows.ts";
import { NARROW_PLACES_MAX, openSearch } from "./search.ts";
import { type Ask, prepare } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";
import { openGoverningView } from "./view-governing.ts";
import { openTrashView } from "./view-trash.ts";
import { openTreeView } from "./view-tree.ts";

type WhichAttachments = Parameters<MetadataView["attachments"]>[2];

/** Gives the questions of a {@link MetadataView}, put to whatever connection `ask` stands for. */
export function openViews(
  db: Kysely<MetadataTables>,
  dialect: Dialect,
  placesMax = NARROW_PLACES_MAX,
): (ask: Ask) => MetadataView {
  const accounts = accountQueries(db);
  const packages = packageQueries(db);
  const sums = sumQueries(db);
  const tree = openTreeView(db);
  const governing = openGoverningView(db);
  const trash = openTrashView(db);
  const search = openSearch(db, dialect, placesMax);

  return (ask) => ({
    ...tree(ask),
    ...governing(ask),
    ...trash(ask),
    search: (query) => search(ask, query),
    async user(name: UserName) {
      return firstJson<User>(await ask(accounts.user({ name })));
    },
    async userLike(name: string) {
      return firstJson<User>(await ask(accounts.userLike({ name_folded: name.toLowerCase() })));
    },
    async users() {
      return allJson<User>(await ask(accounts.users({})));
    },
    async token(id: string) {
      return firstJson<Token>(await ask(accounts.token({ id })));
    },
    async tokensOf(owner: UserName) {
      return allJson<Token>(await ask(accounts.tokensOf({ owner })));
    },
    async tokens() {
      return allJson<Token>(await ask(accounts.tokens({})));
    },
    async repository(name: RepositoryName) {
      return firstJson<Repository>(await ask(accounts.repository({ name })));
    },
    async repositoryByKey(key: RepositoryKey) {
      return firstJson<Repository>(await ask(accounts.repositoryByKey({ key_folded: key.toLowerCase() })));
    },
    async repositories(owner?: UserName) {
      return allJson<Repository>(
        await ask(owner === undefined ? accounts.repositories({}) : accounts.repositoriesOf({ owner })),
      );
    },
    async project(repository: RepositoryName, project: ProjectName) {
      const [row] = await ask(packages.project({ repository, project }));
      return row === undefined ? null : projectOfRow(row);
    },
    async projects(repository: RepositoryName, { after, limit, isFilled }) {
      const query = isFilled === true ? packages.filledProjects : packages.projects;
      // No name is empty, so the empty text stands before them all.
      const rows = await ask(query({ repository, after: after ?? "", limit }));
      return rows.map(projectOfRow);
    },
    async versions(repository: RepositoryName, project: ProjectName) {
      return (await ask(packages.versions({ repository, project }))).map(versionOfRow);
    },
    async version(repository: RepositoryName, project: ProjectName, version: string) {
      const [row] = await ask(packages.version({ repository, project, version }));
      return row === undefined ? null : versionOfRow(row);
    },
    async artifacts(repository: RepositoryName, project: ProjectName) {
      return (await ask(packages.artifacts({ repository, project }))).map(artifactOfRow);
    },
    async filenames(repository: RepositoryName, project: ProjectName) {
      return (await ask(packages.filenames({ repository, project }))).map(({ filename }) => filename);
    },
    async artifact(repository: RepositoryName, filename: string) {
      const [row] = await ask(packages.artifact({ repository, filename }));
      return row === undefined ? null : artifactOfRow(row);
    },
    async wasRemoved(repository: RepositoryName, filename: string) {
      return (await ask(packages.removed({ repository, filename }))).length > 0;
    },
    async attachments(repository: RepositoryName, project: ProjectName, which?: WhichAttachments) {
      const of = { repository, project };
      if (which === undefined) return (await ask(packages.attachments(of))).map(attachmentOfRow);
      const query =
        "kind" in which
          ? packages.attachmentsOfKind({ ...of, ...which })
          : packages.attachmentsAbout({ ...of, ...which });
      return (await ask(query)).map(attachmentOfRow);
    },
    async namesBlob(digest: Digest) {
      return (await ask(packages.blob({ blob: digest }))).length > 0;
    },
    async totals(repository?: RepositoryName) {
      const [row] = await ask(repository === undefined ? sums.all({}) : sums.one({ repository }));
      return { projects: row?.projects ?? 0, artifacts: row?.artifacts ?? 0, sizeBytes: row?.size_bytes ?? 0 };
    },
    async entries(after: Seq, limit: number) {
      return (await ask(sums.entries({ after, limit }))).map(entryOfRow);
    },
  });
}

function accountQueries(db: Kysely<MetadataTables>) {
  return {
    user: prepare<{ name: string }>()(({ name }) =>
      db.selectFrom("users").select("user as json").where("name", "=", name),
    ),
    userLike: prepare<{ name_folded: string }>()(({ name_folded }) =>
      db.selectFrom("users").select("user as json").where("name_folded", "=", name_folded).orderBy("name").limit(1),
    ),
    users: prepare()(() => db.selectFrom("users").select("user as json").orderBy("name")),
    token: prepare<{ id: string }>()(({ id }) => db.selectFrom("tokens").select("token as json").where("id", "=", id)),
    tokensOf: prepare<{ owner: string }>()(({ owner }) =>
      db.selectFrom("tokens").select("token as json").where("owner", "=", owner).orderBy("id"),
    ),
    tokens: prepare()(() => db.selectFrom("tokens").select("token as json").orderBy("id")),
    repository: prepare<{ name: string }>()(({ name }) =>
      db.selectFrom("repositories").select("repository as json").where("name", "=", name),
    ),
    repositoryByKey: prepare<{ key_folded: string }>()(({ key_folded }) =>
      db.selectFrom("repositories").select("repository as json").where("key_folded", "=", key_folded),
    ),
    repositories: prepare()(() => db.selectFrom("repositories").select("repository as json").orderBy("name")),
    repositoriesOf: prepare<{ owner: string }>()(({ owner }) =>
      db.selectFrom("repositories").select("repository as json").where("owner", "=", owner).orderBy("name"),
    ),
  };
}

function packageQueries(db: Kysely<MetadataTables>) {
  const ofProject = ({ repository, project }: { repository: string; project: string }) => ({
    projects: db.selectFrom("projects").where("repository", "=", repository).where("project", "=", project).selectAll(),
    versions: db.selectFrom("versions").where("repository", "=", repository).where("project", "=", project).selectAll(),
    artifacts: db
      .selectFrom("artifacts")
      .where("repository", "=", repository)
      .where("project", "=", project)
      .selectAll(),
  });
  const pageOf = ({ repository, after, limit }: { repository: string; after: string; limit: number }) =>
    db
      .selectFrom("projects")
      .selectAll()
      .where("repository", "=", repository)
      .where("project", ">", after)
      .orderBy("project")
      .limit(limit);
  const attachmentsOf = ({ repository, project }: { repository: string; project: string }) =>
    db
      .selectFrom("attachments")
      .selectAll()
      .where("repository", "=", repository)
      .where("project", "=", project)
      .orderBy("seq");
  return {
    project: prepare<{ repository: string; project: string }>()((which) => ofProject(which).projects),
    projects: prepare<{ repository: string; after: string; limit: number }>()(pageOf),
    filledProjects: prepare<{ repository: string; after: string; limit: number }>()((page) =>
      pageOf(page).where((eb) =>
        eb.or(
          (["versions", "artifacts"] as const).map((table) =>
            eb.exists(
              eb
                .selectFrom(table)
                .select(`${table}.project`)
                .where(`${table}.repository`, "=", page.repository)
                .whereRef(`${table}.project`, "=", "projects.project"),
            ),
          ),
        ),
      ),
    ),
    versions: prepare<{ repository: string; project: string }>()((which) =>
      ofProject(which).versions.orderBy("version"),
    ),
    version: prepare<{ repository: string; project: string; version: string }>()(({ repository, project, version }) =>
      ofProject({ repository, project }).versions.where("version", "=", version),
    ),
    artifacts: prepare<{ repository: string; project: string }>()((which) => ofProject(which).artifacts.orderBy("seq")),
    filenames: prepare<{ repository: string; project: string }>()(({ repository, project }) =>
      db
        .selectFrom("artifacts")
        .select("filename")
        .where("repository", "=", repository)
        .where("project", "=", project)
        .orderBy("seq"),
    ),
    artifact: prepare<{ repository: string; filename: string }>()(({ repository, filename }) =>
      db.selectFrom("artifacts").selectAll().where("repository", "=", repository).where("filename", "=", filename),
    ),
    removed: prepare<{ repository: string; filename: string }>()(({ repository, filename }) =>
      db
        .selectFrom("removed_files")
        .select("filename")
        .where("repository", "=", repository)
        .where("filename", "=", filename),
    ),
    attachments: prepare<{ repository: string; project: string }>()(attachmentsOf),
    attachmentsOfKind: prepare<{ repository: string; project: string; kind: string }>()(
      ({ repository, project, kind }) => attachmentsOf({ repository, project }).where("kind", "=", kind),
    ),
    attachmentsAbout: prepare<{ repository: string; project: string; about: string }>()(
      ({ repository, project, about }) => attachmentsOf({ repository, project }).where("about", "=", about),
    ),
    blob: prepare<{ blob: string }>()(({ blob }) =>
      db
        .selectFrom("artifacts")
        .select("filename")
        .where("blob", "=", blob)
        .unionAll(db.selectFrom("companions").select("filename").where("blob", "=", blob))
        .unionAll(db.selectFrom("attachments").select("filename").where("blob", "=", blob))
        .unionAll(db.selectFrom("trash_blobs").select("id as filename").where("blob", "=", blob))
        .limit(1),
    ),
  };
}

function sumQueries(db: Kysely<MetadataTables>) {
  return {
    one: prepare<{ repository: string }>()(({ repository }) =>
      db.selectFrom("totals").select(["projects", "artifacts", "size_bytes"]).where("repository", "=", repository),
    ),
    /** One row a repository, so this stays small. */
    all: prepare()(() =>
      db
        .selectFrom("totals")
        .select([
          sql<number>`cast(coalesce(sum(projects), 0) as bigint)`.as("projects"),
          sql<number>`cast(coalesce(sum(artifacts), 0) as bigint)`.as("artifacts"),
          sql<number>`cast(coalesce(sum(size_bytes), 0) as bigint)`.as("size_bytes"),
        ]),
    ),
    entries: prepare<{ after: number; limit: number }>()(({ after, limit }) =>
      db.selectFrom("journal").selectAll().where("seq", ">", after).orderBy("seq").limit(limit),
    ),
  };
}
