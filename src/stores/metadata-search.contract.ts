import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareTexts,
  type Instant,
  ITEM_FIELDS,
  type Item,
  type ItemCriterion,
  type ItemField,
  type ItemQuery,
  itemMatches,
  itemValue,
  type JournalEvent,
  type RepositoryName,
} from "#core";
import type { MetadataStore } from "./metadata-store.ts";
import { type Place, promise } from "./place.contract.ts";
import {
  append,
  DEV,
  digestOf,
  fileAt,
  folderMade,
  properties,
  published,
  saved,
  someDocumentation,
} from "./samples.contract.ts";

type Make = () => Promise<Place<MetadataStore>>;

const OTHER = "bob/other" as RepositoryName;
const EVERYTHING: ItemCriterion = { kind: "all", of: [] };

export function searchContract(make: Make): void {
  promise("a search finds what the core says that it means, whatever is asked", make, async (place) => {
    await using store = await place.open();
    await append(store, ...SOME_ITEMS);
    const items = await everything(store);
    assert.ok(items.length > 25);
    await fc.assert(
      fc.asyncProperty(aQuery(), async (query) => {
        const found = await store.read((view) => view.search(query));
        assert.deepEqual(found, expectedOf(items, query));
      }),
      { numRuns: 1000 },
    );
  });

  promise("a search sees files and folders, those of packages too, each with its properties", make, async (place) => {
    await using store = await place.open();
    await append(
      store,
      saved(DEV),
      published("foo-1.0.tar.gz"),
      properties("foo/1.0/foo-1.0.tar.gz", { "pypi.name": ["foo"] }),
      properties("", { team: ["red"] }),
    );
    assert.deepEqual(
      (await everything(store)).map((item) => [item.kind, item.path, item.properties]),
      [
        ["folder", "", { team: ["red"] }],
        ["folder", "foo", {}],
        ["folder", "foo/1.0", {}],
        ["file", "foo/1.0/foo-1.0.tar.gz", { "pypi.name": ["foo"] }],
      ],
    );
  });

  promise("pages of a search do not overlap and leave nothing out", make, async (place) => {
    await using store = await place.open();
    await append(store, ...SOME_ITEMS);
    for (const order of [
      [],
      [{ field: "size", isDescending: true }],
      [{ field: "sha1", isDescending: false }],
    ] as const) {
      const pages: Item[] = [];
      for (let offset = 0; ; offset += 4) {
        const page = await store.read((view) => view.search(queryOf({ order, offset, limit: 4 })));
        pages.push(...page);
        if (page.length < 4) break;
      }
      const whole = await store.read((view) => view.search(queryOf({ order })));
      assert.deepEqual(pages, whole);
    }
  });

  promise("a read that begins with a search sees one moment, whatever is written meanwhile", make, async (place) => {
    await using store = await place.open();
    await append(store, ...SOME_ITEMS);
    const query = queryOf({ where: field("path", "eq", "a") });
    const seen = await store.read(async (view) => {
      const before = await view.search(query);
      await append(store, properties("a", { new: ["x"] }), fileAt("late"));
      return [before, await view.search(query), await view.artifactAt(DEV, "late")];
    });
    assert.deepEqual(seen, [seen[0], seen[0], null]);
    assert.deepEqual((await store.read((view) => view.search(query)))[0]?.properties, { new: ["x"] });
  });

  promise("many searches at a time all get their answer, also within writes", make, async (place) => {
    await using store = await place.open();
    await append(store, ...SOME_ITEMS);
    const query = queryOf({ where: field("name", "match", "*") });
    const expected = await everything(store);
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => store.read((view) => view.search(query))),
      store
        .write({ kind: "system", name: "test", tokenId: null }, (tx) => tx.search(query))
        .then(({ result }) => result),
    ]);
    for (const answer of answers) assert.deepEqual(answer, expected);
  });

  promise("a search takes hundreds of repositories and of conditions", make, async (place) => {
    await using store = await place.open();
    await append(store, ...SOME_ITEMS);
    const repositories = Array.from({ length: 900 }, (_, index) => `no/${index}` as RepositoryName);
    const names = Array.from({ length: 400 }, (_, index): ItemCriterion => field("name", "match", `x${index}*`));
    const where: ItemCriterion = { kind: "any", of: [...names, field("name", "eq", "intro.md")] };
    const exact = Array.from({ length: 400 }, (_, index) =>
      field("name", "eq", index === 7 ? "intro.md" : `x${index}`),
    );
    for (const asked of [where, { kind: "any", of: exact } as const]) {
      const query = queryOf({ where: asked, repositories: [...repositories, DEV] });
      const found = await store.read((view) => view.search(query));
      assert.deepEqual(
        found.map(({ path }) => path),
        ["docs/guide/intro.md"],
      );
    }
  });
}

