import {
  type JournalEntry,
  keyOf,
  ownerOf,
  type Repository,
  type RepositoryName,
  type Source,
  searchOrder,
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
}

export async function openCatalog(metadata: MetadataStore): Promise<Catalog> {
  const byName = new Map<RepositoryName, Repository>();
  const byKey = new Map<string, Repository>();
  const missed: JournalEntry[] = [];
  let sorted: readonly Repository[] | null = null;
  let orders = new WeakMap<Repository, readonly Source[]>();
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
    orders = new WeakMap();
  }

  const find = (name: RepositoryName): Repository | null => byName.get(name) ?? null;
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
    order(asked) {
      const known = orders.get(asked);
      if (known !== undefined) return known;
      const order = searchOrder(asked, find);
      orders.set(asked, order);
      return order;
    },
    [Symbol.dispose]: unsubscribe,
  };
}
