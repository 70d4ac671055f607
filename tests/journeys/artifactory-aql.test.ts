import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { type ArtifactoryApp, messageOf, openArtifactoryApp } from "../support/artifactory-app.ts";
import { openFakeUpstream } from "../support/fake-upstream.ts";
import { expectStatus, jsonOf } from "../support/test-app.ts";

type Row = Readonly<Record<string, unknown>>;
interface Found {
  readonly results: readonly Row[];
  readonly range: { readonly start_pos: number; readonly end_pos: number; readonly total: number };
}

/** What stands in `files`, by path: matrix properties and size. */
const FILES: readonly (readonly [path: string, properties: string, sizeBytes: number])[] = [
  ["top.bin", "", 1],
  ["a/one.bin", ";stage=qa;team=red", 10],
  ["a/two.txt", ";stage=release;stage=qa", 20],
  ["a/b/three.bin", ";stage=release", 30],
  ["a/b/ten%.bin", ";license=LGPL-2;license=GPL-3", 40],
  ["c_d/four_x.bin", ";license=MIT", 50],
  ["c-d/fourXx.bin", "", 60],
  ["Ä/ü.bin", ";team=blau", 70],
];

let house: ArtifactoryApp;

before(async () => {
  house = await openArtifactoryApp();
  await house.make("files", { rclass: "local", packageType: "generic" });
  await house.make("other", { rclass: "local", packageType: "generic" });
  for (const [path, properties, sizeBytes] of FILES) {
    const address = path.split("/").map(encodeURIComponent).join("/");
    const body = "x".repeat(sizeBytes);
    expectStatus(await house.ask("PUT", `/files/${address}${properties}`, { body }), 201);
  }
  expectStatus(await house.ask("PUT", "/other/a/one.bin", { body: "other" }), 201);
});
after(() => house[Symbol.asyncDispose]());

async function aql(body: string, as = "root"): Promise<Found> {
  return jsonOf<Found>(expectStatus(await house.ask("POST", "/api/search/aql", { body, as }), 200));
}

/** Paths in `files` of what criteria find there. */
async function paths(criteria: string): Promise<readonly string[]> {
  const { results } = await aql(`items.find({"repo":"files"${criteria === "" ? "" : `,${criteria}`}})`);
  return results.map(({ path, name }) => (path === "." ? String(name) : `${path}/${name}`)).sort();
}