/** Places and values that are alike in parts, so that a condition that was made up fits some of them. */
const SOME_ITEMS: readonly JournalEvent[] = [
  saved(DEV),
  saved(OTHER),
  published("foo-1.0.tar.gz"),
  published("foo-1.0.zip", { digests: { sha1: "b".repeat(40) }, blob: digestOf("b"), sizeBytes: 7, log: [] }),
  ...[
    "docs/guide/intro.md",
    "docs/guide/Intro.md",
    "docs/[x]/a%b_c",
    "docs/axb/a1b2c",
    "docs/ü\u{1F600}",
    "docs/\uffee",
    "docs-more/a",
    "a",
    "b",
    "Ab/c/d/e/f",
  ].map((path, index) =>
    fileAt(path, {
      sizeBytes: index * 7,
      publishedAt: (index + 1) as Instant,
      createdAt: ((index % 3) + 1) as Instant,
      createdBy: index % 2 === 0 ? "alice" : "Bob",
      blob: digestOf("abc"[index % 3] ?? "a"),
      ...(index % 2 === 0 ? {} : { digests: { sha1: "a".repeat(40), md5: "d".repeat(32) } }),
    }),
  ),
  fileAt("docs/guide/intro.md", { repository: OTHER }),
  fileAt("z/*", { repository: OTHER, sizeBytes: 3_000_000_000 }),
  folderMade("empty/inner"),
  folderMade("a-folder", { repository: OTHER, createdBy: "carol" }),
  properties("", { team: ["red"] }),
  properties("docs", { team: ["red", "blue"], "t.x": ["1"] }),
  properties("docs/guide/intro.md", { team: ["blue"], version: ["1.0", "2"] }),
  properties("a", { "": ["x"], Team: ["a%b", "[x]"], version: ["10"] }),
  properties("docs/guide/intro.md", { team: ["green"] }, OTHER),
  { type: "attachment.saved", attachment: someDocumentation() },
];

/** What is asked of each field: what is there, what nearly is, and patterns of both. */
const ASKED: Readonly<Record<ItemField, readonly (string | number)[]>> = {
  repository: [DEV, OTHER, "alice/*", "*o*", "alice"],
  path: [
    ...["", "a", "docs", "docs/guide/intro.md", "docs/*", "docs*", "*.md", "docs/[x]*", "docs/\uffee*", "docs/ü?"],
    ...["\u{10ffff}*", "*/*", "docs/guide/?ntro.md", "foo/1.0/*", "a*b", "docs/guide/*n*o.m*", "docs/[!a]*"],
  ],
  folder: ["", "docs", "docs/guide", "foo/1.0", "docs*", "docs/*", "d*", "?*", "docs/[x]", "*[x]*", "docs0"],
  name: [
    "",
    "a",
    "A*",
    "a*",
    "intro.md",
    "I*",
    "*%*",
    "a%*",
    "a?b_c",
    "*_*",
    "ü?",
    "\uffee",
    "[*",
    "z",
    "\\*",
    "*\u{1F600}",
  ],
  kind: ["file", "folder", "f*", "*l?", "fil"],
  size: [0, 7, 14, 2.5, -1, 3_000_000_000, "7", "1*", "*0", "no number", ""],
  depth: [0, 1, 2, 3, "3", "?"],
  created: [0, 1, 2, 3, 5, 9, "2"],
  createdBy: ["alice", "Bob", "bob", "B*", "*", "carol", "?????", ""],
  modified: [0, 1, 5, 9, 10, "1*"],
  modifiedBy: ["alice", "", "a*", "bob"],
  sha256: ["a".repeat(64), "b".repeat(64), "b*", "sha256:*", "c", "*"],
  sha1: ["a".repeat(40), "b*", "b", "*", "", "**"],
  md5: ["d".repeat(32), "d*", "*", "?*", "e"],
};
const KEYS = ["team", "Team", "t*", "version", "t.x", "", "*", "?eam", "t?x", "v*n"];
const VALUES = ["red", "blue", "1.0", "10", "2", "1*", "*e*", "[x]", "[x]*", "*%*", "a%b", "x", "*", "gr*", ""];
const OPERATORS = ["eq", "ne", "gt", "gte", "lt", "lte", "match", "unlike"] as const;

