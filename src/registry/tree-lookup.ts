import {
  type Artifact,
  type Folder,
  factsOf,
  type Listing,
  leafOf,
  mayBeSkipped,
  NO_PROJECT,
  type Offer,
  type Principal,
  placeOf,
  RegistryError,
  type RemoteRepository,
  type Repository,
  refuse,
} from "#core";
import type { MetadataView } from "#stores";
import { requirePath } from "./places.ts";
import type { RemoteFile } from "./remote-tree.ts";
import { mayFill, mayRead, partRead } from "./rights.ts";
import { existing, formatOf, requireRight } from "./tools.ts";
import type { Place } from "./tree.ts";
import { sightOf } from "./tree-sight.ts";
import { sourcesOf, type TreeSource } from "./tree-sources.ts";
import type { TreeTools } from "./tree-tools.ts";

/** What stands at a place, for somebody who may see it. */
export type Found =
  | { readonly kind: "file"; readonly asked: Repository; readonly artifact: Artifact }
  | { readonly kind: "folder"; readonly folder: Folder }
  | FoundRemotely
  | { readonly kind: "remote-folder"; readonly remote: RemoteRepository; readonly path: string };

export interface FoundRemotely {
  readonly kind: "remote-file";
  readonly asked: Repository;
  readonly remote: RemoteRepository;
  readonly file: RemoteFile;
  /** Of a package, where a listing has it; `null`: it is found by its path. */
  readonly offer: Offer | null;
  readonly isCacheOnly: boolean;
}

/** Finds what stands at a place. */
export type Lookup = (principal: Principal, place: Place) => Promise<Found | null>;

type LocalHit =
  | { readonly kind: "file"; readonly source: TreeSource; readonly artifact: Artifact }
  | { readonly kind: "folder"; readonly source: TreeSource; readonly folder: Folder };

/**
 * Local repositories first, then copies, then upstreams. Whatever a local one has is not looked for anywhere else, also
 * where it may not be seen: a private file must not turn into its public namesake.
 */
export function openLookup(tools: TreeTools): Lookup {
  const { metadata } = tools;
  return async (principal, { repository, path, isCacheOnly = false }) => {
    requirePath(path);
    const asked = await existing(tools, repository);
    if (asked.kind !== "virtual") requireRight(tools, principal, "read", asked);
    const sources = sourcesOf(tools, asked);
    const hit = await metadata.read((view) => findLocal(view, sources, path));
    if (hit?.kind === "file") return seenFile(tools, principal, asked, hit);
    const folder = hit === null ? null : await seenFolder(tools, principal, sources, path);
    if (folder !== null) return { kind: "folder", folder };
    const search: RemoteSearch = { tools, principal, asked, path, isCacheOnly };
    const remotes = remotesOf(sources, path);
    for (const remote of remotes) {
      if (!mayRead(tools, principal, remote, null)) continue;
      const isFolder = path === "" || (await hasSeenBelow(tools, principal, remote, path));
      if (isFolder) return { kind: "remote-folder", remote, path };
    }
    const found = path === "" ? null : await findRemotely(search, remotes);
    if (found === null && asked.kind !== "virtual") {
      // The same refusal whether or not there is anything, so that it tells nothing.
      requireRight(tools, principal, "read", asked, null, path);
    }
    return found;
  };
}

async function findLocal(view: MetadataView, sources: readonly TreeSource[], path: string): Promise<LocalHit | null> {
  let folder: LocalHit | null = null;
  for (const source of sources) {
    const { repository } = source;
    if (repository.kind !== "local") continue;
    const artifact = await view.artifactAt(repository.name, path);
    if (artifact !== null && source.shows(path)) return { kind: "file", source, artifact };
    if (folder !== null || source.isWithheld) continue;
    const found = await view.folder(repository.name, path);
    if (found !== null) folder = { kind: "folder", source, folder: found };
  }
  return folder;
}

async function seenFile(
  tools: TreeTools,
  principal: Principal,
  asked: Repository,
  { source, artifact }: LocalHit & { readonly kind: "file" },
): Promise<Found | null> {
  const { repository, isWithheld } = source;
  const { project, version } = artifact;
  const path = placeOf(artifact);
  if (isWithheld || !source.admits(project, version)) return null;
  if (!mayRead(tools, principal, repository, project, path)) {
    if (asked.kind !== "virtual") requireRight(tools, principal, "read", repository, project, path);
    return unseen(principal, asked, path);
  }
  if (asked.kind === "virtual" && project !== NO_PROJECT) {
    // What the asked repository's packages show of it, its tree shows, and nothing else.
    const listing = await tools.listings.resolved(asked, project, principal);
    const isListed = listing?.files.some(
      (file) => file.member === repository.name && factsOf(file).filename === artifact.filename,
    );
    if (isListed !== true) return null;
  }
  return { kind: "file", asked, artifact };
}

async function seenFolder(
  tools: TreeTools,
  principal: Principal,
  sources: readonly TreeSource[],
  path: string,
): Promise<Folder | null> {
  return tools.metadata.read(async (view) => {
    for (const source of sources) {
      if (source.repository.kind !== "local") continue;
      const folder = await view.folder(source.repository.name, path);
      if (folder !== null && (await sightOf(tools, principal, source).folder(view, path))) return folder;
    }
    return null;
  });
}

