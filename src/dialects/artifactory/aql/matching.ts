import { assertNever, depthOf, fits, folderOf, type ItemField, leafOf } from "#core";
import type { FoundItem } from "#registry";
import type { AqlCriterion, PropertyCondition } from "./criterion.ts";
import type { AqlStat } from "./fields.ts";

/** Whether a found item fulfils all of a criterion, downloads and the like included; as `itemMatches` of the core has it. */
export function aqlMatches(criterion: AqlCriterion, item: FoundItem): boolean {
  switch (criterion.kind) {
    case "all":
      return criterion.of.every((part) => aqlMatches(part, item));
    case "any":
      return criterion.of.some((part) => aqlMatches(part, item));
    case "not":
      return !aqlMatches(criterion.of, item);
    case "field":
      return fits(fieldValue(item, criterion.field), criterion.operator, criterion.value);
    case "repositories":
      return criterion.in.includes(item.node.repository);
    case "property":
      return pairsOf(item).some((pair) => fitsPair(criterion, pair));
    case "same-property":
      return pairsOf(item).some((pair) => criterion.of.every((condition) => fitsCondition(condition, pair)));
    case "stat":
      return holdsStat(item, criterion);
    default:
      return assertNever(criterion);
  }
}

/** `null` is "never". */
function holdsStat(
  item: FoundItem,
  { stat, operator, value }: Extract<AqlCriterion, { readonly kind: "stat" }>,
): boolean {
  if (value !== null) return fits(statOf(item, stat), operator, value);
  return ((item.downloads?.count ?? 0) === 0) === (operator === "eq");
}

/** What was never downloaded has been so 0 times, and by nobody at no time. */
export function statOf({ downloads }: FoundItem, stat: AqlStat): string | number | null {
  switch (stat) {
    case "downloads":
      return downloads?.count ?? 0;
    case "downloaded":
      return downloads?.lastAt ?? null;
    case "downloaded_by":
      return downloads?.lastBy ?? null;
    default:
      return assertNever(stat);
  }
}

type Pair = readonly [key: string, value: string];
type PropertyLeaf = Extract<AqlCriterion, { readonly kind: "property" }>;

function pairsOf({ properties }: FoundItem): readonly Pair[] {
  return Object.entries(properties).flatMap(([key, values]) => values.map((value): Pair => [key, value]));
}

/** Of one property a negative operator says that it is another: another key, or another value of the same key. */
function fitsCondition({ criterion, isNegated }: PropertyCondition, pair: Pair): boolean {
  if (!isNegated) return fitsPair(criterion, pair);
  return criterion.value === null ? !fitsKey(criterion, pair) : fitsKey(criterion, pair) && !fitsPair(criterion, pair);
}

function fitsPair(leaf: PropertyLeaf, pair: Pair): boolean {
  return fitsKey(leaf, pair) && (leaf.value === null || fits(pair[1], leaf.value.operator, leaf.value.value));
}

function fitsKey({ key }: PropertyLeaf, [name]: Pair): boolean {
  return key === null || fits(name, key.operator, key.value);
}

/** What an item has of a field; `null`: it does not have it. */
export function fieldValue({ node }: FoundItem, field: ItemField): string | number | null {
  switch (field) {
    case "repository":
      return node.repository;
    case "path":
      return node.path;
    case "folder":
      return folderOf(node.path);
    case "name":
      return leafOf(node.path);
    case "kind":
      return node.kind;
    case "depth":
      return depthOf(node.path);
    case "created":
      return node.createdAt;
    case "createdBy":
      return node.createdBy;
    case "modified":
      return node.modifiedAt;
    case "modifiedBy":
      return node.modifiedBy;
    case "size":
      return node.kind === "file" ? node.sizeBytes : 0;
    case "sha256":
    case "sha1":
    case "md5":
      return node.kind === "file" ? node[field] : null;
    default:
      return assertNever(field);
  }
}
