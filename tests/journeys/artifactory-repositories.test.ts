import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { expectStatus, jsonOf, openTestApp, type TestApp } from "../support/test-app.ts";

interface Brief {
  readonly key: string;
  readonly type: string;
  readonly url: string;
  readonly packageType: string;
}

interface Refused {
  readonly errors: readonly { readonly status: number; readonly message: string }[];
}

const REST = "/artifactory/api/repositories";

describe("repositories by Artifactory's REST", () => {
  let app: TestApp;

  before(async () => {
    app = await openTestApp({ config: { upstream: "none" } });
    await app.user("alice");
    for (const [key, body] of [
      ["libs", { rclass: "local", packageType: "generic", description: "ours" }],
      ["Pypi-Local", { rclass: "local", packageType: "pypi", key: "Pypi-Local" }],
      ["pypi-remote", { rclass: "remote", packageType: "pypi", url: "http://127.0.0.1:9/" }],
      ["python", { rclass: "virtual", packageType: "pypi", repositories: ["pypi-local", "pypi-remote"] }],
    ] as const) {
      const made = await app.as("root").ask("PUT", `${REST}/${key}`, { json: body });
      expectStatus(made, 200);
      assert.match(made.body.toString(), new RegExp(`Successfully created repository '${key}'`));
    }
  });
  after(() => app[Symbol.asyncDispose]());

  const root = () => app.as("root");

  test("the list says the type in capitals, and can be narrowed", async () => {
    const list = async (query: string) =>
      jsonOf<Brief[]>(expectStatus(await root().get(`${REST}${query}`), 200)).map(({ key, type, packageType }) => [
        key,
        type,
        packageType,
      ]);
    assert.deepEqual(await list("?type=local"), [
      ["Pypi-Local", "LOCAL", "pypi"],
      ["libs", "LOCAL", "generic"],
    ]);
    assert.deepEqual(await list("?packageType=PyPI&type=virtual"), [["python", "VIRTUAL", "pypi"]]);
    assert.ok((await list("")).some(([key, type]) => key === "pypi-remote" && type === "REMOTE"));
  });

  test("a repository is found by its key in any case and shows its whole configuration", async () => {
    const shown = jsonOf<Record<string, unknown>>(expectStatus(await root().get(`${REST}/PYTHON`), 200));
    assert.equal(shown["key"], "python");
    assert.equal(shown["rclass"], "virtual");
    assert.deepEqual(shown["repositories"], ["Pypi-Local", "pypi-remote"]);
    assert.equal(shown["includesPattern"], "**/*");
  });

  test("a repository that is there is not made again, whatever the case of its key", async () => {
    const again = await root().ask("PUT", `${REST}/LIBS`, { json: { rclass: "local" } });
    assert.equal(again.status, 400);
    assert.match(jsonOf<Refused>(again).errors[0]?.message ?? "", /Case insensitive repository key already exists/);
  });

  test("what is not given stays when a repository is updated", async () => {
    expectStatus(
      await root().ask("POST", `${REST}/libs`, { json: { key: "libs", notes: "kept", unknownField: [1] } }),
      200,
    );
    const shown = jsonOf<Record<string, unknown>>(await root().get(`${REST}/libs`));
    assert.deepEqual([shown["description"], shown["notes"], shown["unknownField"]], ["ours", "kept", [1]]);
  });

  test("bad configurations are refused in the envelope, and nothing is made of them", async () => {
    const bad = [
      ["x1", { rclass: "virtual", packageType: "pypi", repositories: ["nothing-here"] }],
      ["x2", { rclass: "strange" }],
      ["x3", { rclass: "local", packageType: "cobol" }],
      ["x4", { rclass: "local", key: "other" }],
      ["x 5".replace(" ", "%20"), { rclass: "local" }],
      ["x6-cache", { rclass: "local" }],
      ["api", { rclass: "local" }],
      ["x7", { rclass: "remote", url: "ftp://x" }],
      ["x8", [1]],
      ["x9", { rclass: "virtual", packageType: "pypi", repositories: ["libs"] }],
    ] as const;
    const before = jsonOf<Brief[]>(await root().get(REST)).length;
    for (const [key, json] of bad) {
      const refused = await root().ask("PUT", `${REST}/${key}`, { json });
      assert.equal(refused.status, 400, `${key}: ${refused.body}`);
      assert.equal(jsonOf<Refused>(refused).errors[0]?.status, 400);
    }
    assert.equal(jsonOf<Brief[]>(await root().get(REST)).length, before);
  });

  test("a virtual repository cannot come to contain itself", async () => {
    expectStatus(
      await root().ask("PUT", `${REST}/outer`, {
        json: { rclass: "virtual", packageType: "pypi", repositories: ["python"] },
      }),
      200,
    );
    const refused = await root().ask("POST", `${REST}/python`, { json: { repositories: ["pypi-local", "outer"] } });
    assert.equal(refused.status, 400);
    expectStatus(await root().ask("DELETE", `${REST}/outer`), 200);
  });

  test("only administrators make, change and remove repositories", async () => {
    for (const [visitor, status] of [
      [app.as("alice"), 403],
      [app.anyone(), 401],
    ] as const) {
      assert.equal((await visitor.ask("PUT", `${REST}/mine`, { json: { rclass: "local" } })).status, status);
      assert.equal((await visitor.ask("POST", `${REST}/libs`, { json: { notes: "x" } })).status, status);
      assert.equal((await visitor.ask("DELETE", `${REST}/libs`)).status, status);
    }
  });

  test("a removed repository leaves the virtual ones, and begins empty when it is made again", async () => {
    const json = { rclass: "local", packageType: "pypi" };
    expectStatus(await root().ask("PUT", `${REST}/gone`, { json }), 200);
    expectStatus(await root().ask("POST", `${REST}/python`, { json: { repositories: ["gone", "Pypi-Local"] } }), 200);
    expectStatus(await root().ask("PUT", "/artifactory/gone/a.txt", { body: "a" }), 201);
    expectStatus(await root().ask("DELETE", `${REST}/gone`), 200);
    expectStatus(await root().ask("PUT", `${REST}/gone`, { json }), 200);

    assert.deepEqual(jsonOf<Record<string, unknown>>(await root().get(`${REST}/python`))["repositories"], [
      "Pypi-Local",
    ]);
    assert.equal((await root().get("/artifactory/gone/a.txt")).status, 404);
    assert.equal((await root().get(`${REST}/never`)).status, 404);
  });

  test("a batch makes all of its repositories or none", async () => {
    const batch = "/artifactory/api/v2/repositories/batch";
    const good = { key: "batch-1", rclass: "local" };
    const refused = await root().ask("PUT", batch, { json: [good, { key: "batch-2", rclass: "odd" }] });
    assert.equal(refused.status, 400);
    assert.equal((await root().get(`${REST}/batch-1`)).status, 404);

    const both = [good, { key: "batch-2", rclass: "virtual", packageType: "generic", repositories: ["batch-1"] }];
    assert.equal((await root().ask("PUT", batch, { json: both })).status, 201);
    assert.equal((await root().ask("POST", batch, { json: [{ key: "batch-1", notes: "n" }] })).status, 200);
    const halfRefused = [
      { key: "batch-1", notes: "m" },
      { key: "batch-2", repositories: ["nowhere"] },
    ];
    assert.equal((await root().ask("POST", batch, { json: halfRefused })).status, 400);
    assert.equal(jsonOf<Record<string, unknown>>(await root().get(`${REST}/batch-1`))["notes"], "n");
  });

  test("configurations are told apart by kind", async () => {
    const all = jsonOf<Record<string, { readonly key: string }[]>>(await root().get(`${REST}/configurations`));
    assert.ok(all["LOCAL"]?.some(({ key }) => key === "libs"));
    assert.ok(all["REMOTE"]?.some(({ key }) => key === "pypi-remote"));
    assert.ok(all["VIRTUAL"]?.some(({ key }) => key === "python"));
  });

  test("the storage summary counts files, folders and bytes", async () => {
    expectStatus(await root().ask("PUT", "/artifactory/libs/a/b/c.bin", { body: "12345" }), 201);
    const { repositoriesSummaryList: list } = jsonOf<{
      repositoriesSummaryList: {
        repoKey: string;
        filesCount: number;
        foldersCount: number;
        usedSpaceInBytes: number;
      }[];
    }>(expectStatus(await root().get("/artifactory/api/storageinfo"), 200));
    const libs = list.find(({ repoKey }) => repoKey === "libs");
    assert.deepEqual([libs?.filesCount, libs?.foldersCount, libs?.usedSpaceInBytes], [1, 2, 5]);
    assert.equal((await root().ask("POST", "/artifactory/api/storageinfo/calculate")).status, 202);
    assert.equal((await app.as("alice").get("/artifactory/api/storageinfo")).status, 403);
  });
});
