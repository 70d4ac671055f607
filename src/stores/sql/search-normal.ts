import { fits, type ItemCriterion, type ItemField, type ItemOperator } from "#core";
import { FIELDS, type Kind } from "./search-fields.ts";

/**
 * A criterion as it is asked of one table: what the table settles by itself is settled, `not` stands at the leaves only, and
 * nothing is NULL there but what `isAbsent` asks for. So SQL's three answers are two.
 */
export type Normal =
  | { readonly kind: "all" | "any"; readonly of: readonly Normal[] }
  | FieldTerm
  | { readonly kind: "absent"; readonly field: ItemField; readonly isNot: boolean }
  | PropertyTerm;

export interface FieldTerm {
  readonly kind: "field";
  readonly field: ItemField;
  readonly operator: ItemOperator;
  readonly value: string | number;
}

export interface PropertyTerm {
  readonly kind: "property";
  readonly key: { readonly operator: "eq" | "match"; readonly value: string } | null;
  readonly value: { readonly operator: ItemOperator; readonly value: string } | null;
  readonly isNot: boolean;
}

export const ALWAYS: Normal = { kind: "all", of: [] };
export const NEVER: Normal = { kind: "any", of: [] };

const OPPOSITES: Readonly<Record<ItemOperator, ItemOperator>> = {
  eq: "ne",
  ne: "eq",
  gt: "lte",
  lte: "gt",
  gte: "lt",
  lt: "gte",
  match: "unlike",
  unlike: "match",
};

export function normalOf(criterion: ItemCriterion, of: Kind, isNot = false): Normal {
  switch (criterion.kind) {
    case "all":
    case "any": {
      const parts = criterion.of.map((part) => normalOf(part, of, isNot));
      return joined((criterion.kind === "all") === isNot ? "any" : "all", parts);
    }
    case "not":
      return normalOf(criterion.of, of, !isNot);
    case "field":
      return fieldTerm(criterion, of, isNot);
    case "property": {
      const { key, value } = criterion;
      if (value?.operator === "unlike" && isOnlyStars(value)) return isNot ? ALWAYS : NEVER;
      return {
        kind: "property",
        key: key === null || isOnlyStars(key) ? null : exactOf(key),
        value: value === null || isOnlyStars(value) ? null : exactOf(value),
        isNot,
      };
    }
  }
}

/** Flat, and without what changes nothing. */
function joined(kind: "all" | "any", parts: readonly Normal[]): Normal {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const [settling, idle] = kind === "all" ? [NEVER, ALWAYS] : [ALWAYS, NEVER];
  if (flat.some((part) => isSame(part, settling))) return settling;
  const left = flat.filter((part) => !isSame(part, idle));
  const [only] = left;
  return left.length === 1 && only !== undefined ? only : { kind, of: left };
}

export function isSame(part: Normal, constant: Normal): boolean {
  return part.kind === constant.kind && "of" in part && part.of.length === 0;
}

function fieldTerm(term: FieldTerm, of: Kind, isNot: boolean): Normal {
  const constant = (holds: boolean): Normal => (holds === isNot ? NEVER : ALWAYS);
  const { field, operator, value } = term;
  const place = FIELDS[of][field];
  if ("value" in place) return constant(fits(place.value, operator, value));
  const isPattern = operator === "match" || operator === "unlike";
  if (place.isNumber && !isPattern && Number.isNaN(Number(value))) return constant(operator === "ne");
  if (isOnlyStars(term)) {
    if (!place.isNullable) return constant(operator === "match");
    return { kind: "absent", field, isNot: (operator === "match") !== isNot };
  }
  const exact = place.isNumber ? term : exactOf(term);
  if (!isNot) return exact;
  const opposite: Normal = { ...exact, operator: OPPOSITES[exact.operator] };
  // What is absent is neither above nor below anything; unequal and unlike it is by itself.
  const isOrder = exact.operator !== "eq" && exact.operator !== "ne" && !isPattern;
  return place.isNullable && isOrder
    ? { kind: "any", of: [{ kind: "absent", field, isNot: false }, opposite] }
    : opposite;
}

/** Without wildcards a pattern is the text itself. */
function exactOf<Term extends { readonly operator: ItemOperator; readonly value: string | number }>(term: Term): Term {
  const isPattern = term.operator === "match" || term.operator === "unlike";
  if (!isPattern || /[*?]/.test(String(term.value))) return term;
  return { ...term, operator: term.operator === "match" ? "eq" : "ne" };
}

function isOnlyStars({
  operator,
  value,
}: {
  readonly operator: ItemOperator;
  readonly value: string | number;
}): boolean {
  return (operator === "match" || operator === "unlike") && /^\*+$/.test(String(value));
}