describe("criteria find what they say", () => {
  const cases: readonly (readonly [criteria: string, found: readonly string[]])[] = [
    ["", FILES.map(([path]) => path)],
    ['"path":"."', ["top.bin"]],
    ['"path":{"$ne":"."}', FILES.map(([path]) => path).filter((path) => path.includes("/"))],
    ['"path":"a"', ["a/one.bin", "a/two.txt"]],
    ['"path":{"$match":"a*"}', ["a/one.bin", "a/two.txt", "a/b/three.bin", "a/b/ten%.bin"]],
    ['"path":{"$match":"a/?"}', ["a/b/three.bin", "a/b/ten%.bin"]],
    ['"path":{"$match":"?"}', ["top.bin", "a/one.bin", "a/two.txt", "Ä/ü.bin"]],
    ['"path":{"$match":"c_d"}', ["c_d/four_x.bin"]],
    ['"name":{"$match":"ten%*"}', ["a/b/ten%.bin"]],
    ['"name":{"$match":"four_x*"}', ["c_d/four_x.bin"]],
    ['"name":{"$match":"*.BIN"}', []],
    ['"name":{"$nmatch":"*.bin"}', ["a/two.txt"]],
    ['"name":"ü.bin"', ["Ä/ü.bin"]],
    ['"size":{"$gt":"50"}', ["c-d/fourXx.bin", "Ä/ü.bin"]],
    ['"size":{"$gte":20,"$lt":40}', ["a/two.txt", "a/b/three.bin"]],
    ['"depth":1', ["top.bin"]],
    ['"@stage":"qa"', ["a/one.bin", "a/two.txt"]],
    ['"@stage":{"$match":"*"}', ["a/one.bin", "a/two.txt", "a/b/three.bin"]],
    ['"@stage":{"$match":"rel*"},"name":{"$match":"t*"}', ["a/two.txt", "a/b/three.bin"]],
    ['"@stage":{"$ne":"qa"},"size":{"$lt":40}', ["top.bin", "a/b/three.bin"]],
    ['"property.key":"team"', ["a/one.bin", "Ä/ü.bin"]],
    ['"property.value":"MIT"', ["c_d/four_x.bin"]],
    ['"@*":{"$match":"b*"}', ["Ä/ü.bin"]],
    ['"@license":{"$match":"*GPL*"}', ["a/b/ten%.bin"]],
    ['"@license":{"$nmatch":"LGPL*"},"@license":{"$match":"*"}', ["c_d/four_x.bin"]],
    ['"$msp":[{"@license":{"$match":"*GPL*"}},{"@license":{"$nmatch":"LGPL*"}}]', ["a/b/ten%.bin"]],
    ['"$or":[{"name":"one.bin"},{"size":30}]', ["a/one.bin", "a/b/three.bin"]],
    ['"$or":[{"path":"a"},{"path":"c_d"}],"$or":[{"size":10},{"size":50}]', ["a/one.bin", "c_d/four_x.bin"]],
    ['"$and":[{"path":"a"},{"$or":[{"@team":"red"},{"@team":"blau"}]}]', ["a/one.bin"]],
    ['"$or":[]', []],
    ['"$and":[]', FILES.map(([path]) => path)],
    ['"created_by":"root","name":"top.bin"', ["top.bin"]],
    ['"created_by":"alice"', []],
    ['"created":{"$last":"1d"},"name":"top.bin"', ["top.bin"]],
    ['"modified":{"$before":"1d"}', []],
    ['"created":{"$gt":"2026-11-01"},"created":{"$lt":"2026-11-24T10:42:19.000Z"},"depth":1', ["top.bin"]],
    // The repository itself is a folder, as real servers have it.
    ['"type":"folder"', [".", "a", "a/b", "c-d", "c_d", "Ä"]],
    ['"type":"any","path":"a"', ["a/b", "a/one.bin", "a/two.txt"]],
    ['"actual_md5":"9dd4e461268c8034f5c8564e155c67a6"', ["top.bin"]],
    ['"stat.downloads":{"$gt":0}', []],
    ['"stat.downloads":null,"depth":1', ["top.bin"]],
  ];
  for (const [criteria, found] of cases) {
    test(criteria || "nothing but the repository", async () => {
      assert.deepEqual(await paths(criteria), [...found].sort());
    });
  }
});

