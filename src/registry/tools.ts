import {
  type Action,
  actorOf,
  type Decision,
  decide,
  type LocalRepository,
  type Principal,
  type ProjectName,
  type Repository,
  type RepositoryName,
  refuse,
  type Seq,
} from "#core";
import type { PackageFormat } from "#formats";
import type { MetadataView, Transaction } from "#stores";
import type { Catalog } from "./catalog.ts";
import type { DownloadCounts } from "./download-counts.ts";
import type { RegistryParts } from "./registry.ts";
import type { Remotes } from "./remotes.ts";
import type { Rulebook } from "./rulebook.ts";

/** What every operation of this room works with. */
export interface Tools extends RegistryParts {
  readonly catalog: Catalog;
  readonly remotes: Remotes;
  /** What permission targets grant. */
  readonly rules: Rulebook;
  readonly downloads: DownloadCounts;
  /** Is told of every write, while it is finished. */
  readonly noteWritten: (seq: Seq) => void;
}

/** The one way to write: the work's events and who made them, in one transaction. */
export async function write<Result>(
  { metadata, noteWritten }: Tools,
  principal: Principal,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const { result, seq } = await metadata.write(actorOf(principal), work);
  noteWritten(seq);
  return result;
}

/** The repository as it is now; refuses with `repository-not-found`. */
export async function existing({ catalog }: Tools, name: RepositoryName): Promise<Repository> {
  const told = catalog.catchUp();
  if (told !== undefined) await told;
  const repository = catalog.find(name);
  if (repository === null) throw refuse({ code: "repository-not-found", repository: name });
  return repository;
}

/** The largest file of a repository whose format knows no projects. */
export function plainFileSizeBytesMax({ fileSizeBytesMax, plainFileSizeBytesMax: own }: SizeLimits): number {
  return own ?? fileSizeBytesMax;
}

type SizeLimits = Pick<RegistryParts["settings"], "fileSizeBytesMax" | "plainFileSizeBytesMax">;

/** The language that the repository speaks. */
export function formatOf({ formats }: Pick<Tools, "formats">, { name, format }: Repository): PackageFormat {
  const known = formats.get(format);
  if (known === undefined) throw new TypeError(`${name} is of format ${format}, which is not here`);
  return known;
}

/**
 * The local repository as it is in a transaction that changes it, where rights and settings may have changed since it was
 * looked up. Refuses with `not-publishable` while it is blacked out.
 */
export async function localIn(view: MetadataView, name: RepositoryName): Promise<LocalRepository> {
  const repository = await view.repository(name);
  if (repository?.kind !== "local") throw refuse({ code: "repository-not-found", repository: name });
  refuseBlackedOut(repository);
  return repository;
}

export function refuseBlackedOut({ name, isBlackedOut }: Repository): void {
  if (isBlackedOut !== true) return;
  const because = `${name} is blacked out, so nothing in it is changed; an owner can end that in its settings`;
  throw refuse({ code: "not-publishable", repository: name, because });
}

/**
 * Refuses with `not-signed-in` who has not said who they are, and with `not-permitted` everybody else without the right.
 * `path`: where in the repository's tree; `null` only where whoever writes the fact asks again with it.
 */
export function requireRight(
  { rules }: Pick<Tools, "rules">,
  principal: Principal,
  action: Action,
  repository: Repository,
  project: ProjectName | null = null,
  path: string | null = null,
): void {
  const decision = decide(principal, action, { repository, project, path }, rules);
  if (!decision.isAllowed) throw refusalOf(principal, action, repository, decision);
}

function refusalOf(principal: Principal, action: Action, { name }: Repository, { because }: Decision): Error {
  return principal.kind === "anonymous"
    ? refuse({ code: "not-signed-in", because: `${action} on ${name} needs a sign-in: ${because}` })
    : refuse({ code: "not-permitted", action, because: `${action} on ${name} is not permitted: ${because}` });
}
