import {
  type LocalRepository,
  type Principal,
  type ProblemCode,
  type ProjectName,
  RegistryError,
  type Repository,
  type RepositoryName,
  type Source,
} from "#core";
import type { PackageFormat, ProjectNames } from "#formats";
import type { MetadataView } from "#stores";
import type { Changes } from "./changes.ts";
import { listsFor, openConstraining } from "./constraining.ts";
import type { Listings } from "./listing.ts";
import { openPatterning, patternsFor } from "./path-patterns.ts";
import { type NamedProject, placeOfName } from "./project-names.ts";
import { openQuickSearch } from "./quick-search.ts";
import { isForSomeProjects, mayRead, partRead } from "./rights.ts";
import type { Tools } from "./tools.ts";
import { openWatchedMemory } from "./watched-memory.ts";

/** Finds projects by words in their names and in what their newest versions say about themselves. */
export interface Search {
  /**
   * In a repository and what it looks into, each project once, as the first that has it; the likeliest first. Only what
   * the principal may read; `not-signed-in`/`not-permitted` for the repository itself are the caller's to refuse.
   */
  within(principal: Principal, asked: Repository, wish: SearchWish): Promise<readonly SearchHit[]>;
  /** In every repository that holds or remembers projects of its own, each by itself. */
  everywhere(principal: Principal, wish: SearchWish): Promise<readonly SearchHit[]>;
  /**
   * The same for a person who types: every word must be found in the name, the summary, the keywords or the people.
   * Quick from the second time on. The likeliest first, at most `hitsMax`. `asked`: only what that repository shows, each
   * project once; the right to read it is for the caller to check.
   */
  anywhere(principal: Principal, text: string, hitsMax: number, asked?: Repository): Promise<Finding>;
}

/** What {@link Search.anywhere} has found. */
export interface Finding {
  readonly hits: readonly SearchHit[];
  /** There are more than those. */
  readonly hasMore: boolean;
  /** Remotes whose lists of names have not come yet; the next search may know them. */
  readonly unread: readonly RepositoryName[];
}

/** Words are found anywhere, in any case; all words of one field must be there. An empty field asks for nothing. */
export interface SearchWish {
  readonly name: string;
  readonly summary: string;
  readonly operator: "and" | "or";
  readonly hitsMax: number;
}

export interface SearchHit {
  /** The repository that has it. */
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  readonly displayName: string;
  /** The newest; `null`: not known without asking an upstream. */
  readonly version: string | null;
  readonly summary: string | null;
  /** The higher, the likelier it was meant. */
  readonly score: number;
}

interface Abstract {
  readonly version: string | null;
  readonly summary: string | null;
}

/** So many projects are looked at before others have their turn. */
const AT_ONCE = 500;
const WEIGHT_PER_PROJECT = 600;
const WEIGHT_PER_LIST = 600;
const WEIGHT_PER_NAME = 150;
const UPSTREAM_FAILED: ReadonlySet<ProblemCode> = new Set(["upstream-unavailable", "upstream-invalid"]);
const NOTHING: Abstract = { version: null, summary: null };