function field(name: ItemField, operator: (typeof OPERATORS)[number], value: string | number): ItemCriterion {
  return { kind: "field", field: name, operator, value };
}

function aCriterion(): fc.Arbitrary<ItemCriterion> {
  const aField = fc.constantFrom(...ITEM_FIELDS).chain((name) =>
    fc.record({
      kind: fc.constant("field" as const),
      field: fc.constant(name),
      operator: fc.constantFrom(...OPERATORS),
      value: fc.constantFrom(...ASKED[name]),
    }),
  );
  const aProperty = fc.record({
    kind: fc.constant("property" as const),
    key: fc.option(
      fc.record({ operator: fc.constantFrom("eq" as const, "match" as const), value: fc.constantFrom(...KEYS) }),
    ),
    value: fc.option(fc.record({ operator: fc.constantFrom(...OPERATORS), value: fc.constantFrom(...VALUES) })),
  });
  const { criterion } = fc.letrec<{ criterion: ItemCriterion }>((tie) => ({
    criterion: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      aField,
      aProperty,
      fc.record({
        kind: fc.constantFrom("all" as const, "any" as const),
        of: fc.array(tie("criterion"), { maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant("not" as const), of: tie("criterion") }),
    ),
  }));
  return criterion;
}

function aQuery(): fc.Arbitrary<ItemQuery> {
  const repository = fc.constantFrom(DEV, OTHER, "no/where" as RepositoryName);
  return fc.record({
    where: aCriterion(),
    repositories: fc.option(fc.uniqueArray(repository)),
    order: fc.array(fc.record({ field: fc.constantFrom(...ITEM_FIELDS), isDescending: fc.boolean() }), {
      maxLength: 2,
    }),
    offset: fc.constantFrom(0, 0, 0, 2),
    limit: fc.constantFrom(100, 100, 3, 0),
    withProperties: fc.boolean(),
  });
}

function queryOf(more: Partial<ItemQuery>): ItemQuery {
  return { where: EVERYTHING, repositories: null, order: [], offset: 0, limit: 1000, withProperties: true, ...more };
}

function everything(store: MetadataStore): Promise<readonly Item[]> {
  return store.read((view) => view.search(queryOf({})));
}

/** What is absent comes before all that is there. */
function expectedOf(items: readonly Item[], query: ItemQuery): readonly Item[] {
  const orders = [
    ...query.order,
    { field: "repository", isDescending: false } as const,
    { field: "path", isDescending: false } as const,
  ];
  const compare = (one: Item, other: Item): number => {
    for (const { field: name, isDescending } of orders) {
      const [a, b] = [itemValue(one, name), itemValue(other, name)];
      const order =
        typeof a === "number" && typeof b === "number" ? a - b : compareTexts(String(a ?? ""), String(b ?? ""));
      if (order !== 0) return isDescending ? -order : order;
    }
    return 0;
  };
  return items
    .filter(({ repository }) => query.repositories === null || query.repositories.includes(repository))
    .filter((item) => itemMatches(query.where, item))
    .toSorted(compare)
    .slice(query.offset, query.offset + query.limit)
    .map((item) => (query.withProperties ? item : { ...item, properties: {} }));
}
