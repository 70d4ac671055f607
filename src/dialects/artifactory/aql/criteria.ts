import { type Instant, type ItemCriterion, type ItemOperator, matchesWildcards, type RepositoryName } from "#core";
import { type AqlStat, fieldNamed, MEANINGS, refuseField, statNamed, type ValueKind } from "./fields.ts";
import { invalid, refuseAt } from "./lexer.ts";
import { holds } from "./matching.ts";
import type { AqlMember, AqlObject, AqlValue } from "./parser.ts";
import { timeBefore, timeOf } from "./times.ts";

/** What a query may be about: a repository as AQL names it. */
export interface AqlRepository {
  /** Of a remote `{key}-cache`. */
  readonly name: string;
  readonly repository: RepositoryName;
  /** Of a virtual one: whose items it shows. Only who asks for it by this very name is shown them. */
  readonly members?: readonly RepositoryName[];
}

/** What a query is read with. */
export interface AqlContext {
  readonly query: string;
  readonly now: Instant;
  readonly repositories: readonly AqlRepository[];
}

type ItemLeaf = Extract<ItemCriterion, { readonly kind: "field" | "property" }>;

/** A criterion on items, and what the registry's tables cannot tell: downloads, and several words on one property. */
export type AqlCriterion =
  | { readonly kind: "all" | "any"; readonly of: readonly AqlCriterion[] }
  | { readonly kind: "not"; readonly of: ItemLeaf }
  | ItemLeaf
  | { readonly kind: "stat"; readonly stat: AqlStat; readonly operator: ItemOperator; readonly value: StatValue }
  | { readonly kind: "same-property"; readonly of: readonly PropertyCondition[] };

/** `null`: never. */
export type StatValue = string | number | null;

/** One condition on a property; `isNegated`: the operator was a negative one. */
export interface PropertyCondition {
  readonly criterion: Extract<ItemCriterion, { readonly kind: "property" }>;
  readonly isNegated: boolean;
}

const CRITERIA_MAX = 500;
const OPERATORS: Readonly<Record<string, ItemOperator>> = {
  $eq: "eq",
  $equals: "eq",
  $ne: "ne",
  $gt: "gt",
  $gte: "gte",
  $lt: "lt",
  $lte: "lte",
  $match: "match",
  $nmatch: "unlike",
};
const PERIODS: Readonly<Record<string, ItemOperator>> = { $before: "lt", $last: "gt" };

/** Everything. */
export const ALL: AqlCriterion = { kind: "all", of: [] };

/** What `items.find` was given: objects, or fields and values in turn; all of it must hold. */
export function criterionOf(values: readonly AqlValue[], context: AqlContext): AqlCriterion {
  const { query } = context;
  const reader = openReader(context);
  const of: AqlCriterion[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as AqlValue;
    if (value.kind === "object") of.push(reader.object(value));
    else if (value.kind === "text") {
      index += 1;
      const given = values[index];
      if (given === undefined) refuseAt(query, value.at, `'${value.text}' has no value after it`);
      of.push(reader.member({ key: value.text, at: value.at, value: given }));
    } else refuseAt(query, value.at, "'find' takes an object, or fields and values in turn");
  }
  // Artifactory looks for files only, unless the query speaks of types.
  return reader.hasType() ? { kind: "all", of } : { kind: "all", of: [...of, FILES] };
}

const FILES: AqlCriterion = { kind: "field", field: "kind", operator: "eq", value: "file" };

interface Reader {
  object(object: AqlObject): AqlCriterion;
  member(member: AqlMember): AqlCriterion;
  hasType(): boolean;
}

function openReader(context: AqlContext): Reader {
  const { query } = context;
  let count = 0;
  let hasType = false;

  function object({ members }: AqlObject): AqlCriterion {
    return one("all", members.map(member));
  }

  function member({ key, at, value }: AqlMember): AqlCriterion {
    switch (key) {
      case "$and":
        return one("all", objectsOf(value, key).map(object));
      case "$or":
        return one("any", objectsOf(value, key).map(object));
      case "$msp":
        return sameProperty(objectsOf(value, key));
    }
    count += 1;
    if (count > CRITERIA_MAX) throw invalid(`it has more than ${CRITERIA_MAX} criteria; ask in several queries`);
    if (key.startsWith("$"))
      refuseAt(query, at, `there is no '${key}' here; criteria are joined by $and, $or and $msp`);
    hasType ||= fieldNamed(key) === "type";
    return one(
      "all",
      comparisonsOf(value, context).map((comparison) => leafOf(key, comparison, context)),
    );
  }

  function objectsOf(value: AqlValue, key: string): readonly AqlObject[] {
    const values = value.kind === "list" ? value.values : [value];
    return values.map((one) => {
      if (one.kind !== "object") return refuseAt(query, one.at, `'${key}' takes a list of objects`);
      return one;
    });
  }

  function sameProperty(objects: readonly AqlObject[]): AqlCriterion {
    const of = objects.flatMap(({ members }) =>
      members.flatMap(({ key, at, value }) => {
        count += 1;
        if (!isPropertyKey(key)) refuseAt(query, at, `'$msp' is about properties, which '${key}' is not`);
        return comparisonsOf(value, context).map((comparison) => propertyConditionOf(key, comparison, context));
      }),
    );
    return { kind: "same-property", of };
  }

  return { object, member, hasType: () => hasType };
}

