import { membersOf, type ProjectName, projectOf, type Repository, type RepositoryName, repositoryOf } from "#core";
import type { Catalog } from "./catalog.ts";
import type { Tools } from "./tools.ts";

/** Looks out for changes from the moment it was made; small, and to be stopped when nobody asks it any more. */
export interface Watch {
  /** Something of what was to be watched has changed, or nobody looks out any more; never becomes `false` again. */
  readonly isOutdated: boolean;
  stop(): void;
}

/**
 * Tells what is kept in memory that it is outdated. What is read from the stores or from remotes after a watch was
 * made is as new as the watch, so whatever was made of it is right for as long as the watch is not outdated.
 */
export interface Changes extends Disposable {
  /** Of these repositories, also of those that are not there yet: their settings, and one project or (`null`) all. */
  watch(repositories: Iterable<RepositoryName>, project: ProjectName | null): Watch;
}

/** Every repository that has a say in what `asked` shows, itself first; also virtual ones, and members that are missing. */
export function reachOf({ find }: Pick<Catalog, "find">, asked: Repository): ReadonlySet<RepositoryName> {
  const reach = new Set([asked.name]);
  // A set is iterated in the order of insertion, what is added on the way included.
  for (const name of reach) {
    const repository = name === asked.name ? asked : find(name);
    if (repository !== null) for (const member of membersOf(repository)) reach.add(member);
  }
  return reach;
}

interface Watched {
  isOutdated: boolean;
}

export function openChanges({ metadata, remotes }: Pick<Tools, "metadata" | "remotes">): Changes {
  const byRepository = new Map<RepositoryName, Map<ProjectName | null, Set<Watched>>>();

  function outdate(watches: Iterable<Watched> | undefined): void {
    for (const watch of watches ?? []) watch.isOutdated = true;
  }

  function outdateAll(name: RepositoryName): void {
    for (const watches of byRepository.get(name)?.values() ?? []) outdate(watches);
  }

  const unsubscribe = metadata.subscribe((entries) => {
    for (const { event } of entries) {
      // Whatever readers see may be more or less from here on; targets change seldom.
      if (event.type === "permission.saved" || event.type === "permission.removed") {
        for (const name of byRepository.keys()) outdateAll(name);
      }
      // No page shows properties.
      if (event.type === "properties.set") continue;
      const name = repositoryOf(event);
      if (name === null) continue;
      const project = projectOf(event);
      if (project === null) {
        outdateAll(name);
        continue;
      }
      const projects = byRepository.get(name);
      outdate(projects?.get(project));
      outdate(projects?.get(null));
    }
  });
  let isClosed = false;
  remotes.onChange(({ name }, project) => {
    if (isClosed) return;
    // A page of an upstream says nothing about the names of its projects: those have their own moment of expiry.
    if (project === null) outdateAll(name);
    else outdate(byRepository.get(name)?.get(project));
  });

  function setOf(name: RepositoryName, project: ProjectName | null): Set<Watched> {
    const projects = byRepository.get(name) ?? new Map<ProjectName | null, Set<Watched>>();
    const watches = projects.get(project) ?? new Set<Watched>();
    byRepository.set(name, projects);
    projects.set(project, watches);
    return watches;
  }

  function remove(watch: Watched, name: RepositoryName, project: ProjectName | null): void {
    const projects = byRepository.get(name);
    const watches = projects?.get(project);
    watches?.delete(watch);
    if (watches?.size === 0) projects?.delete(project);
    if (projects?.size === 0) byRepository.delete(name);
  }

  return {
    watch(repositories, project) {
      const names = [...repositories];
      const watched: Watched = { isOutdated: isClosed };
      for (const name of names) setOf(name, project).add(watched);
      return {
        get isOutdated() {
          return watched.isOutdated;
        },
        stop() {
          for (const name of names) remove(watched, name, project);
          // Nobody will tell it any more, and whoever was given what was made under it may ask it still.
          watched.isOutdated = true;
        },
      };
    },
    [Symbol.dispose]() {
      isClosed = true;
      unsubscribe();
      for (const name of byRepository.keys()) outdateAll(name);
      byRepository.clear();
    },
  };
}
