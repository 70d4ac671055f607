import { type Kysely, type RawBuilder, sql } from "kysely";
import type { RepositoryName } from "#core";
import type { Dialect } from "./dialect.ts";
import { columnOf, type Kind, TABLES } from "./search-fields.ts";
import type { FieldTerm, Normal, PropertyTerm } from "./search-normal.ts";
import { bare, type Condition, joined, plainCondition, propertyCondition, rangeOf, startOf } from "./search-terms.ts";
import { type Ask, rareStatement } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";

/** So many ways to narrow a search are looked at. */
const LOOKS_MAX = 100;
/** So few places are few enough: no fewer are looked for. */
const FEW_PLACES = 100;
/** So many are worth looking further, however much there is to look at. */
const MANY_PLACES = 1000;

/** Places that hold all that is looked for, and perhaps more; together at most so many. */
export interface Narrowed {
  readonly places: readonly RawBuilder<unknown>[];
  readonly count: number;
  /** Parts of the criterion that hold at all of them, and need not be asked again. */
  readonly settled: readonly Normal[];
}

export interface NarrowParts {
  readonly db: Kysely<MetadataTables>;
  readonly dialect: Dialect;
  readonly ask: Ask;
  readonly of: Kind;
  readonly repositories: readonly RepositoryName[] | null;
  /** What is found at more places than these is not narrow. */
  readonly placesMax: number;
}

/** A way to narrow: rows of one table that an index finds, each of which has `repository` and `path`. */
interface Way {
  readonly table: "artifacts" | "folders" | "properties";
  readonly where: Condition;
  /** What it says of the criterion. */
  readonly terms: readonly Normal[];
}

/**
 * The fewest places by which one part of a criterion can be found with an index, counted up to a limit; `null`: none is
 * selective. An `any` is as selective as its parts together.
 */
export function openNarrowing(parts: NarrowParts): (normal: Normal) => Promise<Narrowed | null> {
  const { db, dialect, ask, of, repositories, placesMax } = parts;
  let looks = 0;

  async function counted({ table, where, terms }: Way): Promise<Narrowed | null> {
    looks += 1;
    if (looks > LOOKS_MAX) return null;
    const rows = sql`select 1 from ${sql.table(table)} where ${where} limit ${placesMax + 1}`;
    const query = sql`select count(*) as count from (${rows}) as some`;
    const [row] = await ask(rareStatement<{ count: number }>(db, query));
    const count = Number(row?.count ?? 0);
    if (count > placesMax) return null;
    return { places: [sql`select repository, path from ${sql.table(table)} where ${where}`], count, settled: terms };
  }

  async function ofAny(some: readonly Normal[]): Promise<Narrowed | null> {
    const places: RawBuilder<unknown>[] = [];
    let count = 0;
    const { ways, others } = waysOfValues(some, of, repositories);
    const looking = [...ways.map((way) => () => counted(way)), ...others.map((part) => () => narrow(part))];
    for (const look of looking) {
      const narrowed = await look();
      if (narrowed === null) return null;
      places.push(...narrowed.places);
      count += narrowed.count;
      if (count > placesMax) return null;
    }
    return { places, count, settled: [] };
  }

  async function narrow(normal: Normal): Promise<Narrowed | null> {
    if (normal.kind === "any") return ofAny(normal.of);
    const conjuncts = normal.kind === "all" ? normal.of : [normal];
    let best: Narrowed | null = null;
    for (const way of waysOf(conjuncts, of, dialect, repositories)) {
      best = fewer(best, await counted(way));
      if (best !== null && best.count <= FEW_PLACES) return best;
    }
    // Only where nothing simpler helps much: each part of it is looked at by itself.
    for (const part of conjuncts) {
      if (part.kind === "any" && (best === null || best.count > MANY_PLACES)) best = fewer(best, await ofAny(part.of));
    }
    return best;
  }

  return narrow;
}

function fewer(one: Narrowed | null, other: Narrowed | null): Narrowed | null {
  if (one === null || other === null) return one ?? other;
  return other.count < one.count ? other : one;
}

