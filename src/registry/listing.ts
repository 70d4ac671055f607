import {
  type Hold,
  type Instant,
  isReserved,
  type Listing,
  type LocalRepository,
  mayBeSkipped,
  type Principal,
  type ProjectName,
  planFor,
  RegistryError,
  type RemoteRepository,
  type Repository,
  type RepositoryName,
  refuse,
  type Source,
} from "#core";
import type { Desk, ProjectNames } from "#formats";
import type { Changes } from "./changes.ts";
import { listsFor, openConstraining, ownLists } from "./constraining.ts";
import { openMergedNames } from "./merged-names.ts";
import { type Contribution, earliest, mergeListings } from "./merging.ts";
import { type OwnProject, openOwnListings } from "./own-listings.ts";
import { openPartReading } from "./part-reading.ts";
import { openOwnPatterns, openPatterning, patternsFor } from "./path-patterns.ts";
import { filterNames, mergeNames, namesOf } from "./project-names.ts";
import type { RemoteAnswer } from "./remotes.ts";
import { isForSomeProjects, mayRead } from "./rights.ts";
import { formatOf, type Tools } from "./tools.ts";

export type Projects = Awaited<ReturnType<Desk["projects"]>>;

/** What a remote that was skipped has may be seen this much later. */
const SKIPPED_FOR_MILLISECONDS = 10_000;

const NO_PROJECTS: Projects = { projects: [], staleSince: null, validUntil: null };

interface Contributed {
  readonly contributions: readonly Contribution[];
  /** Until when it is believed that remotes which had nothing have nothing. */
  readonly missingUntil: Instant | null;
}

/** What repositories show: by themselves, and together with their bases or members by the one rule of `core/resolution.ts`. */
export interface Listings extends Disposable {
  /** What the repository has by itself, without bases or members; a virtual one has nothing (`null`). Knows no rights. */
  own(repository: Repository, project: ProjectName): Promise<Listing | null>;
  /**
   * By the one rule, less the files of members that the principal may not read. `null`: no member that was asked has
   * it. Throws `not-signed-in` when that leaves a stranger without any file, and `upstream-unavailable` when a member that
   * the rule needs cannot answer. The right to read `asked` itself
   * is for the caller to check.
   */
  resolved(asked: Repository, project: ProjectName, principal: Principal): Promise<Listing | null>;
  /** What a local repository has of a project, for the one rule. Knows no rights. */
  holdOf(local: LocalRepository, project: ProjectName): Promise<Hold>;
  /** What the repository has by itself, as far as the principal may learn the names. */
  ownProjects(repository: Repository, principal: Principal): Promise<Projects>;
  /** Of all members that may be read. No rule hides names: a shadowed project is there, in the one that shadows it. */
  resolvedProjects(asked: Repository, principal: Principal): Promise<Projects>;
}

