import type { ProjectName, RepositoryName } from "./names.ts";
import { type LocalRepository, type Merging, membersOf, type RemoteRepository, type Repository } from "./repository.ts";

/** The repositories a question is put to, in order of trust; virtual ones have dissolved into their members. */
export type Source = LocalRepository | RemoteRepository;

/** What the rule says for one project: whom to ask, and why the others are not asked. */
export interface Plan {
  /** The first of them in which any repository has the project is the whole answer; the next ones are not asked then. */
  readonly turns: readonly Turn[];
  /** Hold the project and show nothing: blacked out, or behind what is. In order. */
  readonly withheld: readonly LocalRepository[];
  /** The first remote of a turn that has the project answers, or all are united. */
  readonly remoteUse: "first" | "union";
  /** Remotes that are not asked, and the local repository that shadows them. */
  readonly shadowed: readonly { readonly remote: RepositoryName; readonly by: RepositoryName }[];
}

/** Repositories whose answers are put together; those with priority have a turn of their own, before the others. */
export interface Turn {
  /** Local repositories that have the project, in order. */
  readonly locals: readonly LocalRepository[];
  /** Remote repositories that may be asked, in order. */
  readonly remotes: readonly RemoteRepository[];
}

/** What a local repository has of a project: `released` are files whose name was let go. */
export type Hold = "held" | "released" | null;

