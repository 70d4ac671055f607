import { type Json, type JsonObject, type Repository, refuse } from "#core";
import {
  hasDefault,
  type IndexOptions,
  type IndexType,
  indexConfigOf,
  isListOption,
  isOption,
  readOptions,
  typeOf,
} from "./index-options.ts";
import { invalid, quoted, readConstraintLines, readList, type ValueContext } from "./option-values.ts";

/** How an index shall change: an object of options, or the list of `key=value`, `key+=value`, `key-=value`, `key-=`. */
export type Modification =
  | { readonly kind: "object"; readonly given: JsonObject }
  | { readonly kind: "list"; readonly items: readonly string[] };

/** Reads the body of a PATCH. The whole answer to a GET (`type` and `result`) is taken too. */
export function readModification(body: Json | undefined): Modification {
  if (Array.isArray(body)) {
    if (!body.every((item) => typeof item === "string")) {
      throw refuse({ code: "request-invalid", because: "Bad request: a list of modifications holds texts only" });
    }
    return { kind: "list", items: body as readonly string[] };
  }
  if (!isObject(body)) {
    throw refuse({ code: "request-invalid", because: "Bad request: a JSON object or list is needed" });
  }
  const inner = body["type"] === "indexconfig" ? body["result"] : undefined;
  return { kind: "object", given: isObject(inner) ? inner : body };
}

/** The options that a modification gives to a repository as it is now. */
export function optionsOf(modification: Modification, current: Repository, context: ValueContext): IndexOptions {
  const type = typeOf(current);
  const given = modification.kind === "object" ? modification.given : applied(modification.items, current, context);
  const asked = given["type"];
  if (asked !== undefined && asked !== type) throw invalid("the 'type' of an index can't be changed");
  return readOptions(type, given, context);
}

/** Splits at the first `=`; the key's last character is the operator. */
function applied(items: readonly string[], current: Repository, context: ValueContext): JsonObject {
  const type = typeOf(current);
  const shown: JsonObject = { acl_read: current.readers, ...indexConfigOf(current) };
  const changed: Record<string, Json> = {};
  for (const item of items) {
    const cut = item.indexOf("=");
    const left = cut < 0 ? item : item.slice(0, cut);
    const value = cut < 0 ? "" : item.slice(cut + 1);
    const key = left.replace(/[+-]$/, "");
    if (left.endsWith("-") && value === "") {
      if (hasDefault(type, key)) throw invalid("Default values can't be removed.");
      // What was never set, or is no option at all, is as good as removed.
      if (isOption(type, key)) changed[key] = null;
    } else if (left === key) changed[key] = value;
    else {
      if (!isListOption(type, key))
        throw invalid(`The '${key}' setting is not a list, so ${quoted(item)} cannot be done.`);
      const items = itemsOf(changed[key] ?? shown[key] ?? [], key);
      const normal = normalItem(type, key, value, context);
      if (left.endsWith("+")) changed[key] = items.includes(normal) ? items : [...items, normal];
      else {
        if (!items.includes(normal)) throw invalid(`The '${key}' setting doesn't have value ${quoted(value)}`);
        changed[key] = items.filter((candidate) => candidate !== normal);
      }
    }
  }
  return changed;
}

/** A constraint may hold commas, so its list is one of lines. */
function itemsOf(value: Json, key: string): readonly string[] {
  return key === "constraints" ? readConstraintLines(value) : readList(value);
}

/** One item as the list keeps it, so that `Foo_Bar` finds `foo-bar`; a base that is gone can still be removed. */
function normalItem(type: IndexType, key: string, value: string, context: ValueContext): string {
  const converted = readOptions(type, { [key]: [value] }, { ...context, exists: () => true });
  return String(Object.values(converted).flat()[0] ?? value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
