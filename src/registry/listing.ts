import {
  type Instant,
  isReserved,
  type Listing,
  type LocalRepository,
  type Principal,
  type ProjectName,
  planFor,
  type Repository,
  type RepositoryName,
  refuse,
} from "#core";
import type { Desk, ProjectNames } from "#formats";
import type { Changes } from "./changes.ts";
import { listsFor, openConstraining, ownLists } from "./constraining.ts";
import { openMergedNames } from "./merged-names.ts";
import { type Contribution, earliest, mergeListings } from "./merging.ts";
import { type OwnProject, openOwnListings } from "./own-listings.ts";
import { filterNames, mergeNames, namesOf } from "./project-names.ts";
import { isForSomeProjects, mayRead } from "./rights.ts";
import type { Tools } from "./tools.ts";

export type Projects = Awaited<ReturnType<Desk["projects"]>>;

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
  /** What the repository has by itself, as far as the principal may learn the names. */
  ownProjects(repository: Repository, principal: Principal): Promise<Projects>;
  /** Of all members that may be read. No rule hides names: a shadowed project is there, in the one that shadows it. */
  resolvedProjects(asked: Repository, principal: Principal): Promise<Projects>;
}

export function openListings(tools: Tools, changes: Changes): Listings {
  const { catalog, metadata, remotes } = tools;
  const ownListings = openOwnListings(tools, changes);
  const constraining = openConstraining(tools);
  const merged = openMergedNames();

  async function own(repository: Repository, project: ProjectName): Promise<Listing | null> {
    const { format } = repository;
    const lists = ownLists(repository);
    if (!constraining.admits(format, lists, project)) return null;
    const listing = await whole(repository, project);
    return listing === null ? null : constraining.narrowed(format, lists, listing);
  }

  async function whole(repository: Repository, project: ProjectName): Promise<Listing | null> {
    switch (repository.kind) {
      case "local":
        return (await ownListings.get(repository, project))?.listing ?? null;
      case "remote":
        return remotes.listing(repository, project);
      case "virtual":
        return null;
    }
  }

  async function contributionsTo(
    asked: Repository,
    project: ProjectName,
  ): Promise<{ readonly contributions: readonly Contribution[]; readonly missingUntil: Instant | null }> {
    const order = catalog.order(asked);
    const constraints = catalog.constraints(asked);
    const locals = order.filter((source) => source.kind === "local");
    const held = new Map<RepositoryName, OwnProject>();
    for (const local of locals) {
      const found = await ownListings.get(local, project);
      if (found !== null) held.set(local.name, found);
    }
    const plan = planFor(asked, project, order, ({ name }) => held.get(name)?.isHeld ?? false);
    // A released name may have files here still; they are shown, although the upstreams are asked as well.
    const contributions: Contribution[] = locals.flatMap(({ name }) => {
      const found = held.get(name);
      return found === undefined ? [] : [{ member: name, listing: found.listing }];
    });
    if (isReservedBy(locals, project)) return { contributions, missingUntil: null };
    const missing: (Instant | null)[] = [];
    // One remote at a time, in order of trust. Asking all at once would be faster, but would tell every upstream the
    // names that only the first one needs to know.
    for (const remote of plan.remotes) {
      // A name that is kept out is none of the upstream's business.
      if (!constraining.admits(asked.format, listsFor(constraints, remote.name), project)) continue;
      const { listing, validUntil } = await remotes.answer(remote, project);
      if (listing === null) {
        missing.push(validUntil);
        continue;
      }
      contributions.push({ member: remote.name, listing });
      if (plan.remoteUse === "first") break;
    }
    return { contributions, missingUntil: earliest(missing) };
  }

  async function projectsOf(repository: Repository): Promise<Projects> {
    switch (repository.kind) {
      case "local":
        return { projects: await namesOf(metadata, repository), staleSince: null, validUntil: null };
      case "remote": {
        const { projects, staleSince, validUntil } = await remotes.projects(repository);
        return { projects: await mergeNames([projects]), staleSince, validUntil };
      }
      case "virtual":
        return { projects: [], staleSince: null, validUntil: null };
    }
  }

  return {
    own,

    async resolved(asked, project, principal) {
      if (!constraining.admits(asked.format, ownLists(asked), project)) return null;
      const { contributions, missingUntil } = await contributionsTo(asked, project);
      const readable = new Set(
        catalog
          .order(asked)
          .filter((source) => mayRead(principal, source, project))
          .map(({ name }) => name),
      );
      const constraints = catalog.constraints(asked);
      const narrowed = (member: RepositoryName, listing: Listing): Listing =>
        constraining.narrowed(asked.format, listsFor(constraints, member), listing);
      const listing = mergeListings(contributions, (member) => readable.has(member), narrowed);
      if (principal.kind === "anonymous" && listing?.files.length === 0) {
        const closed = contributions.filter(({ member }) => !readable.has(member));
        if (closed.some((one) => narrowed(one.member, one.listing).files.length > 0)) throw signInFor(asked, project);
      }
      if (listing === null || missingUntil === null) return listing;
      return { ...listing, validUntil: earliest([listing.validUntil, missingUntil]) };
    },

    async ownProjects(repository, principal) {
      const list = await projectsOf(repository);
      const projects = await constraining.narrowedNames(repository.format, ownLists(repository), list.projects);
      return { ...list, projects: await readableOf(projects, repository, principal) };
    },

    async resolvedProjects(asked, principal) {
      const readable = catalog.order(asked).filter((source) => mayRead(principal, source, null));
      const constraints = catalog.constraints(asked);
      const lists = await Promise.all(
        readable.map(async (source) => {
          const list = await projectsOf(source);
          const onTheWay = listsFor(constraints, source.name);
          return { ...list, projects: await constraining.narrowedNames(asked.format, onTheWay, list.projects) };
        }),
      );
      const names = await Promise.all(
        lists.map(({ projects }, index) => readableOf(projects, readable[index] ?? asked, principal)),
      );
      return {
        projects: await readableOf(await merged.get(names), asked, principal),
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
async function readableOf(projects: ProjectNames, asked: Repository, principal: Principal): Promise<ProjectNames> {
  if (!isForSomeProjects(principal)) return projects;
  return filterNames(projects, ({ project }) => mayRead(principal, asked, project));
}

/** No setting opens the upstreams for a name that one of the local repositories says belongs to this house. */
function isReservedBy(locals: readonly LocalRepository[], project: ProjectName): boolean {
  return locals.some(({ reserved }) => isReserved(project, reserved));
}
