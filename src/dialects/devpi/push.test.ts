import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

describe("push", () => {
  let world: SpokenWorld;

  beforeEach(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
    await world.makeRepository("alice/dev", { kind: "local" });
    await world.makeRepository("alice/prod", { kind: "local", mutability: "immutable" });
    await world.upload("alice/dev", "foo", "1.0");
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const push = (wish: object = {}, as = "alice") =>
    world.ask("POST", "/alice/dev", {
      as,
      json: { name: "foo", version: "1.0", targetindex: "alice/prod", ...wish },
      headers: { "content-type": "application/json" },
    });

  test("a push answers what was done, each line with a status", async () => {
    const { status, body } = await push();
    assert.equal(status, 200);
    const { type, result } = body as { type: string; result: (string | number)[][] };
    assert.equal(type, "actionlog");
    assert.deepEqual(result[0], [200, "register", "foo", "1.0", "->", "alice/prod"]);
    assert.deepEqual(result[1]?.slice(0, 2), [200, "store_releasefile"]);
    assert.match(String(result[1]?.[2]), /^alice\/prod\/\+f\/[0-9a-f]{3}\/[0-9a-f]{13}\/foo-1\.0\.tar\.gz$/);
  });

  test("what a non-volatile index has is not pushed again, not the same bytes either", async () => {
    assert.equal((await push()).status, 200);
    const again = await push();
    assert.deepEqual(again.body, { message: "foo-1.0.tar.gz already exists in non-volatile index" });
    assert.equal(again.status, 409);
  });

  test("a volatile index takes the same push again and again", async () => {
    await world.makeRepository("alice/test", { kind: "local" });
    for (let time = 0; time < 2; time += 1) assert.equal((await push({ targetindex: "alice/test" })).status, 200);
  });

  test("who may not upload to the target gets 401, as devpi has it", async () => {
    assert.equal((await push({}, "bob")).status, 401);
  });
});
