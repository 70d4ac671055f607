import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Json, JsonObject, Limit, Principal, UserName } from "#core";
import { aWheelFile } from "../../../tests/support/archives.ts";
import { openFakeUpstream } from "../../../tests/support/fake-upstream.ts";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

const WISH = { name: "hello", version: "1.0", targetindex: "alice/prod" };
const HEADERS = { "content-type": "application/json", accept: "application/json" };

describe("push between indexes", () => {
  let world: SpokenWorld;

  beforeEach(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
    await world.makeRepository("alice/dev", { kind: "local", mutability: "volatile" });
    await world.makeRepository("alice/prod", { kind: "local", mutability: "immutable" });
    await world.upload("alice/dev", "hello", "1.0");
  });
  afterEach(() => world[Symbol.asyncDispose]());

  for (const [method, path] of [
    ["PUSH", "/alice/dev"],
    ["POST", "/alice/dev/"],
  ] as const) {
    test(`${method} copies the release with its log, and tells what was done`, async () => {
      world.tick(60);
      const { status, body } = await push(WISH, { method, path });

      assert.equal(status, 200);
      assert.equal((body as JsonObject)["type"], "actionlog");
      const [register, file] = (body as { result: Json[][] }).result;
      assert.deepEqual(register, [200, "register", "hello", "1.0", "->", "alice/prod"]);
      assert.deepEqual(file?.slice(0, 2), [200, "store_releasefile"]);
      assert.match(String(file?.[2]), /^alice\/prod\/\+f\/[0-9a-f]{3}\/[0-9a-f]{13}\/hello-1\.0\.tar\.gz$/);
      const data = await world.ask("GET", "/alice/prod/hello/1.0");
      const { summary, "+links": links } = (data.body as { result: { summary: string; "+links": { log: Json }[] } })
        .result;
      assert.equal(summary, "the 1.0 of hello");
      assert.deepEqual(links[0]?.log, [
        { what: "upload", who: "alice", when: [2026, 11, 24, 10, 42, 18], dst: "alice/dev" },
        { what: "push", who: "alice", when: [2026, 11, 24, 10, 43, 18], src: "alice/dev", dst: "alice/prod" },
      ]);
    });
  }

  test("what cannot be pushed is refused in devpi's words and order", async () => {
    const refusals: readonly (readonly [JsonObject, number, string])[] = [
      [{ ...WISH, version: "7" }, 400, "there are no files for hello 7 on stage alice/dev"],
      [{ ...WISH, name: "nothing" }, 400, "there are no files for nothing 1.0 on stage alice/dev"],
      [{ ...WISH, no_docs: true, only_docs: true }, 400, "can't use 'no_docs' and 'only_docs' together"],
      [{ ...WISH, zzz: 1, yyy: 2 }, 400, "unknown additional options: yyy, zzz"],
      [{ ...WISH, targetindex: "prod" }, 400, "targetindex not in format user/index"],
      [{ ...WISH, targetindex: 1 }, 400, "targetindex not in format user/index"],
      [{ ...WISH, targetindex: "alice/nosuch" }, 404, "The stage alice/nosuch could not be found."],
    ];
    for (const [json, status, message] of refusals) {
      const answer = await push(json);
      assert.deepEqual([answer.status, answer.body], [status, { message }]);
    }
    const none = await push({ ...WISH, only_docs: true });
    assert.deepEqual([none.status, none.body], [404, { message: "no release/files found for hello 1.0" }]);
    assert.equal((await push({ version: "1.0" })).status, 400);
  });

  test("who may not upload to the target gets 401 with the sentence of devpi", async () => {
    for (const [who, name] of [
      [{ as: "bob" }, "bob"],
      [{}, "None"],
    ] as const) {
      const answer = await world.ask("POST", "/alice/dev", { ...who, headers: HEADERS, json: WISH });
      assert.deepEqual(
        [answer.status, answer.body],
        [401, { message: `user '${name}' cannot upload to 'alice/prod'` }],
      );
    }
  });

  test("a token that is limited to the project pushes it", async () => {
    const limits: Limit[] = [{ action: "publish", repository: "alice/*", projects: ["hello"] }];
    const as: Principal = { kind: "token", owner: "alice" as UserName, id: "t", groups: [], limits };
    await world.upload("alice/dev", "other", "1.0");

    assert.equal((await push(WISH, { as })).status, 200);
    assert.ok((await push({ ...WISH, name: "other" }, { as })).status >= 400);
  });

  test("a file that the non-volatile target has with other bytes is not replaced", async () => {
    await push(WISH);
    await world.upload("alice/dev", "hello", "1.0", "other bytes");

    const { status, body } = await push(WISH);
    assert.deepEqual([status, body], [409, { message: "hello-1.0.tar.gz already exists in non-volatile index" }]);
  });

  test("only what the index itself has is pushed, not what its bases have", async () => {
    await world.makeRepository("alice/top", { kind: "local", bases: ["alice/dev"] } as never);

    const { status, body } = await push(WISH, { path: "/alice/top" });
    assert.deepEqual([status, body], [400, { message: "there are no files for hello 1.0 on stage alice/top" }]);
  });

  test("a virtual index hands on what is pushed to it", async () => {
    const hands = { kind: "virtual", members: ["alice/prod"], publishTo: "alice/prod" } as never;
    await world.makeRepository("alice/all", hands);
    const { status, body } = await push({ ...WISH, targetindex: "alice/all" });

    assert.equal(status, 200);
    assert.deepEqual((body as { result: Json[][] }).result[0], [200, "register", "hello", "1.0", "->", "alice/prod"]);
    assert.equal((await world.ask("GET", "/alice/prod/hello/1.0")).status, 200);
  });

  test("a mirror's release is fetched and pushed", async () => {
    await using upstream = await openFakeUpstream();
    upstream.add("remote", aWheelFile({ name: "remote", version: "3.0" }));
    await world.makeRepository("root/up", { kind: "remote", url: upstream.url });

    const json = { name: "remote", version: "3.0", targetindex: "alice/prod" };
    assert.equal((await push(json, { path: "/root/up" })).status, 200);
    assert.equal((await world.ask("GET", "/alice/prod/remote/3.0")).status, 200);
  });

  test("a closed source asks strangers to sign in before it tells what it has", async () => {
    await world.ask("PATCH", "/alice/dev", { as: "alice", json: ["acl_read=alice"] });

    assert.equal((await world.ask("POST", "/alice/dev", { headers: HEADERS, json: WISH })).status, 401);
    assert.equal((await world.ask("POST", "/alice/dev", { as: "bob", headers: HEADERS, json: WISH })).status, 403);
  });

  test("forms at the same address are left to others", async () => {
    for (const type of ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", undefined]) {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const { problem } = await world.ask("POST", "/alice/dev", { as: "alice", headers, json: WISH });
      assert.equal(problem?.code, "route-not-found", String(type));
    }
  });

  function push(
    json: JsonObject,
    {
      method = "POST",
      path = "/alice/dev",
      as = "alice",
    }: { method?: string; path?: string; as?: string | Principal } = {},
  ) {
    return world.ask(method, path, { as, headers: HEADERS, json });
  }
});
