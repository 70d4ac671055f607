import type { Artifact } from "./artifact.ts";
import type { Instant, ProjectName, RepositoryName } from "./names.ts";

/**
 * The project of files that belong to none: all files of a repository that knows no projects (`generic`), and what a
 * package repository keeps beside its packages. It is registered nowhere and never asked upstream.
 */
export const NO_PROJECT = "" as ProjectName;

/**
 * Values by key, for one place in a repository's tree: a file, a folder, or (path `""`) the repository itself. A key has
 * at least one value; the order of values is kept.
 */
export type Properties = Readonly<Record<string, readonly string[]>>;

/** A folder. It appears with the first file below it, or is made, and stays until it is removed. */
export interface Folder {
  readonly repository: RepositoryName;
  /** Without a slash in front or at the end; `""`: the repository itself. */
  readonly path: string;
  readonly createdAt: Instant;
  /** As the journal names who made it, or who put the first file there. */
  readonly createdBy: string;
}

/** What stands in a folder. */
export type TreeEntry =
  | { readonly kind: "folder"; readonly folder: Folder }
  | { readonly kind: "file"; readonly artifact: Artifact };

/** A removed file that rests in the trash. */
export interface TrashedFile {
  readonly id: string;
  readonly artifact: Artifact;
  readonly properties: Properties;
  readonly trashedAt: Instant;
  readonly trashedBy: string;
  /** From then on it is cleared away. */
  readonly until: Instant;
}

const PATH_LENGTH_MAX = 1024;
const SEGMENT_BYTES_MAX = 255;

/**
 * Where a file stands in its repository's tree, without a slash in front. Files that were published before trees had
 * paths stand below their normalised project and version.
 */
export function placeOf({
  path,
  project,
  version,
  filename,
}: Pick<Artifact, "path" | "project" | "version" | "filename">): string {
  return path ?? [project, version, filename].filter((part) => part !== null && part !== "").join("/");
}

/** The folder that a path stands in; `""` for what stands in the repository itself. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The last part of a path. */
export function leafOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The folders around a path, outermost first, without the repository itself. */
export function foldersAround(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Of how many parts a path is; 0 for the repository itself. */
export function depthOf(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}

/** Why a text cannot be a path in a repository, in one sentence; `null`: it can. The empty path is the repository. */
export function pathFault(path: string): string | null {
  if (path === "") return null;
  if (path.length > PATH_LENGTH_MAX) return `the path has more than ${PATH_LENGTH_MAX} characters`;
  if (/[\x00-\x1f\x7f\\]/.test(path)) return `the path ${JSON.stringify(path)} has a control character or a backslash`;
  for (const part of path.split("/")) {
    if (part === "" || part === "." || part === "..") {
      return `the path '${path}' has a part that is empty, '.' or '..'; give every folder by its name`;
    }
    if (bytesOf(part) > SEGMENT_BYTES_MAX)
      return `a part of the path '${path}' has more than ${SEGMENT_BYTES_MAX} bytes`;
    if (!part.isWellFormed()) return "the path has half a character";
  }
  return null;
}

/** In UTF-8. */
function bytesOf(text: string): number {
  let count = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    count += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return count;
}
