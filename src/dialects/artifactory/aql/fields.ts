import type { ItemField } from "#core";
import { invalid } from "./lexer.ts";

/** What an item shows of itself, in AQL's words. */
export const AQL_FIELDS = [
  "repo",
  "path",
  "name",
  "type",
  "size",
  "depth",
  "created",
  "created_by",
  "modified",
  "modified_by",
  "updated",
  "actual_md5",
  "actual_sha1",
  "sha256",
  "original_md5",
  "original_sha1",
] as const;
export type AqlField = (typeof AQL_FIELDS)[number];

/** Shown where nothing else is asked for. */
export const DEFAULT_FIELDS: readonly AqlField[] = [
  "repo",
  "path",
  "name",
  "type",
  "size",
  "created",
  "created_by",
  "modified",
  "modified_by",
  "updated",
];

/** What is known of an item's downloads, in AQL's words. */
export const AQL_STATS = ["downloads", "downloaded", "downloaded_by"] as const;
export type AqlStat = (typeof AQL_STATS)[number];

/** What the values of a field are. */
export type ValueKind = "text" | "number" | "time" | "digest" | "repo" | "folder" | "type";

/** What a field is to the registry. Originals are what was sent along; nothing is kept here that differs from it. */
export const MEANINGS: Readonly<Record<AqlField, { readonly field: ItemField; readonly kind: ValueKind }>> = {
  repo: { field: "repository", kind: "repo" },
  path: { field: "folder", kind: "folder" },
  name: { field: "name", kind: "text" },
  type: { field: "kind", kind: "type" },
  size: { field: "size", kind: "number" },
  depth: { field: "depth", kind: "number" },
  created: { field: "created", kind: "time" },
  created_by: { field: "createdBy", kind: "text" },
  modified: { field: "modified", kind: "time" },
  modified_by: { field: "modifiedBy", kind: "text" },
  updated: { field: "modified", kind: "time" },
  actual_md5: { field: "md5", kind: "digest" },
  actual_sha1: { field: "sha1", kind: "digest" },
  sha256: { field: "sha256", kind: "digest" },
  original_md5: { field: "md5", kind: "digest" },
  original_sha1: { field: "sha1", kind: "digest" },
};

/** The field of that name, also written `item.name`; `null`: none. */
export function fieldNamed(name: string): AqlField | null {
  const plain = name.startsWith("item.") ? name.slice("item.".length) : name;
  return AQL_FIELDS.find((field) => field === plain) ?? null;
}

/** Of `stat.downloads`: `downloads`; `null`: it is no statistic. */
export function statNamed(name: string): AqlStat | null {
  return AQL_STATS.find((stat) => name === `stat.${stat}`) ?? null;
}

/** Refuses a name that is no field; says so where it belongs to something that is not kept here. */
export function refuseField(name: string): never {
  const [domain = ""] = name.split(".");
  const isForeign = name.includes(".") && !["item", "property", "stat"].includes(domain);
  throw invalid(
    isForeign
      ? `'${name}' is about ${domain}s, which are not kept here; items, their properties and 'stat' can be asked for`
      : `there is no field '${name}'; items have ${AQL_FIELDS.join(", ")}, '@' and a property's key, and stat.downloads`,
  );
}
