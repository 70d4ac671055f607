import {
  compilePatterns,
  factsOf,
  type ListedFile,
  type Listing,
  type PathPatterns,
  type ProjectName,
  patternsOf,
  placeOf,
  type Repository,
  type RepositoryName,
} from "#core";
import type { PackageFormat, ProjectNames } from "#formats";
import { filterNames } from "./project-names.ts";
import { placeOfOffer } from "./remote-place.ts";

/**
 * What repositories' include and exclude patterns leave of what is there: as if the rest were not, so that the next
 * member's file of that name is seen. Whether a project is held is asked before, so an excluded private file does not
 * open the upstreams for its name.
 */
export interface Patterning {
  /** Whether one path, or another name of the same place, passes: included by any of its names, excluded by none. */
  admits(patterns: readonly PathPatterns[], ...paths: readonly string[]): boolean;
  /** Whether anything of a project may pass; what may not is none of an upstream's business. */
  admitsProject(patterns: readonly PathPatterns[], project: ProjectName): boolean;
  /** The same listing where nothing is left out. */
  narrowed(format: PackageFormat, patterns: readonly PathPatterns[], listing: Listing): Listing;
  narrowedNames(patterns: readonly PathPatterns[], projects: ProjectNames): Promise<ProjectNames>;
}

/** A pair of patterns, ready to be asked often. */
interface Compiled {
  readonly isIncluded: (path: string) => boolean;
  readonly isExcluded: (path: string) => boolean;
  /** For each include, whether what it admits may stand below a project of that name. */
  readonly mayInclude: readonly ((project: string) => boolean)[];
}

/** Where clients of Artifactory know an index' pages and files to be; patterns are written for these, too. */
const INDEX_FOLDERS: ReadonlySet<string> = new Set(["simple", "packages", ".pypi"]);

export function openPatterning(): Patterning {
  const known = new WeakMap<PathPatterns, Compiled>();

  function compiled(pair: PathPatterns): Compiled {
    const before = known.get(pair);
    if (before !== undefined) return before;
    const made = compile(pair);
    known.set(pair, made);
    return made;
  }

  const admits: Patterning["admits"] = (patterns, ...paths) =>
    patterns.map(compiled).every((one) => paths.some(one.isIncluded) && !paths.some(one.isExcluded));

  const admitsProject: Patterning["admitsProject"] = (patterns, project) =>
    patterns
      .map(compiled)
      .every((one) => one.mayInclude.some((may) => may(project)) && !placesOfProject(project).some(one.isExcluded));

  return {
    admits,
    admitsProject,
    narrowed(format, patterns, listing) {
      if (patterns.length === 0) return listing;
      const files = listing.files.filter((file) => admits(patterns, ...placesOf(format, listing, file)));
      if (files.length === listing.files.length) return listing;
      // A version that never had a file stays; one of which nothing is left goes with its files.
      const before = versionsOf(listing.files);
      const left = versionsOf(files);
      const versions = listing.versions.filter((version) => left.has(version) || !before.has(version));
      return { ...listing, versions, files };
    },
    narrowedNames: async (patterns, projects) =>
      patterns.length === 0 ? projects : filterNames(projects, ({ project }) => admitsProject(patterns, project)),
  };
}

/** A repository's own patterns, as one object for as long as its settings are. */
export function openOwnPatterns(): (repository: Repository) => readonly PathPatterns[] {
  const known = new WeakMap<Repository, readonly PathPatterns[]>();
  return (repository) => {
    const before = known.get(repository) ?? patternsOf(repository);
    known.set(repository, before);
    return before;
  };
}

/** What stands on the way to a member; nothing for most. */
export function patternsFor(
  patterns: ReadonlyMap<RepositoryName, readonly PathPatterns[]>,
  member: RepositoryName,
): readonly PathPatterns[] {
  return patterns.get(member) ?? [];
}

function compile({ includes, excludes }: PathPatterns): Compiled {
  const given = includes.map((pattern) => pattern.trim()).filter((pattern) => pattern !== "");
  const passes = compilePatterns([], excludes);
  return {
    isIncluded: compilePatterns(includes, []),
    isExcluded: (path) => !passes(path),
    mayInclude: given.length === 0 ? [() => true] : given.map(beginningOf),
  };
}

/** Only its first folder says something about projects; whoever begins with `**` may mean any. */
function beginningOf(pattern: string): (project: string) => boolean {
  const [first = "**"] = pattern.split("/").filter((part) => part !== "");
  if (first === "**" || INDEX_FOLDERS.has(first)) return () => true;
  // Folders are spelled as people spell the project, and a project is asked for by its normal name.
  return compilePatterns([plain(first)], []);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** The folder itself, what may be anywhere in it, and where the pages of an index are in Artifactory. */
function placesOfProject(project: ProjectName): readonly string[] {
  return [
    project,
    `${project}/-`,
    `${project}/-/-`,
    `simple/${project}`,
    `simple/${project}/index.html`,
    `.pypi/${project}.html`,
  ];
}

function versionsOf(files: readonly ListedFile[]): ReadonlySet<string | null> {
  return new Set(files.map((file) => factsOf(file).version));
}

function placesOf(format: PackageFormat, { displayName }: Listing, file: ListedFile): readonly string[] {
  if (file.kind === "artifact") return [placeOf(file.artifact)];
  return [placeOfOffer(format, file.offer), placeOfOffer(format, file.offer, displayName)];
}
