import {
  type Artifact,
  decide,
  type JsonObject,
  type LocalRepository,
  leafOf,
  NO_PROJECT,
  type Principal,
  placeOf,
  RegistryError,
  type RepositoryName,
  refuse,
  type TrashedFile,
} from "#core";
import type { Transaction } from "#stores";
import { isInCharge, requireAdministrator } from "./account-rights.ts";
import { openKnownBytes } from "./known-bytes.ts";
import { refuseOccupied, requirePath } from "./places.ts";
import { requireBlobs } from "./receive.ts";
import { existing, formatOf, localIn, requireRight, type Tools, write } from "./tools.ts";
import type { Place, Tally, Trash } from "./tree.ts";
import { settle } from "./tree-arrivals.ts";
import { fileNodeOf } from "./tree-nodes.ts";

/** Files are looked at, or cleared away, so many at a time. */
const PAGE = 200;

/** Opens the trash. */
export function openTrash(tools: Tools): Trash {
  const { blobs, metadata } = tools;

  async function trashed(id: string): Promise<TrashedFile> {
    const file = await metadata.read((view) => view.trashed(id));
    if (file === null) throw refuse({ code: "trashed-file-not-found", id });
    return file;
  }

  /** Whoever may remove files of the repository looks into its part of the trash. */
  function mayRemove(principal: Principal, { artifact }: TrashedFile): boolean {
    const repository = tools.catalog.find(artifact.repository);
    if (repository === null) return isInCharge(principal);
    const subject = { repository, project: artifact.project, path: placeOf(artifact) };
    return isInCharge(principal) || decide(principal, "remove", subject, tools.rules).isAllowed;
  }

  /** Who may not need not wait until all of the trash was looked through. */
  function mayRemoveAnywhere(principal: Principal): boolean {
    if (isInCharge(principal)) return true;
    const subjects = tools.catalog.all().map((repository) => ({ repository, project: null }));
    return subjects.some((subject) => decide(principal, "remove", subject, tools.rules).isAllowed);
  }

  async function requireRemoval(principal: Principal, { artifact }: TrashedFile): Promise<void> {
    if (isInCharge(principal)) return;
    const repository = await existing(tools, artifact.repository);
    requireRight(tools, principal, "remove", repository, artifact.project, placeOf(artifact));
  }

  return {
    async list(principal, { repository: name, after, limit }) {
      const repository = name === undefined ? null : await existing(tools, name);
      if (repository === null) await catchUp(tools);
      else if (!isInCharge(principal)) requireRight(tools, principal, "remove", repository);
      if (!mayRemoveAnywhere(principal)) return [];
      const found: TrashedFile[] = [];
      for await (const file of pagesOf(tools, name, after, Math.max(limit, PAGE))) {
        if (!mayRemove(principal, file)) continue;
        found.push(file);
        if (found.length === limit) break;
      }
      return found;
    },

    async restore(principal, id, to) {
      const file = await trashed(id);
      await requireRemoval(principal, file);
      const { artifact } = file;
      const place = to ?? { repository: artifact.repository, path: placeOf(artifact) };
      const target = await targetOf(tools, principal, file, place);
      await requireBlobs(blobs, [artifact, ...Object.values(artifact.companions)]);
      const record = await recordOf(tools, target, file);
      return write(tools, principal, async (tx) => {
        const still = await tx.trashed(id);
        if (still === null) throw refuse({ code: "trashed-file-not-found", id });
        return fileNodeOf(await restoreInto(tools, tx, { principal, file: still, place, record }));
      });
    },

    async clear(principal, id) {
      const file = await trashed(id);
      await requireRemoval(principal, file);
      await write(tools, principal, async (tx) => {
        if ((await tx.trashed(id)) === null) throw refuse({ code: "trashed-file-not-found", id });
        tx.append({ type: "trash.removed", id });
      });
      await forgetDownloads(tools, [file]);
    },

    async empty(principal, name) {
      if (name === undefined) requireAdministrator(principal, "administer", "empty the whole trash");
      else requireRight(tools, principal, "remove", await existing(tools, name));
      return clearWhere(tools, principal, name, (file) => mayRemove(principal, file));
    },
  };
}

/**
 * Clears away what has rested long enough. Oldest first, so it ends at the first ones that may stay; `isThorough`: looks
 * at all, because the time of rest was a longer one before. Returns how much.
 */
export function clearExpired(tools: Tools, principal: Principal, isThorough: boolean): Promise<Tally> {
  const isOver = ({ until }: TrashedFile): boolean => until <= tools.now();
  return clearWhere(tools, principal, undefined, isOver, isThorough ? null : (file) => !isOver(file));
}

async function clearWhere(
  tools: Tools,
  principal: Principal,
  name: RepositoryName | undefined,
  goes: (file: TrashedFile) => boolean,
  isEnd: ((file: TrashedFile) => boolean) | null = null,
): Promise<Tally> {
  let batch: TrashedFile[] = [];
  let files = 0;
  let sizeBytes = 0;
  async function clear(all: readonly TrashedFile[]): Promise<void> {
    if (all.length === 0) return;
    await write(tools, principal, async (tx) => {
      for (const { id } of all) if ((await tx.trashed(id)) !== null) tx.append({ type: "trash.removed", id });
    });
    await forgetDownloads(tools, all);
    files += all.length;
    sizeBytes += all.reduce((sum, { artifact }) => sum + artifact.sizeBytes, 0);
  }
  for await (const file of pagesOf(tools, name, null, PAGE)) {
    if (isEnd?.(file) === true) break;
    if (!goes(file)) continue;
    batch.push(file);
    if (batch.length <= PAGE) continue;
    // The last one stays for now: the next page is the one after it.
    await clear(batch.slice(0, -1));
    batch = batch.slice(-1);
  }
  await clear(batch);
  return { files, folders: 0, sizeBytes };
}

