import type { Instant, ItemCriterion, ItemOrder, ItemQuery, RepositoryName } from "#core";
import type { FoundItem } from "#registry";
import { criterionOf } from "./criteria.ts";
import type { AqlContext, AqlCriterion, AqlRepository, PropertyCondition } from "./criterion.ts";
import {
  AQL_FIELDS,
  AQL_STATS,
  type AqlField,
  type AqlStat,
  DEFAULT_FIELDS,
  fieldNamed,
  MEANINGS,
  refuseField,
  statNamed,
} from "./fields.ts";
import { invalid, refuseAt } from "./lexer.ts";
import { aqlMatches } from "./matching.ts";
import { type AqlStep, type AqlValue, parseAql } from "./parser.ts";

/** A query, ready to be asked of `registry.tree.search`; `resultsOf` does it, page by page. */
export interface Aql {
  /** `limit: null`: as many as there are. Where `matches` is given, offset and limit count what it leaves. */
  readonly query: Omit<ItemQuery, "limit"> & { readonly limit: number | null };
  /** What the registry's tables cannot tell, asked of each item that was found; `null`: they tell it all. */
  readonly matches: ((item: FoundItem) => boolean) | null;
  /** What is shown of each item; `repo`, `path` and `name` always. */
  readonly fields: readonly AqlField[];
  /** Which properties are shown; `null`: none. */
  readonly properties: "all" | readonly string[] | null;
  /** Which statistics are shown; `null`: none. */
  readonly stats: readonly AqlStat[] | null;
}

export type { AqlRepository };

const ALWAYS: readonly AqlField[] = ["repo", "path", "name"];

/**
 * Reads the text of `POST api/search/aql`. `repositories`: all that a query may name. Refuses (`request-invalid`) what is
 * no AQL, and says where; what is AQL and about other things than items, or beyond all measure, too.
 */
export function readAql(text: string, now: Instant, repositories: readonly AqlRepository[]): Aql {
  const { domain, steps } = parseAql(text);
  if (domain !== "items" && domain !== "item") {
    throw invalid(`only 'items' can be searched for here, not '${domain}'; begin with 'items.find('`);
  }
  const found = new Map<string, AqlStep>();
  for (const step of steps) {
    if (found.has(step.name)) refuseAt(text, step.at, `'.${step.name}' is there twice`);
    if (!STEPS.includes(step.name))
      refuseAt(text, step.at, `there is no '.${step.name}'; there are ${STEPS.join(", ")}`);
    found.set(step.name, step);
  }
  const find = found.get("find");
  if (find === undefined || steps[0] !== find) throw invalid("it does not begin with 'items.find('");
  const context: AqlContext = { query: text, now, repositories };
  const criterion = criterionOf(find.values, context);
  const shown = shownBy(found.get("include"), text);
  const isExact = !needsMore(criterion);
  return {
    query: {
      where: widened(criterion),
      repositories: repositoriesOf(criterion),
      order: orderOf(found.get("sort"), text),
      offset: countOf(found.get("offset"), text) ?? 0,
      limit: countOf(found.get("limit"), text),
      withProperties: shown.properties !== null || !isExact,
    },
    matches: isExact ? null : (item) => aqlMatches(criterion, item),
    ...shown,
  };
}

// Items are told apart by where they stand, so `distinct` changes nothing.
const STEPS: readonly string[] = ["find", "include", "sort", "offset", "limit", "distinct"];

function shownBy(step: AqlStep | undefined, query: string): Pick<Aql, "fields" | "properties" | "stats"> {
  const fields = new Set<AqlField>();
  const properties = new Set<string>();
  const stats = new Set<AqlStat>();
  let hasAllProperties = false;
  for (const value of step?.values ?? []) {
    const name = textIn(value, query, "'include' takes names of fields in double quotes");
    if (name === "*" || name === "item.*") for (const field of AQL_FIELDS) fields.add(field);
    else if (["property", "property.*", "property.key", "property.value", "@*"].includes(name)) hasAllProperties = true;
    else if (name.startsWith("@")) properties.add(name.slice(1));
    else if (name === "stat" || name === "stat.*") for (const stat of AQL_STATS) stats.add(stat);
    else if (statNamed(name) !== null) stats.add(statNamed(name) as AqlStat);
    else fields.add(fieldNamed(name) ?? refuseField(name));
  }
  const chosen =
    fields.size === 0 ? DEFAULT_FIELDS : AQL_FIELDS.filter((field) => fields.has(field) || ALWAYS.includes(field));
  return {
    fields: chosen,
    properties: hasAllProperties ? "all" : properties.size === 0 ? null : [...properties],
    stats: stats.size === 0 ? null : AQL_STATS.filter((stat) => stats.has(stat)),
  };
}

