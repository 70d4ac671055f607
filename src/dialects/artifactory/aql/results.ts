import { folderOf, type Instant, type ItemQuery, type Json, type JsonObject, leafOf } from "#core";
import type { FoundItem } from "#registry";
import type { AqlField } from "./fields.ts";
import { statOf } from "./matching.ts";
import type { Aql } from "./read-aql.ts";

/** So many items are looked at together; however many there are, no more are in memory. */
const PAGE_ITEMS = 1000;

/** `Tree.search` for who asks. */
export type SearchItems = (
  query: ItemQuery,
) => Promise<{ readonly items: readonly FoundItem[]; readonly hasMore: boolean }>;

/** The items that a query finds, one after the other. */
export async function* resultsOf(aql: Aql, search: SearchItems): AsyncGenerator<FoundItem> {
  const { query, matches } = aql;
  // Without more to ask of them, the tables count what is passed over.
  let offset = matches === null ? query.offset : 0;
  let toSkip = matches === null ? 0 : query.offset;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const limit = matches === null ? Math.min(PAGE_ITEMS, left) : PAGE_ITEMS;
    const { items, hasMore } = await search({ ...query, offset, limit });
    for (const item of items) {
      if (matches !== null && !matches(item)) continue;
      if (toSkip > 0) toSkip -= 1;
      else if (left > 0) {
        left -= 1;
        yield item;
      }
    }
    if (!hasMore) return;
    offset += limit;
  }
}

/** An item as the answer shows it. `nameOf`: what a repository is called in AQL. */
export function rowOf(item: FoundItem, aql: Aql, nameOf: (item: FoundItem) => string): JsonObject {
  const row: Record<string, Json> = {};
  for (const field of aql.fields) {
    const value = shown(item, field, nameOf);
    if (value !== null) row[field] = value;
  }
  if (aql.properties !== null) row["properties"] = propertiesOf(item, aql.properties);
  if (aql.stats !== null) row["stats"] = [statsOf(item, aql.stats)];
  return row;
}

function shown(item: FoundItem, field: AqlField, nameOf: (item: FoundItem) => string): Json {
  const { node } = item;
  switch (field) {
    case "repo":
      return nameOf(item);
    case "path":
      return folderOf(node.path) || ".";
    case "name":
      return node.path === "" ? "." : leafOf(node.path);
    case "type":
      return node.kind;
    case "size":
      return node.kind === "file" ? node.sizeBytes : 0;
    case "depth":
      return node.path === "" ? 0 : node.path.split("/").length;
    case "created":
      return timeText(node.createdAt);
    case "created_by":
      return node.createdBy;
    case "modified":
    case "updated":
      return timeText(node.modifiedAt);
    case "modified_by":
      return node.modifiedBy;
    case "actual_md5":
    case "original_md5":
      return node.kind === "file" ? node.md5 : null;
    case "actual_sha1":
    case "original_sha1":
      return node.kind === "file" ? node.sha1 : null;
    case "sha256":
      return node.kind === "file" ? node.sha256 : null;
  }
}

function propertiesOf({ properties }: FoundItem, wanted: "all" | readonly string[]): Json {
  return Object.entries(properties)
    .filter(([key]) => wanted === "all" || wanted.includes(key))
    .flatMap(([key, values]) => values.map((value) => ({ key, value })));
}

function statsOf(item: FoundItem, wanted: NonNullable<Aql["stats"]>): JsonObject {
  return Object.fromEntries(
    wanted.flatMap((stat): [string, Json][] => {
      const value = statOf(item, stat);
      if (value === null) return [];
      return [[stat, stat === "downloaded" ? timeText(value as Instant) : value]];
    }),
  );
}

function timeText(at: Instant): string {
  return new Date(at).toISOString();
}