/** What is gone for good has no downloads any more, unless another file has taken its place. */
async function forgetDownloads({ metadata, downloads }: Tools, files: readonly TrashedFile[]): Promise<void> {
  for (const { artifact } of files) {
    const { repository } = artifact;
    const path = placeOf(artifact);
    const there = await metadata.read((view) => view.artifactAt(repository, path));
    if (there === null) await downloads.forget(repository, path);
  }
}

/** Oldest first. */
async function* pagesOf(
  { metadata }: Tools,
  repository: RepositoryName | undefined,
  first: string | null,
  limit: number,
): AsyncGenerator<TrashedFile> {
  let after = first;
  const which = repository === undefined ? {} : { repository };
  for (;;) {
    const page = await metadata.read((view) => view.trash({ ...which, after, limit }));
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = last.id;
  }
}

/** Where a file comes back to; said once more inside the transaction. */
async function targetOf(
  tools: Tools,
  principal: Principal,
  { artifact }: TrashedFile,
  { repository: name, path }: Place,
): Promise<LocalRepository> {
  requirePath(path);
  const target = await existing(tools, name);
  const { project, filename } = artifact;
  if (target.kind !== "local") {
    requireRight(tools, principal, "read", target);
    const because = `cannot restore ${filename} to ${name}, which holds no files of its own; restore it to a local repository`;
    throw refuse({ code: "not-publishable", repository: name, because });
  }
  requireRight(tools, principal, "publish", target, project, path);
  const isRenamed = path === "" || (project !== NO_PROJECT && leafOf(path) !== filename);
  if (isRenamed) {
    const because = `cannot restore ${filename} as '${path}': a file of a package keeps its name; give a path that ends in ${filename}`;
    throw refuse({ code: "request-invalid", because });
  }
  // A repository that was removed and made again keeps nothing in the trash, so the format is that of the file.
  const format = tools.catalog.find(artifact.repository)?.format ?? target.format;
  if (project !== NO_PROJECT && format !== target.format) {
    const because = `cannot restore ${filename}, a package of format ${format}, to ${name}, which is of format ${target.format}; choose a repository of its own format`;
    throw refuse({ code: "request-invalid", because });
  }
  return target;
}

/**
 * What the record of the file's version is to be where that is not there any more: it goes with its last file, and is
 * made anew from what the file says about itself. `null`: none is needed.
 */
async function recordOf(tools: Tools, target: LocalRepository, file: TrashedFile): Promise<JsonObject | null> {
  const { artifact, properties } = file;
  const { project, version } = artifact;
  if (project === NO_PROJECT || version === null) return null;
  const known = await tools.metadata.read((view) => view.version(target.name, project, version));
  if (known !== null) return null;
  try {
    await using bytes = await openKnownBytes(tools.blobs, artifact);
    const candidate = await formatOf(tools, target).examine(placeOf(artifact), bytes, properties);
    return candidate?.versionAttributes ?? {};
  } catch (error) {
    // It was taken in when less was asked of files, and comes back as it was.
    if (error instanceof RegistryError && error.problem.code === "upload-invalid") return {};
    throw error;
  }
}

interface Restoring {
  readonly principal: Principal;
  readonly file: TrashedFile;
  readonly place: Place;
  readonly record: JsonObject | null;
}

async function restoreInto(
  tools: Tools,
  tx: Transaction,
  { principal, file, place, record }: Restoring,
): Promise<Artifact> {
  const { path } = place;
  const target = await localIn(tx, place.repository);
  const { project, version, log, path: _path, repository: _repository, ...rest } = file.artifact;
  const filename = project === NO_PROJECT ? path : file.artifact.filename;
  const there = await tx.artifact(target.name, filename);
  if (there === null) await refuseOccupied(tx, target.name, path, filename);
  else refuseOther(there, file.artifact, path);
  const known = project === NO_PROJECT ? null : await tx.project(target.name, project);
  const displayName = known?.displayName ?? displayNameOf(file);
  const { artifact } = await settle(tools, tx, principal, target, {
    path,
    facts: { ...rest, project, version, filename },
    packaged: project === NO_PROJECT ? null : { displayName, versionAttributes: record ?? {} },
    properties: file.properties,
    replacesProperties: false,
    log,
    promotedFrom: null,
  });
  tx.append({ type: "trash.removed", id: file.id });
  return artifact;
}

/** Whoever has brought the same file back already has done what was asked for. */
function refuseOther(there: Artifact, { blob, project }: Artifact, path: string): void {
  const { repository, filename } = there;
  if (there.blob === blob && there.project === project && placeOf(there) === path) return;
  const because = `cannot restore ${filename} to ${repository}: a file of that name already exists at ${placeOf(there)}; remove that first, or restore to another repository`;
  throw refuse({ code: "file-exists", repository, filename, because });
}

/** Of a project that is not known any more: its folder has the name as it was spelled, where the format lays files out so. */
function displayNameOf({ artifact }: TrashedFile): string {
  const [first = "", ...rest] = placeOf(artifact).split("/");
  return rest.length === 2 ? first : artifact.project;
}

async function catchUp({ catalog }: Tools): Promise<void> {
  const told = catalog.catchUp();
  if (told !== undefined) await told;
}
