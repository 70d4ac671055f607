import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, ItemQuery, RepositoryName } from "#core";
import type { FoundItem } from "#registry";
import { readAql } from "./read-aql.ts";
import { resultsOf, rowOf, type SearchItems } from "./results.ts";

const DEV = "root/dev" as RepositoryName;
const AT = Date.parse("2026-03-01T12:00:00.000Z") as Instant;
const REPOSITORIES = [{ name: "dev", repository: DEV }];
const ITEMS = Array.from({ length: 2500 }, (_, index) => anItem(index));

test("everything is found, a page at a time", async () => {
  const asked: ItemQuery[] = [];
  const found = await Array.fromAsync(resultsOf(readAql("items.find()", AT, REPOSITORIES), searchOf(asked)));
  assert.equal(found.length, ITEMS.length);
  assert.deepEqual(
    asked.map(({ offset, limit }) => [offset, limit]),
    [
      [0, 1000],
      [1000, 1000],
      [2000, 1000],
    ],
  );
});

test("offset and limit are the tables' business where they can tell all", async () => {
  const asked: ItemQuery[] = [];
  const aql = readAql("items.find().offset(5).limit(3)", AT, REPOSITORIES);
  const found = await Array.fromAsync(resultsOf(aql, searchOf(asked)));
  assert.deepEqual(pathsOf(found), ["a/5", "a/6", "a/7"]);
  assert.deepEqual(
    asked.map(({ offset, limit }) => [offset, limit]),
    [[5, 3]],
  );
});

test("offset and limit count what is left where they cannot", async () => {
  const aql = readAql('items.find({"stat.downloads":{"$gte":1200}}).offset(2).limit(3)', AT, REPOSITORIES);
  const found = await Array.fromAsync(resultsOf(aql, searchOf([])));
  assert.deepEqual(pathsOf(found), ["a/1202", "a/1203", "a/1204"]);
});

test("a limit of none finds none, and asks for nothing", async () => {
  const asked: ItemQuery[] = [];
  assert.deepEqual(
    await Array.fromAsync(resultsOf(readAql("items.find().limit(0)", AT, REPOSITORIES), searchOf(asked))),
    [],
  );
  assert.deepEqual(asked, []);
});

test("a row has the fields that are wanted, in Artifactory's words", () => {
  const usual = rowOf(anItem(7), readAql("items.find()", AT, REPOSITORIES), () => "dev");
  assert.deepEqual(usual, {
    repo: "dev",
    path: "a",
    name: "7",
    type: "file",
    size: 7,
    created: "2026-03-01T12:00:00.000Z",
    created_by: "alice",
    modified: "2026-03-01T12:00:00.000Z",
    modified_by: "alice",
    updated: "2026-03-01T12:00:00.000Z",
  });
  const aql = readAql('items.find().include("name","sha256","actual_md5","depth","property","stat")', AT, REPOSITORIES);
  assert.deepEqual(
    rowOf(anItem(7), aql, () => "dev"),
    {
      repo: "dev",
      path: "a",
      name: "7",
      depth: 2,
      sha256: "7".repeat(64),
      properties: [
        { key: "stage", value: "qa" },
        { key: "stage", value: "dev" },
        { key: "team", value: "x" },
      ],
      stats: [{ downloads: 7, downloaded: "2026-03-01T12:00:00.000Z", downloaded_by: "bob" }],
    },
  );
});

test("only the properties that were asked for are shown", () => {
  const aql = readAql('items.find().include("@team")', AT, REPOSITORIES);
  assert.deepEqual(rowOf(anItem(1), aql, () => "dev")["properties"], [{ key: "team", value: "x" }]);
});

test("what was never downloaded has no time of it", () => {
  const aql = readAql('items.find().include("name","stat")', AT, REPOSITORIES);
  assert.deepEqual(rowOf({ ...anItem(1), downloads: null }, aql, () => "dev")["stats"], [{ downloads: 0 }]);
});

test("what stands in the repository itself has a dot for its path", () => {
  const item = anItem(1);
  const aql = readAql('items.find().include("name")', AT, REPOSITORIES);
  const root: FoundItem = { ...item, node: { ...item.node, path: "top.bin" } };
  assert.deepEqual(
    rowOf(root, aql, () => "dev"),
    { repo: "dev", path: ".", name: "top.bin" },
  );
});

function searchOf(asked: ItemQuery[]): SearchItems {
  return async (query) => {
    asked.push(query);
    const end = query.offset + query.limit;
    return { items: ITEMS.slice(query.offset, end), hasMore: end < ITEMS.length };
  };
}

function pathsOf(items: readonly FoundItem[]): readonly string[] {
  return items.map(({ node }) => node.path);
}

function anItem(index: number): FoundItem {
  return {
    node: {
      kind: "file",
      repository: DEV,
      path: `a/${index}`,
      createdAt: AT,
      createdBy: "alice",
      modifiedAt: AT,
      modifiedBy: "alice",
      sizeBytes: index,
      sha256: String(index % 10).repeat(64),
      sha1: null,
      md5: null,
      remoteUrl: null,
      isHere: true,
    },
    properties: { stage: ["qa", "dev"], team: ["x"] },
    downloads: { count: index, lastAt: AT, lastBy: "bob" },
    release: null,
    isCache: false,
  };
}
