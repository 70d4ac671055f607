import {
  type Call,
  type FormatName,
  ownerOf,
  type ProjectName,
  parseRepositoryName,
  type Repository,
  type RepositoryName,
  refuse,
  repositoryName,
  userName,
} from "#core";
import type { NewRepository, Registry, Resolution } from "#registry";
import { type ApiParts, type Given, type Operation, operation, repositoryIn } from "./operation.ts";
import { requireSignedIn } from "./rights.ts";
import type { Answers, Bodies } from "./schemas.ts";
import { repositoryView } from "./views.ts";

const FORMAT = "python" as FormatName;
const PLAIN_FORMAT = "generic" as FormatName;

/** Repositories of all three kinds. */
export const repositoryOperations: readonly Operation[] = [
  operation({
    id: "listRepositories",
    method: "GET",
    path: "/repositories",
    summary: "All repositories that you may read, sorted by name",
    query: [{ name: "owner", kind: "string", description: "Only those of this account" }],
    answer: "Repositories",
    async handle({ registry }, call) {
      const text = call.query.get("owner");
      const owner = text === null ? null : userName(text);
      if (text !== null && owner === null) throw refuse({ code: "user-not-found", user: text });
      const all = await (owner === null ? registry.repositories() : registry.repositories(owner));
      const readable = all.filter((repository) => registry.decide(call.principal, "read", repository).isAllowed);
      return { items: readable.map(repositoryView) };
    },
  }),
  operation({
    id: "createRepository",
    method: "PUT",
    path: "/repositories/:owner/:name",
    summary: "Make a repository; fields left out get their defaults",
    body: "NewRepository",
    answer: "Repository",
    status: 201,
    refusals: ["not-signed-in", "not-permitted", "repository-exists", "user-not-found", "setting-invalid"],
    async handle(parts, call, body) {
      requireSignedIn(call.principal);
      const name = newNameIn(call);
      const owner = ownerOf(name);
      if ((await parts.registry.accounts.user(owner)) === null) throw refuse({ code: "user-not-found", user: owner });
      const settings = settingsFrom(parts, body);
      return repositoryView(await parts.registry.repositoriesAdmin.create(call.principal, name, settings));
    },
  }),
  operation({
    id: "getRepository",
    method: "GET",
    path: "/repositories/:owner/:name",
    summary: "One repository's settings; an upstream's credentials are never shown",
    answer: "Repository",
    refusals: ["repository-not-found", "not-permitted"],
    async handle({ registry }, call) {
      return repositoryView((await registry.desk(repositoryIn(call), call.principal)).repository);
    },
  }),
  {
    ...operation({
      id: "changeRepository",
      method: "PATCH",
      path: "/repositories/:owner/:name",
      summary: "Change settings; fields left out stay. The kind cannot change",
      answer: "Repository",
      refusals: ["repository-not-found", "not-permitted", "setting-invalid"],
      handle: changeRepository,
    }),
    body: ["LocalChange", "RemoteChange", "VirtualChange"],
  },
  operation({
    id: "removeRepository",
    method: "DELETE",
    path: "/repositories/:owner/:name",
    summary: "Remove a repository with everything in it; refused while it is immutable and not empty",
    refusals: ["repository-not-found", "not-permitted", "repository-immutable"],
    async handle({ registry }, call) {
      await registry.repositoriesAdmin.remove(call.principal, await existing(registry, repositoryIn(call)));
      return null;
    },
  }),
  operation({
    id: "explainResolution",
    method: "GET",
    path: "/repositories/:owner/:name/resolution/:project",
    summary: "Which members would answer for a project, and why; no upstream is asked",
    answer: "Resolution",
    refusals: ["repository-not-found", "project-not-found", "not-permitted", "not-signed-in"],
    async handle(parts, call) {
      const name = await existing(parts.registry, repositoryIn(call));
      const project = projectNamed(parts.registry, call, (await parts.registry.repository(name))?.format ?? FORMAT);
      return resolutionView(await parts.registry.resolutions.explain(call.principal, name, project));
    },
  }),
  operation({
    id: "previewResolution",
    method: "POST",
    path: "/repositories/:owner/:name/resolution/:project",
    summary: "The same for the settings in the body, were they saved; nothing is saved",
    body: "NewRepository",
    answer: "Resolution",
    refusals: ["project-not-found", "not-permitted", "not-signed-in", "setting-invalid"],
    async handle(parts, call, body) {
      requireSignedIn(call.principal);
      // A format that is not here is refused with the other settings.
      const project = projectNamed(parts.registry, call, body.format === PLAIN_FORMAT ? PLAIN_FORMAT : FORMAT);
      const settings = settingsFrom(parts, body);
      const resolution = parts.registry.resolutions.preview(call.principal, repositoryIn(call), settings, project);
      return resolutionView(await resolution);
    },
  }),
];

