import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ApiWorld, bodyOf, openApiWorld, tokenOf, UNLIMITED } from "../../tests/support/api-world.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
  await world.empty();
  await world.upload("alice/dev", "foo", "1.0", "twelve bytes");
});
after(() => world[Symbol.asyncDispose]());

describe("how the server is", () => {
  test("is told to administrators only", async () => {
    for (const path of ["/status", "/usage"]) {
      assert.equal((await world.ask("GET", path)).status, 401);
      assert.equal((await world.ask("GET", path, { as: "alice" })).status, 403);
      assert.equal((await world.ask("GET", path, { as: tokenOf("alice", UNLIMITED) })).status, 403);
      assert.equal((await world.ask("GET", path, { as: "root" })).status, 200);
    }
  });

  test("says up to where it has written, and when it wrote last", async () => {
    const status = bodyOf(await world.ask("GET", "/status", { as: "root" }));
    assert.equal(status["head"], world.registry.head);
    assert.equal(status["lastWriteAt"], "2026-11-24T10:42:18.000Z");
  });

  test("says what each repository holds", async () => {
    const { items } = bodyOf(await world.ask("GET", "/usage", { as: "root" }));
    assert.deepEqual(items, [
      {
        repository: "alice/dev",
        kind: "local",
        format: "python",
        files: 1,
        folders: 2,
        sizeBytes: 12,
        quotaBytes: null,
      },
    ]);
  });
});
