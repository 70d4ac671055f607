import {
  type Call,
  factsOf,
  type Listing,
  type ProjectName,
  parseRepositoryName,
  type Repository,
  refuse,
} from "#core";
import { type OwnDesk, type PushStep, placeOfName } from "#registry";
import {
  type ApiParts,
  booleanIn,
  type Operation,
  operation,
  PAGE_QUERY,
  pageOf,
  type QueryParameter,
  repositoryIn,
} from "./operation.ts";
import { fileView, instantView, projectView, summaryOf, versionViews } from "./views.ts";

export const PROJECT = "/repositories/:owner/:name/projects/:project";
export const VERSION = `${PROJECT}/versions/:version`;
const OWN_QUERY: QueryParameter = {
  name: "own",
  kind: "boolean",
  description: "Only what this repository has by itself, without bases and members",
};
export const FORCE_QUERY: QueryParameter = {
  name: "force",
  kind: "boolean",
  description: "Remove although the repository is immutable; needs the right to administer it",
};

/** What repositories show: projects, versions, files. */
export const readingOperations: readonly Operation[] = [
  operation({
    id: "listProjects",
    method: "GET",
    path: "/repositories/:owner/:name/projects",
    summary: "The projects that can be seen in a repository, sorted by name, in pages",
    query: [...PAGE_QUERY, OWN_QUERY],
    answer: "Projects",
    refusals: ["repository-not-found", "not-permitted", "upstream-unavailable"],
    async handle(parts, call) {
      const { projects, staleSince } = await (await deskIn(parts, call)).projects();
      const { items, next } = pageOf(call, projects, ({ project }) => project, placeOfName);
      return {
        items: items.map(({ project, displayName }) => ({ project, displayName })),
        next,
        staleSince: staleSince === null ? null : instantView(staleSince),
      };
    },
  }),
  operation({
    id: "getProject",
    method: "GET",
    path: PROJECT,
    summary: "A project with its status and versions",
    query: [OWN_QUERY],
    answer: "Project",
    refusals: ["repository-not-found", "project-not-found", "not-permitted", "upstream-unavailable"],
    async handle(parts, call) {
      const { listing, repository } = await listingIn(parts, call);
      return projectView(repository.name, listing, parts.registry.format(repository.format).compareVersions);
    },
  }),
  operation({
    id: "listVersions",
    method: "GET",
    path: `${PROJECT}/versions`,
    summary: "The versions of a project, newest first, also those without files, in pages",
    query: [...PAGE_QUERY, OWN_QUERY],
    answer: "Versions",
    refusals: ["repository-not-found", "project-not-found", "not-permitted", "upstream-unavailable"],
    async handle(parts, call) {
      const { listing, repository } = await listingIn(parts, call);
      const all = versionViews(listing, parts.registry.format(repository.format).compareVersions);
      return pageOf(call, all, ({ version }) => version);
    },
  }),
  operation({
    id: "getVersion",
    method: "GET",
    path: VERSION,
    summary: "A version with its files and its record",
    query: [OWN_QUERY],
    answer: "VersionDetail",
    refusals: ["repository-not-found", "project-not-found", "version-not-found", "not-permitted"],
    async handle(parts, call) {
      const { listing, repository } = await listingIn(parts, call);
      const version = call.params["version"] ?? "";
      const files = listing.files.filter((file) => factsOf(file).version === version);
      const record = await parts.registry.releases.version(repository.name, listing.project, version);
      // Also where there is a record: of a version whose files are all closed to the reader nothing is told.
      if (files.length === 0 && !listing.versions.includes(version)) {
        throw refuse({ code: "version-not-found", repository: repository.name, project: listing.project, version });
      }
      return {
        version,
        ...summaryOf(files),
        files: files.map((file) => fileView(file, addressOf(parts, call, repository, file))),
        attributes: record === null ? null : { ...record.attributes },
      };
    },
  }),
  operation({
    id: "listFiles",
    method: "GET",
    path: `${PROJECT}/files`,
    summary: "The files of a project in order of contribution, in pages",
    query: [...PAGE_QUERY, OWN_QUERY],
    answer: "Files",
    refusals: ["repository-not-found", "project-not-found", "not-permitted", "upstream-unavailable"],
    async handle(parts, call) {
      const { listing, repository } = await listingIn(parts, call);
      const { items, next } = pageOf(call, listing.files, (file) => factsOf(file).filename);
      return { items: items.map((file) => fileView(file, addressOf(parts, call, repository, file))), next };
    },
  }),
];