function orderOf(step: AqlStep | undefined, query: string): readonly ItemOrder[] {
  return (step?.values ?? []).flatMap((value) => {
    if (value.kind !== "object") refuseAt(query, value.at, '\'sort\' takes an object such as {"$desc": ["created"]}');
    return value.members.flatMap(({ key, at, value: names }) => {
      if (key !== "$asc" && key !== "$desc") refuseAt(query, at, `there is no '${key}' here; sort by $asc or $desc`);
      const all = names.kind === "list" ? names.values : [names];
      return all.map((name): ItemOrder => ({ field: sortField(name, query), isDescending: key === "$desc" }));
    });
  });
}

function sortField(value: AqlValue, query: string): ItemOrder["field"] {
  const name = textIn(value, query, "fields to sort by stand in double quotes");
  const field = fieldNamed(name);
  if (field !== null) return MEANINGS[field].field;
  const isKnown = name.startsWith("@") || name.startsWith("property.") || name.startsWith("stat.");
  return isKnown
    ? refuseAt(query, value.at, `items cannot be sorted by '${name}' here, only by their own fields`)
    : refuseField(name);
}

function countOf(step: AqlStep | undefined, query: string): number | null {
  if (step === undefined) return null;
  const [value, ...more] = step.values;
  const isCount = value?.kind === "number" && Number.isSafeInteger(value.number) && value.number >= 0;
  if (!isCount || more.length > 0) refuseAt(query, step.at, `'.${step.name}' takes one whole number`);
  return value.number;
}

function textIn(value: AqlValue, query: string, wanted: string): string {
  return value.kind === "text" ? value.text : refuseAt(query, value.at, wanted);
}

function needsMore(criterion: AqlCriterion): boolean {
  switch (criterion.kind) {
    case "all":
    case "any":
      return criterion.of.some(needsMore);
    case "stat":
    case "same-property":
      return true;
    default:
      return false;
  }
}

/** What the tables can tell of it; holds for all that the criterion holds for, and perhaps more. */
function widened(criterion: AqlCriterion): ItemCriterion {
  switch (criterion.kind) {
    case "all":
    case "any":
      return { kind: criterion.kind, of: criterion.of.map(widened) };
    case "repositories":
      return repositoryCriterion(criterion.in, criterion.notIn);
    case "stat":
      return { kind: "all", of: [] };
    case "same-property":
      return { kind: "all", of: criterion.of.map(widenedCondition) };
    default:
      return criterion;
  }
}

/** Said by the fewer of both, because there may be thousands. */
function repositoryCriterion(within: readonly RepositoryName[], without: readonly RepositoryName[]): ItemCriterion {
  const field = "repository";
  return within.length <= without.length
    ? { kind: "any", of: within.map((value) => ({ kind: "field", field, operator: "eq", value })) }
    : { kind: "all", of: without.map((value) => ({ kind: "field", field, operator: "ne", value })) };
}

function widenedCondition({ criterion, isNegated }: PropertyCondition): ItemCriterion {
  if (!isNegated) return criterion;
  return criterion.value === null ? { ...criterion, key: null } : { ...criterion, value: null };
}

/** Where alone there can be such items; `null`: anywhere. */
function repositoriesOf(criterion: AqlCriterion): readonly RepositoryName[] | null {
  switch (criterion.kind) {
    case "repositories":
      return criterion.notIn.length === 0 && criterion.in.length > 0 ? null : criterion.in;
    case "all":
      return criterion.of
        .map(repositoriesOf)
        .reduce(
          (both, one) => (both === null ? one : one === null ? both : both.filter((name) => one.includes(name))),
          null,
        );
    case "any": {
      const each = criterion.of.map(repositoriesOf);
      return each.includes(null) ? null : [...new Set(each.flatMap((one) => one ?? []))];
    }
    default:
      return null;
  }
}
