import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { JsonObject, RepositoryName } from "#core";
import { type ApiWorld, bodyOf, DEV, openApiWorld, tokenOf, UNLIMITED } from "../../tests/support/api-world.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
});
after(() => world[Symbol.asyncDispose]());

describe("repositories", () => {
  beforeEach(() => world.empty());

  test("of all three kinds are made with their defaults, shown, changed and removed", async () => {
    for (const [kind, settings, change] of [
      ["local", { bases: ["alice/dev"], whitelist: ["Foo_Bar", "*"] }, { title: "L" }],
      ["remote", { url: "https://upstream.example/simple" }, { freshForSeconds: 60 }],
      ["virtual", { members: ["alice/dev"], publishTo: "alice/dev" }, { members: [], publishTo: null }],
    ] as const) {
      const path = `/repositories/alice/${kind}`;
      const made = bodyOf(await world.ask("PUT", path, { as: "alice", json: { kind, ...settings } }));
      assert.deepEqual([made["kind"], made["key"]], [kind, `alice.${kind}`]);
      assert.deepEqual(bodyOf(await world.ask("GET", path)), made);
      const changed = bodyOf(await world.ask("PATCH", path, { as: "alice", json: change }));
      assert.deepEqual(changed, { ...made, ...change });
      await world.ask("DELETE", path, { as: "alice" });
      assert.equal((await world.ask("GET", path)).problem?.code, "repository-not-found");
    }
  });

  test("are listed to those who may read them, all or one owner's", async () => {
    await world.makeRepository("bob/closed", { kind: "local", readers: [] });
    const seen = async (query: string, as?: string) =>
      (
        bodyOf(await world.ask("GET", `/repositories${query}`, as === undefined ? {} : { as }))["items"] as JsonObject[]
      ).map(({ name }) => name);

    assert.deepEqual(await seen(""), ["alice/dev"]);
    assert.deepEqual(await seen("", "bob"), ["alice/dev", "bob/closed"]);
    assert.deepEqual(await seen("?owner=bob", "bob"), ["bob/closed"]);
  });

  test("never show an upstream's login, and keep it to its server", async () => {
    const path = "/repositories/alice/up";
    const url = "https://upstream.example/simple/";
    const made = await world.ask("PUT", path, { as: "alice", json: { kind: "remote", url, credentials: "me:secret" } });
    assert.doesNotMatch(JSON.stringify(made.body), /secret/);
    const has = async (json: JsonObject) =>
      bodyOf(await world.ask("PATCH", path, { as: "alice", json }))["hasCredentials"];

    assert.equal(await has({ url: "https://upstream.example/other/" }), true);
    assert.equal(await has({ url: "https://elsewhere.example/simple/" }), false);
    assert.equal(await has({ url: "https://third.example/", credentials: "you:other" }), true);
    assert.equal(await has({ credentials: null }), false);
  });

  test("of the remote kind say how they deal with their upstream, and go back to how the server is set", async () => {
    const path = "/repositories/alice/up";
    const settings = {
      isOffline: true,
      failsHard: false,
      assumedOfflineSeconds: 300,
      storesFiles: false,
      unusedForHours: 720,
      proxy: "http://proxy.example:3128",
      timeoutMilliseconds: 15_000,
      includes: ["**/*.whl"],
      excludes: ["acme-*/**"],
      hasPriority: true,
      isBlackedOut: true,
    };
    const made = bodyOf(await world.ask("PUT", path, { as: "alice", json: { kind: "remote", ...settings } }));
    assert.deepEqual({ ...made, ...settings }, made);

    const json = { assumedOfflineSeconds: null, timeoutMilliseconds: null, proxy: null, includes: [], excludes: [] };
    assert.deepEqual(bodyOf(await world.ask("PATCH", path, { as: "alice", json })), { ...made, ...json });
    assert.deepEqual(bodyOf(await world.ask("GET", path)), { ...made, ...json });
  });

  test("are refused where a name, an address or a field cannot be right", async () => {
    const wrong = [
      [{ kind: "local", bases: ["nonsense"] }, "setting-invalid"],
      [{ kind: "local", bases: ["alice/nosuch"] }, "setting-invalid"],
      [{ kind: "remote", url: "https://me:secret@upstream.example/" }, "setting-invalid"],
      [{ kind: "remote", url: "ftp://upstream.example/" }, "request-invalid"],
      [{ kind: "remote", url: "https://upstream.example/", credentials: "no colon" }, "request-invalid"],
      [{ kind: "local", format: "cobol" }, "setting-invalid"],
      [{ kind: "remote", proxy: "http://me:secret@proxy.example:3128" }, "setting-invalid"],
      [{ kind: "remote", timeoutMilliseconds: 0 }, "request-invalid"],
      [{ kind: "local", excludes: ["../**"] }, "setting-invalid"],
      [{ kind: "local", isOffline: true }, "request-invalid"],
      [{ kind: "local", members: [] }, "request-invalid"],
      [{ kind: "cloud" }, "request-invalid"],
      [{}, "request-invalid"],
    ] as const;
    for (const [json, code] of wrong) {
      const { problem } = await world.ask("PUT", "/repositories/alice/x", { as: "alice", json });
      assert.equal(problem?.code, code, JSON.stringify(json));
    }
    const misnamed = await world.ask("PUT", "/repositories/alice/bad%20name!", {
      as: "alice",
      json: { kind: "local" },
    });
    assert.equal(misnamed.problem?.code, "setting-invalid");
    const foreign = await world.ask("PATCH", DEV, { as: "alice", json: { url: "https://upstream.example/" } });
    assert.match(foreign.problem !== null && "because" in foreign.problem ? foreign.problem.because : "", /local/);
  });

  test("are administered by their owner and root, and by a token that is good for that", async () => {
    const json = { title: "x" };

    assert.equal((await world.ask("PATCH", DEV, { json })).status, 401);
    assert.equal((await world.ask("PATCH", DEV, { as: "bob", json })).status, 403);
    assert.equal((await world.ask("DELETE", DEV, { as: "bob" })).status, 403);
    assert.equal(
      (await world.ask("PATCH", DEV, { as: tokenOf("alice", { ...UNLIMITED, action: "publish" }), json })).status,
      403,
    );
    assert.equal(
      (await world.ask("PATCH", DEV, { as: tokenOf("alice", { ...UNLIMITED, repository: "alice/dev" }), json })).status,
      200,
    );
    assert.equal((await world.ask("PATCH", DEV, { as: "root", json })).status, 200);
  });

  test("say which members would answer for a project, as they are and as they would be", async () => {
    await world.makeRepository("alice/all", { kind: "virtual", members: ["alice/dev" as RepositoryName] });
    const path = "/repositories/alice/all/resolution";
    const asItIs = bodyOf(await world.ask("GET", `${path}/Foo_Bar`));
    const [first] = asItIs["members"] as JsonObject[];
    assert.deepEqual([asItIs["project"], first?.["member"], first?.["verdict"]], ["foo-bar", "alice/dev", "has-none"]);

    const json = { kind: "virtual", members: [] };
    assert.deepEqual(bodyOf(await world.ask("POST", `${path}/foo`, { as: "alice", json }))["members"], []);
    const wrong = { kind: "virtual", members: ["alice/nosuch"] };
    assert.equal((await world.ask("POST", `${path}/foo`, { as: "bob", json })).problem?.code, "not-permitted");
    assert.equal((await world.ask("POST", `${path}/foo`, { as: "alice", json: wrong })).status, 200);
    const unknown = { kind: "virtual", format: "cobol" };
    const refused = await world.ask("POST", `${path}/foo`, { as: "alice", json: unknown });
    assert.equal(refused.problem?.code, "setting-invalid");
    assert.equal((await world.ask("GET", `${path}/-`)).problem?.code, "project-not-found");
  });
});
