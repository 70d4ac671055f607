import {
  type Artifact,
  type JsonObject,
  type LocalRepository,
  leafOf,
  NO_PROJECT,
  type Principal,
  placeOf,
  RegistryError,
  refuse,
  type TrashedFile,
} from "#core";
import type { Transaction } from "#stores";
import { openKnownBytes } from "./known-bytes.ts";
import { refuseOccupied, requirePath } from "./places.ts";
import { existing, formatOf, localIn, requireRight, type Tools } from "./tools.ts";
import type { Place } from "./tree.ts";
import { settle } from "./tree-arrivals.ts";

/** Where a file comes back to; said once more inside the transaction. */
export async function restoringTarget(
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
export async function restoredRecord(
  tools: Tools,
  target: LocalRepository,
  file: TrashedFile,
): Promise<JsonObject | null> {
  const { artifact, properties } = file;
  const { project, version } = artifact;
  if (project === NO_PROJECT || version === null) return null;
  const known = await tools.metadata.read((view) => view.version(target.name, project, version));
  if (known !== null) return null;
  try {
    await using bytes = await openKnownBytes(tools.blobs, artifact);
    const candidate = await formatOf(tools, target).examine(placeOf(artifact), bytes, properties, target.validation);
    return candidate?.versionAttributes ?? {};
  } catch (error) {
    // It was taken in when less was asked of files, and comes back as it was.
    if (error instanceof RegistryError && error.problem.code === "upload-invalid") return {};
    throw error;
  }
}

/** A file on its way back. */
export interface Restoring {
  readonly principal: Principal;
  readonly file: TrashedFile;
  readonly place: Place;
  readonly record: JsonObject | null;
}

/** The fact: a publication as any other, with what the file had. */
export async function restoreInto(
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
