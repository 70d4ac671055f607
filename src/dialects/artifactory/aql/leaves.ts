import { fits, type Instant, type ItemOperator, matchesWildcards, type RepositoryName } from "#core";
import type { AqlContext, AqlCriterion, PropertyCondition } from "./criterion.ts";
import { type AqlStat, fieldNamed, MEANINGS, refuseField, statNamed, type ValueKind } from "./fields.ts";
import { refuseAt } from "./lexer.ts";
import type { AqlValue } from "./parser.ts";
import { timeBefore, timeOf } from "./times.ts";

const OPERATORS: ReadonlyMap<string, ItemOperator> = new Map([
  ["$eq", "eq"],
  ["$equals", "eq"],
  ["$ne", "ne"],
  ["$gt", "gt"],
  ["$gte", "gte"],
  ["$lt", "lt"],
  ["$lte", "lte"],
  ["$match", "match"],
  ["$nmatch", "unlike"],
]);
/** These compare with how long ago it was. */
const PERIODS: ReadonlyMap<string, ItemOperator> = new Map([
  ["$before", "lt"],
  ["$last", "gt"],
]);

const ALL: AqlCriterion = { kind: "all", of: [] };

/** An operator and what it compares with. */
export interface Comparison {
  readonly operator: ItemOperator;
  readonly value: AqlValue;
  /** `$before`, `$last`: the value is a period. */
  readonly isPeriod: boolean;
}

/** A value by itself is what the field equals. */
export function comparisonsOf(value: AqlValue, { query }: AqlContext): readonly Comparison[] {
  if (value.kind === "list") refuseAt(query, value.at, "a field has one value, not a list; join several with $or");
  if (value.kind !== "object") return [{ operator: "eq", value, isPeriod: false }];
  if (value.members.length === 0) refuseAt(query, value.at, "an operator is missing, for example $eq or $match");
  return value.members.map(({ key, at, value: compared }) => {
    const operator = OPERATORS.get(key) ?? PERIODS.get(key);
    if (operator === undefined) {
      return refuseAt(
        query,
        at,
        `there is no operator '${key}'; there are ${[...OPERATORS.keys()].join(", ")}, $before and $last`,
      );
    }
    if (compared.kind === "object" || compared.kind === "list") {
      refuseAt(query, compared.at, `'${key}' compares with a text or a number`);
    }
    return { operator, value: compared, isPeriod: PERIODS.has(key) };
  });
}

/** A criterion on one field or property. */
export function leafOf(key: string, comparison: Comparison, context: AqlContext): AqlCriterion {
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
  const isMeant = (name: string): boolean => fits(name, operator, value);
  const found = new Set<RepositoryName>();
  for (const { name, repository, members } of context.repositories) {
    if (members === undefined) {
      if (isMeant(name)) found.add(repository);
    } else if (operator === "eq" && isMeant(name)) for (const member of members) found.add(member);
  }
  const all = context.repositories.filter(({ members }) => members === undefined);
  const notIn = all.map(({ repository }) => repository).filter((repository) => !found.has(repository));
  return { kind: "repositories", in: [...found], notIn };
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

export function isPropertyKey(key: string): boolean {
  return key.startsWith("@") || key === "property.key" || key === "property.value";
}

/** A negative operator asks that there be no such property, not that there be another. */
export function propertyConditionOf(key: string, comparison: Comparison, context: AqlContext): PropertyCondition {
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