function one(kind: "all" | "any", of: readonly AqlCriterion[]): AqlCriterion {
  const [first] = of;
  return first !== undefined && of.length === 1 ? first : { kind, of };
}

/** An operator and what it compares with. */
interface Comparison {
  readonly operator: ItemOperator;
  readonly value: AqlValue;
  /** `$before`, `$last`: the value is a period. */
  readonly isPeriod: boolean;
}

/** A value by itself is what the field equals. */
function comparisonsOf(value: AqlValue, { query }: AqlContext): readonly Comparison[] {
  if (value.kind === "list") refuseAt(query, value.at, "a field has one value, not a list; join several with $or");
  if (value.kind !== "object") return [{ operator: "eq", value, isPeriod: false }];
  if (value.members.length === 0) refuseAt(query, value.at, "an operator is missing, for example $eq or $match");
  return value.members.map(({ key, at, value: compared }) => {
    const operator = OPERATORS[key] ?? PERIODS[key];
    if (operator === undefined) {
      return refuseAt(
        query,
        at,
        `there is no operator '${key}'; there are ${Object.keys(OPERATORS).join(", ")}, $before and $last`,
      );
    }
    if (compared.kind === "object" || compared.kind === "list") {
      refuseAt(query, compared.at, `'${key}' compares with a text or a number`);
    }
    return { operator, value: compared, isPeriod: PERIODS[key] !== undefined };
  });
}

function leafOf(key: string, comparison: Comparison, context: AqlContext): AqlCriterion {
  if (isPropertyKey(key)) {
    const { criterion, isNegated } = propertyConditionOf(key, comparison, context);
    return isNegated ? { kind: "not", of: criterion } : criterion;
  }
  const stat = statNamed(key);
  if (stat !== null) return statLeafOf(stat, comparison, context);
  const field = fieldNamed(key);
  if (field === null) return refuseField(key);
  const meaning = MEANINGS[field];
  switch (meaning.kind) {
    case "repo":
      return repositoryLeafOf(comparison, context);
    case "folder":
      return folderLeafOf(comparison, context);
    case "type":
      return typeLeafOf(comparison, context);
    default:
      return { kind: "field", field: meaning.field, ...compared(comparison, meaning.kind, context) };
  }
}

/** The operator and the value as the registry compares it. */
function compared(
  { operator, value, isPeriod }: Comparison,
  kind: ValueKind,
  { query, now }: AqlContext,
): { readonly operator: ItemOperator; readonly value: string | number } {
  if (kind === "time") {
    if (operator === "match" || operator === "unlike")
      refuseAt(query, value.at, "times are not compared with patterns");
    return { operator, value: timeIn(value, isPeriod, query, now) };
  }
  if (isPeriod) refuseAt(query, value.at, "$before and $last are about times");
  if (kind !== "number")
    return { operator, value: kind === "digest" ? textIn(value, query).toLowerCase() : textIn(value, query) };
  if (operator === "match" || operator === "unlike")
    refuseAt(query, value.at, "numbers are not compared with patterns");
  const number = value.kind === "number" ? value.number : Number(textIn(value, query).trim() || "x");
  if (!Number.isFinite(number)) refuseAt(query, value.at, "a number is expected here");
  return { operator, value: number };
}

function timeIn(value: AqlValue, isPeriod: boolean, query: string, now: Instant): Instant {
  if (value.kind === "number" && !isPeriod) return value.number as Instant;
  const text = textIn(value, query);
  const time = isPeriod ? timeBefore(text, now) : (timeOf(text) ?? millisecondsIn(text));
  if (time === null) {
    const wanted = isPeriod
      ? "a period such as 2d, 3w, 1mo, 5minutes or 1y"
      : "a time such as 2026-03-01T12:00:00.000Z";
    return refuseAt(query, value.at, `${JSON.stringify(text)} is not ${wanted}`);
  }
  return time;
}

