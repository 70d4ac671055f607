import {
  type Call,
  compilePatterns,
  type Instant,
  type ItemCriterion,
  type ItemQuery,
  type Json,
  type JsonObject,
  type Reply,
  type RepositoryName,
  refuse,
} from "#core";
import type { DialectRoute } from "#http";
import type { FoundItem } from "#registry";
import { route } from "./addresses.ts";
import { fileInfo, isoTime } from "./file-json.ts";
import { type ListPage, listReply } from "./json-stream.ts";
import type { ArtifactoryParts } from "./parts.ts";
import { contentUrl, findNamed, foundKey, storageUrl } from "./places.ts";
import { listIn, wholeIn } from "./query-flags.ts";

const AT_ONCE = 1000;
/** As many as AQL has criteria; the tables' keepers take no longer ones. */
const VALUES_MAX = 500;

/** The searches that are asked by GET; see `aql-search.ts` for the other one. */
export function searchRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    route("GET", "/api/search/artifact", (call) => answer(parts, call, { where: named(call) })),
    route("GET", "/api/search/prop", (call) => answer(parts, call, { where: withProperties(call) })),
    route("GET", "/api/search/checksum", (call) => answer(parts, call, { where: withChecksum(call) })),
    route("GET", "/api/search/pattern", (call) => byPattern(parts, call)),
    route("GET", "/api/search/usage", (call) => answer(parts, call, unused(call))),
    route("GET", "/api/search/dates", (call) => answer(parts, call, dated(call))),
  ];
}

/** What is looked for, and what the tables cannot tell of it. */
interface Wish {
  readonly where: ItemCriterion;
  readonly matches?: (item: FoundItem) => boolean;
  /** More to say of each. */
  readonly more?: (item: FoundItem) => JsonObject;
  /** Where nothing is found that is said with 404, as real servers do for this search. */
  readonly isRefusedEmpty?: true;
}

async function answer(parts: ArtifactoryParts, call: Call, wish: Wish): Promise<Reply> {
  const page = await pagesOf(parts, call, wish, listIn(call, "repos"));
  const first = await page();
  if (wish.isRefusedEmpty && first.items.length === 0) throw nothing();
  return listReply({}, "results", first, page, (item) => resultOf(call, item, wish));
}

/** Asks page after page; those without any match are passed over. */
async function pagesOf(
  parts: ArtifactoryParts,
  call: Call,
  { where, matches }: Wish,
  keys: readonly string[] | null,
): Promise<() => Promise<ListPage<FoundItem>>> {
  const repositories = keys === null ? null : await repositoriesOf(parts, keys);
  const details = detailsOf(call);
  const isFile: ItemCriterion = { kind: "field", field: "kind", operator: "eq", value: "file" };
  const query: Omit<ItemQuery, "offset"> = {
    where: { kind: "all", of: [isFile, where] },
    repositories,
    order: [],
    limit: AT_ONCE,
    withProperties: details.has("properties"),
  };
  let offset = 0;
  return async () => {
    for (;;) {
      const { items, hasMore } = await parts.registry.tree.search(call.principal, { ...query, offset });
      offset += AT_ONCE;
      const fitting = matches === undefined ? items : items.filter(matches);
      if (fitting.length > 0 || !hasMore) return { items: fitting, hasMore };
    }
  };
}

function resultOf(call: Call, item: FoundItem, { more }: Wish): Json {
  const { node, properties } = item;
  const key = foundKey(item);
  const details = detailsOf(call);
  return {
    ...(details.has("info") && node.kind === "file" ? fileInfo(call, key, node) : {}),
    ...(details.has("properties") ? { properties } : {}),
    ...more?.(item),
    uri: storageUrl(call, key, node.path),
  };
}

/** `X-Result-Detail: info, properties`. */
function detailsOf(call: Call): ReadonlySet<string> {
  const words = (call.header("x-result-detail") ?? "").toLowerCase().split(",");
  return new Set(words.map((word) => word.trim()));
}

/** The repositories of the keys; unknown ones hold nothing. */
async function repositoriesOf(parts: ArtifactoryParts, keys: readonly string[]): Promise<readonly RepositoryName[]> {
  const found = await Promise.all(keys.map((key) => findNamed(parts, key)));
  return [...new Set(found.flatMap((one) => (one === null ? [] : [one.repository.name])))];
}

function named(call: Call): ItemCriterion {
  const name = call.query.get("name") ?? "";
  if (name === "") throw invalid("What is to be found? Write ?name=…, with '*' for any characters.");
  return { kind: "field", field: "name", operator: "match", value: name };
}

/** All that is asked with a name of its own is a property; an empty value or `*` stands for any. */
function withProperties(call: Call): ItemCriterion {
  const of: ItemCriterion[] = [];
  let count = 0;
  for (const [key, value] of call.query) {
    if (key === "repos") continue;
    const values = value.split(",").filter((text) => text !== "");
    count += Math.max(values.length, 1);
    if (count > VALUES_MAX) throw invalid(`A search asks for at most ${VALUES_MAX} values; ask in several.`);
    of.push({ kind: "any", of: (values.length === 0 ? ["*"] : values).map((text) => propertyIs(key, text)) });
  }
  if (of.length === 0) throw invalid("Which property is to be found? Write ?key=value.");
  return { kind: "all", of };
}

