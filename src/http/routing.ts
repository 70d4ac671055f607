import { isReservedWord, type RepositoryName, repositoryName, type UserName, userName } from "#core";

/** What an address means, before any route is looked at. Paths are what is left below it, beginning with `/`. */
export type Place =
  | { readonly scope: "root"; readonly path: string }
  | { readonly scope: "owner"; readonly owner: UserName; readonly path: string }
  | {
      readonly scope: "repository";
      readonly repository: RepositoryName;
      /** `false`: no such repository; its name may be about to be created. */
      readonly exists: boolean;
      readonly path: string;
    };

/** What the resolver asks of the facts; both without regard to who is asking. */
export interface Names {
  exists(repository: RepositoryName): Promise<boolean>;
  /** The repository whose key this is. */
  withKey(key: string): Promise<RepositoryName | null>;
}

/**
 * Turns a decoded path into a place (house.md 1.2): the server's own words first, then `owner/name`, then a repository's
 * key. What is left names an owner, or a repository that does not exist.
 */
export async function placeOf(path: string, names: Names): Promise<Place> {
  const [first, rest] = shifted(path);
  if (first === "" || isReservedWord(first)) return { scope: "root", path };
  const [second, below] = shifted(rest);
  const named = second === "" ? null : repositoryName(first, second);
  if (named !== null && (await names.exists(named)))
    return { scope: "repository", repository: named, exists: true, path: below };
  const keyed = await names.withKey(first);
  if (keyed !== null) return { scope: "repository", repository: keyed, exists: true, path: rest };
  if (named !== null) return { scope: "repository", repository: named, exists: false, path: below };
  const owner = userName(first);
  return owner === null ? { scope: "root", path } : { scope: "owner", owner, path: rest };
}

/** The first segment, and the path that follows it: `/alice/dev` is `alice` and `/dev`, `/alice` is `alice` and `/`. */
function shifted(path: string): readonly [first: string, rest: string] {
  const slash = path.indexOf("/", 1);
  return slash < 0 ? [path.slice(1), "/"] : [path.slice(1, slash), path.slice(slash)];
}
