import {
  type Call,
  newRepository,
  ownerOf,
  type ProjectName,
  type Reply,
  type Repository,
  type RepositoryName,
  refuse,
} from "#core";
import type { DialectRoute, Target } from "#http";
import {
  asksHtml,
  asksSimpleJson,
  bodyOf,
  isInstaller,
  isPut,
  messageReply,
  objectOf,
  resultReply,
} from "./answers.ts";
import { indexConfigOf, newRepositoryFrom, readOptions, readType, withOptions } from "./index-options.ts";
import { optionsOf, readModification } from "./key-values.ts";
import { badName, invalid, quoted, type ValueContext } from "./option-values.ts";
import { linkPage } from "./pages.ts";
import type { DevpiParts } from "./parts.ts";
import { projectsReply } from "./projects-reply.ts";

/** A page for people does not grow with the public index. */
const PAGE_LINKS_MAX = 1000;
const FORMAT = "python";

/** Indexes: GET, PUT, PATCH, DELETE of `/<user>/<index>`. */
export function indexRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [
    {
      scope: "repository",
      method: "GET",
      path: "/",
      when: (call) => !isInstaller(call) && !asksSimpleJson(call),
      handle: (call, target) => show(parts, call, indexIn(target)),
    },
    { scope: "repository", method: "PUT", path: "/", handle: (call, target) => create(parts, call, indexIn(target)) },
    { scope: "repository", method: "PATCH", path: "/", handle: (call, target) => modify(parts, call, indexIn(target)) },
    {
      scope: "repository",
      method: "DELETE",
      path: "/",
      handle: (call, target) => remove(parts, call, indexIn(target)),
    },
    // As with users: only what can be no index is found here.
    {
      scope: "owner",
      method: "PUT",
      path: "/:index",
      when: isPut,
      handle: async (call) => {
        throw badName("indexname", call.params["index"] ?? "");
      },
    },
  ];
}

/** The repository that a route was found under, whether it exists or not. */
export function indexIn(target: Target): RepositoryName {
  if (target.repository !== null) return target.repository;
  throw refuse({ code: "repository-not-found", repository: target.owner ?? "" });
}

/** The repository of that name; `repository-not-found`. */
export async function existingIndex(parts: DevpiParts, name: RepositoryName): Promise<Repository> {
  const repository = await parts.registry.repository(name);
  if (repository === null) throw refuse({ code: "repository-not-found", repository: name });
  return repository;
}

async function show(parts: DevpiParts, call: Call, name: RepositoryName): Promise<Reply> {
  const repository = await existingIndex(parts, name);
  // Refuses who may not read, in the way that clients need.
  const own = await parts.registry.own(name, call.principal);
  if (call.query.has("no_projects") && !asksHtml(call)) return resultReply("indexconfig", indexConfigOf(repository));
  const { projects } = await own.projects();
  if (!asksHtml(call)) return projectsReply(indexConfigOf(repository), projects);
  const links = projects
    .slice(0, PAGE_LINKS_MAX)
    .map(({ project }) => ({ path: `/${name}/${project}`, text: project }));
  return linkPage(call, name, [{ path: `/${name}/+simple/`, text: "Simple index" }, ...links]);
}

async function create(parts: DevpiParts, call: Call, name: RepositoryName): Promise<Reply> {
  const { registry, access } = parts;
  const owner = ownerOf(name);
  if ((await registry.accounts.user(owner)) === null) throw refuse({ code: "user-not-found", user: owner });
  if ((await registry.repository(name)) !== null) {
    throw refuse({ code: "repository-exists", repository: name, because: `index ${quoted(name)} exists` });
  }
  requireMaking(parts, call, name);
  const given = await objectOf(call, {});
  const type = readType(given);
  const options = readOptions(type, given, await valueContext(parts));
  const settings = newRepositoryFrom(type, options, name, access.seal);
  const created = await registry.repositoriesAdmin.create(call.principal, name, settings);
  // devpi says 200 here, not 201.
  return resultReply("indexconfig", indexConfigOf(created));
}

async function modify(parts: DevpiParts, call: Call, name: RepositoryName): Promise<Reply> {
  const { registry, access } = parts;
  requireAdministrator(parts, call, await existingIndex(parts, name));
  const modification = readModification(await bodyOf(call));
  const context = await valueContext(parts);
  const isNoopRefused = call.query.has("error_on_noop");
  const changed = await registry.repositoriesAdmin.modify(call.principal, name, (current) => {
    const wanted = withOptions(current, optionsOf(modification, current, context), access.seal);
    if (isNoopRefused && JSON.stringify(indexConfigOf(wanted)) === JSON.stringify(indexConfigOf(current))) {
      throw invalid("The requested modifications resulted in no changes");
    }
    return wanted;
  });
  return resultReply("indexconfig", indexConfigOf(changed));
}

async function remove(parts: DevpiParts, call: Call, name: RepositoryName): Promise<Reply> {
  const repository = await existingIndex(parts, name);
  requireAdministrator(parts, call, repository);
  if (repository.mutability === "immutable") {
    throw refuse({
      code: "repository-immutable",
      repository: name,
      because: `index ${name} non-volatile, cannot delete`,
    });
  }
  await parts.registry.repositoriesAdmin.remove(call.principal, name);
  return messageReply(`index ${name} deleted`, 201);
}

/** Says in devpi's words who may not; who may is the registry's to say. */
function requireMaking(parts: DevpiParts, call: Call, name: RepositoryName): void {
  const wanted = newRepository(
    name,
    { kind: "local" },
    { format: FORMAT as Repository["format"], createdAt: call.now },
  );
  if (parts.registry.decide(call.principal, "administer", wanted).isAllowed) return;
  throw refuse({
    code: "not-permitted",
    action: "create-repository",
    because: `no permission to create index ${name}`,
  });
}

function requireAdministrator(parts: DevpiParts, call: Call, repository: Repository): void {
  const { isAllowed, because } = parts.registry.decide(call.principal, "administer", repository);
  // devpi answers 403 here also to those who have not signed in.
  if (!isAllowed) throw refuse({ code: "not-permitted", action: "administer", because });
}

async function valueContext(parts: DevpiParts): Promise<ValueContext> {
  const names = new Set((await parts.registry.repositories()).map((repository) => repository.name));
  const format = parts.registry.format(FORMAT as Repository["format"]);
  return {
    normalize: (name): ProjectName | null => format.normalize(name),
    exists: (name) => names.has(name),
  };
}
