import { type Call, keyOf, membersOf, type Repository, type RepositoryName, refuse } from "#core";
import type { ArtifactoryParts } from "./parts.ts";
import type { NamedPlace } from "./places.ts";

/**
 * What is thrown where a place shows nothing. Who has not signed in, and would have to, is asked to; who may not read
 * there is told so; and to everybody else it is not there. `because`: in place of the usual words for that.
 */
export async function absence(
  parts: ArtifactoryParts,
  call: Call,
  { repository, place }: Pick<NamedPlace, "repository" | "place">,
  because?: string,
): Promise<Error> {
  if (!(await mayReadIn(parts, call, repository, place.path))) {
    const why = `reading '${place.path}' in ${keyOf(repository.name)} is not open to you; ask for the right to read there`;
    return call.principal.kind === "anonymous"
      ? refuse({ code: "not-signed-in", because: why })
      : refuse({ code: "not-permitted", action: "read", because: why });
  }
  const filename = place.path === "" ? keyOf(repository.name) : place.path;
  return refuse({
    code: "file-not-found",
    repository: repository.name,
    filename,
    ...(because === undefined ? {} : { because }),
  });
}

/**
 * Whether the asker may read there, or (`path: null`) anything in the repository. A virtual one is read by whoever may
 * read one of its members.
 */
export async function mayReadIn(
  parts: ArtifactoryParts,
  call: Call,
  repository: Repository,
  path: string | null,
  seen: Set<RepositoryName> = new Set(),
): Promise<boolean> {
  if (seen.has(repository.name)) return false;
  seen.add(repository.name);
  const { registry } = parts;
  const isOwn = registry.decide(call.principal, "read", repository, null, path).isAllowed;
  if (repository.kind !== "virtual" || !isOwn) return isOwn;
  const members = membersOf(repository);
  if (members.length === 0) return true;
  for (const name of members) {
    const member = await registry.repository(name);
    if (member !== null && (await mayReadIn(parts, call, member, path, seen))) return true;
  }
  return false;
}