/** So many copies are looked at to find one that may be read, as `sightOf` does it. */
const COPIES_LOOKED_AT_MAX = 2_000;
const COPIES_AT_ONCE = 500;

/** A folder of a remote is there for who may read a copy in it. */
async function hasSeenBelow(
  tools: TreeTools,
  principal: Principal,
  remote: RemoteRepository,
  folder: string,
): Promise<boolean> {
  const readsAll = partRead(tools, principal, remote, null) === null;
  const limit = readsAll ? 1 : COPIES_AT_ONCE;
  let after: string | null = null;
  for (let seen = 0; seen < COPIES_LOOKED_AT_MAX; seen += limit) {
    const copies: readonly RemoteFile[] = await tools.remoteTree.cached(remote, folder, { after, limit });
    if (copies.some(({ path }) => readsAll || mayRead(tools, principal, remote, null, path))) return true;
    after = copies.at(-1)?.path ?? null;
    if (after === null || copies.length < limit) return false;
  }
  return false;
}

interface RemoteSearch {
  readonly tools: TreeTools;
  readonly principal: Principal;
  readonly asked: Repository;
  readonly path: string;
  readonly isCacheOnly: boolean;
}

function remotesOf(sources: readonly TreeSource[], path: string): readonly RemoteRepository[] {
  return sources
    .filter((source) => !source.isWithheld && source.shows(path))
    .map(({ repository }) => repository)
    .filter((repository) => repository.kind === "remote");
}

async function findRemotely(search: RemoteSearch, remotes: readonly RemoteRepository[]): Promise<Found | null> {
  const { tools, asked, isCacheOnly } = search;
  if (remotes.length === 0) return null;
  if (formatOf(tools, asked).knowsProjects) return findPackage(search, remotes);
  const copy = await findByPath(search, remotes, true);
  if (copy !== null || isCacheOnly) return copy;
  return findByPath(search, remotes, false);
}

/** The file under its path at the first remote that has it, in order of trust. */
async function findByPath(
  { tools, principal, asked, path }: RemoteSearch,
  remotes: readonly RemoteRepository[],
  isCacheOnly: boolean,
): Promise<FoundRemotely | null> {
  for (const remote of remotes) {
    const onlyHere = isCacheOnly || !mayFill(tools, principal, remote, path);
    const file = await skipping(asked, remote, () => tools.remoteTree.look(remote, path, onlyHere));
    if (file === null) continue;
    if (!mayRead(tools, principal, remote, null, path)) return unseenOf(tools, principal, asked, remote, path);
    return { kind: "remote-file", asked, remote, file, offer: null, isCacheOnly: onlyHere };
  }
  return null;
}

/** A package is found by its file's name, as installers find it, so that the same rules say who may answer. */
async function findPackage(search: RemoteSearch, remotes: readonly RemoteRepository[]): Promise<FoundRemotely | null> {
  const { tools, principal, asked, path, isCacheOnly } = search;
  if (asked.kind === "remote") {
    const copy = await findByPath(search, remotes, true);
    if (copy !== null) return copy;
  }
  if (isCacheOnly) return null;
  const filename = leafOf(path);
  for (const project of formatOf(tools, asked).projectsOf(filename)) {
    const listing = await tools.listings.resolved(asked, project, principal);
    const listed = offerIn(listing, filename);
    const remote = remotes.find(({ name }) => name === listed?.member);
    if (listed === null || remote === undefined) continue;
    const file = await tools.remoteTree.ofOffer(remote, listed.offer);
    if (!mayRead(tools, principal, remote, project, file.path)) continue;
    return { kind: "remote-file", asked, remote, file, offer: listed.offer, isCacheOnly };
  }
  return null;
}

function offerIn(listing: Listing | null, filename: string) {
  const listed = listing?.files.find((file) => factsOf(file).filename === filename);
  return listed?.kind === "offer" ? listed : null;
}

/** A remote that cannot answer fails the whole answer, but where core's rule says that it may be left out. */
async function skipping<Result>(
  asked: Repository,
  remote: RemoteRepository,
  look: () => Promise<Result | null>,
): Promise<Result | null> {
  try {
    return await look();
  } catch (error) {
    const isSkipped =
      error instanceof RegistryError && error.problem.code === "upstream-unavailable" && mayBeSkipped(asked, remote);
    if (!isSkipped) throw error;
    return null;
  }
}

function unseenOf(
  tools: TreeTools,
  principal: Principal,
  asked: Repository,
  remote: RemoteRepository,
  path: string,
): null {
  if (asked.kind !== "virtual") requireRight(tools, principal, "read", remote, null, path);
  return unseen(principal, asked, path);
}

/** Nothing, for those who have said who they are; the others may be somebody who may see it. */
function unseen(principal: Principal, { name }: Repository, path: string): null {
  if (principal.kind !== "anonymous") return null;
  const because = `read on ${name} needs a sign-in: ${path} is in a member that is closed to strangers`;
  throw refuse({ code: "not-signed-in", because });
}
