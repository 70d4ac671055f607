import {
  type Artifact,
  folderOf,
  foldersAround,
  type JsonObject,
  type ProjectName,
  type Properties,
  pathFault,
  placeOf,
  type RepositoryName,
  refuse,
} from "#core";
import type { PackageFormat } from "#formats";
import type { MetadataView, Transaction } from "#stores";

/** A file that a format knows as a part of a package. */
export interface PackagedFile {
  readonly project: ProjectName;
  readonly displayName: string;
  readonly version: string | null;
  readonly filename: string;
  readonly attributes: JsonObject;
  readonly versionAttributes: JsonObject;
}

/**
 * Where a file of a package stands that comes without a path: where the file was that it takes the place of, else where
 * its format puts it. Refuses where the tree has no room for it.
 */
export async function placeFor(
  view: MetadataView,
  format: PackageFormat,
  repository: RepositoryName,
  file: PackagedFile,
  there: Artifact | null,
): Promise<string> {
  if (there !== null) return placeOf(there);
  const { version } = file;
  const path = version === null ? placeOf(file) : format.placeOf({ ...file, version });
  await refuseOccupied(view, repository, path, file.filename);
  return path;
}

/** What a file of a package says about itself. */
export function ownProperties(format: PackageFormat, file: PackagedFile): Properties {
  const { version } = file;
  return version === null ? {} : format.propertiesOf({ ...file, version });
}

/** The digests besides the blob's own that are kept with a file, of those that were computed. */
export function keptDigests(hex: Readonly<Record<string, string>>): Pick<Artifact, "digests"> {
  const digests: Record<string, string> = {};
  for (const algorithm of ["sha1", "md5"]) {
    const value = hex[algorithm];
    if (value !== undefined) digests[algorithm] = value;
  }
  return Object.keys(digests).length === 0 ? {} : { digests };
}

/** All properties of a place, in place of those that it has; the same again is no event. */
export async function setProperties(
  tx: Transaction,
  repository: RepositoryName,
  path: string,
  properties: Properties,
): Promise<boolean> {
  const before = await tx.properties(repository, path);
  if (areSame(before, properties)) return false;
  tx.append({ type: "properties.set", repository, path, properties });
  return true;
}

/** Refuses what cannot be a path in any repository. */
export function requirePath(path: string): void {
  const fault = pathFault(path);
  if (fault !== null) throw refuse({ code: "request-invalid", because: fault });
}

/** Refuses a new file where a folder stands, where another file stands, and below what is a file. */
export async function refuseOccupied(
  view: MetadataView,
  repository: RepositoryName,
  path: string,
  filename: string = path,
): Promise<void> {
  const [file, folder, around] = await Promise.all([
    view.artifactAt(repository, path),
    view.folder(repository, path),
    view.folder(repository, folderOf(path)),
  ]);
  if (file !== null) throw occupied(repository, filename, `${path} is another file, which already exists`);
  if (folder !== null) throw occupied(repository, filename, `${path} already exists as a folder`);
  if (around === null) await refuseBelowFile(view, repository, path, filename);
}

/** Refuses what would stand below a file as if that were a folder. */
export async function refuseBelowFile(
  view: MetadataView,
  repository: RepositoryName,
  path: string,
  filename: string = path,
): Promise<void> {
  for (const outer of foldersAround(path)) {
    if ((await view.artifactAt(repository, outer)) !== null) {
      throw occupied(repository, filename, `${outer} already exists as a file, so nothing can stand below it`);
    }
  }
}

function occupied(repository: RepositoryName, filename: string, what: string): Error {
  const because = `cannot put ${filename} into ${repository}: ${what}; choose another path, or remove that first`;
  return refuse({ code: "file-exists", repository, filename, because });
}

/** Whether both say the same; the order of keys says nothing. */
function areSame(one: Properties, other: Properties): boolean {
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));
}