function millisecondsIn(text: string): Instant | null {
  return /^\d{10,15}$/.test(text) ? (Number(text) as Instant) : null;
}

function textIn(value: AqlValue, query: string): string {
  switch (value.kind) {
    case "text":
      return value.text;
    case "number":
      return String(value.number);
    case "boolean":
      return String(value.isTrue);
    default:
      return refuseAt(query, value.at, "a text or a number is expected here");
  }
}

/** By the names that repositories have in AQL, which the registry does not know. */
function repositoryLeafOf(comparison: Comparison, context: AqlContext): AqlCriterion {
  const { operator, value } = compared(comparison, "text", context);
  const fits = (name: string): boolean => holds(name, operator, value);
  const names = new Set<RepositoryName>();
  for (const { name, repository, members } of context.repositories) {
    if (members === undefined) {
      if (fits(name)) names.add(repository);
    } else if (operator === "eq" && fits(name)) for (const member of members) names.add(member);
  }
  return one(
    "any",
    [...names].map((name) => ({ kind: "field", field: "repository", operator: "eq", value: name })),
  );
}

/** AQL calls the repository itself `.`, the registry calls it nothing. */
function folderLeafOf(comparison: Comparison, context: AqlContext): AqlCriterion {
  const { operator, value } = compared(comparison, "text", context);
  const pattern = String(value);
  const leaf = (by: ItemOperator, text: string): AqlCriterion => ({
    kind: "field",
    field: "folder",
    operator: by,
    value: text,
  });
  if (operator !== "match" && operator !== "unlike") return leaf(operator, pattern === "." ? "" : pattern);
  if (!matchesWildcards(pattern, ".") || matchesWildcards(pattern, "")) return leaf(operator, pattern);
  return operator === "match"
    ? { kind: "any", of: [leaf("match", pattern), leaf("eq", "")] }
    : { kind: "all", of: [leaf("unlike", pattern), leaf("ne", "")] };
}

function typeLeafOf(comparison: Comparison, context: AqlContext): AqlCriterion {
  const { operator, value } = compared(comparison, "text", context);
  const isAny = value === "any";
  if ((operator !== "eq" && operator !== "ne") || !(isAny || value === "file" || value === "folder")) {
    return refuseAt(context.query, comparison.value.at, "a type is 'file', 'folder' or 'any'");
  }
  if (isAny) return operator === "eq" ? ALL : { kind: "any", of: [] };
  return { kind: "field", field: "kind", operator, value };
}

function statLeafOf(stat: AqlStat, comparison: Comparison, context: AqlContext): AqlCriterion {
  const { operator } = comparison;
  if (comparison.value.kind === "null") {
    if (operator !== "eq" && operator !== "ne") refuseAt(context.query, comparison.value.at, "null is only $eq or $ne");
    return { kind: "stat", stat, operator, value: null };
  }
  const kind = stat === "downloads" ? "number" : stat === "downloaded" ? "time" : "text";
  return { kind: "stat", stat, ...compared(comparison, kind, context) };
}

function isPropertyKey(key: string): boolean {
  return key.startsWith("@") || key === "property.key" || key === "property.value";
}

/** A negative operator asks that there be no such property, not that there be another. */
function propertyConditionOf(key: string, comparison: Comparison, context: AqlContext): PropertyCondition {
  const { query } = context;
  const { operator, value } = compared(comparison, "text", context);
  const isNegated = operator === "ne" || operator === "unlike";
  const positive = operator === "ne" ? "eq" : operator === "unlike" ? "match" : operator;
  const text = String(value);
  if (key === "property.key") {
    if (positive !== "eq" && positive !== "match")
      refuseAt(query, comparison.value.at, "keys are compared with $eq, $ne, $match and $nmatch");
    return { criterion: { kind: "property", key: { operator: positive, value: text }, value: null }, isNegated };
  }
  const valued = positive === "match" && /^\*+$/.test(text) ? null : { operator: positive, value: text };
  return { criterion: { kind: "property", key: keyOf(key), value: valued }, isNegated };
}

/** `@*` is any key. No key has a `*` of its own. */
function keyOf(key: string): { readonly operator: "eq" | "match"; readonly value: string } | null {
  const name = key.startsWith("@") ? key.slice(1) : "*";
  if (/^\*+$/.test(name)) return null;
  return { operator: name.includes("*") ? "match" : "eq", value: name };
}
