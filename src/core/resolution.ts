import type { ProjectName, RepositoryName } from "./names.ts";
import { type LocalRepository, type Merging, membersOf, type RemoteRepository, type Repository } from "./repository.ts";

/** The repositories a question is put to, in order of trust; virtual ones have dissolved into their members. */
export type Source = LocalRepository | RemoteRepository;

/** What the rule says for one project: whom to ask, and why the others are not asked. */
export interface Plan {
  /** Local repositories that hold the project, in order. */
  readonly locals: readonly LocalRepository[];
  /** Remote repositories that may be asked, in order. */
  readonly remotes: readonly RemoteRepository[];
  /** The first remote that has the project answers, or all are united. */
  readonly remoteUse: "first" | "union";
  /** Remotes that are not asked, and the local repository that shadows them. */
  readonly shadowed: readonly { readonly remote: RepositoryName; readonly by: RepositoryName }[];
}

/** A source, and the lists of constraints that stand on the way to it, beginning with the asked repository's. */
export interface Reached {
  readonly source: Source;
  readonly constraints: readonly (readonly string[])[];
}

/**
 * The search order of a repository (devpi's rule): breadth first over bases and members beginning with itself,
 * remotes moved to the end; each repository once, at its first place; unknown ones are skipped. What constrains a source
 * is what stands on the way to that first place, the source's own constraints included.
 */
export function reachedFrom(asked: Repository, find: (name: RepositoryName) => Repository | null): readonly Reached[] {
  const seen = new Set<RepositoryName>();
  const flat: Reached[] = [];
  let level: readonly Passed[] = [{ repository: asked, above: [] }];
  while (level.length > 0) {
    const next: Passed[] = [];
    for (const { repository, above } of level) {
      if (seen.has(repository.name)) continue;
      seen.add(repository.name);
      const constraints = repository.constraints == null ? above : [...above, repository.constraints];
      if (repository.kind !== "virtual") flat.push({ source: repository, constraints });
      for (const name of membersOf(repository)) {
        const member = find(name);
        if (member !== null) next.push({ repository: member, above: constraints });
      }
    }
    level = next;
  }
  return [
    ...flat.filter(({ source }) => source.kind === "local"),
    ...flat.filter(({ source }) => source.kind === "remote"),
  ];
}

/** {@link reachedFrom}, without what constrains. */
export function searchOrder(asked: Repository, find: (name: RepositoryName) => Repository | null): readonly Source[] {
  return reachedFrom(asked, find).map(({ source }) => source);
}

interface Passed {
  readonly repository: Repository;
  readonly above: readonly (readonly string[])[];
}

/**
 * The one rule of house.md 1.2. `isHeld` tells which of the local sources hold the project; shadowing is computed over
 * all sources, whoever asks: the reader's rights only take files away afterwards.
 */
export function planFor(
  asked: Repository,
  project: ProjectName,
  order: readonly Source[],
  isHeld: (source: LocalRepository) => boolean,
): Plan {
  const merging = mergingOf(asked);
  const locals: LocalRepository[] = [];
  const remotes: RemoteRepository[] = [];
  const shadowed: { remote: RepositoryName; by: RepositoryName }[] = [];
  // A virtual repository has dissolved, but its own list is the first on the way.
  let whitelist: ReadonlySet<string> | null = asked.kind === "virtual" ? new Set(asked.whitelist) : null;
  let isOpened = whitelist !== null && (whitelist.has("*") || whitelist.has(project));
  let holder: LocalRepository | null = null;
  for (const source of order) {
    if (source.kind === "remote") {
      // devpi: opened anywhere on the way, also behind the one that holds the project.
      if (holder === null || isOpened || merging.resolution === "merge") remotes.push(source);
      else shadowed.push({ remote: source.name, by: holder.name });
      continue;
    }
    whitelist = combine(whitelist, source.whitelist, merging.whitelistInheritance);
    // Once opened on the way, it stays open, and the stage that is reached then does not count as a hit (devpi).
    isOpened ||= whitelist.has("*") || whitelist.has(project);
    if (!isHeld(source)) continue;
    locals.push(source);
    if (!isOpened) holder ??= source;
  }
  return { locals, remotes, remoteUse: merging.remotes, shadowed };
}

/** Whether a name is reserved by a list of exact names and prefixes (`acme-*`). */
export function isReserved(project: ProjectName, reserved: readonly string[]): boolean {
  return reserved.some((pattern) =>
    pattern.endsWith("*") ? project.startsWith(pattern.slice(0, -1)) : project === pattern,
  );
}

const REMOTE_MERGING: Merging = {
  resolution: "shadow",
  remotes: "first",
  whitelist: [],
  whitelistInheritance: "intersection",
};

function mergingOf(repository: Repository): Merging {
  return repository.kind === "remote" ? REMOTE_MERGING : repository;
}

function combine(
  soFar: ReadonlySet<string> | null,
  list: readonly string[],
  inheritance: "intersection" | "union",
): ReadonlySet<string> {
  const own = new Set(list);
  if (soFar === null) return own;
  return inheritance === "union" ? soFar.union(own) : soFar.intersection(own);
}
