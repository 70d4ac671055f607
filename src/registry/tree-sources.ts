import {
  compilePatterns,
  NO_PROJECT,
  type PathPatterns,
  type ProjectName,
  type Reached,
  type Repository,
  reachedFrom,
  type Source,
} from "#core";
import type { Constraining } from "./constraining.ts";
import type { Tools } from "./tools.ts";

/** A repository in which a place is looked up: the asked one, or a member of a virtual one. */
export interface TreeSource {
  readonly repository: Source;
  /** Whether the patterns on the way let the path be seen. */
  shows(path: string): boolean;
  /** Whether the constraints on the way let a file be seen; they are about projects. */
  admits(project: ProjectName, version: string | null): boolean;
  /** Whether neither patterns nor constraints leave anything out. */
  readonly showsAll: boolean;
  /** Nothing of it is seen, and nothing else is seen in the place of what it has. */
  readonly isWithheld: boolean;
}

/**
 * Where to look, in order: of a virtual repository its members by core's rule, of every other the one that was asked; a
 * tree is one repository's own, without what a local one is based on.
 */
export function sourcesOf(
  { catalog, constraining }: Pick<Tools, "catalog"> & { readonly constraining: Constraining },
  asked: Repository,
): readonly TreeSource[] {
  const reached = reachedFrom(asked, catalog.find);
  const wanted = asked.kind === "virtual" ? reached : reached.filter(({ source }) => source.name === asked.name);
  // A path is of no project: whoever has priority is looked into first among those of its kind.
  const ordered = wanted.toSorted((one, other) => rankOf(one) - rankOf(other));
  return ordered.map(({ source, patterns, constraints, isWithheld }) => ({
    repository: source,
    shows: showsBy(patterns),
    admits: (project, version) =>
      project === NO_PROJECT || constraining.admitsFile(source.format, constraints, project, version),
    showsAll: patterns.length === 0 && constraints.length === 0,
    isWithheld,
  }));
}

function rankOf({ source, hasPriority, isWithheld }: Reached): number {
  if (source.kind === "remote") return hasPriority ? 3 : 4;
  if (isWithheld) return 2;
  return hasPriority ? 0 : 1;
}

/** Whether a repository's own patterns take a path in. */
export function takes({ includes = [], excludes = [] }: Repository, path: string): boolean {
  return compilePatterns(includes, excludes)(path);
}

function showsBy(patterns: readonly PathPatterns[]): (path: string) => boolean {
  const compiled = patterns.map(({ includes, excludes }) => compilePatterns(includes, excludes));
  return (path) => compiled.every((matches) => matches(path));
}