function propertyIs(key: string, value: string): ItemCriterion {
  const operator = /[*?]/.test(value) ? "match" : "eq";
  return { kind: "property", key: { operator: "eq", value: key }, value: value === "*" ? null : { operator, value } };
}

function withChecksum(call: Call): ItemCriterion {
  for (const field of ["sha256", "sha1", "md5"] as const) {
    const value = call.query.get(field)?.toLowerCase() ?? "";
    if (value !== "") return { kind: "field", field, operator: "eq", value };
  }
  throw invalid("Which checksum is to be found? Write ?sha256=…, ?sha1=… or ?md5=….");
}

/** `pattern=repo:folder/*.whl`, in Ant's words. */
async function byPattern(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  const sourcePattern = call.query.get("pattern") ?? "";
  const colon = sourcePattern.indexOf(":");
  if (colon < 1) throw invalid("What is to be found? Write ?pattern=repository:path, with '*' and '**' in the path.");
  const key = sourcePattern.slice(0, colon);
  const pattern = sourcePattern.slice(colon + 1);
  const fits = compilePatterns([pattern], []);
  // What the tables are asked fits all that the pattern fits, and perhaps more.
  const value = pattern.replace(/\*\*\/?/g, "*");
  const wish: Wish = {
    where: { kind: "field", field: "path", operator: "match", value },
    matches: ({ node }) => fits(node.path),
  };
  const page = await pagesOf(parts, call, wish, [key]);
  const files: FoundItem[] = [];
  for (;;) {
    const { items, hasMore } = await page();
    files.push(...items);
    if (files.length > FILES_MAX) throw invalid(`More than ${FILES_MAX} files fit; say more of what is to be found.`);
    if (!hasMore) break;
  }
  return {
    kind: "json",
    status: 200,
    body: {
      repoUri: contentUrl(call, key, ""),
      sourcePattern,
      files: files.map(({ node }) => node.path),
      results: files.map((item) => resultOf(call, item, wish)),
    },
  };
}

const FILES_MAX = 10_000;

/** Files that nobody has read since, and that were there then. */
function unused(call: Call): Wish {
  const since = wholeIn(call, "notUsedSince");
  if (since === null) throw invalid("Since when unused? Write ?notUsedSince= and the milliseconds since 1970.");
  const before = wholeIn(call, "createdBefore") ?? since;
  return {
    where: { kind: "field", field: "created", operator: "lt", value: before },
    matches: ({ downloads }) => downloads === null || downloads.lastAt === null || downloads.lastAt < since,
    more: ({ downloads }) => (downloads?.lastAt == null ? {} : { lastDownloaded: isoTime(downloads.lastAt) }),
    isRefusedEmpty: true,
  };
}

const DATE_FIELDS = ["created", "lastModified", "lastDownloaded"] as const;
type DateField = (typeof DATE_FIELDS)[number];

/** Files of which one of the dates is between `from` and `to`. */
function dated(call: Call): Wish {
  const from = wholeIn(call, "from");
  if (from === null) throw invalid("From when on? Write ?from= and the milliseconds since 1970.");
  const to = wholeIn(call, "to") ?? call.now;
  const fields = listIn(call, "dateFields") ?? ["created"];
  const odd = fields.find((field) => !DATE_FIELDS.some((known) => known === field));
  if (odd !== undefined) throw invalid(`There is no date '${odd}'; there are ${DATE_FIELDS.join(", ")}.`);
  const asked = DATE_FIELDS.filter((field) => fields.includes(field));
  const isWithin = (at: Instant | null): boolean => at !== null && at >= from && at <= to;
  return {
    where: { kind: "any", of: asked.map((field) => between(field, from, to)) },
    matches: (item) => asked.some((field) => isWithin(dateOf(item, field))),
    more: (item) =>
      Object.fromEntries(
        asked.flatMap((field) => {
          const at = dateOf(item, field);
          return at === null ? [] : [[field, isoTime(at)]];
        }),
      ),
    isRefusedEmpty: true,
  };
}

function between(field: DateField, from: number, to: number): ItemCriterion {
  // Downloads are counted beside the tables.
  if (field === "lastDownloaded") return { kind: "all", of: [] };
  const own = field === "created" ? "created" : "modified";
  return {
    kind: "all",
    of: [
      { kind: "field", field: own, operator: "gte", value: from },
      { kind: "field", field: own, operator: "lte", value: to },
    ],
  };
}

function dateOf({ node, downloads }: FoundItem, field: DateField): Instant | null {
  if (field === "lastDownloaded") return downloads?.lastAt ?? null;
  return field === "created" ? node.createdAt : node.modifiedAt;
}

function nothing(): Error {
  const repository = "search" as RepositoryName;
  return refuse({ code: "file-not-found", repository, filename: "", because: "No results found." });
}

function invalid(because: string): Error {
  return refuse({ code: "request-invalid", because });
}
