import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { JsonObject, Limit, Principal, UserName } from "#core";
import { openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

const BROWSER = { accept: "text/html,*/*;q=0.8" };

describe("users", () => {
  let world: SpokenWorld;

  beforeEach(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test("where sign-up is open, anybody makes an account, and gets 201 with what it is", async () => {
    const { status, body } = await world.ask("PUT", "/carol", { json: { password: "x", email: "c@example.org" } });

    assert.equal(status, 201);
    assert.deepEqual(body, {
      type: "userconfig",
      result: { username: "carol", indexes: {}, created: "2026-11-24T10:42:18Z", email: "c@example.org" },
    });
    await signsIn("carol", "x");
  });

  test("a user that is there, a missing password, a bad name and unknown keys are refused in devpi's words", async () => {
    const refusals = [
      ["/alice", { password: "x" }, 409, "user already exists"],
      ["/carol", {}, 400, "password needs to be set"],
      ["/carol", { password: "x", zzz: 1 }, 400, "Unknown keys in user config: zzz"],
      [
        "/b%21b",
        { password: "x" },
        400,
        "username 'b!b' contains characters that aren't allowed. Any ascii symbol besides -.@_ is blocked.",
      ],
    ] as const;
    for (const [path, json, status, message] of refusals) {
      const answer = await world.ask("PUT", path, { json });
      assert.deepEqual([answer.status, answer.body], [status, { message }], path);
    }
  });

  test("a word of the server's own cannot be a user, and who looks for one finds nothing", async () => {
    for (const path of ["/api", "/simple", "/+weird"]) {
      assert.equal((await world.ask("PUT", path, { json: { password: "x" } })).status, 400, path);
      assert.equal((await world.ask("GET", path)).status, 404, path);
    }
  });

  test("where sign-up is closed, only root makes accounts", async () => {
    await using closed = await openSpokenWorld(devpiDialect, { signUp: "closed" });

    assert.equal((await closed.ask("PUT", "/carol", { json: { password: "x" } })).status, 403);
    assert.equal((await closed.ask("PUT", "/carol", { as: "root", json: { password: "x" } })).status, 201);
    assert.equal((await closed.ask("PUT", "/dave", { as: "carol", json: { password: "x" } })).status, 403);
  });

  test("users are listed with the indexes that the reader may see", async () => {
    await world.makeRepository("alice/dev", { kind: "local" });
    await world.makeRepository("alice/secret", { kind: "local", readers: ["alice"] });

    const seen = async (as?: string) => {
      const { body } = await world.ask("GET", "/", as === undefined ? {} : { as });
      const { type, result } = body as { type: string; result: Record<string, { indexes: JsonObject }> };
      assert.equal(type, "list:userconfig");
      assert.deepEqual(Object.keys(result), ["alice", "bob", "root"]);
      return Object.keys(result["alice"]?.indexes ?? {});
    };

    assert.deepEqual(await seen(), ["dev"]);
    assert.deepEqual(await seen("alice"), ["dev", "secret"]);
    assert.deepEqual(await seen("root"), ["dev", "secret"]);
    const { body } = await world.ask("GET", "/alice");
    assert.deepEqual(Object.keys((body as { result: { indexes: JsonObject } }).result.indexes), ["dev"]);
  });

  test("an unknown user is 404 in devpi's words, for whatever is asked", async () => {
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const { status, body } = await world.ask(method, "/nobody", { as: "root", json: {} });
      assert.deepEqual([status, body], [404, { message: "no user 'nobody'" }], method);
    }
  });

  test("keys that are not sent stay, falsy ones go, and the answer is exactly the message", async () => {
    await world.ask("PATCH", "/bob", { as: "bob", json: { title: "T", description: "D" } });
    world.tick(60);
    const answer = await world.ask("PATCH", "/bob/", { as: "bob", json: { title: "", indexes: { x: {} }, zzz: 1 } });

    assert.deepEqual([answer.status, answer.body], [200, { message: "user updated" }]);
    assert.deepEqual((await world.ask("GET", "/bob")).body, {
      type: "userconfig",
      result: {
        username: "bob",
        indexes: {},
        created: "2026-11-24T10:42:18Z",
        modified: "2026-11-24T10:43:18Z",
        description: "D",
      },
    });
  });

  test("a changed password answers with a new login, and is the one that counts", async () => {
    const { status, body } = await world.ask("PATCH", "/bob", { as: "bob", json: { password: "new" } });
    const { type, message, result } = body as { type: string; message: string; result: JsonObject };

    assert.deepEqual([status, type, message], [200, "userpassword", "user updated, new proxy auth"]);
    assert.equal(result["expiration"], 36_000);
    await signsIn("bob", String(result["password"]));
    await signsIn("bob", "new");
    await assert.rejects(signsIn("bob", "bob's password"));
  });

  test("another's account is changed by root only; devpi's 403 is told, also to who has not signed in", async () => {
    for (const as of ["alice", undefined]) {
      const who = as === undefined ? {} : { as };
      const change = await world.ask("PATCH", "/bob", { ...who, json: { title: "x" } });
      assert.deepEqual([change.status, change.body], [403, { message: "no permission to modify user bob" }]);
      const password = await world.ask("PATCH", "/bob", { ...who, json: { password: "x" } });
      assert.deepEqual(
        [password.status, password.body],
        [403, { message: "no permission to change password for user bob" }],
      );
      assert.equal((await world.ask("DELETE", "/bob", who)).status, 403);
    }
    assert.equal((await world.ask("PATCH", "/bob", { as: "root", json: { title: "x" } })).status, 200);
  });

  test("a token changes and removes no account, whatever it is good for", async () => {
    const limits: Limit[] = [{ action: "*", repository: "*", projects: null }];
    const token: Principal = { kind: "token", owner: "bob" as UserName, id: "t", groups: [], limits };

    assert.equal((await world.ask("PATCH", "/bob", { as: token, json: { password: "x" } })).status, 403);
    assert.equal((await world.ask("PATCH", "/bob", { as: token, json: { title: "x" } })).status, 403);
    assert.equal((await world.ask("DELETE", "/bob", { as: token })).status, 403);
  });

  test("where changes are kept to a list, those on it change accounts, and everybody the own password", async () => {
    await using restricted = await openSpokenWorld(devpiDialect, { restrictModify: ["alice"] });
    await restricted.makeUsers("alice", "bob");
    const patched = async (as: string, path: string, json: JsonObject) =>
      (await restricted.ask("PATCH", path, { as, json })).status;

    assert.equal(await patched("alice", "/bob", { title: "x" }), 200);
    assert.equal(await patched("bob", "/bob", { title: "x" }), 403);
    assert.equal(await patched("bob", "/bob", { password: "new" }), 200);
    assert.equal(await patched("root", "/bob", { title: "x" }), 403);
  });

  test("a user removes themself with their volatile indexes", async () => {
    await world.makeRepository("bob/dev", { kind: "local", mutability: "volatile" });
    const answer = await world.ask("DELETE", "/bob", { as: "bob" });

    assert.deepEqual([answer.status, answer.body], [200, { message: "user 'bob' deleted" }]);
    assert.equal((await world.ask("GET", "/bob")).status, 404);
    assert.equal((await world.ask("GET", "/bob/dev")).status, 404);
  });

  test("a user with a non-volatile index stays, and so does root", async () => {
    await world.makeRepository("bob/prod", { kind: "local", mutability: "immutable" });
    const kept = await world.ask("DELETE", "/bob", { as: "bob" });

    assert.deepEqual([kept.status, kept.body], [403, { message: "user 'bob' has non-volatile index: prod" }]);
    assert.equal((await world.ask("DELETE", "/root", { as: "root" })).status, 403);
  });

  test("the rule for non-volatile indexes binds those who administer too, and strangers are not told what is there", async () => {
    await using restricted = await openSpokenWorld(devpiDialect, { restrictModify: ["alice"] });
    await restricted.makeUsers("alice", "bob", "carol");
    await restricted.makeRepository("bob/prod", { kind: "local", mutability: "immutable" });

    const listed = await restricted.ask("DELETE", "/bob", { as: "alice" });
    assert.deepEqual([listed.status, listed.body], [403, { message: "user 'bob' has non-volatile index: prod" }]);
    const stranger = await restricted.ask("DELETE", "/bob", { as: "carol" });
    assert.deepEqual([stranger.status, stranger.body], [403, { message: "no permission to delete user bob" }]);
  });

  test("a browser gets pages with links", async () => {
    await world.makeRepository("alice/dev", { kind: "local" });

    assert.match(
      String((await world.ask("GET", "/", { headers: BROWSER })).body),
      /href="https:\/\/here\.example\/alice"/,
    );
    assert.match(String((await world.ask("GET", "/alice", { headers: BROWSER })).body), /href="[^"]*\/alice\/dev"/);
  });

  async function signsIn(user: string, password: string): Promise<void> {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const proof = await world.access.authenticate({ authorization, devpiAuth: null, remoteAddress: "127.0.0.1" });
    assert.deepEqual(proof.principal, { kind: "user", name: user, groups: [] });
  }
});