/** Ant patterns as they stand at one repository. */
export interface PathPatterns {
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** A source, and what stands on the way to it, beginning with the asked repository. */
export interface Reached {
  readonly source: Source;
  readonly constraints: readonly (readonly string[])[];
  /** Of each repository that has some; a path must pass all of them. */
  readonly patterns: readonly PathPatterns[];
  /** Its own priority, or that of a virtual repository on the way. */
  readonly hasPriority: boolean;
  /** A local repository that is blacked out, or that only such ones lead to: it shows nothing, and its names stay held. */
  readonly isWithheld: boolean;
}

/**
 * The search order of a repository (devpi's rule): breadth first over bases and members beginning with itself,
 * remotes moved to the end; each repository once, at its first place; unknown ones are skipped, and so are those that are
 * blacked out, as if they were empty. What limits a source is what stands on the way to that first place, the source's
 * own limits included.
 */
export function reachedFrom(asked: Repository, find: (name: RepositoryName) => Repository | null): readonly Reached[] {
  const shown = walkFrom(asked, find, ({ isBlackedOut }) => isBlackedOut !== true);
  const names = new Set(shown.map(({ source }) => source.name));
  const withheld = walkFrom(asked, find, () => true).filter(({ source }) => !names.has(source.name));
  return [
    ...shown.filter(({ source }) => source.kind === "local"),
    // A private name must not become its public namesake because its repository is closed for a while.
    ...withheld.filter(({ source }) => source.kind === "local").map((one) => ({ ...one, isWithheld: true })),
    ...shown.filter(({ source }) => source.kind === "remote"),
  ];
}

/** {@link reachedFrom}, without what limits; only what is shown. */
export function searchOrder(asked: Repository, find: (name: RepositoryName) => Repository | null): readonly Source[] {
  return reachedFrom(asked, find)
    .filter(({ isWithheld }) => !isWithheld)
    .map(({ source }) => source);
}

interface Passed {
  readonly repository: Repository;
  readonly above: Pick<Reached, "constraints" | "patterns" | "hasPriority">;
}

function walkFrom(
  asked: Repository,
  find: (name: RepositoryName) => Repository | null,
  passes: (repository: Repository) => boolean,
): readonly Reached[] {
  const seen = new Set<RepositoryName>();
  const flat: Reached[] = [];
  let level: readonly Passed[] = [{ repository: asked, above: { constraints: [], patterns: [], hasPriority: false } }];
  while (level.length > 0) {
    const next: Passed[] = [];
    for (const { repository, above } of level) {
      if (seen.has(repository.name) || !passes(repository)) continue;
      seen.add(repository.name);
      const constraints =
        repository.constraints == null ? above.constraints : [...above.constraints, repository.constraints];
      const patterns = [...above.patterns, ...patternsOf(repository)];
      const hasPriority = above.hasPriority || repository.hasPriority === true;
      if (repository.kind !== "virtual")
        flat.push({ source: repository, constraints, patterns, hasPriority, isWithheld: false });
      // What a local repository's bases have is not what it holds itself, and the asked one is nobody's member.
      const passesOn = repository.kind === "virtual" && repository !== asked ? hasPriority : above.hasPriority;
      for (const name of membersOf(repository)) {
        const member = find(name);
        if (member !== null) next.push({ repository: member, above: { constraints, patterns, hasPriority: passesOn } });
      }
    }
    level = next;
  }
  return flat;
}

/** A repository's own patterns; none where everything passes. */
export function patternsOf({ includes = [], excludes = [] }: Repository): readonly PathPatterns[] {
  return includes.length === 0 && excludes.length === 0 ? [] : [{ includes, excludes }];
}

/**
 * The one rule of house.md 1.2. `holdOf` tells what the local sources have of the project; shadowing is computed over
 * all sources, whoever asks: the reader's rights only take files away afterwards. Priority (Artifactory's) chooses among
 * those that the rule lets answer: a held name stays in the house also where a remote has priority.
 */
export function planFor(
  asked: Repository,
  project: ProjectName,
  reached: readonly Reached[],
  holdOf: (source: LocalRepository) => Hold,
): Plan {
  const merging = mergingOf(asked);
  const locals: Reached[] = [];
  const withheld: LocalRepository[] = [];
  // A virtual repository has dissolved, but its own list is the first on the way.
  let whitelist: ReadonlySet<string> | null = asked.kind === "virtual" ? new Set(asked.whitelist) : null;
  let isOpened = whitelist !== null && (whitelist.has("*") || whitelist.has(project));
  let holder: LocalRepository | null = null;
  for (const one of reached) {
    const { source, isWithheld } = one;
    if (source.kind === "remote") continue;
    if (!isWithheld) {
      whitelist = combine(whitelist, source.whitelist, merging.whitelistInheritance);
      // Once opened on the way, it stays open, and the stage that is reached then does not count as a hit (devpi).
      isOpened ||= whitelist.has("*") || whitelist.has(project);
    }
    const hold = holdOf(source);
    if (hold === null) continue;
    if (isWithheld) withheld.push(source);
    else locals.push(one);
    if (hold === "held" && !isOpened) holder ??= source;
  }
  // devpi: opened anywhere on the way, also behind the one that holds the project.
  const shadow = isOpened || merging.resolution === "merge" ? null : holder;
  const first = locals.find(({ hasPriority }) => hasPriority)?.source ?? null;
  const remotes = reached.filter(({ source }) => source.kind === "remote");
  const asks = (one: Reached): boolean => shadow === null && (first === null || one.hasPriority);
  const by = shadow ?? first;
  const chosen = first === null ? locals : locals.filter(({ hasPriority }) => hasPriority);
  return {
    turns: turnsOf([...chosen, ...remotes.filter(asks)]),
    withheld,
    remoteUse: merging.remotes,
    shadowed:
      by === null ? [] : remotes.filter((one) => !asks(one)).map((one) => ({ remote: one.source.name, by: by.name })),
  };
}

function turnsOf(sources: readonly Reached[]): readonly Turn[] {
  const turns = [true, false].map((isPrior) => sources.filter(({ hasPriority }) => hasPriority === isPrior));
  return turns
    .filter((turn) => turn.length > 0)
    .map((turn) => ({
      locals: turn.map(({ source }) => source).filter((source) => source.kind === "local"),
      remotes: turn.map(({ source }) => source).filter((source) => source.kind === "remote"),
    }));
}

/**
 * Whether the answer goes on without a remote that cannot give its own (Artifactory's `hardFail: false`). Elsewhere
 * unavailable is not absent: the next member, or the installer's next index, would answer in its place.
 */
export function mayBeSkipped(asked: Repository, remote: RemoteRepository): boolean {
  return asked.kind === "virtual" && asked.resolution === "merge" && remote.failsHard === false;
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
