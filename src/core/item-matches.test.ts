import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Artifact, timesOf } from "./artifact.ts";
import { itemMatches, itemValue, matchesWildcards } from "./item-matches.ts";
import type { Item, ItemCriterion, ItemField, ItemOperator } from "./items.ts";
import type { Digest, Instant, ProjectName, RepositoryName } from "./names.ts";

const DEV = "alice/dev" as RepositoryName;

const FILE: Item = {
  kind: "file",
  repository: DEV,
  path: "docs/guide/Intro.md",
  properties: { team: ["red", "blue"], version: ["10"] },
  artifact: {
    repository: DEV,
    project: "" as ProjectName,
    filename: "docs/guide/Intro.md",
    path: "docs/guide/Intro.md",
    digests: { sha1: "1".repeat(40) },
    version: null,
    blob: `sha256:${"a".repeat(64)}` as Digest,
    sizeBytes: 100,
    publishedAt: 9 as Instant,
    createdAt: 5 as Instant,
    createdBy: "carol",
    yanked: null,
    attributes: {},
    companions: {},
    log: [
      { what: "overwrite", who: null, at: 9 as Instant, from: null, to: DEV, count: 1 },
      { what: "upload", who: "alice", at: 9 as Instant, from: null, to: DEV },
    ],
  },
};
const FOLDER: Item = {
  kind: "folder",
  repository: DEV,
  path: "docs",
  properties: {},
  folder: { repository: DEV, path: "docs", createdAt: 3 as Instant, createdBy: "bob" },
};

const is = (item: Item, field: ItemField, operator: ItemOperator, value: string | number): boolean =>
  itemMatches({ kind: "field", field, operator, value }, item);
const has = (key: string | null, operator?: ItemOperator, value = ""): boolean =>
  itemMatches(
    {
      kind: "property",
      key: key === null ? null : { operator: "match", value: key },
      value: operator === undefined ? null : { operator, value },
    },
    FILE,
  );

test("a file has a place, a size, digests, and when and by whom it came first and last", () => {
  const fields = ["folder", "name", "kind", "size", "depth", "created", "createdBy", "modified", "modifiedBy"] as const;
  assert.deepEqual(
    fields.map((field) => itemValue(FILE, field)),
    ["docs/guide", "Intro.md", "file", 100, 3, 5, "carol", 9, "alice"],
  );
  assert.deepEqual(
    (["sha256", "sha1", "md5"] as const).map((field) => itemValue(FILE, field)),
    ["a".repeat(64), "1".repeat(40), null],
  );
});

test("a folder is as old as it is and has no bytes and no digests", () => {
  const fields = ["folder", "name", "size", "created", "modified", "createdBy", "modifiedBy", "sha256", "md5"] as const;
  assert.deepEqual(
    fields.map((field) => itemValue(FOLDER, field)),
    ["", "docs", 0, 3, 3, "bob", "bob", null, null],
  );
});

test("a file that was never replaced came first as it came last", () => {
  const { createdAt: _at, createdBy: _by, ...artifact } = FILE.kind === "file" ? FILE.artifact : assert.fail();
  const once: Artifact = artifact;
  assert.deepEqual(timesOf(once), { createdAt: 9, createdBy: "alice", modifiedAt: 9, modifiedBy: "alice" });
  assert.equal(timesOf({ ...once, log: [] }).modifiedBy, "");
});

test("texts compare with case, numbers as numbers, also those that are written as text", () => {
  assert.ok(is(FILE, "name", "eq", "Intro.md"));
  assert.ok(!is(FILE, "name", "eq", "intro.md"));
  assert.ok(is(FILE, "size", "gt", "99"));
  assert.ok(is(FILE, "size", "lt", 100.5));
  assert.ok(is(FILE, "size", "match", "1?0"));
  assert.ok(is(FILE, "size", "ne", "many") && !is(FILE, "size", "gt", "many") && !is(FILE, "size", "lte", "many"));
});

test("what an item does not have is unequal to and unlike everything, and nothing else", () => {
  const operators = ["eq", "gt", "gte", "lt", "lte", "match"] as const;
  assert.deepEqual(
    operators.filter((operator) => is(FILE, "md5", operator, operator === "match" ? "*" : "")),
    [],
  );
  assert.ok(is(FILE, "md5", "ne", "") && is(FILE, "md5", "unlike", "*"));
});

test("a property fits with one of its values", () => {
  assert.ok(has("team") && has("t*", "eq", "blue") && has(null, "match", "bl*"));
  assert.ok(has("team", "ne", "red"), "blue is not red");
  assert.ok(!has("team", "eq", "green") && !has("nothing"));
  assert.ok(has("version", "lt", "2"), "values compare as text");
});

test("all of none holds, any of none does not, and not turns it round", () => {
  const [all, any]: ItemCriterion[] = [
    { kind: "all", of: [] },
    { kind: "any", of: [] },
  ];
  assert.ok(all !== undefined && any !== undefined);
  assert.ok(itemMatches(all, FILE) && !itemMatches(any, FILE));
  assert.ok(itemMatches({ kind: "not", of: any }, FILE) && !itemMatches({ kind: "any", of: [any, any] }, FILE));
  assert.ok(itemMatches({ kind: "any", of: [any, all] }, FOLDER));
});

test("wildcards match as the expression does that says the same", () => {
  const aText = fc
    .array(fc.constantFrom("a", "b", ".", "\n", "\u{1f600}"), { maxLength: 8 })
    .map((all) => all.join(""));
  const aPattern = fc.array(fc.constantFrom("a", "b", ".", "*", "?"), { maxLength: 6 }).map((all) => all.join(""));
  fc.assert(
    fc.property(aPattern, aText, (pattern, text) => {
      const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
      assert.equal(matchesWildcards(pattern, text), new RegExp(`^${source}$`, "su").test(text));
    }),
    { numRuns: 3000 },
  );
});

test("a pattern of many stars takes no longer than a short one for each of them", () => {
  assert.equal(matchesWildcards(`${"a*".repeat(200)}b`, "a".repeat(5000)), false);
});
