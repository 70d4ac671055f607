import {
  type Call,
  isReservedWord,
  type Json,
  type JsonObject,
  keyOf,
  type Reply,
  type Repository,
  type RepositoryName,
  refuse,
  repositoryName,
} from "#core";
import type { DialectRoute } from "#http";
import type { RepositoryChange } from "#registry";
import { mayReadIn } from "./absence.ts";
import { route } from "./addresses.ts";
import { given, objectOf, textField } from "./json-fields.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { CACHE_ENDING, contentUrl } from "./places.ts";
import { classOf, packageTypeOf } from "./repository-fields.ts";
import { type ConfigurationContext, changedRepository, configurationOf, readNewRepository } from "./repository-json.ts";

const BATCH_MAX = 1000;
const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** What stands right below the context path, and what the trash is called. */
const TAKEN_KEYS: ReadonlySet<string> = new Set(["access", "api", "auto-trashcan", "list", "ui", "webapp"]);

/** Repositories: read, made, changed and removed by REST. What is made so belongs to root. */
export function repositoryRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  const keyIn = (call: Call) => call.params["key"] ?? "";
  return [
    route("GET", "/api/repositories", (call) => list(parts, call)),
    route("GET", "/api/repositories/configurations", (call) => configurations(parts, call)),
    route("GET", "/api/repositories/:key", (call) => show(parts, call, keyIn(call))),
    route("PUT", "/api/repositories/:key", async (call) => {
      const body = objectOf(await call.json());
      await create(parts, call, [{ name: checkedKey(keyIn(call), body), body }]);
      return told(200, `Successfully created repository '${keyIn(call)}' \n`);
    }),
    route("POST", "/api/repositories/:key", async (call) => {
      const body = objectOf(await call.json());
      await modify(parts, call, [{ key: keyIn(call), body }]);
      return told(200, `Repository ${keyIn(call)} update successfully.\n`);
    }),
    route("DELETE", "/api/repositories/:key", (call) => remove(parts, call, keyIn(call))),
    route("PUT", "/api/v2/repositories/batch", (call) => createAll(parts, call)),
    route("POST", "/api/v2/repositories/batch", (call) => modifyAll(parts, call)),
  ];
}

async function list(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const type = call.query.get("type")?.toLowerCase() || null;
  const packageType = call.query.get("packageType")?.toLowerCase() || null;
  const seen = await visible(parts, call);
  const asked = seen.filter(
    (repository) =>
      (type === null || classOf(repository) === type) &&
      (packageType === null || packageTypeOf(repository.format) === packageType),
  );
  return { kind: "json", status: 200, body: asked.map((repository) => brief(call, repository)) };
}

function brief(call: Call, repository: Repository): JsonObject {
  const key = keyOf(repository.name);
  const upstream = repository.kind === "remote" ? repository.url : null;
  return {
    key,
    description: repository.description ?? "",
    // In capitals: dohq knows no other spelling.
    type: classOf(repository).toUpperCase(),
    url: upstream ?? contentUrl(call, key, ""),
    packageType: packageTypeOf(repository.format),
  };
}

async function configurations(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const exists = await existence(parts);
  const body: Record<string, Json[]> = { LOCAL: [], REMOTE: [], VIRTUAL: [], FEDERATED: [] };
  for (const repository of await visible(parts, call)) {
    const isFull = administers(parts, call, repository);
    body[classOf(repository).toUpperCase()]?.push(configurationOf(repository, { exists, isFull }));
  }
  return { kind: "json", status: 200, body };
}

async function show(parts: ArtifactoryParts, call: Call, key: string): Promise<Reply> {
  const repository = await existing(parts, key);
  const isFull = administers(parts, call, repository);
  if (!isFull && !(await mayReadIn(parts, call, repository, null))) {
    throw denied(call, `the configuration of ${keyOf(repository.name)} is shown to who may read the repository`);
  }
  return { kind: "json", status: 200, body: configurationOf(repository, { exists: await existence(parts), isFull }) };
}

/** Those that the asker may read; who may read none and has not signed in is asked to. */
async function visible(parts: ArtifactoryParts, call: Call): Promise<readonly Repository[]> {
  const all = await parts.registry.repositories();
  const seen: Repository[] = [];
  for (const repository of all) {
    const isSeen = administers(parts, call, repository) || (await mayReadIn(parts, call, repository, null));
    if (isSeen) seen.push(repository);
  }
  if (seen.length === 0 && all.length > 0 && call.principal.kind === "anonymous") {
    throw denied(call, "no repository here is open to everybody");
  }
  return seen;
}

interface Wish {
  readonly name: RepositoryName;
  readonly body: JsonObject;
}

