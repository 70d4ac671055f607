import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ApiWorld, bodyOf, openApiWorld } from "../../tests/support/api-world.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
  await world.empty();
});
after(() => world[Symbol.asyncDispose]());

const AS_ROOT = { as: "root" };

describe("groups", () => {
  test("are made, changed and removed by administrators", async () => {
    const made = await world.ask("POST", "/groups", { ...AS_ROOT, json: { name: "dev", members: ["alice"] } });
    assert.deepEqual(bodyOf(made)["members"], ["alice"]);
    const again = await world.ask("POST", "/groups", { ...AS_ROOT, json: { name: "dev" } });
    assert.equal(again.problem?.code, "group-exists");

    const json = { description: "Who develops", join: ["bob"], leave: ["alice"] };
    const changed = await world.ask("PATCH", "/groups/dev", { ...AS_ROOT, json });
    assert.deepEqual([bodyOf(changed)["description"], bodyOf(changed)["members"]], ["Who develops", ["bob"]]);
    assert.deepEqual(bodyOf(await world.ask("GET", "/groups/dev", AS_ROOT)), bodyOf(changed));
    assert.deepEqual(bodyOf(await world.ask("GET", "/groups", AS_ROOT)), { items: [bodyOf(changed)] });

    const replaced = await world.ask("PUT", "/groups/dev", { ...AS_ROOT, json: { members: ["alice"] } });
    assert.deepEqual([bodyOf(replaced)["description"], bodyOf(replaced)["members"]], [null, ["alice"]]);
    await world.ask("DELETE", "/groups/dev", AS_ROOT);
    assert.equal((await world.ask("GET", "/groups/dev", AS_ROOT)).problem?.code, "group-not-found");
  });

  test("are nobody else's business", async () => {
    for (const [method, path, json] of [
      ["GET", "/groups", undefined],
      ["GET", "/groups/dev", undefined],
      ["POST", "/groups", { name: "mine", isAdmin: true, members: ["alice"] }],
      ["PATCH", "/groups/dev", { join: ["alice"] }],
      ["DELETE", "/groups/dev", undefined],
      ["GET", "/permissions", undefined],
      ["GET", "/permissions/x", undefined],
      ["POST", "/permissions", { name: "mine", repositories: ["ANY"], users: { alice: ["administer"] } }],
      ["PATCH", "/permissions/x", { users: {} }],
      ["DELETE", "/permissions/x", undefined],
    ] as const) {
      const wish = json === undefined ? {} : { json };
      assert.equal((await world.ask(method, path, { ...wish, as: "alice" })).problem?.code, "not-permitted", path);
      assert.equal((await world.ask(method, path, wish)).problem?.code, "not-signed-in", path);
    }
  });
});

describe("permission targets", () => {
  test("are made, changed and removed by administrators", async () => {
    const wish = { name: "team", repositories: ["alice.dev"], users: { bob: ["read", "publish"] } };
    const made = bodyOf(await world.ask("POST", "/permissions", { ...AS_ROOT, json: wish }));
    assert.deepEqual([made["users"], made["includes"], made["modifiedAt"]], [wish.users, [], null]);
    const again = await world.ask("POST", "/permissions", { ...AS_ROOT, json: wish });
    assert.equal(again.problem?.code, "permission-target-exists");

    const json = { includes: ["foo/**"], users: { bob: ["read"], anonymous: ["read"] } };
    const changed = bodyOf(await world.ask("PATCH", "/permissions/team", { ...AS_ROOT, json }));
    assert.deepEqual(
      [changed["repositories"], changed["includes"], changed["users"]],
      [["alice.dev"], ["foo/**"], json.users],
    );
    assert.deepEqual(bodyOf(await world.ask("GET", "/permissions/team", AS_ROOT)), changed);
    assert.deepEqual(bodyOf(await world.ask("GET", "/permissions", AS_ROOT)), { items: [changed] });

    const replaced = await world.ask("PUT", "/permissions/team", { ...AS_ROOT, json: { repositories: ["ANY"] } });
    assert.deepEqual([bodyOf(replaced)["includes"], bodyOf(replaced)["users"]], [[], {}]);
    await world.ask("DELETE", "/permissions/team", AS_ROOT);
    assert.equal((await world.ask("GET", "/permissions/team", AS_ROOT)).problem?.code, "permission-target-not-found");
  });

  test("refuse in words what they cannot be", async () => {
    const { problem } = await world.ask("POST", "/permissions", {
      ...AS_ROOT,
      json: { name: "team", repositories: ["nothing"], users: {} },
    });
    assert.equal(problem?.code, "setting-invalid");
    assert.match(JSON.stringify(problem), /'nothing'/);
    const odd = await world.ask("POST", "/permissions", {
      ...AS_ROOT,
      json: { name: "team", repositories: ["ANY"], users: { bob: ["fly"] } },
    });
    assert.equal(odd.problem?.code, "request-invalid");
  });
});

describe("why", () => {
  test("names the rule, to who may ask", async () => {
    const ask = (query: string, as?: string) => world.ask("GET", `/why?${query}`, as === undefined ? {} : { as });
    assert.deepEqual(bodyOf(await ask("user=bob&action=publish&repository=alice/dev", "bob")), {
      user: "bob",
      action: "publish",
      repository: "alice/dev",
      path: null,
      isAllowed: false,
      because: "not among the publishers of alice/dev",
    });
    assert.equal(bodyOf(await ask("action=read&repository=alice.dev"))["isAllowed"], true, "strangers about strangers");
    assert.equal(bodyOf(await ask("user=bob&action=read&repository=alice/dev", "alice"))["isAllowed"], true, "owners");
    assert.equal((await ask("user=alice&action=read&repository=alice/dev", "bob")).problem?.code, "not-permitted");
    assert.equal((await ask("action=fly&repository=alice/dev", "bob")).problem?.code, "request-invalid");
    assert.equal((await ask("action=read&repository=alice/none", "bob")).problem?.code, "repository-not-found");
    assert.equal((await ask("user=eve&action=read&repository=alice/dev", "root")).problem?.code, "user-not-found");
  });
});

describe("administrators", () => {
  test("are made by administrators, and do what root does", async () => {
    assert.equal(
      (await world.ask("PATCH", "/users/bob", { as: "bob", json: { isAdmin: true } })).problem?.code,
      "not-permitted",
    );
    const made = await world.ask("POST", "/users", { ...AS_ROOT, json: { name: "ops", isAdmin: true } });
    assert.equal(bodyOf(made)["isAdmin"], true);
    assert.equal(bodyOf(await world.ask("GET", "/users/ops", { as: "alice" }))["isAdmin"], null);
    assert.equal(bodyOf(await world.ask("GET", "/users/root", AS_ROOT))["isAdmin"], true);
    await world.ask("DELETE", "/users/ops", AS_ROOT);
  });
});
