import { factsOf, type Listing, type ProjectName, type Repository, type RepositoryName, refuse } from "#core";
import type { Constraints, ProjectNames } from "#formats";
import { filterNames } from "./project-names.ts";
import type { RegistryParts } from "./registry.ts";

/**
 * What repositories' constraints leave of what is there. They only take away, after it is settled which file a name
 * means, so a project that is held here stays held for whoever may not see all of it.
 */
export interface Constraining {
  /** Whether the lists together let anything of the project be seen. */
  admits(format: Repository["format"], lists: Lists, project: ProjectName): boolean;
  /** Whether the lists together let a file of that version be seen; `null`: it does not say which it is of. */
  admitsFile(format: Repository["format"], lists: Lists, project: ProjectName, version: string | null): boolean;
  /** The files and versions that the lists together let through; the same listing where they leave nothing out. */
  narrowed(format: Repository["format"], lists: Lists, listing: Listing): Listing;
  /** The same names where there are no lists. */
  narrowedNames(format: Repository["format"], lists: Lists, projects: ProjectNames): Promise<ProjectNames>;
}

/** Each list as it stands at one repository on the way; what is seen must pass all of them. */
export type Lists = readonly (readonly string[])[];

/** What stands on the way to a member; nothing for most. */
export function listsFor(constraints: ReadonlyMap<RepositoryName, Lists>, member: RepositoryName): Lists {
  return constraints.get(member) ?? [];
}

/** The lists of a repository looked at by itself. */
export function ownLists({ constraints }: Repository): Lists {
  return constraints == null ? [] : [constraints];
}

export function openConstraining({ formats }: Pick<RegistryParts, "formats">): Constraining {
  const known = new WeakMap<readonly string[], Constraints>();

  function read(format: Repository["format"], lines: readonly string[]): Constraints {
    const before = known.get(lines);
    if (before !== undefined) return before;
    const constraints = readLines(formats, format, lines);
    known.set(lines, constraints);
    return constraints;
  }

  const admits: Constraining["admits"] = (format, lists, project) =>
    lists.every((lines) => read(format, lines).admitsProject(project));

  return {
    admits,
    admitsFile: (format, lists, project, version) =>
      lists.every((lines) => read(format, lines).admitsVersion(project, version)),
    narrowed(format, lists, listing) {
      if (lists.length === 0) return listing;
      const rules = lists.map((lines) => read(format, lines));
      const admitted = (version: string | null): boolean =>
        rules.every((rule) => rule.admitsVersion(listing.project, version));
      return {
        ...listing,
        versions: listing.versions.filter(admitted),
        files: listing.files.filter((file) => admitted(factsOf(file).version)),
      };
    },
    narrowedNames: async (format, lists, projects) =>
      lists.length === 0 ? projects : filterNames(projects, ({ project }) => admits(format, lists, project)),
  };
}

/** Refuses lines that the format cannot read. */
export function checkConstraints(formats: RegistryParts["formats"], repository: Repository): void {
  const { constraints, format } = repository;
  if (constraints != null) readLines(formats, format, constraints);
}

function readLines(
  formats: RegistryParts["formats"],
  name: Repository["format"],
  lines: readonly string[],
): Constraints {
  const format = formats.get(name);
  if (format === undefined) throw new TypeError(`the format ${name} is not part of this installation`);
  try {
    return format.readConstraints(lines);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw refuse({ code: "setting-invalid", because: `Error while parsing constraints: ${cause.message}` }, cause);
  }
}