function waysOf(
  conjuncts: readonly Normal[],
  of: Kind,
  dialect: Dialect,
  repositories: readonly RepositoryName[] | null,
): readonly Way[] {
  const byColumn = new Map<string, FieldTerm[]>();
  const properties: Way[] = [];
  for (const part of conjuncts) {
    if (part.kind === "field" && isFindable(part, of)) {
      const { column } = columnOf(of, part.field);
      byColumn.set(column, [...(byColumn.get(column) ?? []), part]);
    }
    if (part.kind === "property" && !part.isNot && isFindableProperty(part)) {
      properties.push({ table: "properties", where: propertyCondition(part, dialect), terms: [part] });
    }
  }
  const columns = [...byColumn.values()].map((terms): Way => {
    const isInTree = terms.some(({ field }) => columnOf(of, field).index === "tree");
    const conditions = terms.map((term) => plainCondition(term, of, dialect));
    return {
      table: TABLES[of],
      where: joined("all", [...(isInTree ? [within(of, repositories)] : []), ...conditions]),
      terms,
    };
  });
  return [...columns, ...properties];
}

/** Of many values that a field may have (hundreds of names, of digests) one way is made. */
function waysOfValues(
  some: readonly Normal[],
  of: Kind,
  repositories: readonly RepositoryName[] | null,
): { readonly ways: readonly Way[]; readonly others: readonly Normal[] } {
  const terms = some.filter((part) => part.kind === "field" && part.operator === "eq" && isFindable(part, of));
  const ways = [...Map.groupBy(terms as readonly FieldTerm[], ({ field }) => field)].map(([field, named]): Way => {
    const column = columnOf(of, field);
    const values = named.map(({ value }) => (column.isNumber ? Number(value) : column.prefix + String(value)));
    const conditions = [sql<boolean>`${bare(of, column)} in (${sql.join(values)})`];
    if (column.index === "tree") conditions.unshift(within(of, repositories));
    return { table: TABLES[of], where: joined("all", conditions), terms: [] };
  });
  return { ways, others: some.filter((part) => !terms.includes(part)) };
}

/** Whether an index finds it. */
function isFindable({ field, operator, value }: FieldTerm, of: Kind): boolean {
  const { index, isNumber } = columnOf(of, field);
  if (index === null || operator === "ne" || operator === "unlike") return false;
  return operator !== "match" || (!isNumber && startOf(String(value)) !== "");
}

/** Whether the index of properties, which is by key and value, finds it. */
function isFindableProperty({ key }: PropertyTerm): boolean {
  return key !== null && (key.operator === "eq" || startOf(key.value) !== "");
}

/** The repositories that are looked into, said so that an index by repository is used. */
export function within(of: Kind, repositories: readonly RepositoryName[] | null): Condition {
  const column = bare(of, { column: "repository" });
  return repositories === null
    ? sql<boolean>`${column} in (select name from repositories)`
    : sql<boolean>`${column} in (${sql.join(repositories)})`;
}

/** What a criterion says of the way through the tree: the part of it in which all that is looked for stands. */
export function treeRanges(normal: Normal, of: Kind): readonly Condition[] {
  const path = bare(of, { column: "path" });
  return (normal.kind === "all" ? normal.of : [normal]).flatMap((part) => {
    if (part.kind !== "field" || (part.field !== "path" && part.field !== "folder")) return [];
    const value = String(part.value);
    if (part.operator === "match") return rangeOf(path, startOf(value));
    if (part.operator !== "eq" || value === "") return [];
    return part.field === "folder" ? rangeOf(path, `${value}/`) : [sql<boolean>`${path} = ${value}`];
  });
}

/** What is left to ask of an item when some parts of a criterion are known to hold. */
export function unsettled(normal: Normal, settled: readonly Normal[]): Normal {
  const parts = normal.kind === "all" ? normal.of : [normal];
  return { kind: "all", of: parts.filter((part) => !settled.includes(part)) };
}

/** The repositories that a criterion leaves to look into; `null`: all. */
export function repositoriesOf(
  normal: Normal,
  asked: readonly RepositoryName[] | null,
): readonly RepositoryName[] | null {
  let left = asked;
  for (const part of normal.kind === "all" ? normal.of : [normal]) {
    const named = (part.kind === "any" ? part.of : [part]).map((one) =>
      one.kind === "field" && one.field === "repository" && one.operator === "eq" ? String(one.value) : null,
    );
    if (named.includes(null)) continue;
    left = left === null ? (named as RepositoryName[]) : left.filter((name) => named.includes(name));
  }
  return left;
}
