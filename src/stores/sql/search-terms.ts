import { type RawBuilder, sql } from "kysely";
import { type ItemOperator, textAfterAll } from "#core";
import type { Dialect } from "./dialect.ts";
import { type Column, columnOf, type Kind, TABLES } from "./search-fields.ts";
import type { FieldTerm, Normal, PropertyTerm } from "./search-normal.ts";

export type Condition = RawBuilder<boolean>;

const SIGNS = { eq: "=", ne: "<>", gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/**
 * A criterion as a condition on the rows of its table. Columns are disguised, so that no index is used for it: what narrows a
 * search is chosen by counting (`search-narrow.ts`), because the databases can only guess.
 */
export function conditionOf(normal: Normal, of: Kind, dialect: Dialect): Condition {
  switch (normal.kind) {
    case "all":
    case "any":
      return joined(
        normal.kind,
        normal.of.map((part) => conditionOf(part, of, dialect)),
      );
    case "field": {
      const column = columnOf(of, normal.field);
      const has = fieldCondition(disguised(of, column), column, normal, dialect);
      const isTrueOfNone = normal.operator === "ne" || normal.operator === "unlike";
      return column.isNullable && isTrueOfNone ? sql<boolean>`(${bare(of, column)} is null or ${has})` : has;
    }
    case "absent": {
      const column = bare(of, columnOf(of, normal.field));
      return normal.isNot ? sql<boolean>`${column} is not null` : sql<boolean>`${column} is null`;
    }
    case "property": {
      const table = sql.table(TABLES[of]);
      // Of one place there are few; the index by value would be read for each place anew.
      const isDisguised = true;
      const found = sql<boolean>`exists (select 1 from properties
        where properties.repository = ${table}.repository and properties.path = ${table}.path
        and ${propertyCondition(normal, dialect, isDisguised)})`;
      return normal.isNot ? sql<boolean>`not ${found}` : found;
    }
  }
}

/** `all` of none holds, `any` of none does not. */
export function joined(kind: "all" | "any", conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return kind === "all" ? sql<boolean>`1 = 1` : sql<boolean>`1 = 0`;
  return sql<boolean>`(${sql.join(conditions, kind === "all" ? sql` and ` : sql` or `)})`;
}

/** A condition on a column as it is, so that an index can answer it. A pattern is narrowed to what begins as it begins. */
export function plainCondition(term: FieldTerm, of: Kind, dialect: Dialect): Condition {
  const column = columnOf(of, term.field);
  const has = fieldCondition(bare(of, column), column, term, dialect);
  if (term.operator !== "match") return has;
  return joined("all", [...rangeOf(bare(of, column), column.prefix + startOf(String(term.value))), has]);
}

/** Texts that begin so. */
export function rangeOf(text: RawBuilder<unknown>, start: string): readonly Condition[] {
  if (start === "") return [];
  const end = textAfterAll(start);
  return [sql<boolean>`${text} >= ${start}`, ...(end === null ? [] : [sql<boolean>`${text} < ${end}`])];
}

/** How a pattern begins, up to its first wildcard. */
export function startOf(pattern: string): string {
  return pattern.slice(0, pattern.search(/[*?]|$/));
}

/** Of the table `properties`; for its index by key and value, unless they are disguised. */
export function propertyCondition({ key, value }: PropertyTerm, dialect: Dialect, isDisguised = false): Condition {
  const conditions: Condition[] = [];
  for (const [name, part] of [["key", key] as const, ["value", value] as const]) {
    if (part === null) continue;
    const column = isDisguised ? sql`(${sql.ref(`properties.${name}`)} || '')` : sql.ref(`properties.${name}`);
    if (part.operator === "match" && !isDisguised) conditions.push(...rangeOf(column, startOf(part.value)));
    conditions.push(compared(column, part.operator, part.value, dialect));
  }
  return joined("all", conditions);
}

export function bare(of: Kind, { column }: Pick<Column, "column">): RawBuilder<unknown> {
  return sql.ref(`${TABLES[of]}.${column}`);
}

/** The same value, but not the column itself; NULL stays NULL. */
export function disguised(of: Kind, column: Pick<Column, "column" | "isNumber">): RawBuilder<unknown> {
  return column.isNumber ? sql`(${bare(of, column)} + 0)` : sql`(${bare(of, column)} || '')`;
}

function fieldCondition(has: RawBuilder<unknown>, column: Column, term: FieldTerm, dialect: Dialect): Condition {
  const isPattern = term.operator === "match" || term.operator === "unlike";
  if (!column.isNumber) return compared(has, term.operator, column.prefix + String(term.value), dialect);
  if (isPattern) return compared(sql`cast(${has} as text)`, term.operator, String(term.value), dialect);
  return compared(has, term.operator, Number(term.value), dialect);
}

function compared(
  has: RawBuilder<unknown>,
  operator: ItemOperator,
  value: string | number,
  dialect: Dialect,
): Condition {
  switch (operator) {
    case "match":
      return dialect.matches(has, String(value));
    case "unlike":
      return sql<boolean>`not ${dialect.matches(has, String(value))}`;
    default:
      return sql<boolean>`${has} ${sql.raw(SIGNS[operator])} ${value}`;
  }
}
