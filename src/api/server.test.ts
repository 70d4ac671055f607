import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject } from "#core";
import { type ApiWorld, bodyOf, openApiWorld, tokenOf, UNLIMITED } from "../../tests/support/api-world.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
});
after(() => world[Symbol.asyncDispose]());

describe("the server", () => {
  test("says what it is and whom it takes the caller for", async () => {
    assert.equal(bodyOf(await world.ask("GET", "/version"))["version"], "0.0.1");
    assert.deepEqual(bodyOf(await world.ask("GET", "/whoami")), {
      kind: "anonymous",
      user: null,
      groups: [],
      token: null,
      isRoot: false,
      isAdmin: false,
    });
    assert.equal(bodyOf(await world.ask("GET", "/whoami", { as: "root" }))["isRoot"], true);
    const who = bodyOf(await world.ask("GET", "/whoami", { as: tokenOf("alice", UNLIMITED) }));
    assert.deepEqual(who["token"], { id: "t1", limits: [UNLIMITED] });
  });

  test("describes itself, at the address under which it is reached", async () => {
    const { body } = await world.ask("GET", "/openapi.json", { publicUrl: "https://host.example/pkg" });

    assert.deepEqual((body as JsonObject)["servers"], [{ url: "https://host.example/pkg/api/v1" }]);
  });
});
