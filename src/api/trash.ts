import { hexOf, NO_PROJECT, parseRepositoryName, placeOf, type RepositoryName, refuse, type TrashedFile } from "#core";
import type { FileNode } from "#registry";
import { integerIn, type Operation, operation, PAGE_QUERY, repositoryIn } from "./operation.ts";
import { requireSignedIn } from "./rights.ts";
import type { Answers } from "./schemas.ts";
import { instantView, propertiesView } from "./views.ts";

const PAGE_LENGTH = 100;
const PAGE_LENGTH_MAX = 1000;

/** Removed files, while they rest, and how often files are downloaded. */
export const trashOperations: readonly Operation[] = [
  operation({
    id: "listTrash",
    method: "GET",
    path: "/trash",
    summary: "Removed files that rest in the trash, oldest first, of repositories that you may remove files from",
    query: [{ name: "repository", kind: "string", description: "Only what was removed from this one" }, ...PAGE_QUERY],
    answer: "TrashedFiles",
    refusals: ["not-signed-in", "not-permitted", "repository-not-found"],
    async handle({ registry }, call) {
      requireSignedIn(call.principal);
      const limit = integerIn(call, "limit", { least: 1, most: PAGE_LENGTH_MAX, otherwise: PAGE_LENGTH });
      const repository = repositoryWished(call.query.get("repository"));
      const which = repository === null ? {} : { repository };
      const page = { ...which, after: call.query.get("after"), limit: limit + 1 };
      const files = await registry.trash.list(call.principal, page);
      const shown = files.slice(0, limit);
      return { items: shown.map(trashedView), next: files.length > limit ? (shown.at(-1)?.id ?? null) : null };
    },
  }),
  operation({
    id: "restoreTrashedFile",
    method: "POST",
    path: "/trash/:id/restore",
    summary: "Bring a removed file back with all it had, to where it was or to another place",
    body: "Restoring",
    answer: "TreeFile",
    refusals: [
      "not-signed-in",
      "not-permitted",
      "trashed-file-not-found",
      "file-exists",
      "repository-not-found",
      "not-publishable",
      "quota-exceeded",
    ],
    async handle({ registry }, call, wish) {
      requireSignedIn(call.principal);
      const { to } = wish;
      const place = to === null ? undefined : { repository: repositoryNamed(to.repository), path: to.path };
      return treeFileView(await registry.trash.restore(call.principal, call.params["id"] ?? "", place));
    },
  }),
  operation({
    id: "clearTrashedFile",
    method: "DELETE",
    path: "/trash/:id",
    summary: "Clear one file out of the trash; it is gone for good",
    refusals: ["not-signed-in", "not-permitted", "trashed-file-not-found"],
    async handle({ registry }, call) {
      requireSignedIn(call.principal);
      await registry.trash.clear(call.principal, call.params["id"] ?? "");
      return null;
    },
  }),
  operation({
    id: "emptyTrash",
    method: "DELETE",
    path: "/trash",
    summary: "Empty the trash, or the part of it that came from one repository; all of it needs an administrator",
    query: [{ name: "repository", kind: "string", description: "Only what was removed from this one" }],
    answer: "Tally",
    refusals: ["not-signed-in", "not-permitted", "repository-not-found"],
    async handle({ registry }, call) {
      requireSignedIn(call.principal);
      const repository = repositoryWished(call.query.get("repository"));
      const { files, sizeBytes } = await registry.trash.empty(call.principal, repository ?? undefined);
      return { files, sizeBytes };
    },
  }),
  operation({
    id: "getDownloads",
    method: "GET",
    path: "/repositories/:owner/:name/downloads",
    summary: "How often a file was downloaded as a whole, when last and by whom",
    query: [{ name: "path", kind: "string", description: "Where the file stands in the repository's tree" }],
    answer: "Downloads",
    refusals: ["not-signed-in", "not-permitted", "repository-not-found", "file-not-found"],
    async handle({ registry }, call) {
      const repository = repositoryIn(call);
      const path = call.query.get("path") ?? "";
      const downloads = await registry.tree.downloads(call.principal, { repository, path });
      if (downloads === null) throw refuse({ code: "file-not-found", repository, filename: path });
      const { count, lastAt, lastBy } = downloads;
      return { count, lastAt: lastAt === null ? null : instantView(lastAt), lastBy };
    },
  }),
];

function repositoryWished(text: string | null): RepositoryName | null {
  return text === null ? null : repositoryNamed(text);
}

function repositoryNamed(text: string): RepositoryName {
  const name = parseRepositoryName(text);
  if (name === null) throw refuse({ code: "repository-not-found", repository: text });
  return name;
}

function trashedView({ id, artifact, properties, ...when }: TrashedFile): Answers["TrashedFile"] {
  const { repository, project, version, sizeBytes, blob, publishedAt } = artifact;
  return {
    id,
    repository,
    path: placeOf(artifact),
    project: project === NO_PROJECT ? null : project,
    version,
    sizeBytes,
    sha256: hexOf(blob),
    properties: propertiesView(properties),
    publishedAt: instantView(publishedAt),
    trashedAt: instantView(when.trashedAt),
    trashedBy: when.trashedBy,
    until: instantView(when.until),
  };
}

function treeFileView({ repository, path, sizeBytes, sha256 }: FileNode): Answers["TreeFile"] {
  return { repository, path, sizeBytes, sha256 };
}
