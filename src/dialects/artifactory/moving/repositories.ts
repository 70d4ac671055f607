import { type JsonObject, keyOf, type RepositoryName, refuse, repositoryName, type UserName } from "#core";
import { textField, textsField } from "../json-fields.ts";
import { readNewRepository } from "../repository-json.ts";
import { type Mover, unlessRefused } from "./mover.ts";

/** Where what comes from there stands here: its key is its name. */
const OWNER = "root" as UserName;
/** The formats of this server under the names of the other; everything else comes as plain files. */
const KNOWN_TYPES = new Set(["pypi", "generic"]);

/** A local repository that came, with the key it has there. */
export interface MovedRepository {
  readonly key: string;
  readonly name: RepositoryName;
}

/** Configurations; members before those that show them. Returns the local ones, whose files are to come. */
export async function moveRepositories(mover: Mover): Promise<readonly MovedRepository[]> {
  const all = await mover.source.repositories();
  const repositories = await mover.registry.repositories();
  const named = new Map(repositories.map(({ name }) => [keyOf(name).toLowerCase(), name]));
  const locals: MovedRepository[] = [];
  for (const body of ordered(all)) {
    const key = String(body["key"]);
    await unlessRefused(mover, `repository ${key}`, async () => {
      const name = await moveRepository(mover, key, body, named);
      named.set(key.toLowerCase(), name);
      if (["local", "federated"].includes(String(body["rclass"]))) locals.push({ key, name });
    });
  }
  return locals;
}

async function moveRepository(
  mover: Mover,
  key: string,
  body: JsonObject,
  named: ReadonlyMap<string, RepositoryName>,
): Promise<RepositoryName> {
  const { registry, report, principal, access } = mover;
  const there = named.get(key.toLowerCase());
  if (there !== undefined) {
    report.repositories.same += 1;
    return there;
  }
  const name = repositoryName(OWNER, key);
  if (name === null) throw refuse({ code: "setting-invalid", because: `'${key}' cannot be a repository's key here` });
  const settings = readNewRepository(withKnownMembers(mover, key, asKnownType(mover, key, body), named), {
    named: (one) => named.get(one.toLowerCase()) ?? null,
    seal: access.seal,
  });
  await registry.repositoriesAdmin.create(principal, name, settings);
  report.repositories.made += 1;
  return name;
}

function asKnownType({ report }: Mover, key: string, body: JsonObject): JsonObject {
  const type = (textField(body, "packageType") ?? "generic").toLowerCase();
  if (KNOWN_TYPES.has(type)) return body;
  report.notes.push(`${key} holds ${type} packages there; here it is generic: its files are there, as files`);
  return { ...body, packageType: "generic" };
}

function withKnownMembers(
  { report }: Mover,
  key: string,
  body: JsonObject,
  named: ReadonlyMap<string, RepositoryName>,
): JsonObject {
  const members = textsField(body, "repositories");
  if (members === undefined) return body;
  const known = members.filter((member) => named.has(member.toLowerCase()));
  for (const member of members) {
    if (!known.includes(member))
      report.leftOut.push({ what: `member ${member} of ${key}`, because: "it did not come" });
  }
  const target = textField(body, "defaultDeploymentRepo") ?? "";
  return { ...body, repositories: known, defaultDeploymentRepo: known.includes(target) ? target : "" };
}

/** Those without members first, then virtual ones after their members. */
function ordered(all: readonly JsonObject[]): readonly JsonObject[] {
  const byKey = new Map(all.map((body) => [String(body["key"]), body]));
  const done = new Set<JsonObject>();
  const begun = new Set<JsonObject>();
  function add(body: JsonObject): void {
    if (begun.has(body)) return;
    begun.add(body);
    for (const member of textsField(body, "repositories") ?? []) {
      const inner = byKey.get(member);
      if (inner !== undefined) add(inner);
    }
    done.add(body);
  }
  for (const body of all) if (body["rclass"] !== "virtual") add(body);
  for (const body of all) add(body);
  return [...done];
}