function resolutionView({ members, ...which }: Resolution): Answers["Resolution"] {
  return { ...which, members: members.map((member) => ({ ...member })) };
}

/** The name of what shall be made: that there is none of it yet is no help to who has mistyped it. */
function newNameIn({ params: { owner = "", name = "" } }: Call): RepositoryName {
  const found = repositoryName(owner, name);
  if (found !== null) return found;
  const because = `'${name}' cannot be a repository's name: letters, digits and . _ - @ are allowed`;
  throw refuse({ code: "setting-invalid", because });
}

/** The project in the path, normalised. */
function projectNamed(registry: Registry, call: Call, format: FormatName): ProjectName {
  const text = call.params["project"] ?? "";
  const name = registry.format(format).normalize(text);
  if (name === null) throw refuse({ code: "project-not-found", repository: repositoryIn(call), project: text });
  return name;
}

const CHANGES = { local: "LocalChange", remote: "RemoteChange", virtual: "VirtualChange" } as const;

/** Which fields there are follows from the kind of the repository that is there. */
async function changeRepository(parts: ApiParts, call: Parameters<Operation["handle"]>[1], value: unknown) {
  const { registry } = parts;
  const name = await existing(registry, repositoryIn(call));
  const kind = (await registry.repository(name))?.kind ?? "local";
  const { readBody } = await import("./schemas.ts");
  const read = readBody(CHANGES[kind], value ?? {});
  if ("because" in read) {
    throw refuse({ code: "request-invalid", because: `${read.because} (${name} is a ${kind} repository)` });
  }
  const settings = settingsFrom(parts, { ...(read.body as Given<Bodies["NewRepository"]>), kind } as NewBody);
  // The kind cannot have changed in between, and `settings` has the fields of that kind only.
  const change = (current: Repository) => withoutForeignLogin(current, { ...current, ...settings } as Repository);
  return repositoryView(await registry.repositoriesAdmin.modify(call.principal, name, change));
}

/** A login stays with its server: an upstream elsewhere never gets the one that was kept for another. */
function withoutForeignLogin(before: Repository, after: Repository): Repository {
  if (before.kind !== "remote" || after.kind !== "remote" || after.credentials !== before.credentials) return after;
  const isSameServer =
    before.url !== null && after.url !== null && new URL(before.url).origin === new URL(after.url).origin;
  return isSameServer ? after : { ...after, credentials: null };
}

type NewBody = Given<Bodies["NewRepository"]>;

/** Proves the names in a body; whether what they name exists is the registry's to say. */
function settingsFrom({ registry, access }: ApiParts, body: NewBody): NewRepository {
  const settings: Record<string, unknown> = { ...body };
  for (const field of ["bases", "members"]) {
    const names = settings[field];
    if (Array.isArray(names)) settings[field] = names.map((name) => nameFrom(field, String(name)));
  }
  if (typeof settings["publishTo"] === "string") settings["publishTo"] = nameFrom("publishTo", settings["publishTo"]);
  if (Array.isArray(settings["whitelist"])) {
    settings["whitelist"] = settings["whitelist"].map((name) => projectFrom(registry, String(name)));
  }
  if (typeof settings["credentials"] === "string") settings["credentials"] = access.seal(settings["credentials"]);
  // As the server is set is what a repository says that says nothing.
  for (const field of ["assumedOfflineSeconds", "timeoutMilliseconds"]) {
    if (settings[field] === null) settings[field] = undefined;
  }
  if (typeof settings["url"] === "string") settings["url"] = upstreamUrl(settings["url"]);
  return settings as unknown as NewRepository;
}

function nameFrom(field: string, text: string): RepositoryName {
  const name = parseRepositoryName(text);
  if (name === null) throw refuse({ code: "setting-invalid", because: `'${text}' in ${field} is not owner/name` });
  return name;
}

function projectFrom(registry: Registry, text: string): ProjectName | "*" {
  const name = text === "*" ? "*" : registry.format(FORMAT).normalize(text);
  if (name === null) throw refuse({ code: "setting-invalid", because: `'${text}' in whitelist is no project name` });
  return name;
}

/** An address is shown to readers, so a password must not stand in it. */
function upstreamUrl(text: string): string {
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    const because = "the upstream's address must not hold a password; give it as credentials, user:password";
    throw refuse({ code: "setting-invalid", because });
  }
  url.hash = "";
  if (url.search === "" && !url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

async function existing(registry: Registry, name: RepositoryName): Promise<RepositoryName> {
  if ((await registry.repository(name)) === null) throw refuse({ code: "repository-not-found", repository: name });
  return name;
}