async function create(parts: ArtifactoryParts, call: Call, wishes: readonly Wish[]): Promise<void> {
  const { registry } = parts;
  for (const { name } of wishes) {
    const taken = await registry.repositoryByKey(keyOf(name));
    if (taken !== null) {
      throw refuse({ code: "repository-exists", repository: keyOf(name), because: `'${keyOf(taken.name)}'` });
    }
  }
  // One that is made may look into another that is made with it.
  const context = await contextOf(parts, wishes);
  const news = wishes.map(({ name, body }) => ({ name, settings: readNewRepository(body, context) }));
  await registry.repositoriesAdmin.createMany(call.principal, news);
}

async function modify(
  parts: ArtifactoryParts,
  call: Call,
  wishes: readonly { readonly key: string; readonly body: JsonObject }[],
): Promise<void> {
  const context = await contextOf(parts);
  const changes: RepositoryChange[] = [];
  for (const { key, body } of wishes) {
    const { name } = await existing(parts, key);
    checkBodyKey(keyOf(name), body);
    changes.push({ name, change: (current) => changedRepository(current, body, context) });
  }
  await parts.registry.repositoriesAdmin.modifyMany(call.principal, changes);
}

async function remove(parts: ArtifactoryParts, call: Call, key: string): Promise<Reply> {
  const { registry } = parts;
  const { name } = await existing(parts, key);
  await registry.repositoriesAdmin.remove(call.principal, name);
  return told(200, `Repository ${key} and all its content have been removed successfully.\n`);
}

/** All of them or none. */
async function createAll(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const bodies = await batchOf(call);
  const wishes = bodies.map((body) => ({ name: checkedKey(textField(body, "key") ?? "", body), body }));
  await create(parts, call, wishes);
  return told(201, `Successfully created ${bodies.length} repositories\n`);
}

/** All of them or none. */
async function modifyAll(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const bodies = await batchOf(call);
  const wishes = bodies.map((body) => ({ key: textField(body, "key") ?? "", body }));
  await modify(parts, call, wishes);
  return told(200, `Successfully updated ${bodies.length} repositories\n`);
}

async function batchOf(call: Call): Promise<readonly JsonObject[]> {
  const body = await call.json();
  if (!Array.isArray(body)) throw invalid("The body must be a list of repository configurations.");
  if (body.length > BATCH_MAX) throw invalid(`At most ${BATCH_MAX} repositories are taken at once.`);
  return (body as readonly Json[]).map(objectOf);
}

function checkedKey(key: string, body: JsonObject): RepositoryName {
  checkBodyKey(key, body);
  if (!KEY.test(key)) {
    throw invalid(
      `'${key}' cannot be a repository's key: it has up to 64 letters, digits, '-', '_' and '.', and begins with a letter or a digit.`,
    );
  }
  const lower = key.toLowerCase();
  if (TAKEN_KEYS.has(lower) || isReservedWord(key)) {
    throw invalid(`'${key}' cannot be a repository's key: this server's own addresses begin with it.`);
  }
  if (lower.endsWith(CACHE_ENDING)) {
    throw invalid(
      `'${key}' cannot be a repository's key: keys that end in '${CACHE_ENDING}' are the caches of remotes.`,
    );
  }
  const name = repositoryName("root", key);
  if (name === null) throw invalid(`'${key}' cannot be a repository's key.`);
  return name;
}

function checkBodyKey(key: string, body: JsonObject): void {
  const own = given(body, "key");
  if (own !== undefined && own !== "" && (typeof own !== "string" || own.toLowerCase() !== key.toLowerCase())) {
    throw invalid(`The key in the body is not '${key}', as it is in the address.`);
  }
}

/** `more`: repositories that come into being with those that there are. */
async function contextOf(
  { registry, access }: ArtifactoryParts,
  more: readonly Pick<Wish, "name">[] = [],
): Promise<ConfigurationContext> {
  const byKey = new Map<string, RepositoryName>();
  for (const { name } of [...(await registry.repositories()), ...more]) byKey.set(keyOf(name).toLowerCase(), name);
  return { named: (key) => byKey.get(key.toLowerCase()) ?? null, seal: access.seal };
}

async function existence({ registry }: ArtifactoryParts): Promise<(name: RepositoryName) => boolean> {
  const names = new Set((await registry.repositories()).map(({ name }) => name));
  return (name) => names.has(name);
}

async function existing({ registry }: ArtifactoryParts, key: string): Promise<Repository> {
  const repository = await registry.repositoryByKey(key);
  if (repository === null) throw refuse({ code: "repository-not-found", repository: key });
  return repository;
}

function administers({ registry }: ArtifactoryParts, call: Call, repository: Repository): boolean {
  return registry.decide(call.principal, "administer", repository).isAllowed;
}

function denied(call: Call, because: string): Error {
  return call.principal.kind === "anonymous"
    ? refuse({ code: "not-signed-in", because })
    : refuse({ code: "not-permitted", action: "read", because });
}

/** People and scripts read it. */
function told(status: number, text: string): Reply {
  return { kind: "bytes", status, contentType: "text/plain", body: text, cache: { kind: "none" } };
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
