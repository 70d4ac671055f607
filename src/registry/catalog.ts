import {
  type JournalEntry,
  keyOf,
  ownerOf,
  type PathPatterns,
  type Reached,
  type Repository,
  type RepositoryName,
  reachedFrom,
  type Source,
  type UserName,
} from "#core";
import type { MetadataStore } from "#stores";

/** All repositories, in memory, kept right by the journal. */
export interface Catalog extends Disposable {
  /** When it has returned (or what it returned has resolved), the answers below are as new as every finished write. */
  catchUp(): void | Promise<void>;
  find(name: RepositoryName): Repository | null;
  /** Without regard to case. */
  findByKey(key: string): Repository | null;
  /** Sorted by name; all, or one owner's. */
  all(owner?: UserName): readonly Repository[];
  /** Where a question to the repository is put, in order (core's rule); computed once until a repository changes. */
  order(asked: Repository): readonly Source[];
  /** The lists of constraints on the way from `asked` to each source of its order; sources without any are left out. */
  constraints(asked: Repository): ReadonlyMap<RepositoryName, readonly (readonly string[])[]>;
  /** The same for include and exclude patterns. */
  patterns(asked: Repository): ReadonlyMap<RepositoryName, readonly PathPatterns[]>;
  /** All that the rule has to know, also of what is withheld; `order` is what is shown of it. */
  reached(asked: Repository): readonly Reached[];
}

interface Way {
  readonly reached: readonly Reached[];
  readonly order: readonly Source[];
  readonly constraints: ReadonlyMap<RepositoryName, readonly (readonly string[])[]>;
  readonly patterns: ReadonlyMap<RepositoryName, readonly PathPatterns[]>;
}

export async function openCatalog(metadata: MetadataStore): Promise<Catalog> {
  const byName = new Map<RepositoryName, Repository>();
  const byKey = new Map<string, Repository>();
  const missed: JournalEntry[] = [];
  let sorted: readonly Repository[] | null = null;
  let orders = new WeakMap<Repository, Way>();
  let isLoaded = false;

  function apply(entries: readonly JournalEntry[]): void {
    for (const { event } of entries) {
      if (event.type === "repository.saved") put(event.repository);
      else if (event.type === "repository.removed") drop(event.name);
    }
  }

  function put(repository: Repository): void {
    byName.set(repository.name, repository);
    byKey.set(keyOf(repository.name).toLowerCase(), repository);
    forgetDerived();
  }

  function drop(name: RepositoryName): void {
    byName.delete(name);
    byKey.delete(keyOf(name).toLowerCase());
    forgetDerived();
  }

  function forgetDerived(): void {
    sorted = null;
    orders = new WeakMap<Repository, Way>();
  }

  const find = (name: RepositoryName): Repository | null => byName.get(name) ?? null;

  function wayFrom(asked: Repository): Way {
    const known = orders.get(asked);
    if (known !== undefined) return known;
    const reached = reachedFrom(asked, find);
    const way: Way = {
      reached,
      order: reached.filter(({ isWithheld }) => !isWithheld).map(({ source }) => source),
      constraints: new Map(
        reached
          .filter(({ constraints }) => constraints.length > 0)
          .map(({ source, constraints }) => [source.name, constraints]),
      ),
      patterns: new Map(
        reached.filter(({ patterns }) => patterns.length > 0).map(({ source, patterns }) => [source.name, patterns]),
      ),
    };
    orders.set(asked, way);
    return way;
  }

  const unsubscribe = metadata.subscribe((entries) => {
    if (isLoaded) apply(entries);
    else missed.push(...entries);
  });
  try {
    for (const repository of await metadata.read((view) => view.repositories())) put(repository);
  } catch (error) {
    unsubscribe();
    throw error;
  }
  // Applied twice, an event changes nothing; so it does not matter which of them the tables had already.
  apply(missed);
  isLoaded = true;

  return {
    catchUp: () => metadata.catchUp(),
    find,
    findByKey: (key) => byKey.get(key.toLowerCase()) ?? null,
    all(owner) {
      sorted ??= [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      return owner === undefined ? sorted : sorted.filter(({ name }) => ownerOf(name) === owner);
    },
    order: (asked) => wayFrom(asked).order,
    constraints: (asked) => wayFrom(asked).constraints,
    patterns: (asked) => wayFrom(asked).patterns,
    reached: (asked) => wayFrom(asked).reached,
    [Symbol.dispose]: unsubscribe,
  };
}
