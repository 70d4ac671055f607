import type { ProjectName, RepositoryName } from "./names.ts";
import { type Merging, membersOf, type RemoteRepository, type Repository } from "./repository.ts";
import type { Plan, Source } from "./resolution.ts";

/**
 * The rule of resolution once more, said as plainly as possible and in another way, so that the two can be compared:
 * places by their shortest way instead of a queue, whitelists by what must be in them instead of a walk. Slow, and for
 * tests only.
 */

/** Every repository that can be reached, with its shortest way: at each turn, which of the members was taken. */
function waysFrom(
  asked: Repository,
  graph: ReadonlyMap<RepositoryName, Repository>,
): ReadonlyMap<Repository, number[]> {
  const shortest = new Map<Repository, number[]>();
  const walk = (repository: Repository, way: number[]): void => {
    if (way.length > graph.size) return;
    const known = shortest.get(repository);
    if (known === undefined || compareWays(way, known) < 0) shortest.set(repository, way);
    for (const [turn, name] of membersOf(repository).entries()) {
      const member = graph.get(name);
      if (member !== undefined) walk(member, [...way, turn]);
    }
  };
  walk(asked, []);
  return shortest;
}

/** The shorter way comes first; of equally long ones the one that turns off earlier. */
function compareWays(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return a.length - b.length;
  const fork = a.findIndex((turn, index) => turn !== b[index]);
  return fork < 0 ? 0 : (a[fork] ?? 0) - (b[fork] ?? 0);
}

export function modelOrder(asked: Repository, graph: ReadonlyMap<RepositoryName, Repository>): readonly Source[] {
  const near = [...waysFrom(asked, graph)].sort(([, a], [, b]) => compareWays(a, b)).map(([repository]) => repository);
  return [...near.filter(({ kind }) => kind === "local"), ...near.filter(({ kind }) => kind === "remote")] as Source[];
}

export function modelPlan(
  asked: Repository,
  project: ProjectName,
  graph: ReadonlyMap<RepositoryName, Repository>,
  holders: ReadonlySet<RepositoryName>,
): Plan {
  const order = modelOrder(asked, graph);
  const all = order.filter((source) => source.kind === "local");
  const remotes = order.filter((source): source is RemoteRepository => source.kind === "remote");
  const locals = all.filter(({ name }) => holders.has(name));
  const merging: Partial<Merging> = asked.kind === "remote" ? {} : asked;
  const lists = [...(asked.kind === "virtual" ? [asked.whitelist] : []), ...all.map(({ whitelist }) => whitelist)];
  // What is in the intersection anywhere on the way is in the first list; what is in the union anywhere is in some list.
  const counted = merging.whitelistInheritance === "union" ? lists : lists.slice(0, 1);
  const isOpened = counted.some((list) => list.includes("*") || list.includes(project));
  const [holder] = locals;
  const asks = holder === undefined || isOpened || merging.resolution === "merge";
  return {
    locals,
    remotes: asks ? remotes : [],
    remoteUse: merging.remotes ?? "first",
    shadowed: asks ? [] : remotes.map(({ name }) => ({ remote: name, by: holder.name })),
  };
}
