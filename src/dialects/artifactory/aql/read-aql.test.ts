import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Instant, type ItemCriterion, RegistryError, type RepositoryName } from "#core";
import type { FoundItem } from "#registry";
import { type Aql, type AqlRepository, readAql } from "./read-aql.ts";

const NOW = Date.parse("2026-03-31T12:00:00Z") as Instant;
const DEV = "root/dev" as RepositoryName;
const TOOLS = "alice/tools" as RepositoryName;
const PYPI = "root/pypi" as RepositoryName;
const REPOSITORIES: readonly AqlRepository[] = [
  { name: "dev", repository: DEV },
  { name: "alice.tools", repository: TOOLS },
  { name: "pypi-cache", repository: PYPI },
  { name: "all", repository: "root/all" as RepositoryName, members: [DEV, PYPI] },
];
const FILES: ItemCriterion = { kind: "field", field: "kind", operator: "eq", value: "file" };
const DEV_ONLY: ItemCriterion = {
  kind: "any",
  of: [{ kind: "field", field: "repository", operator: "eq", value: DEV }],
};

const read = (text: string): Aql => readAql(text, NOW, REPOSITORIES);
/** The criterion of a query that says of which type its items are. */
const where = (criteria: string): ItemCriterion => {
  const { where: found } = read(`items.find({"type":"any",${criteria}})`).query;
  assert.equal(found.kind, "all");
  const [, ...rest] = (found.kind === "all" && found.of[0]?.kind === "all" && found.of[0].of) || [];
  return rest.length === 1 ? (rest[0] as ItemCriterion) : { kind: "all", of: rest };
};

describe("what clients send", () => {
  test("jf: the search for a pattern with properties", () => {
    const aql = read(
      'items.find({"path":{"$ne":"."},"$or":[{"$and":[{"repo":"dev","path":{"$match":"x*"},"name":{"$match":"*"}}]}]}).include("name","repo","path","actual_md5","actual_sha1","sha256","size","type","modified","created","property")',
    );
    assert.deepEqual(aql.query.where, {
      kind: "all",
      of: [
        {
          kind: "all",
          of: [
            { kind: "field", field: "folder", operator: "ne", value: "" },
            {
              kind: "all",
              of: [
                DEV_ONLY,
                { kind: "field", field: "folder", operator: "match", value: "x*" },
                { kind: "field", field: "name", operator: "match", value: "*" },
              ],
            },
          ],
        },
        FILES,
      ],
    });
    assert.deepEqual(aql.query.repositories, [DEV]);
    assert.equal(aql.query.withProperties, true);
    assert.equal(aql.properties, "all");
    assert.equal(aql.matches, null);
    assert.deepEqual(
      new Set(aql.fields),
      new Set(["name", "repo", "path", "actual_md5", "actual_sha1", "sha256", "size", "type", "modified", "created"]),
    );
  });

  test("jf: two '$or' in one object both count", () => {
    const aql = read(
      'items.find({"type":"any","$or":[{"repo":"dev"},{"repo":"alice.tools"}],"$or":[{"name":"a"},{"name":"b"}]})',
    );
    const [criteria] = aql.query.where.kind === "all" ? aql.query.where.of : [];
    assert.equal(criteria?.kind === "all" && criteria.of.filter(({ kind }) => kind === "any").length, 2);
    assert.deepEqual(aql.query.repositories, [DEV, TOOLS]);
  });

  test("jf: a page of a sorted search", () => {
    const { query } = read(
      'items.find({"repo":"dev"}).include("name","repo","path").sort({"$desc":["created","name"]}).offset(20).limit(10)',
    );
    assert.deepEqual(query.order, [
      { field: "created", isDescending: true },
      { field: "name", isDescending: true },
    ]);
    assert.deepEqual([query.offset, query.limit], [20, 10]);
  });

  test("dohq: a repository by operator, and packages by their properties", () => {
    const aql = read(
      'items.find({"$and": [{"repo": {"$eq": "dev"}}, {"@pypi.name": {"$match": "foo"}}, {"@pypi.version": {"$gte": "1.0"}}]}).sort({"$desc": ["name", "created"]})',
    );
    assert.deepEqual(aql.query.repositories, [DEV]);
    const text = JSON.stringify(aql.query.where);
    assert.ok(
      text.includes(
        '{"kind":"property","key":{"operator":"eq","value":"pypi.name"},"value":{"operator":"match","value":"foo"}}',
      ),
      text,
    );
    assert.ok(text.includes('"value":{"operator":"gte","value":"1.0"}'), text);
  });

  test("scripts: fields and values in turn, blanks and line breaks anywhere", () => {
    const aql = read('\n items . find (\n "repo" , "dev",\t"name", {"$match": "*.whl"} ) \n . include ( "name" )\r\n');
    assert.deepEqual(aql.query.where, {
      kind: "all",
      of: [DEV_ONLY, { kind: "field", field: "name", operator: "match", value: "*.whl" }, FILES],
    });
  });

  test("scripts: what was never downloaded, and made long ago", () => {
    const aql = read('items.find({"repo":"dev","stat.downloads":{"$eq":null},"created":{"$before":"2w"}})');
    assert.deepEqual(aql.query.repositories, [DEV]);
    assert.ok(JSON.stringify(aql.query.where).includes(`"operator":"lt","value":${NOW - 14 * 86_400_000}`));
    assert.equal(aql.matches?.(anItem({ createdAt: 0 as Instant })), true);
    assert.equal(aql.matches?.(anItem({ createdAt: 0 as Instant }, { count: 1, lastAt: NOW, lastBy: "x" })), false);
    assert.equal(aql.matches?.(anItem({ createdAt: NOW })), false);
  });
});