/** What is done to published things. */
export const releaseOperations: readonly Operation[] = [
  operation({
    id: "yankVersion",
    method: "PUT",
    path: `${VERSION}/yank`,
    summary: "Yank all files of a version (PEP 592): installers skip them unless pinned",
    body: "Yank",
    answer: "Yanked",
    refusals: ["version-not-found", "not-permitted", "not-signed-in"],
    handle: async (parts, call, { reason }) => yank(parts, call, reason ?? ""),
  }),
  operation({
    id: "unyankVersion",
    method: "DELETE",
    path: `${VERSION}/yank`,
    summary: "Take a yank back",
    answer: "Yanked",
    refusals: ["version-not-found", "not-permitted", "not-signed-in"],
    handle: async (parts, call) => yank(parts, call, null),
  }),
  operation({
    id: "setStatus",
    method: "PUT",
    path: `${PROJECT}/status`,
    summary: "Set a project's status (PEP 792)",
    body: "Status",
    refusals: ["project-not-found", "not-permitted", "not-signed-in"],
    async handle(parts, call, { status, reason }) {
      const { project } = await projectIn(parts, call);
      await parts.registry.releases.setStatus(call.principal, repositoryIn(call), project, status, reason);
      return null;
    },
  }),
  operation({
    id: "releaseName",
    method: "DELETE",
    path: `${PROJECT}/hold`,
    summary: "Release a project's name: it may be asked upstream again. Needs the right to administer",
    refusals: ["project-not-found", "not-permitted", "not-signed-in"],
    async handle(parts, call) {
      const { project } = await projectIn(parts, call);
      await parts.registry.releases.releaseName(call.principal, repositoryIn(call), project);
      return null;
    },
  }),
  operation({
    id: "refreshProject",
    method: "POST",
    path: `${PROJECT}/refresh`,
    summary: "Forget what was remembered of a project of a remote, so that the next reader asks the upstream",
    refusals: ["repository-not-found", "not-permitted", "not-signed-in"],
    async handle(parts, call) {
      const { project } = await projectIn(parts, call);
      await parts.registry.repositoriesAdmin.refresh(call.principal, repositoryIn(call), project);
      return null;
    },
  }),
  operation({
    id: "promoteVersion",
    method: "POST",
    path: `${VERSION}/promote`,
    summary: "Copy a version with its files to another repository",
    body: "Promotion",
    answer: "Promoted",
    refusals: ["version-not-found", "not-permitted", "file-exists", "not-publishable"],
    async handle(parts, call, { to: text }) {
      const to = parseRepositoryName(text);
      if (to === null)
        throw refuse({ code: "request-invalid", because: `field 'to' is wrong: '${text}' is not owner/name` });
      const { project } = await projectIn(parts, call);
      const version = call.params["version"] ?? "";
      const steps = await parts.registry.releases.push(call.principal, repositoryIn(call), project, version, to);
      return {
        to,
        steps: steps.map((step) => ({ kind: step.kind, what: nameOf(step) })),
      };
    },
  }),
  operation({
    id: "removeProject",
    method: "DELETE",
    path: PROJECT,
    summary: "Remove a project with all versions and files; its name stays held",
    query: [FORCE_QUERY],
    refusals: ["project-not-found", "not-permitted", "repository-immutable"],
    async handle(parts, call) {
      const { repository, project } = await projectIn(parts, call);
      const force = forceIn(parts, call, repository);
      await parts.registry.releases.removeProject(call.principal, repository.name, project, force);
      return null;
    },
  }),
  operation({
    id: "removeVersion",
    method: "DELETE",
    path: VERSION,
    summary: "Remove a version with its files",
    query: [FORCE_QUERY],
    refusals: ["version-not-found", "not-permitted", "repository-immutable"],
    async handle(parts, call) {
      const { repository, project } = await projectIn(parts, call);
      const { version = "" } = call.params;
      const force = forceIn(parts, call, repository);
      await parts.registry.releases.removeVersion(call.principal, repository.name, project, version, force);
      return null;
    },
  }),
  operation({
    id: "removeFile",
    method: "DELETE",
    path: `${PROJECT}/files/:filename`,
    summary: "Remove a file; of a remote, drop the cached copy",
    query: [FORCE_QUERY],
    refusals: ["file-not-found", "not-permitted", "repository-immutable"],
    async handle(parts, call) {
      const { repository, project } = await projectIn(parts, call);
      const ref = { repository: repository.name, project, filename: call.params["filename"] ?? "" };
      await parts.registry.releases.removeFile(call.principal, ref, forceIn(parts, call, repository));
      return null;
    },
  }),
];

