import type { AqlContext, AqlCriterion } from "./criterion.ts";
import { fieldNamed } from "./fields.ts";
import { comparisonsOf, isPropertyKey, leafOf, propertyConditionOf } from "./leaves.ts";
import { invalid, refuseAt } from "./lexer.ts";
import type { AqlMember, AqlObject, AqlValue } from "./parser.ts";

const CRITERIA_MAX = 500;

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
    if (key.startsWith("$"))
      refuseAt(query, at, `there is no '${key}' here; criteria are joined by $and, $or and $msp`);
    hasType ||= fieldNamed(key) === "type";
    return one(
      "all",
      compared(value).map((comparison) => leafOf(key, comparison, context)),
    );
  }

  function compared(value: AqlValue): ReturnType<typeof comparisonsOf> {
    const comparisons = comparisonsOf(value, context);
    count += comparisons.length;
    if (count > CRITERIA_MAX) throw invalid(`it has more than ${CRITERIA_MAX} criteria; ask in several queries`);
    return comparisons;
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
        if (!isPropertyKey(key)) refuseAt(query, at, `'$msp' is about properties, which '${key}' is not`);
        return compared(value).map((comparison) => propertyConditionOf(key, comparison, context));
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