describe("criteria", () => {
  test("only files are found, unless the query speaks of types", () => {
    assert.deepEqual(read("items.find()").query.where, { kind: "all", of: [FILES] });
    assert.deepEqual(read("items.find({})").query.where, { kind: "all", of: [{ kind: "all", of: [] }, FILES] });
    const folders: ItemCriterion = { kind: "field", field: "kind", operator: "eq", value: "folder" };
    assert.deepEqual(read('items.find({"type":"folder"})').query.where, { kind: "all", of: [folders] });
    assert.deepEqual(read('items.find({"$or":[{"type":{"$ne":"file"}}]})').query.where, {
      kind: "all",
      of: [{ ...folders, operator: "ne", value: "file" }],
    });
  });

  test("numbers come as numbers or as texts", () => {
    const wanted: ItemCriterion = { kind: "field", field: "size", operator: "gt", value: 1000 };
    assert.deepEqual(where('"size":{"$gt":1000}'), wanted);
    assert.deepEqual(where('"size":{"$gt":"1000"}'), wanted);
    assert.deepEqual(where('"depth":2'), { kind: "field", field: "depth", operator: "eq", value: 2 });
  });

  test("several operators on one field must all hold", () => {
    assert.deepEqual(where('"size":{"$gte":1,"$lt":5}'), {
      kind: "all",
      of: [
        { kind: "field", field: "size", operator: "gte", value: 1 },
        { kind: "field", field: "size", operator: "lt", value: 5 },
      ],
    });
  });

  test("times are dates, times with and without a zone, and periods before now", () => {
    const at = (value: string): unknown => {
      const criterion = where(`"modified":${value}`);
      return criterion.kind === "field"
        ? [criterion.operator, new Date(Number(criterion.value)).toISOString()]
        : criterion;
    };
    assert.deepEqual(at('{"$gt":"2026-01-02"}'), ["gt", "2026-01-02T00:00:00.000Z"]);
    assert.deepEqual(at('{"$lte":"2026-01-02T03:04:05.678+0100"}'), ["lte", "2026-01-02T02:04:05.678Z"]);
    assert.deepEqual(at('{"$lt":"2026-01-02T03:04:05"}'), ["lt", "2026-01-02T03:04:05.000Z"]);
    assert.deepEqual(at('{"$lt":1767323045000}'), ["lt", "2026-01-02T03:04:05.000Z"]);
    assert.deepEqual(at('{"$before":"5minutes"}'), ["lt", "2026-03-31T11:55:00.000Z"]);
    assert.deepEqual(at('{"$last":"2d"}'), ["gt", "2026-03-29T12:00:00.000Z"]);
    assert.deepEqual(at('{"$last":"1mo"}'), ["gt", "2026-02-28T12:00:00.000Z"]);
    assert.deepEqual(at('{"$before":"1y"}'), ["lt", "2025-03-31T12:00:00.000Z"]);
  });

  test("the repository itself is a dot", () => {
    const folder = (operator: "eq" | "match" | "unlike" | "ne", value: string): ItemCriterion => ({
      kind: "field",
      field: "folder",
      operator,
      value,
    });
    assert.deepEqual(where('"path":"."'), folder("eq", ""));
    assert.deepEqual(where('"path":{"$match":"*"}'), folder("match", "*"));
    assert.deepEqual(where('"path":{"$match":"?"}'), { kind: "any", of: [folder("match", "?"), folder("eq", "")] });
    assert.deepEqual(where('"path":{"$nmatch":"?"}'), { kind: "all", of: [folder("unlike", "?"), folder("ne", "")] });
    assert.deepEqual(where('"path":{"$match":"a/*"}'), folder("match", "a/*"));
  });

  test("repositories are known by key, remotes by that of their cache, virtual ones by their own name only", () => {
    assert.deepEqual(read('items.find({"repo":"pypi-cache"})').query.repositories, [PYPI]);
    assert.deepEqual(read('items.find({"repo":"pypi"})').query.repositories, []);
    assert.deepEqual(read('items.find({"repo":"all"})').query.repositories, [DEV, PYPI]);
    assert.deepEqual(read('items.find({"repo":{"$match":"a*"}})').query.repositories, [TOOLS]);
    assert.deepEqual(read('items.find({"repo":{"$ne":"dev"}})').query.repositories, [TOOLS, PYPI]);
    assert.deepEqual(read('items.find({"repo":{"$nmatch":"*cache"}})').query.repositories, [DEV, TOOLS]);
  });

  test("most repositories are said by those that are left out", () => {
    const { where: all, repositories } = read('items.find({"repo":{"$match":"*"}})').query;
    assert.deepEqual(all, { kind: "all", of: [{ kind: "all", of: [] }, FILES] });
    assert.equal(repositories, null);
    const { where: most } = read('items.find({"repo":{"$ne":"dev"}})').query;
    const leftOut: ItemCriterion = { kind: "field", field: "repository", operator: "ne", value: DEV };
    assert.deepEqual(most, { kind: "all", of: [{ kind: "all", of: [leftOut] }, FILES] });
  });

  test("a query that may find something anywhere looks everywhere", () => {
    assert.equal(read('items.find({"$or":[{"repo":"dev"},{"name":"x"}]})').query.repositories, null);
    assert.equal(read('items.find({"name":"x"})').query.repositories, null);
    assert.deepEqual(read('items.find({"$and":[{"repo":"dev"},{"repo":"pypi-cache"}]})').query.repositories, []);
  });

  test("digests are compared in lower case", () => {
    const where_ = where(`"actual_sha1":"${"AB".repeat(20)}"`);
    assert.deepEqual(where_, { kind: "field", field: "sha1", operator: "eq", value: "ab".repeat(20) });
    assert.equal(JSON.stringify(where('"original_md5":"x"')).includes('"md5"'), true);
  });

  test("a property is there, has a value, or has not", () => {
    const key = { operator: "eq", value: "stage" } as const;
    assert.deepEqual(where('"@stage":{"$match":"*"}'), { kind: "property", key, value: null });
    assert.deepEqual(where('"@stage":"qa"'), { kind: "property", key, value: { operator: "eq", value: "qa" } });
    assert.deepEqual(where('"@stage":{"$ne":"qa"}'), {
      kind: "not",
      of: { kind: "property", key, value: { operator: "eq", value: "qa" } },
    });
    assert.deepEqual(where('"@stage":{"$nmatch":"q*"}'), {
      kind: "not",
      of: { kind: "property", key, value: { operator: "match", value: "q*" } },
    });
    assert.deepEqual(where('"@build.number":7'), {
      kind: "property",
      key: { operator: "eq", value: "build.number" },
      value: { operator: "eq", value: "7" },
    });
    assert.deepEqual(where('"@*":"qa"'), { kind: "property", key: null, value: { operator: "eq", value: "qa" } });
    assert.deepEqual(where('"property.key":"stage"'), { kind: "property", key, value: null });
    assert.deepEqual(where('"property.value":{"$match":"q*"}'), {
      kind: "property",
      key: null,
      value: { operator: "match", value: "q*" },
    });
  });

  test("'$msp' is about one and the same property", () => {
    const aql = read(
      'items.find({"repo":"dev","$msp":[{"@license":{"$match":"*GPL*"}},{"@license":{"$nmatch":"LGPL*"}}]})',
    );
    assert.equal(aql.query.withProperties, true);
    const holds = (license: readonly string[]) => aql.matches?.({ ...anItem({}), properties: { license } });
    assert.equal(holds(["GPL-3"]), true);
    assert.equal(holds(["LGPL-2"]), false);
    assert.equal(holds(["LGPL-2", "AGPL"]), true);
    assert.equal(holds(["MIT"]), false);
    const keys = read('items.find({"$msp":[{"property.key":{"$ne":"a"}},{"property.value":"1"}]})').matches;
    assert.equal(keys?.({ ...anItem({}), properties: { a: ["1"] } }), false);
    assert.equal(keys?.({ ...anItem({}), properties: { b: ["1"] } }), true);
  });

  test("downloads are asked of what the tables have found", () => {
    const aql = read('items.find({"$or":[{"stat.downloads":{"$gt":5}},{"name":"kept.bin"}]})');
    assert.equal(aql.matches?.(anItem({}, { count: 6, lastAt: NOW, lastBy: null })), true);
    assert.equal(aql.matches?.(anItem({}, { count: 5, lastAt: NOW, lastBy: null })), false);
    assert.equal(aql.matches?.(anItem({ path: "a/kept.bin" })), true);
    const by = read('items.find({"stat.downloaded":{"$last":"1d"},"stat.downloaded_by":{"$match":"al*"}})');
    assert.equal(by.matches?.(anItem({}, { count: 1, lastAt: NOW, lastBy: "alice" })), true);
    assert.equal(by.matches?.(anItem({}, { count: 1, lastAt: 0 as Instant, lastBy: "alice" })), false);
    assert.equal(by.matches?.(anItem({})), false);
  });
});