export function openSearch(tools: Tools, changes: Changes, listings: Listings): Search & Disposable {
  const { catalog, metadata, formats, settings } = tools;
  const constraining = openConstraining(tools);
  const patterning = openPatterning();
  const memory = openWatchedMemory<Abstract>(settings.memoryBytesMax / 16);
  const names = openWatchedMemory<ProjectNames>(settings.memoryBytesMax / 16);

  /** What local projects say about themselves; read together, because there may be thousands. */
  async function abstractsOf(
    { name, format: formatName }: LocalRepository,
    projects: readonly NamedProject[],
  ): Promise<ReadonlyMap<ProjectName, Abstract>> {
    const format = formats.get(formatName);
    const abstracts = new Map<ProjectName, Abstract>();
    const unknown: ProjectName[] = [];
    for (const { project } of projects) {
      const known = memory.get(`${name}\n${project}`);
      if (known === null) unknown.push(project);
      else abstracts.set(project, known);
    }
    if (unknown.length === 0 || format === undefined) return abstracts;
    await metadata.read(async (view) => {
      for (const project of unknown) {
        const read = () => abstractIn(view, name, project, format);
        const watch = changes.watch([name], project);
        abstracts.set(
          project,
          await memory.load(
            `${name}\n${project}`,
            watch,
            read,
            ({ summary }) => WEIGHT_PER_PROJECT + (summary?.length ?? 0),
          ),
        );
      }
    });
    return abstracts;
  }

  async function hitsIn(
    source: Source,
    principal: Principal,
    projects: ProjectNames,
    matches: Matches,
  ): Promise<SearchHit[]> {
    const hits: SearchHit[] = [];
    // What the newest version says is perhaps not for who may read some files only.
    const isTold = source.kind === "local" && partRead(tools, principal, source, null) === null;
    for (let start = 0; start < projects.length; start += AT_ONCE) {
      const some = projects.slice(start, start + AT_ONCE);
      const abstracts = isTold ? await abstractsOf(source, some) : null;
      for (const { project, displayName } of some) {
        const abstract = abstracts?.get(project) ?? NOTHING;
        const score = matches(project, displayName, abstract.summary);
        if (score > 0) hits.push({ repository: source.name, project, displayName, ...abstract, score });
      }
      if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return hits;
  }

  /** An upstream that cannot answer has nothing to find, which is better than finding nothing anywhere. */
  async function namesIn(source: Source, principal: Principal): Promise<ProjectNames> {
    const ask = async () => (await listings.ownProjects(source, principal)).projects;
    try {
      // Remotes have a memory of their own, which knows when their lists end.
      if (source.kind === "remote" || isForSomeProjects(principal) || partRead(tools, principal, source, null) !== null)
        return await ask();
      const known = names.get(source.name);
      if (known !== null) return known;
      const watch = changes.watch([source.name], null);
      return await names.load(source.name, watch, ask, (list) => WEIGHT_PER_LIST + list.length * WEIGHT_PER_NAME);
    } catch (cause) {
      if (cause instanceof RegistryError && UPSTREAM_FAILED.has(cause.problem.code)) return [];
      throw cause;
    }
  }

  const quick = openQuickSearch(tools, namesIn);

  async function caughtUp(): Promise<void> {
    const told = metadata.catchUp();
    if (told !== undefined) await told;
  }

  return {
    async within(principal, asked, wish) {
      await caughtUp();
      const matches = matcherOf(wish);
      const constraints = catalog.constraints(asked);
      const patterns = catalog.patterns(asked);
      const found = new Map<ProjectName, SearchHit>();
      const earlier: ProjectNames[] = [];
      for (const source of catalog.order(asked).filter((one) => mayRead(tools, principal, one, null))) {
        const lists = listsFor(constraints, source.name);
        const admitted = await constraining.narrowedNames(asked.format, lists, await namesIn(source, principal));
        const names = await patterning.narrowedNames(patternsFor(patterns, source.name), admitted);
        for (const hit of await hitsIn(source, principal, names, matches)) {
          // Of a project that several have, the first one's; which of the earlier ones it is in is asked of hits only.
          const isFirst = !found.has(hit.project) && !earlier.some((list) => placeOfName(list, hit.project) >= 0);
          if (isFirst) found.set(hit.project, hit);
        }
        earlier.push(names);
      }
      return best([...found.values()], wish);
    },
    async everywhere(principal, wish) {
      await caughtUp();
      const matches = matcherOf(wish);
      const hits: SearchHit[] = [];
      for (const repository of catalog.all()) {
        if (repository.kind === "virtual" || !mayRead(tools, principal, repository, null)) continue;
        hits.push(...(await hitsIn(repository, principal, await namesIn(repository, principal), matches)));
      }
      return best(hits, wish);
    },
    async anywhere(principal, text, hitsMax, asked) {
      await caughtUp();
      if (asked === undefined) return quick.find(principal, text, hitsMax, catalog.all());
      const order = catalog.order(asked);
      const found = await quick.find(principal, text, hitsMax, order);
      const { projects } = await listings.resolvedProjects(asked, principal);
      return { ...found, hits: eachOnce(found.hits, order).filter((hit) => placeOfName(projects, hit.project) >= 0) };
    },
    [Symbol.dispose]() {
      quick[Symbol.dispose]();
      memory.clear();
      names.clear();
    },
  };
}

/** Of a project that several have, the first one's. */
function eachOnce(hits: readonly SearchHit[], order: readonly Source[]): readonly SearchHit[] {
  const places = new Map(order.map(({ name }, place) => [name, place]));
  const placeOf = (hit: SearchHit): number => places.get(hit.repository) ?? order.length;
  const first = new Map<ProjectName, SearchHit>();
  for (const hit of hits) {
    const known = first.get(hit.project);
    if (known === undefined || placeOf(hit) < placeOf(known)) first.set(hit.project, hit);
  }
  return hits.filter((hit) => first.get(hit.project) === hit);
}

async function abstractIn(
  view: MetadataView,
  repository: RepositoryName,
  project: ProjectName,
  format: PackageFormat,
): Promise<Abstract> {
  const versions = await view.versions(repository, project);
  const newest = versions.reduce<(typeof versions)[number] | null>(
    (best, one) => (best === null || format.compareVersions(one.version, best.version) > 0 ? one : best),
    null,
  );
  return newest === null ? NOTHING : { version: newest.version, summary: format.summaryOf(newest.attributes) };
}

/** How well a project fits; 0: not at all. */
type Matches = (project: ProjectName, displayName: string, summary: string | null) => number;

function matcherOf({ name, summary, operator }: SearchWish): Matches {
  const names = wordsOf(name).map(plainName);
  const words = wordsOf(summary);
  if (names.length === 0 && words.length === 0) return () => 0;
  return (project, displayName, text) => {
    const byName = names.length === 0 ? null : nameScore(names, project, plainName(displayName.toLowerCase()));
    const byText = words.length === 0 ? null : textScore(words, text?.toLowerCase() ?? "");
    if (byName === null || byText === null) return byName ?? byText ?? 0;
    return operator === "and" && (byName === 0 || byText === 0) ? 0 : byName + byText;
  };
}

function nameScore(words: readonly string[], project: string, displayName: string): number {
  if (!words.every((word) => project.includes(word) || displayName.includes(word))) return 0;
  const [first = ""] = words;
  if (words.length === 1 && project === first) return 100;
  return project.startsWith(first) ? 50 : 20;
}

function textScore(words: readonly string[], text: string): number {
  return words.every((word) => text.includes(word)) ? 5 : 0;
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** `Foo_Bar` and `foo-bar` are the same to who looks for it. */
function plainName(word: string): string {
  return word.replace(/[-_.]+/g, "-");
}

function best(hits: readonly SearchHit[], { hitsMax }: SearchWish): readonly SearchHit[] {
  return hits
    .toSorted((a, b) => b.score - a.score || (a.project < b.project ? -1 : a.project > b.project ? 1 : 0))
    .slice(0, hitsMax);
}
