import {
  type Artifact,
  compareTexts,
  type Digest,
  type Item,
  type ItemCriterion,
  type ItemQuery,
  itemMatches,
  itemValue,
  NO_PROJECT,
  type Principal,
  type RemoteRepository,
  type RepositoryName,
  refuse,
  type Source,
} from "#core";
import type { MetadataView } from "#stores";
import type { RemoteFile } from "./remote-tree.ts";
import { mayRead } from "./rights.ts";
import type { FoundItem, Tree } from "./tree.ts";
import { nodeOfEntry, remoteFileNodeOf } from "./tree-nodes.ts";
import { type Sight, sightOf } from "./tree-sight.ts";
import { sourcesOf, type TreeSource } from "./tree-sources.ts";
import type { TreeTools } from "./tree-tools.ts";

/** So many found items are looked at together, where some may not be seen. */
const AT_ONCE = 1_000;
/** So many are looked at for one answer, unless the settings say otherwise. */
const LOOKED_AT_MAX = 100_000;
const COPIES_AT_ONCE = 1_000;

/** Something found, and of a copy what is known of it. */
type Hit = { readonly item: Item; readonly remote: RemoteRepository | null; readonly file: RemoteFile | null };

/**
 * Finds files and folders of local repositories by the tables' indexes. Copies of remotes are no facts and in no index,
 * so they are looked through one by one, and only those of remotes that the search names.
 */
export function openTreeSearch(tools: TreeTools): Pick<Tree, "search"> {
  const { catalog, metadata, remoteTree } = tools;
  const lookedAtMax = tools.settings.searchedItemsMax ?? LOOKED_AT_MAX;

  function scopeOf(principal: Principal, { where, repositories }: ItemQuery): Scope {
    const pinned = pinnedBy(where);
    // A virtual repository stands for what it shows.
    const named = [repositories, pinned].map((names) => (names === null ? null : expanded(names)));
    const sources = catalog
      .all()
      .filter((one): one is Source => one.kind !== "virtual")
      .filter(({ name }) => named.every((names) => names === null || names.has(name)))
      .filter((source) => source.isBlackedOut !== true && mayRead(tools, principal, source, null))
      .flatMap((source) => sourcesOf(tools, source));
    const isNamed = named.some((names) => names !== null);
    return {
      locals: sources.filter(({ repository }) => repository.kind === "local"),
      remotes: isNamed ? sources.filter(({ repository }) => repository.kind === "remote") : [],
    };
  }

  function expanded(names: Iterable<RepositoryName>): ReadonlySet<RepositoryName> {
    const all = new Set<RepositoryName>();
    for (const name of names) {
      const repository = catalog.find(name);
      if (repository?.kind === "virtual") for (const source of catalog.order(repository)) all.add(source.name);
      else all.add(name);
    }
    return all;
  }

  /** The first `count` that may be seen, in the order of the query. */
  async function inTables(principal: Principal, query: ItemQuery, sources: readonly TreeSource[], count: number) {
    const sights = new Map(sources.map((source) => [source.repository.name, sightOf(tools, principal, source)]));
    const seen: Item[] = [];
    const repositories = [...sights.keys()];
    if (repositories.length === 0) return seen;
    for (let offset = 0; seen.length < count; offset += AT_ONCE) {
      if (offset >= lookedAtMax) throw tooBroad(lookedAtMax);
      const page = { ...query, repositories, offset, limit: AT_ONCE };
      const [some, visible] = await metadata.read(async (view) => {
        const found = await view.search(page);
        return [found, await visibleOf(view, found, sights)] as const;
      });
      seen.push(...visible);
      if (some.length < AT_ONCE) break;
    }
    return seen.slice(0, count);
  }

  /** The first `count` at most, and perhaps some more; in no order. */
  async function amongCopies(
    principal: Principal,
    { where, order }: ItemQuery,
    source: TreeSource,
    count: number,
  ): Promise<readonly Hit[]> {
    const { repository: remote } = source;
    if (remote.kind !== "remote") return [];
    let hits: Hit[] = [];
    for (let after: string | null = null; ; ) {
      const files: readonly RemoteFile[] = await remoteTree.cached(remote, "", { after, limit: COPIES_AT_ONCE });
      const shown = files.filter(({ path }) => source.shows(path) && mayRead(tools, principal, remote, null, path));
      const paths = shown.map(({ path }) => path);
      const properties = await metadata.read((view) => view.propertiesOf(remote.name, paths));
      for (const file of shown) {
        const item = itemOfCopy(remote, file, { ...file.properties, ...properties.get(file.path) });
        if (itemMatches(where, item)) hits.push({ item, remote, file });
      }
      // So many that come before them are enough, however many copies there are.
      if (hits.length > count + COPIES_AT_ONCE) hits = firstOf(hits, order, count);
      const last = files.at(-1);
      if (last === undefined || files.length < COPIES_AT_ONCE) return hits;
      after = last.path;
    }
  }

  async function found({ item, remote, file }: Hit, isCounted: boolean): Promise<FoundItem> {
    const node = remote === null || file === null ? nodeOfEntry(item) : remoteFileNodeOf(remote, file);
    const counts = isCounted && item.kind === "file";
    const downloads = counts ? await tools.downloads.of(item.repository, item.path) : null;
    return { node, release: releaseOf(item), properties: item.properties, downloads, isCache: remote !== null };
  }

  /** One more than is asked for, where there is one. */
  async function hitsOf(principal: Principal, query: ItemQuery): Promise<readonly Hit[]> {
    const { offset, limit, order } = query;
    const { locals, remotes } = scopeOf(principal, query);
    if (remotes.length === 0 && locals.every((source) => sightOf(tools, principal, source).isWhole)) {
      const repositories = locals.map(({ repository }) => repository.name);
      if (repositories.length === 0) return [];
      const items = await metadata.read((view) => view.search({ ...query, repositories, limit: limit + 1 }));
      return items.map(hitOf);
    }
    const count = offset + limit + 1;
    let hits: readonly Hit[] = (await inTables(principal, query, locals, count)).map(hitOf);
    for (const source of remotes) {
      hits = firstOf([...hits, ...(await amongCopies(principal, query, source, count))], order, count);
    }
    return hits.slice(offset, count);
  }

  /** What is in a virtual repository is in its members. */
  function inMembers(criterion: ItemCriterion): ItemCriterion {
    switch (criterion.kind) {
      case "all":
      case "any":
        return { ...criterion, of: criterion.of.map(inMembers) };
      case "not":
        return { ...criterion, of: inMembers(criterion.of) };
      case "property":
        return criterion;
      case "field": {
        const { field, operator, value } = criterion;
        if (field !== "repository" || operator !== "eq") return criterion;
        const repository = catalog.find(String(value) as RepositoryName);
        if (repository?.kind !== "virtual") return criterion;
        return { kind: "any", of: catalog.order(repository).map(({ name }) => ({ ...criterion, value: name })) };
      }
    }
  }

  return {
    async search(principal, wish) {
      const told = catalog.catchUp();
      if (told !== undefined) await told;
      const hits = await hitsOf(principal, { ...wish, where: inMembers(wish.where) });
      const items: FoundItem[] = [];
      for (const hit of hits.slice(0, wish.limit)) items.push(await found(hit, wish.withDownloads ?? true));
      return { items, hasMore: hits.length > wish.limit };
    },
  };
}

