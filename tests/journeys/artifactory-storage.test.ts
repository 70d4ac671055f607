import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ArtifactoryApp, messageOf, openArtifactoryApp } from "../support/artifactory-app.ts";
import { expectStatus, jsonOf } from "../support/test-app.ts";

interface Listed {
  readonly uri: string;
  readonly files: readonly {
    readonly uri: string;
    readonly size: number;
    readonly folder: boolean;
    readonly sha1?: string;
  }[];
}

describe("what Artifactory's storage API tells", () => {
  let house: ArtifactoryApp;

  before(async () => {
    house = await openArtifactoryApp();
    await house.app.user("annotator");
    await house.make("libs", { rclass: "local", packageType: "generic" });
    for (const path of ["a/one.txt", "a/b/two.txt", "a/b/c/three.txt", "top.txt"]) {
      expectStatus(await house.ask("PUT", `/libs/${path}`, { body: path }), 201);
    }
  });
  after(() => house[Symbol.asyncDispose]());

  test("a file has a size that is a text, checksums and times", async () => {
    const info = await house.read<Record<string, unknown>>("/api/storage/libs/a/one.txt");
    assert.equal(info["repo"], "libs");
    assert.equal(info["path"], "/a/one.txt");
    assert.equal(info["size"], "9");
    assert.equal(info["mimeType"], "text/plain");
    assert.equal(info["downloadUri"], "http://localhost:3141/artifactory/libs/a/one.txt");
    assert.equal(info["uri"], "http://localhost:3141/artifactory/api/storage/libs/a/one.txt");
    for (const field of ["created", "lastModified", "lastUpdated"]) {
      assert.match(String(info[field]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    assert.deepEqual(Object.keys(info["checksums"] as object).sort(), ["md5", "sha1", "sha256"]);
    assert.equal(info["children"], undefined);
  });

  test("a folder and the repository itself have children and no size, with or without a slash", async () => {
    for (const path of ["libs/a", "libs/a/"]) {
      const folder = await house.read<Record<string, unknown>>(`/api/storage/${path}`);
      assert.deepEqual(folder["children"], [
        { uri: "/b", folder: true },
        { uri: "/one.txt", folder: false },
      ]);
      assert.equal(folder["size"], undefined);
    }
    const root = await house.read<Record<string, unknown>>("/api/storage/LIBS");
    assert.equal(root["path"], "/");
    assert.deepEqual(root["children"], [
      { uri: "/a", folder: true },
      { uri: "/top.txt", folder: false },
    ]);
  });

  test("what is not there is told in the words that clients look for", async () => {
    for (const path of ["/api/storage/libs/never", "/api/storage/nothing/here"]) {
      const reply = await house.ask("GET", path);
      assert.equal(reply.status, 404);
      assert.match(messageOf(reply), /Unable to find item/);
    }
  });

  test("a list is flat or deep, with sizes as numbers, and with folders when asked", async () => {
    const names = async (query: string) =>
      (await house.read<Listed>(`/api/storage/libs/a?${query}`)).files.map(({ uri, size }) => [uri, size]);
    assert.deepEqual(await names("list"), [["/one.txt", 9]]);
    assert.deepEqual(await names("list=&deep=1"), [
      ["/b/c/three.txt", 15],
      ["/b/two.txt", 11],
      ["/one.txt", 9],
    ]);
    assert.deepEqual(await names("list&deep=1&depth=2&listFolders=1"), [
      ["/b", -1],
      ["/b/c", -1],
      ["/b/two.txt", 11],
      ["/one.txt", 9],
    ]);
    const { files } = await house.read<Listed>("/api/storage/libs?list&deep=1");
    assert.ok(files.every(({ sha1 }) => sha1?.length === 40));
    assert.equal((await house.ask("GET", "/api/storage/libs/top.txt?list")).status, 400);
  });

  test("a long list is whole", async () => {
    await house.make("many", { rclass: "local", packageType: "generic" });
    const { tree } = house.app.app.registry;
    const root = { kind: "system", reason: "test" } as const;
    for (let number = 0; number < 1003; number++) {
      await tree.makeFolder(root, { repository: "root/many" as never, path: `d/${String(number).padStart(5, "0")}` });
    }
    const { children } = await house.read<{ children: unknown[] }>("/api/storage/many/d");
    assert.equal(children.length, 1003);
    assert.equal((await house.read<Listed>("/api/storage/many?list&deep=1&listFolders=1")).files.length, 1004);
  });

  test("the last modification below a folder is that of its newest file", async () => {
    house.app.tick(60);
    expectStatus(await house.ask("PUT", "/libs/a/b/newest.txt", { body: "n" }), 201);
    const { uri } = await house.read<{ uri: string }>("/api/storage/libs/a?lastModified");
    assert.ok(uri.endsWith("/api/storage/libs/a/b/newest.txt"));
    expectStatus(await house.ask("DELETE", "/libs/a/b/newest.txt"), 204);
  });

  test("downloads are counted, looks are not", async () => {
    const stats = async () => {
      const { uri: _, ...counts } = await house.read<Record<string, unknown>>("/api/storage/libs/top.txt?stats");
      return counts;
    };
    const never = { downloadCount: 0, lastDownloaded: 0, remoteDownloadCount: 0, remoteLastDownloaded: 0 };
    assert.deepEqual(await stats(), never);
    await house.ask("HEAD", "/libs/top.txt");
    assert.deepEqual(await stats(), never);
    await house.ask("GET", "/libs/top.txt");
    const { downloadCount, lastDownloadedBy, lastDownloaded } = await stats();
    assert.deepEqual([downloadCount, lastDownloadedBy], [1, "root"]);
    assert.ok(typeof lastDownloaded === "number" && lastDownloaded > 0);
  });

  test("properties are set, read, changed and removed", async () => {
    const path = "/api/storage/libs/a/one.txt?properties";
    const none = await house.ask("GET", path);
    assert.equal(none.status, 404);
    assert.match(messageOf(none), /No properties could be found/);

    expectStatus(await house.ask("PUT", `${path}=k=v1,v2;other=x%5C,y|third=z`), 204);
    const { properties } = await house.read<{ properties: unknown }>(path);
    assert.deepEqual(properties, { k: ["v1", "v2"], other: ["x,y"], third: ["z"] });
    expectStatus(await house.ask("PUT", `${path}=k=new`), 204);
    assert.deepEqual((await house.read<{ properties: unknown }>(`${path}=k,absent`)).properties, { k: ["new"] });
    assert.equal((await house.ask("GET", `${path}=absent`)).status, 404);
    expectStatus(await house.ask("DELETE", `${path}=k,other`), 204);
    assert.deepEqual((await house.read<{ properties: unknown }>(path)).properties, { third: ["z"] });
    assert.equal((await house.ask("PUT", `${path}=b%20ad=1`)).status, 400);
    assert.equal((await house.ask("PUT", "/api/storage/libs/never?properties=a=1")).status, 404);
  });

  test("metadata is patched with raw values, null takes a key away", async () => {
    const json = { props: { raw: "a,b;c|d", list: ["1", "2"], third: null } };
    expectStatus(await house.ask("PATCH", "/api/metadata/libs/a/one.txt", { json }), 204);
    const { properties } = await house.read<{ properties: unknown }>("/api/storage/libs/a/one.txt?properties");
    assert.deepEqual(properties, { raw: ["a,b;c|d"], list: ["1", "2"] });
    for (const bad of [{}, { props: 1 }, { props: { "b ad": "x" } }, { props: { k: {} } }]) {
      assert.equal((await house.ask("PATCH", "/api/metadata/libs/a/one.txt", { json: bad })).status, 400);
    }
  });

  test("on a folder they are set on all below, unless that is not wanted", async () => {
    expectStatus(await house.ask("PUT", "/api/storage/libs/a/b?properties=deep=1"), 204);
    assert.deepEqual(
      (await house.read<{ properties: unknown }>("/api/storage/libs/a/b/c/three.txt?properties=deep")).properties,
      { deep: ["1"] },
    );
    expectStatus(await house.ask("PUT", "/api/storage/libs/a?properties=flat=1&recursive=0"), 204);
    assert.equal((await house.ask("GET", "/api/storage/libs/a/one.txt?properties=flat")).status, 404);
    expectStatus(await house.ask("GET", "/api/storage/libs/a?properties=flat"), 200);
  });

  test("setting them needs the right to annotate, and no more than that", async () => {
    await house.grant("annotator", "libs", ["r"]);
    const set = () => house.ask("PUT", "/api/storage/libs/top.txt?properties=k=v", { as: "annotator" });
    assert.equal((await set()).status, 403);
    await house.grant("annotator", "libs", ["r", "n"]);
    assert.equal((await set()).status, 204);
  });

  test("searches find by name, property, checksum, pattern and date", async () => {
    const found = async (query: string, headers = {}) =>
      jsonOf<{ results: Record<string, unknown>[] }>(
        expectStatus(await house.ask("GET", `/api/search/${query}`, { headers }), 200),
      ).results;
    const base = "http://localhost:3141/artifactory/api/storage/libs";
    expectStatus(await house.ask("PUT", "/libs/s/found.bin;team=red;team=blue", { body: "found" }), 201);

    assert.deepEqual(await found("artifact?name=found*&repos=libs"), [{ uri: `${base}/s/found.bin` }]);
    assert.deepEqual(await found("artifact?name=never*"), []);
    assert.deepEqual(await found("prop?team=blue&repos=libs"), [{ uri: `${base}/s/found.bin` }]);
    assert.deepEqual(await found("prop?team=*"), [{ uri: `${base}/s/found.bin` }]);
    const { checksums } = await house.read<{ checksums: Record<string, string> }>("/api/storage/libs/s/found.bin");
    for (const [algorithm, hex] of Object.entries(checksums)) {
      assert.deepEqual(await found(`checksum?${algorithm}=${hex}`), [{ uri: `${base}/s/found.bin` }]);
    }
    assert.deepEqual(await found("pattern?pattern=libs:**/found.bin"), [{ uri: `${base}/s/found.bin` }]);
    const [detailed] = await found("artifact?name=found.bin", { "x-result-detail": "info, properties" });
    assert.equal(detailed?.["size"], "5");
    assert.deepEqual(detailed?.["properties"], { team: ["red", "blue"] });
    const later = 4_102_444_800_000;
    assert.equal((await found(`dates?from=0&to=${later}&repos=libs&dateFields=created`)).length, 5);
    assert.ok((await found(`usage?notUsedSince=${later}&repos=libs`)).length === 5);
    assert.equal((await house.ask("GET", "/api/search/usage?notUsedSince=1")).status, 404);
    assert.equal((await house.ask("GET", "/api/search/artifact")).status, 400);
  });

  test("a search for more values than the tables can compare is refused", async () => {
    const many = (count: number, sign: string) => Array.from({ length: count }, (_, at) => `k${at}`).join(sign);
    for (const sign of [",", "&"]) {
      const prefix = sign === "," ? "k=" : "";
      const search = (count: number) => house.ask("GET", `/api/search/prop?${prefix}${many(count, sign)}`);
      assert.equal((await search(1000)).status, 400);
      assert.equal((await search(500)).status, 200);
    }
  });

  test("AQL finds what clients ask for, and refuses what is none", async () => {
    const aql = async (body: string) =>
      jsonOf<{ results: Record<string, unknown>[]; range: unknown }>(
        expectStatus(
          await house.ask("POST", "/api/search/aql", { body, headers: { "content-type": "text/plain" } }),
          200,
        ),
      );
    const { results, range } = await aql(
      'items.find({"repo":"libs","name":{"$match":"*.txt"}}).include("repo","path","name","size").sort({"$asc":["name"]})',
    );
    assert.deepEqual(results, [
      { repo: "libs", path: "a/one.txt".slice(0, 1), name: "one.txt", size: 9 },
      { repo: "libs", path: "a/b/c", name: "three.txt", size: 15 },
      { repo: "libs", path: ".", name: "top.txt", size: 7 },
      { repo: "libs", path: "a/b", name: "two.txt", size: 11 },
    ]);
    assert.deepEqual(range, { start_pos: 0, end_pos: 4, total: 4 });
    const properties = await aql('items.find({"@team":"red"}).include("name","property")');
    assert.deepEqual(properties.results[0]?.["properties"], [
      { key: "team", value: "red" },
      { key: "team", value: "blue" },
    ]);
    assert.deepEqual((await aql('items.find({"repo":"libs","name":"never"})')).results, []);
    for (const body of ["", "items.find({", 'builds.find({"name":"x"})', 'items.find({"odd":"x"})']) {
      assert.equal((await house.ask("POST", "/api/search/aql", { body })).status, 400, body);
    }
  });
});