export function openListings(tools: Tools, changes: Changes): Listings {
  const { catalog, metadata, remotes, now } = tools;
  const ownListings = openOwnListings(tools, changes);
  const constraining = openConstraining(tools);
  const patterning = openPatterning();
  const ownPatterns = openOwnPatterns();
  const partReading = openPartReading(tools);
  const merged = openMergedNames();

  async function own(repository: Repository, project: ProjectName): Promise<Listing | null> {
    const lists = ownLists(repository);
    if (isBlackedOut(repository) || !constraining.admits(repository.format, lists, project)) return null;
    const listing = await whole(repository, project);
    if (listing === null) return null;
    const left = patterning.narrowed(formatOf(tools, repository), ownPatterns(repository), listing);
    return constraining.narrowed(repository.format, lists, left);
  }

  async function whole(repository: Repository, project: ProjectName): Promise<Listing | null> {
    switch (repository.kind) {
      case "local":
        return (await ownListings.get(repository, project))?.listing ?? null;
      case "remote":
        return patterning.admitsProject(ownPatterns(repository), project) ? remotes.listing(repository, project) : null;
      case "virtual":
        return null;
    }
  }

  async function contributionsTo(asked: Repository, project: ProjectName): Promise<Contributed> {
    const reached = catalog.reached(asked);
    const locals = reached.map(({ source }) => source).filter((source) => source.kind === "local");
    const held = new Map<RepositoryName, OwnProject>();
    for (const local of locals) {
      const found = await ownListings.get(local, project);
      if (found !== null) held.set(local.name, found);
    }
    const plan = planFor(asked, project, reached, ({ name }) => holdOf(held.get(name)));
    const missing: (Instant | null)[] = [];
    for (const turn of plan.turns) {
      const contributions = turn.locals.flatMap((local) => {
        const found = held.get(local.name);
        return found === undefined ? [] : [contributionOf(asked, local, found.listing)];
      });
      // No setting opens the upstreams for a name that one of the local repositories says belongs to this house.
      const opened = locals.some(({ reserved }) => isReserved(project, reserved)) ? [] : turn.remotes;
      contributions.push(...(await askEach(asked, project, opened, plan.remoteUse, missing)));
      if (contributions.length > 0) return { contributions, missingUntil: earliest(missing) };
    }
    // A name that was let go with nothing left of it, or that is held where nothing is shown: there, and empty.
    const contributions = locals.flatMap((local) => {
      const found = held.get(local.name);
      if (found === undefined) return [];
      return [{ member: local.name, listing: { ...found.listing, versions: [], files: [] } }];
    });
    return { contributions, missingUntil: earliest(missing) };
  }

  /**
   * One remote at a time, in order of trust. Asking all at once would be faster, but would tell every upstream the names
   * that only the first one needs to know.
   */
  async function askEach(
    asked: Repository,
    project: ProjectName,
    opened: readonly RemoteRepository[],
    use: "first" | "union",
    missing: (Instant | null)[],
  ): Promise<readonly Contribution[]> {
    const constraints = catalog.constraints(asked);
    const patterns = catalog.patterns(asked);
    const contributions: Contribution[] = [];
    for (const remote of opened) {
      // A name that is kept out is none of the upstream's business.
      if (!constraining.admits(asked.format, listsFor(constraints, remote.name), project)) continue;
      if (!patterning.admitsProject(patternsFor(patterns, remote.name), project)) continue;
      const { listing, validUntil } = await answerOf(asked, remote, () => remotes.answer(remote, project));
      const contribution = listing === null ? null : contributionOf(asked, remote, listing);
      // A remote that has nothing but what is kept out is asked no further, and does not answer for those after it.
      const isEmptied = contribution?.listing.files.length === 0 && (listing?.files.length ?? 0) > 0;
      if (contribution === null || isEmptied) {
        missing.push(validUntil);
        continue;
      }
      contributions.push(contribution);
      if (use === "first") break;
    }
    return contributions;
  }

  async function answerOf(
    asked: Repository,
    remote: RemoteRepository,
    ask: () => Promise<RemoteAnswer>,
  ): Promise<RemoteAnswer> {
    try {
      return await ask();
    } catch (error) {
      if (!mayBeSkipped(asked, remote) || !isUpstreamFailure(error)) throw error;
      return { listing: null, validUntil: (now() + SKIPPED_FOR_MILLISECONDS) as Instant };
    }
  }

  /** Patterns count before it is settled which file a name means, unlike rights and constraints. */
  function contributionOf(asked: Repository, source: Source, listing: Listing): Contribution {
    const patterns = patternsFor(catalog.patterns(asked), source.name);
    return { member: source.name, listing: patterning.narrowed(formatOf(tools, source), patterns, listing) };
  }

  async function projectsOf(repository: Repository): Promise<Projects> {
    // Nobody asks an upstream of mere files for a list of its projects.
    if (isBlackedOut(repository) || !formatOf(tools, repository).knowsProjects) return NO_PROJECTS;
    switch (repository.kind) {
      case "local":
        return { projects: await namesOf(metadata, repository), staleSince: null, validUntil: null };
      case "remote": {
        const { projects, staleSince, validUntil } = await remotes.projects(repository);
        return { projects: await mergeNames([projects]), staleSince, validUntil };
      }
      case "virtual":
        return NO_PROJECTS;
    }
  }

  async function projectsSeenFrom(asked: Repository, source: Source): Promise<Projects> {
    const constraints = listsFor(catalog.constraints(asked), source.name);
    const patterns = patternsFor(catalog.patterns(asked), source.name);
    try {
      const list = await projectsOf(source);
      const narrowed = await constraining.narrowedNames(asked.format, constraints, list.projects);
      return { ...list, projects: await patterning.narrowedNames(patterns, narrowed) };
    } catch (error) {
      const isSkipped = source.kind === "remote" && mayBeSkipped(asked, source) && isUpstreamFailure(error);
      if (!isSkipped) throw error;
      return { ...NO_PROJECTS, validUntil: (now() + SKIPPED_FOR_MILLISECONDS) as Instant };
    }
  }

  async function readableOf(projects: ProjectNames, source: Repository, principal: Principal): Promise<ProjectNames> {
    const left = await partReading.narrowedNames(principal, source, projects);
    return forToken(tools, left, source, principal);
  }

  return {
    own,
    holdOf: async (local, project) => holdOf((await ownListings.get(local, project)) ?? undefined),

    async resolved(asked, project, principal) {
      if (isBlackedOut(asked) || !constraining.admits(asked.format, ownLists(asked), project)) return null;
      const { contributions, missingUntil } = await contributionsTo(asked, project);
      const readable = new Map(
        catalog
          .order(asked)
          .filter((source) => mayRead(tools, principal, source, project))
          .map((source) => [source.name, source]),
      );
      const constraints = catalog.constraints(asked);
      const admitted = (member: RepositoryName, listing: Listing): Listing =>
        constraining.narrowed(asked.format, listsFor(constraints, member), listing);
      const narrowed = (member: RepositoryName, listing: Listing): Listing => {
        const source = readable.get(member);
        const left = admitted(member, listing);
        return source === undefined ? left : partReading.narrowed(principal, source, left);
      };
      const listing = mergeListings(contributions, (member) => readable.has(member), narrowed);
      if (principal.kind === "anonymous" && listing?.files.length === 0) {
        const isClosed = contributions.some(({ member, listing: whole }) => {
          const shown = readable.has(member) ? narrowed(member, whole).files.length : 0;
          return shown < admitted(member, whole).files.length;
        });
        if (isClosed) throw signInFor(asked, project);
      }
      if (listing === null || missingUntil === null) return listing;
      return { ...listing, validUntil: earliest([listing.validUntil, missingUntil]) };
    },

    async ownProjects(repository, principal) {
      const list = await projectsOf(repository);
      const narrowed = await constraining.narrowedNames(repository.format, ownLists(repository), list.projects);
      const projects = await patterning.narrowedNames(ownPatterns(repository), narrowed);
      return { ...list, projects: await readableOf(projects, repository, principal) };
    },

    async resolvedProjects(asked, principal) {
      const readable = catalog.order(asked).filter((source) => mayRead(tools, principal, source, null));
      const lists = await Promise.all(readable.map((source) => projectsSeenFrom(asked, source)));
      const names = await Promise.all(
        lists.map(({ projects }, index) => readableOf(projects, readable[index] ?? asked, principal)),
      );
      return {
        projects: await forToken(tools, await merged.get(names), asked, principal),
        staleSince: earliest(lists.map(({ staleSince }) => staleSince)),
        validUntil: earliest(lists.map(({ validUntil }) => validUntil ?? null)),
      };
    },

    [Symbol.dispose]: () => ownListings[Symbol.dispose](),
  };
}

/**
 * Installers send the credentials that they have only when they are asked for them, and would take an empty page for the
 * last word.
 */
function signInFor({ name }: Repository, project: ProjectName): Error {
  const because = `read on ${name} needs a sign-in for '${project}': its files are in repositories that are closed to strangers`;
  return refuse({ code: "not-signed-in", because });
}

/** A token that is for some projects only does not learn the names of the others. */
async function forToken(
  tools: Tools,
  projects: ProjectNames,
  asked: Repository,
  principal: Principal,
): Promise<ProjectNames> {
  if (!isForSomeProjects(principal)) return projects;
  return filterNames(projects, ({ project }) => mayRead(tools, principal, asked, project));
}

function isUpstreamFailure(error: unknown): boolean {
  return (
    error instanceof RegistryError &&
    (error.problem.code === "upstream-unavailable" || error.problem.code === "upstream-invalid")
  );
}

function isBlackedOut({ isBlackedOut: is = false }: Repository): boolean {
  return is;
}

/** Of a released name nothing may be left; it has no say then. */
function holdOf(own: OwnProject | undefined): Hold {
  if (own === undefined) return null;
  if (own.isHeld) return "held";
  return own.listing.files.length === 0 && own.listing.versions.length === 0 ? null : "released";
}