function tooBroad(lookedAt: number): Error {
  return refuse({
    code: "request-invalid",
    because: `the search is too broad where you may see only a part: it was given up after ${lookedAt} items; name repositories or folders, or say more of what is to be found`,
  });
}

interface Scope {
  readonly locals: readonly TreeSource[];
  readonly remotes: readonly TreeSource[];
}

function hitOf(item: Item): Hit {
  return { item, remote: null, file: null };
}

async function visibleOf(
  view: MetadataView,
  items: readonly Item[],
  sights: ReadonlyMap<RepositoryName, Sight>,
): Promise<readonly Item[]> {
  const visible: Item[] = [];
  for (const item of items) {
    const sight = sights.get(item.repository);
    if (sight === undefined) continue;
    const isSeen =
      sight.isWhole || (item.kind === "file" ? sight.file(item.artifact) : await sight.folder(view, item.path));
    if (isSeen) visible.push(item);
  }
  return visible;
}

/** A copy as what it would be in the tables. */
function itemOfCopy({ name, createdAt }: RemoteRepository, file: RemoteFile, properties: Item["properties"]): Item {
  const { path, hex, sizeBytes, lastModified, copiedAt } = file;
  const artifact: Artifact = {
    repository: name,
    project: NO_PROJECT,
    filename: path,
    path,
    digests: hex,
    version: null,
    blob: `sha256:${hex["sha256"] ?? ""}` as Digest,
    sizeBytes: sizeBytes ?? 0,
    publishedAt: lastModified ?? copiedAt ?? createdAt,
    createdAt: copiedAt ?? lastModified ?? createdAt,
    yanked: null,
    attributes: {},
    companions: {},
    log: [],
  };
  return { kind: "file", artifact, repository: name, path, properties };
}

/** The repositories in which alone a criterion can find anything; `null`: in any. */
function pinnedBy(criterion: ItemCriterion): ReadonlySet<RepositoryName> | null {
  switch (criterion.kind) {
    case "field":
      return criterion.field === "repository" && criterion.operator === "eq"
        ? new Set([String(criterion.value) as RepositoryName])
        : null;
    case "all": {
      const pinned = criterion.of.map(pinnedBy).filter((names) => names !== null);
      return pinned.length === 0 ? null : pinned.reduce((common, names) => common.intersection(names));
    }
    case "any": {
      const pinned = criterion.of.map(pinnedBy);
      if (pinned.length === 0 || pinned.includes(null)) return null;
      return pinned.reduce<ReadonlySet<RepositoryName>>((all, names) => all.union(names ?? new Set()), new Set());
    }
    case "not":
    case "property":
      return null;
  }
}

function firstOf(hits: readonly Hit[], order: ItemQuery["order"], count: number): Hit[] {
  return hits.toSorted((one, other) => compareHits(order, one, other)).slice(0, count);
}

function compareHits(order: ItemQuery["order"], { item: one }: Hit, { item: other }: Hit): number {
  for (const { field, isDescending } of order) {
    const by = compareValues(itemValue(one, field), itemValue(other, field));
    if (by !== 0) return isDescending ? -by : by;
  }
  return compareTexts(one.repository, other.repository) || compareTexts(one.path, other.path);
}

/** What has no value comes first. */
function compareValues(one: string | number | null, other: string | number | null): number {
  if (one === null || other === null) return Number(other === null) - Number(one === null);
  return typeof one === "number" && typeof other === "number" ? one - other : compareTexts(String(one), String(other));
}

function releaseOf(item: Item): FoundItem["release"] {
  if (item.kind === "folder" || item.artifact.project === NO_PROJECT) return null;
  return { project: item.artifact.project, version: item.artifact.version };
}