describe("what is shown", () => {
  test("the usual fields where nothing is asked for", () => {
    const { fields, properties, stats } = read("items.find()");
    assert.deepEqual(fields, [
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
    ]);
    assert.deepEqual([properties, stats], [null, null]);
  });

  test("the fields that are asked for, and always where an item is", () => {
    assert.deepEqual(read('items.find().include("size")').fields, ["repo", "path", "name", "size"]);
    assert.ok(read('items.find().include("*")').fields.includes("sha256"));
    assert.deepEqual(read('items.find().include("item.name","@stage","@team")').properties, ["stage", "team"]);
    assert.equal(read('items.find().include("property.*")').properties, "all");
    assert.deepEqual(read('items.find().include("stat")').stats, ["downloads", "downloaded", "downloaded_by"]);
    assert.deepEqual(read('items.find().include("stat.downloads")').stats, ["downloads"]);
  });

  test("the parts of a query come in any order", () => {
    const aql = read('items.find().limit(3).distinct(true).sort({"$asc":["size"]}).offset(1).include("name")');
    assert.deepEqual(aql.query.order, [{ field: "size", isDescending: false }]);
    assert.deepEqual([aql.query.limit, aql.query.offset], [3, 1]);
  });
});

describe("what is refused, with its place", () => {
  const cases: readonly (readonly [query: string, words: RegExp])[] = [
    ["", /expected a domain.*found the end/],
    ["nonsense", /only 'items'/],
    ["items", /does not begin with 'items.find\('/],
    ["items.include()", /does not begin/],
    ["items.find", /expected '\('/],
    ['items.find({"repo":"dev"}', /expected '\)' or ','.*the end of the query/],
    ['items.find({"repo" "dev"})', /line 1, column 20: expected ':' after "repo", found "dev"/],
    ['items.find({\n"repo":dev})', /line 2, column 8: 'dev' is no value/],
    ['items.find({"repo":"dev})', /a text begins here/],
    ["items.find({'repo':'dev'})", /texts stand in double quotes/],
    ['items.find({"repo":"dev",})', /expected a field/],
    ['items.find({"repo":"dev"}).find({})', /twice/],
    ["items.find({}).delete()", /no '\.delete'/],
    ["items.find({}) items", /expected '\.'/],
    ['items.find({"colour":"red"})', /no field 'colour'/],
    ['items.find({"archive.entry.name":"x"})', /about archives, which are not kept here/],
    ['items.find({"artifact.module.build.name":"x"})', /about artifacts/],
    ['builds.find({"name":"x"})', /only 'items'.*not 'builds'/],
    ['archive.entries.find({"name":"x"})', /expected '\('|only 'items'/],
    ['items.find({"size":{"$near":1}})', /no operator '\$near'/],
    ['items.find({"name":{"constructor":"x"}})', /no operator 'constructor'/],
    ['items.find({"created":{"$before":"2constructor"}})', /is not a period/],
    ['items.find({"constructor":"x"})', /no field 'constructor'/],
    ['items.find({"size":{}})', /operator is missing/],
    ['items.find({"size":[1,2]})', /join several with \$or/],
    ['items.find({"size":"big"})', /a number is expected/],
    ['items.find({"size":{"$match":"1*"}})', /numbers are not compared/],
    ['items.find({"created":"yesterday"})', /"yesterday" is not a time/],
    ['items.find({"created":"2026-13-41"})', /is not a time/],
    ['items.find({"created":{"$before":"soon"}})', /is not a period/],
    ['items.find({"name":{"$before":"2d"}})', /are about times/],
    ['items.find({"name":null})', /a text or a number is expected/],
    ['items.find({"type":"symlink"})', /'file', 'folder' or 'any'/],
    ['items.find({"$or":["x"]})', /takes a list of objects/],
    ['items.find({"$not":[{"name":"x"}]})', /no '\$not'/],
    ['items.find({"$msp":[{"name":"x"}]})', /about properties/],
    ['items.find("repo")', /has no value after it/],
    ["items.find(3)", /takes an object/],
    ['items.find({}).limit("3")', /one whole number/],
    ["items.find({}).limit(-1)", /one whole number/],
    ["items.find({}).offset(1.5)", /one whole number/],
    ['items.find({}).sort({"$down":["name"]})', /\$asc or \$desc/],
    ['items.find({}).sort({"$asc":["@stage"]})', /cannot be sorted by '@stage'/],
    ['items.find({}).sort({"$asc":["colour"]})', /no field 'colour'/],
    ["items.find({}).include(name)", /'name' is no value/],
    ['items.find({}).include("build")', /no field 'build'/],
  ];
  for (const [query, words] of cases) {
    test(query.replace("\n", " ") || "nothing", () => refused(query, words));
  }

  test("what is nested beyond all measure", () => {
    refused(`items.find(${'{"$or":['.repeat(60)}${"]}".repeat(60)})`, /more than 50 levels/);
  });

  test("what is long beyond all measure", () => {
    refused(`items.find({"name":"${"x".repeat(100_001)}"})`, /100000 is the most/);
    const many = Array.from({ length: 501 }, (_, index) => `{"name":"${index}"}`).join(",");
    refused(`items.find({"$or":[${many}]})`, /more than 500 criteria/);
    const operators = Array.from({ length: 501 }, (_, index) => `"$ne":"${index}"`).join(",");
    refused(`items.find({"name":{${operators}}})`, /more than 500 criteria/);
    refused(`items.find({"$msp":[{"@a":{${operators}}}]})`, /more than 500 criteria/);
  });

  test("damaged queries end in one sentence, whatever they are", () => {
    const whole = 'items.find({"repo":{"$match":"d*"},"$or":[{"@a":"b"},{"size":{"$gt":1}}]}).include("name").limit(1)';
    for (let at = 0; at < whole.length; at += 1) {
      for (const damaged of [whole.slice(0, at), whole.slice(0, at) + whole.slice(at + 1)]) {
        try {
          read(damaged);
        } catch (error) {
          assert.ok(error instanceof RegistryError && error.problem.code === "request-invalid", damaged);
        }
      }
    }
  });
});

function refused(query: string, words: RegExp): void {
  assert.throws(
    () => read(query),
    (error: unknown) => {
      assert.ok(error instanceof RegistryError && error.problem.code === "request-invalid", String(error));
      assert.match(error.problem.because, words);
      return true;
    },
  );
}

function anItem(
  node: { readonly path?: string; readonly createdAt?: Instant },
  downloads: FoundItem["downloads"] = null,
): FoundItem {
  return {
    node: {
      kind: "file",
      repository: DEV,
      path: "a/b.bin",
      createdAt: NOW,
      createdBy: "alice",
      modifiedAt: NOW,
      modifiedBy: "alice",
      sizeBytes: 3,
      sha256: "0".repeat(64),
      sha1: null,
      md5: null,
      remoteUrl: null,
      isHere: true,
      ...node,
    },
    properties: {},
    downloads,
    release: null,
    isCache: false,
  };
}
