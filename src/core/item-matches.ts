import { timesOf } from "./artifact.ts";
import type { Item, ItemCriterion, ItemField, ItemOperator } from "./items.ts";
import { assertNever } from "./json.ts";
import { hexOf } from "./names.ts";
import { compareTexts } from "./text-order.ts";
import { depthOf, folderOf, leafOf } from "./tree.ts";

/**
 * Whether an item fulfils a criterion. This is what a search means; the keepers say the same in SQL. What an item does not
 * have (a folder has no digests, a file may have no SHA-1) is unequal to and unlike everything, and nothing else.
 */
export function itemMatches(criterion: ItemCriterion, item: Item): boolean {
  switch (criterion.kind) {
    case "all":
      return criterion.of.every((part) => itemMatches(part, item));
    case "any":
      return criterion.of.some((part) => itemMatches(part, item));
    case "not":
      return !itemMatches(criterion.of, item);
    case "field":
      return fits(itemValue(item, criterion.field), criterion.operator, criterion.value);
    case "property": {
      const { key, value } = criterion;
      return Object.entries(item.properties).some(
        ([name, values]) =>
          (key === null || fits(name, key.operator, key.value)) &&
          values.some((one) => value === null || fits(one, value.operator, value.value)),
      );
    }
    default:
      return assertNever(criterion);
  }
}

/** What an item has of a field; a folder is as old as it is and has no bytes. `null`: it does not have it. */
export function itemValue(item: Item, field: ItemField): string | number | null {
  switch (field) {
    case "repository":
      return item.repository;
    case "path":
      return item.path;
    case "folder":
      return folderOf(item.path);
    case "name":
      return leafOf(item.path);
    case "kind":
      return item.kind;
    case "depth":
      return depthOf(item.path);
    default:
      return item.kind === "file" ? ofFile(item, field) : ofFolder(item, field);
  }
}

type OwnField = Exclude<ItemField, "repository" | "path" | "folder" | "name" | "kind" | "depth">;

function ofFile({ artifact }: Extract<Item, { kind: "file" }>, field: OwnField): string | number | null {
  const times = timesOf(artifact);
  switch (field) {
    case "size":
      return artifact.sizeBytes;
    case "created":
      return times.createdAt;
    case "createdBy":
      return times.createdBy;
    case "modified":
      return times.modifiedAt;
    case "modifiedBy":
      return times.modifiedBy;
    case "sha256":
      return hexOf(artifact.blob);
    case "sha1":
    case "md5":
      return artifact.digests?.[field] ?? null;
  }
}

function ofFolder({ folder }: Extract<Item, { kind: "folder" }>, field: OwnField): string | number | null {
  switch (field) {
    case "size":
      return 0;
    case "created":
    case "modified":
      return folder.createdAt;
    case "createdBy":
    case "modifiedBy":
      return folder.createdBy;
    default:
      return null;
  }
}

/**
 * Whether a value, or `null` for none, is what an operator wants. Texts compare by code point, numbers with the number that
 * the value says; patterns are matched with the text of a number.
 */
export function fits(has: string | number | null, operator: ItemOperator, value: string | number): boolean {
  if (has === null) return operator === "ne" || operator === "unlike";
  if (operator === "match" || operator === "unlike") {
    return matchesWildcards(String(value), String(has)) === (operator === "match");
  }
  const order = typeof has === "number" ? has - Number(value) : compareTexts(has, String(value));
  switch (operator) {
    case "eq":
      return order === 0;
    case "ne":
      return order !== 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
  }
}

/** `*` stands for any characters, `?` for one. Takes no longer than the lengths of both multiplied, whatever the pattern. */
export function matchesWildcards(pattern: string, text: string): boolean {
  const [wanted, has] = [[...pattern], [...text]];
  let [at, from] = [0, 0];
  /** Behind the last star, and how far what it stands for goes. */
  let [star, taken] = [-1, 0];
  while (from < has.length) {
    if (wanted[at] === "*") {
      at += 1;
      [star, taken] = [at, from];
    } else if (at < wanted.length && (wanted[at] === "?" || wanted[at] === has[from])) {
      [at, from] = [at + 1, from + 1];
    } else if (star >= 0) {
      taken += 1;
      [at, from] = [star, taken];
    } else return false;
  }
  return wanted.slice(at).every((rest) => rest === "*");
}
