import type { ProjectName, RepositoryName } from "./names.ts";
import { type LocalRepository, type Merging, membersOf, type Repository } from "./repository.ts";
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

/** The sources that can be reached without passing a repository that is blacked out, nearest first, remotes last. */
export function modelOrder(asked: Repository, graph: ReadonlyMap<RepositoryName, Repository>): readonly Source[] {
  return modelWays(asked, graph).map(({ source }) => source);
}

interface Way {
  readonly source: Source;
  /** From the asked repository to the source, both included. */
  readonly passed: readonly Repository[];
}

function modelWays(asked: Repository, graph: ReadonlyMap<RepositoryName, Repository>): readonly Way[] {
  if (asked.isBlackedOut === true) return [];
  return waysInto(asked, new Map([...graph].filter(([, { isBlackedOut }]) => isBlackedOut !== true)));
}

function waysInto(asked: Repository, graph: ReadonlyMap<RepositoryName, Repository>): readonly Way[] {
  const near = [...waysFrom(asked, graph)].sort(([, a], [, b]) => compareWays(a, b));
  const ways = near.flatMap(([repository, way]) =>
    repository.kind === "virtual" ? [] : [{ source: repository, passed: along(asked, way, graph) }],
  );
  return [
    ...ways.filter(({ source }) => source.kind === "local"),
    ...ways.filter(({ source }) => source.kind === "remote"),
  ];
}

function along(
  asked: Repository,
  way: readonly number[],
  graph: ReadonlyMap<RepositoryName, Repository>,
): readonly Repository[] {
  const passed = [asked];
  for (const turn of way) {
    const next = graph.get(membersOf(passed.at(-1) ?? asked)[turn] as RepositoryName);
    if (next !== undefined) passed.push(next);
  }
  return passed;
}

function hasPriority({ source, passed }: Way): boolean {
  return (
    source.hasPriority === true || passed.slice(1).some((one) => one.kind === "virtual" && one.hasPriority === true)
  );
}

/** `holders`: what local repositories have of the project. */
export function modelPlan(
  asked: Repository,
  project: ProjectName,
  graph: ReadonlyMap<RepositoryName, Repository>,
  holders: ReadonlyMap<RepositoryName, "held" | "released">,
): Plan {
  const ways = modelWays(asked, graph);
  const locals = ways.filter(({ source }) => source.kind === "local");
  const remotes = ways.filter(({ source }) => source.kind === "remote");
  const withheld = waysInto(asked, graph)
    .map(({ source }) => source)
    .filter((source): source is LocalRepository => source.kind === "local" && holders.has(source.name))
    .filter((source) => !locals.some((one) => one.source.name === source.name));
  const having = locals.filter(({ source }) => holders.has(source.name));
  const merging: Partial<Merging> = asked.kind === "remote" ? {} : asked;
  const lists = [
    ...(asked.kind === "virtual" ? [asked.whitelist] : []),
    ...locals.flatMap(({ source }) => (source.kind === "local" ? [source.whitelist] : [])),
  ];
  // What is in the intersection anywhere on the way is in the first list; what is in the union anywhere is in some list.
  const counted = merging.whitelistInheritance === "union" ? lists : lists.slice(0, 1);
  const isOpened = counted.some((list) => list.includes("*") || list.includes(project));
  const holder = [...having.map(({ source }) => source), ...withheld].find(({ name }) => holders.get(name) === "held");
  const isClosed = holder !== undefined && !isOpened && merging.resolution !== "merge";
  const prior = having.filter(hasPriority);

  // Whoever answers: all that have it here, and all remotes where nobody shadows them; the privileged by themselves.
  const answering = [...having, ...(isClosed ? [] : remotes)];
  const turns = [answering.filter(hasPriority), prior.length > 0 ? [] : answering.filter((one) => !hasPriority(one))]
    .filter((turn) => turn.length > 0)
    .map((turn) => ({
      locals: turn.map(({ source }) => source).filter((source) => source.kind === "local"),
      remotes: turn.map(({ source }) => source).filter((source) => source.kind === "remote"),
    }));
  const asksAll = new Set(turns.flatMap((turn) => turn.remotes.map(({ name }) => name)));
  const by = isClosed ? holder.name : (prior[0]?.source.name ?? asked.name);
  return {
    turns,
    withheld,
    remoteUse: merging.remotes ?? "first",
    shadowed: remotes
      .filter(({ source }) => !asksAll.has(source.name))
      .map(({ source }) => ({ remote: source.name, by })),
  };
}