describe("what is shown", () => {
  test("all that jf reads, its folders and properties too", async () => {
    const fields =
      '"name","repo","path","actual_md5","actual_sha1","sha256","size","type","modified","created","property"';
    const { results } = await aql(`items.find({"repo":"files","name":"two.txt"}).include(${fields})`);
    const [row] = results;
    assert.deepEqual(Object.keys(row ?? {}).sort(), [
      ...["actual_md5", "actual_sha1", "created", "modified", "name", "path", "properties", "repo", "sha256", "size"],
      "type",
    ]);
    assert.deepEqual([row?.["repo"], row?.["path"], row?.["name"], row?.["size"]], ["files", "a", "two.txt", 20]);
    assert.match(String(row?.["created"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(row?.["properties"], [
      { key: "stage", value: "release" },
      { key: "stage", value: "qa" },
    ]);
  });

  test("sorted, from an offset on, up to a limit", async () => {
    const { results, range } = await aql(
      'items.find({"repo":"files"}).sort({"$desc":["size"]}).offset(1).limit(3).include("name","size")',
    );
    assert.deepEqual(
      results.map(({ size }) => size),
      [60, 50, 40],
    );
    assert.deepEqual(range, { start_pos: 1, end_pos: 4, total: 3 });
    const { results: by } = await aql('items.find({"repo":"files","path":"a"}).sort({"$asc":["name"]})');
    assert.deepEqual(
      by.map(({ name }) => name),
      ["one.bin", "two.txt"],
    );
  });

  test("downloads, once there were some", async () => {
    await house.make("counted", { rclass: "local", packageType: "generic" });
    for (const name of ["read.bin", "unread.bin"]) {
      expectStatus(await house.ask("PUT", `/counted/${name}`, { body: name }), 201);
    }
    expectStatus(await house.ask("GET", "/counted/read.bin"), 200);
    const named = async (criteria: string) =>
      (await aql(`items.find({"repo":"counted",${criteria}}).include("name","stat")`)).results;
    const [read, ...more] = await named('"stat.downloads":{"$gte":1}');
    assert.deepEqual([read?.["name"], more.length], ["read.bin", 0]);
    assert.equal((read?.["stats"] as { downloads: number }[] | undefined)?.[0]?.downloads, 1);
    assert.deepEqual(
      (await named('"stat.downloads":{"$eq":null}')).map(({ name }) => name),
      ["unread.bin"],
    );
  });
});

describe("where is looked", () => {
  test("everywhere, by pattern, and in all but one", async () => {
    const repos = async (criteria: string) =>
      (await aql(`items.find({"name":"one.bin"${criteria}})`)).results.map(({ repo }) => repo).sort();
    assert.deepEqual(await repos(""), ["files", "other"]);
    assert.deepEqual(await repos(',"repo":{"$match":"o*"}'), ["other"]);
    assert.deepEqual(await repos(',"repo":{"$ne":"other"}'), ["files"]);
    assert.deepEqual(await repos(',"$or":[{"repo":"files"},{"repo":"other"},{"repo":"nowhere"}]'), ["files", "other"]);
    assert.deepEqual(await repos(',"repo":"nowhere"'), []);
  });

  test("in the members of a virtual repository that is named", async () => {
    await house.make("all-files", { rclass: "virtual", packageType: "generic", repositories: ["files", "other"] });
    const { results } = await aql('items.find({"repo":"all-files","name":"one.bin"})');
    assert.deepEqual(results.map(({ repo }) => repo).sort(), ["files", "other"]);
  });

  test("among what a remote has cached, under the name of its cache", async () => {
    await using fake = await openFakeUpstream();
    fake.add("tools", { filename: "kits/kit.bin", bytes: Buffer.from("kit") });
    await house.make("up", { rclass: "remote", packageType: "generic", url: new URL("/files/", fake.url).href });
    assert.deepEqual((await aql('items.find({"repo":"up-cache"})')).results, []);
    expectStatus(await house.ask("GET", "/up/kits/kit.bin"), 200);
    let { results } = await aql('items.find({"repo":"up-cache"})');
    while (results.length === 0) ({ results } = await aql('items.find({"repo":"up-cache"})'));
    assert.deepEqual(
      [results[0]?.["repo"], results[0]?.["path"], results[0]?.["name"]],
      ["up-cache", "kits", "kit.bin"],
    );
  });

  test("only where who asks may read", async () => {
    await house.app.user("carol");
    await house.grant("carol", "other", ["r"]);
    const { results } = await aql('items.find({"name":"one.bin"})', "carol");
    assert.deepEqual(
      results.map(({ repo }) => repo),
      ["other"],
    );
  });
});

test("packages are found by what they say of themselves, as dohq asks for them", async () => {
  await house.make("pkgs", { rclass: "local", packageType: "pypi" });
  for (const version of ["1.0", "1.1"]) {
    const wheel = aWheelFile({ name: "Foo.Bar", version, summary: "A bar" });
    expectStatus(await house.ask("PUT", `/pkgs/x/${wheel.filename}`, { body: wheel.bytes }), 201);
  }
  const query = (version: string) =>
    `items.find({"$and": [{"repo": {"$eq": "pkgs"}}, {"@pypi.normalized.name": {"$match": "foo-bar"}}, {"@pypi.version": ${version}}]}).include("name", "@pypi.summary").sort({"$desc": ["name", "created"]})`;
  const both = await aql(query('{"$gte": "1.0"}'));
  assert.deepEqual(
    both.results.map(({ name }) => name),
    ["foo_bar-1.1-py3-none-any.whl", "foo_bar-1.0-py3-none-any.whl"],
  );
  assert.deepEqual(both.results[0]?.["properties"], [{ key: "pypi.summary", value: "A bar" }]);
  assert.equal((await aql(query('"1.0"'))).results.length, 1);
});

test("what is no query is refused in the envelope, with its place", async () => {
  const reply = await house.ask("POST", "/api/search/aql", { body: 'items.find({"repo":files})' });
  assert.equal(reply.status, 400);
  assert.match(messageOf(reply), /line 1, column 20/);
});
