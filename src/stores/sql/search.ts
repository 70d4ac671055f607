import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Item, ItemQuery, RepositoryName } from "#core";
import type { Dialect } from "./dialect.ts";
import { ARTIFACT_COLUMNS, artifactOfRow, folderOfRow } from "./rows.ts";
import { FIELDS, type Kind, TABLES } from "./search-fields.ts";
import { type Narrowed, openNarrowing, repositoriesOf, treeRanges, unsettled, within } from "./search-narrow.ts";
import { isSame, NEVER, type Normal, normalOf } from "./search-normal.ts";
import { bare, type Condition, conditionOf, disguised, joined } from "./search-terms.ts";
import { type Ask, rareStatement } from "./statement.ts";
import type { ArtifactRow, MetadataTables } from "./tables.ts";
import { openTreeView } from "./view-tree.ts";

/** What is found at more places than these is walked through instead: a page of it is soon full. */
export const NARROW_PLACES_MAX = 50_000;

type FoundRow = ArtifactRow & { kind: Kind };

/** One of the two tables, with what is asked of it. */
interface Part {
  readonly of: Kind;
  readonly normal: Normal;
  readonly repositories: readonly RepositoryName[] | null;
}

/**
 * Finds items. What narrows the search most is found first, by counting; then the items at those places are looked at one by
 * one. Where nothing narrows it, the tree or the index that has the wanted order is walked until the page is full.
 */
export function openSearch(
  db: Kysely<MetadataTables>,
  dialect: Dialect,
  placesMax: number,
): (ask: Ask, query: ItemQuery) => Promise<readonly Item[]> {
  const trees = openTreeView(db);

  /** None where nothing can be found. */
  async function selectsOf(ask: Ask, part: Part, query: ItemQuery): Promise<readonly RawBuilder<unknown>[]> {
    const { of, normal, repositories } = part;
    const narrowed = await openNarrowing({ db, dialect, ask, of, repositories, placesMax })(normal);
    if (narrowed?.count === 0) return [];
    const table = sql.table(TABLES[of]);
    const where = joined("all", [
      ...placesOf(part, narrowed, query),
      conditionOf(unsettled(normal, narrowed?.settled ?? []), of, dialect),
    ]);
    return [sql`select ${columnsOf(of)} from ${table} where ${where}`];
  }

  return async (ask, query) => {
    const parts = (["file", "folder"] as const).flatMap((of): Part[] => {
      const normal = normalOf(query.where, of);
      const repositories = repositoriesOf(normal, query.repositories);
      return isSame(normal, NEVER) || repositories?.length === 0 ? [] : [{ of, normal, repositories }];
    });
    const selects: RawBuilder<unknown>[] = [];
    for (const part of parts) selects.push(...(await selectsOf(ask, part, query)));
    if (selects.length === 0 || query.limit === 0) return [];
    const page = sql`${sql.join(selects, sql` union all `)} order by ${orderOf(query)} limit ${query.limit} offset ${query.offset}`;
    const items = (await ask(rareStatement<FoundRow>(db, page))).map(itemOf);
    return query.withProperties ? withProperties(trees(ask), items) : items;
  };
}

/** Where the items can stand at all. */
function placesOf(
  { of, normal, repositories }: Part,
  narrowed: Narrowed | null,
  { order }: ItemQuery,
): readonly Condition[] {
  const repository = { column: "repository", isNumber: false } as const;
  if (narrowed !== null) {
    const all = sql.join([...narrowed.places], sql` union all `);
    // SQLite looks up the places of one SELECT, not of several that are joined.
    const places = narrowed.places.length === 1 ? all : sql`select distinct repository, path from (${all}) as places`;
    return [
      sql<boolean>`(${bare(of, repository)}, ${bare(of, { column: "path" })}) in (${places})`,
      ...(repositories === null ? [] : [sql<boolean>`${disguised(of, repository)} in (${sql.join(repositories)})`]),
    ];
  }
  // In the order of the tree the tree is walked.
  if (order.length === 0)
    return [...(repositories === null ? [] : [within(of, repositories)]), ...treeRanges(normal, of)];
  return repositories === null ? [] : [sql<boolean>`${disguised(of, repository)} in (${sql.join(repositories)})`];
}

/** The columns of both tables under the same names, so that they can be told as one. */
function columnsOf(of: Kind): RawBuilder<unknown> {
  const columns = ARTIFACT_COLUMNS.map((name) => {
    if (of === "file") return sql.ref(`artifacts.${name}`);
    return sql`${ofFolder(name)} as ${sql.ref(name)}`;
  });
  return sql`${sql.lit(of)} as kind, ${sql.join(columns)}`;
}

function ofFolder(name: keyof ArtifactRow): RawBuilder<unknown> {
  switch (name) {
    case "repository":
    case "path":
    case "folder":
    case "name":
    case "depth":
    case "created_at":
    case "created_by":
      return sql.ref(`folders.${name}`);
    case "published_at":
      return sql.ref("folders.created_at");
    case "modified_by":
      return sql.ref("folders.created_by");
    case "size_bytes":
      return sql`0`;
    case "seq":
      return sql`cast(null as bigint)`;
    default:
      return sql`cast(null as text)`;
  }
}

/** With the place at the end, so that pages never overlap. What is absent comes before all that is there. */
function orderOf({ order }: ItemQuery): RawBuilder<unknown> {
  const wanted = order.map(({ field, isDescending }) => {
    if (field === "kind") return isDescending ? sql`kind desc` : sql`kind`;
    const place = FIELDS.file[field];
    const column = sql.ref("column" in place ? place.column : field);
    if ("column" in place && place.isNullable) {
      return isDescending ? sql`${column} desc nulls last` : sql`${column} nulls first`;
    }
    return isDescending ? sql`${column} desc` : sql`${column}`;
  });
  return sql.join([...wanted, sql.ref("repository"), sql.ref("path")]);
}

function itemOf({ kind, ...row }: FoundRow): Item {
  const place = { repository: row.repository as RepositoryName, path: row.path, properties: {} };
  return kind === "file"
    ? { kind, artifact: artifactOfRow(row), ...place }
    : { kind, folder: folderOfRow(row), ...place };
}

async function withProperties(
  tree: ReturnType<ReturnType<typeof openTreeView>>,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const found = new Map<string, Item["properties"]>();
  for (const [repository, some] of Map.groupBy(items, (item) => item.repository)) {
    const paths = some.map(({ path }) => path);
    for (const [path, properties] of await tree.propertiesOf(repository, paths)) {
      found.set(`${repository}\n${path}`, properties);
    }
  }
  return items.map((item) => ({ ...item, properties: found.get(`${item.repository}\n${item.path}`) ?? {} }));
}