function nameOf(step: PushStep): string {
  switch (step.kind) {
    case "file":
      return step.ref.filename;
    case "test-result":
      return step.attachment.filename;
    case "register":
    case "documentation":
      return `${step.project} ${step.version}`;
  }
}

async function yank(parts: ApiParts, call: Call, reason: string | null) {
  const { project } = await projectIn(parts, call);
  const { version = "" } = call.params;
  const refs = await parts.registry.releases.yank(call.principal, repositoryIn(call), project, version, reason);
  return { yanked: reason, files: refs.map(({ filename }) => filename) };
}

/** Whether to remove by force. That a repository is immutable is its owner's promise, so others do not break it. */
export function forceIn({ registry }: ApiParts, call: Call, repository: Repository): boolean {
  const isForced = booleanIn(call, "force");
  if (!isForced || repository.mutability === "volatile") return isForced;
  const { isAllowed, because } = registry.decide(call.principal, "administer", repository);
  if (isAllowed) return true;
  throw call.principal.kind === "anonymous"
    ? refuse({ code: "not-signed-in", because: `removing by force from ${repository.name} needs a sign-in` })
    : refuse({
        code: "not-permitted",
        action: "administer",
        because: `removing by force is not permitted: ${because}`,
      });
}

/** The repository as the caller sees it, or what it has by itself. */
async function deskIn({ registry }: ApiParts, call: Call): Promise<OwnDesk> {
  const name = repositoryIn(call);
  return booleanIn(call, "own") ? registry.own(name, call.principal) : registry.desk(name, call.principal);
}

/** The repository and the project in the path, normalised by its format. */
export async function projectIn(
  { registry }: ApiParts,
  call: Call,
): Promise<{ readonly repository: Repository; readonly project: ProjectName }> {
  const name = repositoryIn(call);
  const repository = await registry.repository(name);
  if (repository === null) throw refuse({ code: "repository-not-found", repository: name });
  const text = call.params["project"] ?? "";
  const project = registry.format(repository.format).normalize(text);
  if (project === null) throw refuse({ code: "project-not-found", repository: name, project: text });
  return { repository, project };
}

/** The project as the caller sees it; refuses where there is none. */
export async function listingIn(
  parts: ApiParts,
  call: Call,
): Promise<{ readonly repository: Repository; readonly listing: Listing }> {
  // The desk comes first: who may not read is not told whether the project could be a name.
  const desk = await deskIn(parts, call);
  const { repository, project } = await projectIn(parts, call);
  const listing = await desk.listing(project);
  if (listing === null) throw refuse({ code: "project-not-found", repository: repository.name, project });
  return { repository, listing };
}

function addressOf(parts: ApiParts, call: Call, repository: Repository, file: Listing["files"][number]): string {
  const base = repository.name.split("/").map(encodeURIComponent).join("/");
  return `${call.publicUrl}/${base}/${parts.registry.format(repository.format).filePath(file)}`;
}
