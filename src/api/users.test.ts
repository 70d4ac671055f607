import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject } from "#core";
import { type ApiWorld, bodyOf, openApiWorld, tokenOf, UNLIMITED } from "../../tests/support/api-world.ts";

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
});
after(() => world[Symbol.asyncDispose]());

describe("accounts", () => {
  test("are made, changed and removed by their user and root", async () => {
    const made = await world.ask("POST", "/users", { json: { name: "carol", password: "x", email: "c@example.org" } });
    assert.equal(bodyOf(made)["email"], "c@example.org");
    assert.equal(
      (await world.ask("POST", "/users", { json: { name: "carol", password: "x" } })).problem?.code,
      "user-exists",
    );

    const changed = await world.ask("PATCH", "/users/carol", { as: "carol", json: { title: "C", email: null } });
    assert.deepEqual([bodyOf(changed)["title"], bodyOf(changed)["email"]], ["C", null]);
    assert.equal((await world.ask("PATCH", "/users/carol", { as: "bob", json: { title: "x" } })).status, 403);
    assert.equal((await world.ask("DELETE", "/users/carol", { as: "bob" })).status, 403);
    await world.ask("DELETE", "/users/carol", { as: "carol" });
    assert.equal((await world.ask("GET", "/users/carol", { as: "root" })).problem?.code, "user-not-found");
  });

  test("show e-mail address, custom data and whether there is a password to their user and root only", async () => {
    await world.ask("PATCH", "/users/alice", { as: "alice", json: { email: "a@example.org", customData: { a: 1 } } });

    for (const as of ["alice", "root"]) {
      const { email, customData, hasPassword } = bodyOf(await world.ask("GET", "/users/alice", { as }));
      assert.deepEqual([email, customData, hasPassword], ["a@example.org", { a: 1 }, true]);
    }
    const { email, customData, hasPassword } = bodyOf(await world.ask("GET", "/users/alice", { as: "bob" }));
    assert.deepEqual([email, customData, hasPassword], [null, null, null]);
    const listed = bodyOf(await world.ask("GET", "/users", { as: "bob" }))["items"] as JsonObject[];
    assert.deepEqual(
      listed.map((user) => [user["name"], user["email"]]),
      [
        ["alice", null],
        ["bob", null],
        ["root", null],
      ],
    );
  });

  test("are told to nobody who has not signed in, not even whether they exist", async () => {
    for (const path of ["/users", "/users/alice", "/users/nobody", "/users/nobody/tokens"]) {
      assert.equal((await world.ask("GET", path)).problem?.code, "not-signed-in", path);
    }
    assert.equal((await world.ask("PATCH", "/users/nobody", { json: {} })).problem?.code, "not-signed-in");
    const made = await world.ask("PUT", "/repositories/nobody/dev", { json: { kind: "local" } });
    assert.equal(made.problem?.code, "not-signed-in");
  });

  test("have a password unless root makes them without", async () => {
    assert.equal((await world.ask("POST", "/users", { json: { name: "dave" } })).problem?.code, "setting-invalid");
    const made = await world.ask("POST", "/users", { as: "root", json: { name: "dave" } });
    assert.equal(bodyOf(made)["hasPassword"], false);
    await world.ask("DELETE", "/users/dave", { as: "root" });
  });

  test("are not taken over with a token that was found", async () => {
    const token = tokenOf("bob", UNLIMITED);

    assert.equal((await world.ask("PATCH", "/users/bob", { as: token, json: { password: "x" } })).status, 403);
    assert.equal((await world.ask("DELETE", "/users/bob", { as: token })).status, 403);
    assert.equal((await world.ask("POST", "/users/bob/tokens", { as: token, json: { name: "more" } })).status, 403);
  });
});

describe("tokens", () => {
  test("are issued with a secret that signs in, listed without it, and revoked", async () => {
    const issued = bodyOf(await world.ask("POST", "/users/bob/tokens", { as: "bob", json: { name: "ci" } }));
    const { id } = issued["token"] as { id: string };
    const authorization = `Basic ${Buffer.from(`__token__:${String(issued["secret"])}`).toString("base64")}`;
    const credentials = { authorization, devpiAuth: null, remoteAddress: "127.0.0.1" };
    const { principal } = await world.access.authenticate(credentials);
    assert.deepEqual([principal.kind, "owner" in principal && principal.owner], ["token", "bob"]);

    const listed = await world.ask("GET", "/users/bob/tokens", { as: "bob" });
    assert.doesNotMatch(JSON.stringify(listed.body), new RegExp(String(issued["secret"])));
    assert.deepEqual((bodyOf(listed)["items"] as JsonObject[]).length, 1);

    await world.ask("DELETE", `/users/bob/tokens/${id}`, { as: "bob" });
    await assert.rejects(world.access.authenticate(credentials));
    assert.equal(
      (await world.ask("DELETE", `/users/bob/tokens/${id}`, { as: "bob" })).problem?.code,
      "token-not-found",
    );
  });

  test("keep their limits, with projects in their normal form", async () => {
    const limits = [{ action: "publish", repository: "bob/*", projects: ["Foo_Bar"] }];
    const issued = bodyOf(await world.ask("POST", "/users/bob/tokens", { as: "bob", json: { name: "ci", limits } }));

    assert.deepEqual((issued["token"] as JsonObject)["limits"], [
      { action: "publish", repository: "bob/*", projects: ["foo-bar"] },
    ]);
  });

  test("that would silently not work are refused", async () => {
    const wrong = [
      { name: "x", limits: [{ action: "read", repository: "nonsense" }] },
      { name: "x", limits: [{ action: "read", repository: "*", projects: ["not a name!"] }] },
      { name: "x", expiresAt: "2026-11-24T10:42:18Z" },
    ];
    for (const json of wrong) {
      const { problem } = await world.ask("POST", "/users/bob/tokens", { as: "bob", json });
      assert.equal(problem?.code, "setting-invalid", JSON.stringify(json));
    }
    const unknown = await world.ask("POST", "/users/bob/tokens", { as: "bob", json: { name: "x", limit: [] } });
    assert.equal(unknown.problem?.code, "request-invalid");
  });

  test("are their owner's and root's", async () => {
    for (const [method, path, json] of [
      ["GET", "/users/bob/tokens", undefined],
      ["POST", "/users/bob/tokens", { name: "x" }],
      ["DELETE", "/users/bob/tokens/any", undefined],
    ] as const) {
      const answer = await world.ask(method, path, { as: "alice", ...(json === undefined ? {} : { json }) });
      assert.equal(answer.status, 403, `${method} ${path}`);
    }
    assert.equal((await world.ask("GET", "/users/bob/tokens", { as: "root" })).status, 200);
  });
});
