import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { sha256 } from "../../../tests/support/index-desk.ts";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

const JSON_WANTED = { accept: "application/json" };

describe("release files and simple pages at devpi's addresses", () => {
  let world: SpokenWorld;
  const digest = sha256("the bytes");
  const path = `+f/${digest.slice(0, 3)}/${digest.slice(3, 16)}/hello-1.0.tar.gz`;

  beforeEach(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
    await world.makeRepository("alice/dev", { kind: "local", mutability: "volatile" });
    await world.upload("alice/dev", "hello", "1.0", "the bytes");
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test("what is known of a file is told to those who ask for JSON; the file itself is the format's", async () => {
    const { status, body } = await world.ask("GET", `/alice/dev/${path}`, { headers: JSON_WANTED });

    assert.equal(status, 200);
    assert.deepEqual(body, {
      type: "releasefilemeta",
      result: {
        project: "hello",
        version: "1.0",
        hashes: { sha256: digest },
        hash_spec: `sha256=${digest}`,
        last_modified: "Tue, 24 Nov 2026 10:42:18 GMT",
      },
    });
    assert.equal((await world.ask("GET", `/alice/dev/${path}`)).problem?.code, "route-not-found");
  });

  test("a file is removed by its address, and is 410 from then on", async () => {
    const { status, body } = await world.ask("DELETE", `/alice/dev/${path}`, { as: "alice" });

    assert.deepEqual([status, body], [200, { message: `package 'alice/dev/${path}' deleted` }]);
    assert.equal((await world.ask("DELETE", `/alice/dev/${path}`, { as: "alice" })).status, 410);
    assert.equal((await world.ask("GET", `/alice/dev/${path}`, { headers: JSON_WANTED })).status, 410);
    assert.equal((await world.ask("GET", "/alice/dev/hello/1.0")).status, 404, "the version goes with its last file");
  });

  test("an address that was never a file's is 404, also with another file's name in it", async () => {
    for (const other of ["+f/000/0000000000000/hello-1.0.tar.gz", "+f/000/0000000000000/nothing-1.0.tar.gz", "+f/x"]) {
      assert.equal((await world.ask("GET", `/alice/dev/${other}`, { headers: JSON_WANTED })).status, 404, other);
      assert.equal((await world.ask("DELETE", `/alice/dev/${other}`, { as: "alice" })).status, 404, other);
    }
    assert.equal((await world.ask("GET", "/alice/dev/hello/1.0")).status, 200, "the file is still there");
  });

  test("removal needs the right, and a non-volatile index gives up a file only by force", async () => {
    for (const who of [{ as: "bob" }, {}]) {
      assert.equal((await world.ask("DELETE", `/alice/dev/${path}?force=`, who)).status, 403);
    }
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: { volatile: false } });
    assert.equal((await world.ask("DELETE", `/alice/dev/${path}`, { as: "alice" })).status, 403);
    assert.equal((await world.ask("DELETE", `/alice/dev/${path}?force=`, { as: "alice" })).status, 200);
  });

  test("a closed index tells strangers nothing of its files", async () => {
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["acl_read=alice"] });

    assert.equal((await world.ask("GET", `/alice/dev/${path}`, { headers: JSON_WANTED })).status, 401);
    assert.equal((await world.ask("GET", `/alice/dev/${path}`, { as: "bob", headers: JSON_WANTED })).status, 403);
  });

  test("an installer that was given an index without +simple is sent there", async () => {
    const asked: readonly (readonly [string, Record<string, string>, string])[] = [
      ["/alice/dev", { "user-agent": "pip/26.3 {}" }, "/alice/dev/+simple/"],
      ["/alice/dev/", { "user-agent": "uv/0.13.9" }, "/alice/dev/+simple/"],
      ["/alice/dev/Hello", { "user-agent": "pip/26.3 {}" }, "/alice/dev/+simple/hello/"],
      ["/alice/dev/", { accept: "application/vnd.pypi.simple.v1+json" }, "/alice/dev/+simple/"],
    ];
    for (const [from, headers, to] of asked) {
      const { status, location } = await world.ask("GET", from, { headers });
      assert.deepEqual([status, location], [302, `https://here.example${to}`], from);
    }
  });

  test("a refresh leads to the project's page, and is refused to those who may not read", async () => {
    const { status, location } = await world.ask("POST", "/alice/dev/+simple/Hello/refresh");
    assert.deepEqual([status, location], [302, "https://here.example/alice/dev/+simple/hello/"]);

    await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["acl_read=alice"] });
    assert.equal((await world.ask("POST", "/alice/dev/+simple/hello/refresh")).status, 401);
  });
});
