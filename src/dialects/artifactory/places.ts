import { type Call, keyOf, pathFault, type Repository, refuse } from "#core";
import type { FoundItem, Place } from "#registry";
import { baseOf } from "./addresses.ts";
import type { ArtifactoryParts } from "./parts.ts";

/** The ending of the key under which a remote shows only what it has cached. */
export const CACHE_ENDING = "-cache";

/** A repository as a request names it. */
export interface Named {
  readonly repository: Repository;
  /** Asked as `{key}-cache`. */
  readonly isCacheOnly: boolean;
}

/** A place as a request names it. */
export interface NamedPlace extends Named {
  readonly place: Place;
  /** The path was written with a slash at the end. */
  readonly isFolder: boolean;
}

/** The repository with that key, without regard to case; `null`: there is none. */
export async function findNamed({ registry }: ArtifactoryParts, key: string): Promise<Named | null> {
  const repository = await registry.repositoryByKey(key);
  if (repository !== null) return { repository, isCacheOnly: false };
  if (!key.toLowerCase().endsWith(CACHE_ENDING)) return null;
  const cached = await registry.repositoryByKey(key.slice(0, -CACHE_ENDING.length));
  return cached?.kind === "remote" ? { repository: cached, isCacheOnly: true } : null;
}

/** The same; `repository-not-found`. */
export async function namedBy(parts: ArtifactoryParts, key: string): Promise<Named> {
  const named = await findNamed(parts, key);
  if (named === null) throw refuse({ code: "repository-not-found", repository: key });
  return named;
}

/** The place at a path of a repository; `request-invalid` for what can be none. */
export async function placeAt(parts: ArtifactoryParts, key: string, path: string): Promise<NamedPlace> {
  const { trimmed, isFolder } = trimmedPath(path);
  const fault = pathFault(trimmed);
  if (fault !== null) throw refuse({ code: "request-invalid", because: sentence(fault) });
  const { repository, isCacheOnly } = await namedBy(parts, key);
  const place: Place = { repository: repository.name, path: trimmed, ...(isCacheOnly ? { isCacheOnly } : {}) };
  return { repository, isCacheOnly, place, isFolder };
}

/** The place that a route `/…/:repo/*` was asked for. */
export function placeOfCall(parts: ArtifactoryParts, call: Call): Promise<NamedPlace> {
  return placeAt(parts, call.params["repo"] ?? "", call.params["*"] ?? "");
}

/** Without slashes in front and at the end. */
export function trimmedPath(path: string): { readonly trimmed: string; readonly isFolder: boolean } {
  const isFolder = path === "" || path.endsWith("/");
  let start = 0;
  let end = path.length;
  while (start < end && path[start] === "/") start++;
  while (end > start && path[end - 1] === "/") end--;
  return { trimmed: path.slice(start, end), isFolder };
}

/**
 * The key under which answers show a place: of a virtual repository its own, of a remote that of its cache, where real
 * servers keep what they fetched.
 */
export function shownKey(repository: Repository): string {
  return repository.kind === "remote" ? `${keyOf(repository.name)}${CACHE_ENDING}` : keyOf(repository.name);
}

/** The same of what a search has found: of a virtual repository the member that holds it. */
export function foundKey({ node, isCache }: Pick<FoundItem, "node" | "isCache">): string {
  return `${keyOf(node.repository)}${isCache ? CACHE_ENDING : ""}`;
}

/** `BASE/{repo}/{path}`, percent-encoded. */
export function contentUrl(call: Call, key: string, path: string): string {
  return `${baseOf(call)}/${encodedPath(path === "" ? key : `${key}/${path}`)}`;
}

/** `BASE/api/storage/{repo}/{path}`, percent-encoded. */
export function storageUrl(call: Call, key: string, path: string): string {
  return `${baseOf(call)}/api/storage/${encodedPath(path === "" ? key : `${key}/${path}`)}`;
}

/** Percent-encoded segment by segment; what may stand in a path as it is stays. */
export function encodedPath(path: string): string {
  return path
    .split("/")
    .map((segment) => encodeURIComponent(segment).replaceAll("%2B", "+").replaceAll("%40", "@"))
    .join("/");
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
