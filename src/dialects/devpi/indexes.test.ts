import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { JsonObject } from "#core";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

const STAGE = {
  type: "stage",
  volatile: true,
  bases: [],
  acl_upload: ["alice"],
  acl_toxresult_upload: [":ANONYMOUS:"],
  acl_read: [":ANONYMOUS:"],
  mirror_whitelist: [],
  mirror_whitelist_inheritance: "intersection",
};

describe("indexes", () => {
  let world: SpokenWorld;

  beforeEach(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
    await world.ask("PUT", "/alice/dev", { as: "alice", json: {} });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test("a new index answers 200 with its whole configuration", async () => {
    const { status, body } = await world.ask("PUT", "/alice/prod", {
      as: "alice",
      json: { bases: "/alice/dev/", volatile: "False", mirror_whitelist: "Foo_Bar,*" },
    });

    assert.equal(status, 200);
    assert.deepEqual(body, {
      type: "indexconfig",
      result: { ...STAGE, volatile: false, bases: ["alice/dev"], mirror_whitelist: ["foo-bar", "*"] },
    });
  });

  test("a new index needs no body at all", async () => {
    assert.equal((await world.ask("PUT", "/alice/empty", { as: "alice" })).status, 200);
  });

  test("what cannot be made is refused in devpi's words", async () => {
    const refusals = [
      ["/alice/dev", {}, 409, "index 'alice/dev' exists"],
      ["/nobody/dev", {}, 404, "no user 'nobody'"],
      ["/alice/x", { bases: "not/exists" }, 400, "base index 'not/exists' does not exist"],
      ["/alice/x", { bases: "root/dev/123" }, 400, "invalid base index spec: 'root/dev/123'"],
      ["/alice/x", { zzz: 1 }, 400, "indexconfig got unexpected keyword arguments: zzz=1"],
      ["/alice/x", { type: "mirror", mirror_url: "ftp://x" }, 400, "'mirror_url' option must be a URL."],
      [
        "/alice/x%21",
        {},
        400,
        "indexname 'x!' contains characters that aren't allowed. Any ascii symbol besides -.@_ is blocked.",
      ],
    ] as const;
    for (const [path, json, status, message] of refusals) {
      const answer = await world.ask("PUT", path, { as: "alice", json });
      assert.deepEqual([answer.status, answer.body], [status, { message }], `${path} ${JSON.stringify(json)}`);
    }
  });

  test("an index is made by its owner and root; others get 403, also who has not signed in", async () => {
    assert.equal((await world.ask("PUT", "/alice/x", { as: "bob", json: {} })).status, 403);
    assert.equal((await world.ask("PUT", "/alice/x", { json: {} })).status, 403);
    assert.equal((await world.ask("PUT", "/alice/x", { as: "root", json: {} })).status, 200);
  });

  test("an index is shown with its own projects, not with those of its bases, or without any", async () => {
    await world.ask("PUT", "/alice/prod", { as: "alice", json: { bases: "alice/dev" } });
    await world.upload("alice/dev", "Hello_World", "1.0");
    await world.upload("alice/dev", "another", "1.0");
    await world.upload("alice/prod", "own", "1.0");

    assert.deepEqual(projectsOf(await world.ask("GET", "/alice/dev")), ["another", "hello-world"]);
    assert.deepEqual(projectsOf(await world.ask("GET", "/alice/prod")), ["own"]);
    const { body } = await world.ask("GET", "/alice/dev?no_projects=");
    assert.deepEqual(body, { type: "indexconfig", result: STAGE });
  });

  test("an index that is not there is 404 in devpi's words, for whatever is asked", async () => {
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const { status, body } = await world.ask(method, "/alice/nosuch", { as: "alice", json: {} });
      assert.deepEqual([status, body], [404, { message: "The stage alice/nosuch could not be found." }], method);
    }
  });

  test("a closed index asks strangers to sign in and tells others that they may not", async () => {
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["acl_read=alice"] });

    assert.equal((await world.ask("GET", "/alice/dev")).status, 401);
    assert.equal((await world.ask("GET", "/alice/dev", { as: "bob" })).status, 403);
    assert.equal((await world.ask("GET", "/alice/dev", { as: "alice" })).status, 200);
  });

  test("key=value lists and objects change what they name and keep the rest", async () => {
    const byList = await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["acl_upload+=bob", "title=Hi"] });
    assert.deepEqual(byList.body, {
      type: "indexconfig",
      result: { ...STAGE, title: "Hi", acl_upload: ["alice", "bob"] },
    });

    const byObject = await world.ask("PATCH", "/alice/dev/", { as: "alice", json: { volatile: false } });
    assert.equal(resultOf(byObject)["title"], "Hi");
    assert.equal(resultOf(byObject)["volatile"], false);
  });

  test("what a GET has answered can be sent back, envelope and all, and changes nothing", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    const { body } = await world.ask("GET", "/alice/dev");
    const head = world.registry.head;

    for (const json of [body, resultOf({ body })]) {
      assert.deepEqual((await world.ask("PATCH", "/alice/dev", { as: "alice", json })).body, {
        type: "indexconfig",
        result: STAGE,
      });
    }
    assert.equal(world.registry.head, head, "nothing was journalled");
  });

  test("changes that cannot be made are refused in devpi's words", async () => {
    const refusals = [
      [["acl_upload-=nobody"], "The 'acl_upload' setting doesn't have value 'nobody'"],
      [["volatile-="], "Default values can't be removed."],
      [{ type: "mirror" }, "the 'type' of an index can't be changed"],
      [{ zzz: 1 }, "indexconfig got unexpected keyword arguments: zzz=1"],
    ] as const;
    for (const [json, message] of refusals) {
      const { status, body } = await world.ask("PATCH", "/alice/dev", { as: "alice", json });
      assert.deepEqual([status, body], [400, { message }]);
    }
  });

  test("a change that changes nothing is refused only where that was asked", async () => {
    const json = { title: "Hi" };

    assert.equal((await world.ask("PATCH", "/alice/dev?error_on_noop=", { as: "alice", json })).status, 200);
    assert.equal((await world.ask("PATCH", "/alice/dev", { as: "alice", json })).status, 200);
    const { status, body } = await world.ask("PATCH", "/alice/dev?error_on_noop=", { as: "alice", json });
    assert.deepEqual([status, body], [400, { message: "The requested modifications resulted in no changes" }]);
  });

  test("an index is changed and removed by its owner and root; others get 403, also who has not signed in", async () => {
    for (const who of [{ as: "bob" }, {}]) {
      assert.equal((await world.ask("PATCH", "/alice/dev", { ...who, json: { title: "x" } })).status, 403);
      assert.equal((await world.ask("DELETE", "/alice/dev", who)).status, 403);
    }
    assert.equal((await world.ask("PATCH", "/alice/dev", { as: "root", json: { title: "x" } })).status, 200);
  });

  test("removing an index answers 201, and it is gone with all that was in it", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    const { status, body } = await world.ask("DELETE", "/alice/dev", { as: "alice" });

    assert.deepEqual([status, body], [201, { message: "index alice/dev deleted" }]);
    await world.ask("PUT", "/alice/dev", { as: "alice", json: {} });
    assert.deepEqual(projectsOf(await world.ask("GET", "/alice/dev")), []);
  });

  test("a non-volatile index is not removed until it is made volatile", async () => {
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: { volatile: false } });
    const kept = await world.ask("DELETE", "/alice/dev", { as: "alice" });
    assert.deepEqual([kept.status, kept.body], [403, { message: "index alice/dev non-volatile, cannot delete" }]);

    await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["volatile=True"] });
    assert.equal((await world.ask("DELETE", "/alice/dev", { as: "alice" })).status, 201);
  });

  test("a mirror keeps the login of its address to itself, and to that server", async () => {
    const json = { type: "mirror", mirror_url: "https://me:secret@upstream.example/simple/" };
    const made = await world.ask("PUT", "/alice/mirror", { as: "alice", json });
    assert.doesNotMatch(JSON.stringify(made.body), /secret/);
    const credentials = async () => {
      const repository = (await world.registry.repositories()).find(({ name }) => name === "alice/mirror");
      return repository?.kind === "remote" && repository.credentials !== null
        ? world.access.open(repository.credentials)
        : null;
    };

    assert.equal(await credentials(), "me:secret");
    await world.ask("PATCH", "/alice/mirror", { as: "alice", json: ["mirror_url=https://upstream.example/other/"] });
    assert.equal(await credentials(), "me:secret");
    await world.ask("PATCH", "/alice/mirror", { as: "alice", json: ["mirror_url=https://elsewhere.example/simple/"] });
    assert.equal(await credentials(), null);
  });

  test("a browser gets a page of links", async () => {
    await world.upload("alice/dev", "hello", "1.0");
    const { body } = await world.ask("GET", "/alice/dev", { headers: { accept: "text/html" } });

    assert.match(String(body), /href="[^"]*\/alice\/dev\/\+simple\/"/);
    assert.match(String(body), /href="[^"]*\/alice\/dev\/hello"/);
  });
});

function resultOf({ body }: { readonly body: unknown }): JsonObject {
  return (body as { readonly result: JsonObject }).result;
}

function projectsOf(answer: { readonly body: unknown }): unknown {
  return resultOf(answer)["projects"];
}
