import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject, Principal } from "#core";
import { type Answer, openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

const DAY = 24 * 60 * 60;
const NOW = Date.UTC(2026, 10, 24, 10, 42, 18) / 1000;

describe("devpi-tokens' addresses", () => {
  let world: SpokenWorld;

  before(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice", "bob");
    await world.makeRepository("alice/dev", { kind: "local" });
    await world.makeRepository("alice/prod", { kind: "local" });
  });
  after(() => world[Symbol.asyncDispose]());

  const make = (json: JsonObject, as = "alice"): Promise<Answer> =>
    world.ask("POST", "/alice/+token-create", { json, as });

  async function tokenFor(json: JsonObject): Promise<string> {
    const answer = await make(json);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return String(resultOf(answer)["token"]);
  }

  async function principalOf(secret: string, user = "alice"): Promise<Principal> {
    const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
    return (await world.access.authenticate({ authorization, devpiAuth: null, remoteAddress: "" })).principal;
  }

  test("a token that was made is its owner, within its restrictions, also without a name or as the name", async () => {
    const secret = await tokenFor({ allowed: ["upload"], indexes: ["alice/dev"], projects: ["Foo_Bar"] });

    assert.match(secret, /^devpi-[\w-]+$/);
    for (const [user, password] of [
      ["alice", secret],
      ["", secret],
      ["__token__", secret],
      [secret, ""],
    ] as const) {
      const principal = await principalOf(password, user);
      assert.ok(principal.kind === "token" && principal.owner === "alice");
    }
    const principal = await principalOf(secret);
    const { registry } = world;
    const dev = await registry.repository("alice/dev" as never);
    const prod = await registry.repository("alice/prod" as never);
    assert.ok(dev !== null && prod !== null);
    assert.equal(registry.decide(principal, "publish", dev, "foo-bar" as never).isAllowed, true);
    assert.equal(registry.decide(principal, "publish", dev, "other" as never).isAllowed, false);
    assert.equal(registry.decide(principal, "publish", prod, "foo-bar" as never).isAllowed, false);
    assert.equal(registry.decide(principal, "remove", dev, "foo-bar" as never).isAllowed, false);
  });

  test("+api says that a token's owner is logged in, which token-login asks", async () => {
    const secret = await tokenFor({});
    const answer = await world.ask("GET", "/+api", { as: await principalOf(secret) });

    assert.deepEqual(resultOf(answer)["authstatus"], ["ok", "alice", []]);
  });

  test("tokens are listed with their restrictions, and revoked by their id, at once", async () => {
    const secret = await tokenFor({ projects: ["foo"], expires: NOW + DAY });
    const principal = await principalOf(secret);
    assert.ok(principal.kind === "token");
    const tokens = resultOf(await world.ask("GET", "/alice/+tokens", { as: "alice" }))["tokens"] as JsonObject;
    assert.deepEqual(tokens[principal.id], { restrictions: [`expires=${NOW + DAY}`, "projects=foo"] });

    const gone = await world.ask("DELETE", `/alice/+tokens/${principal.id}`, { as: "alice" });

    assert.deepEqual([gone.status, gone.body], [200, { message: `token ${principal.id} deleted` }]);
    await assert.rejects(principalOf(secret), /wrong-credentials/);
    const again = await world.ask("DELETE", `/alice/+tokens/${principal.id}`, { as: "alice" });
    assert.deepEqual([again.status, again.body], [404, { message: `No token with id ${principal.id}` }]);
  });

  test("nobody but the user and root makes, sees or revokes tokens, and no token does", async () => {
    const token = await principalOf(await tokenFor({}));
    for (const as of [undefined, "bob", token]) {
      const wish = as === undefined ? {} : { as };
      for (const [method, path] of [
        ["POST", "/alice/+token-create"],
        ["GET", "/alice/+tokens"],
        ["DELETE", "/alice/+tokens/x"],
      ] as const) {
        assert.equal((await world.ask(method, path, wish)).status, 403, `${method} ${path}`);
      }
    }
    assert.equal((await world.ask("GET", "/nobody/+tokens", { as: "root" })).status, 404);
    assert.equal((await world.ask("GET", "/alice/+tokens", { as: "root" })).status, 200);
  });

  test("a token lives for a year unless it is said, and only root makes one for longer", async () => {
    const principal = await principalOf(await tokenFor({}));
    assert.ok(principal.kind === "token");
    const tokens = resultOf(await world.ask("GET", "/alice/+tokens", { as: "alice" }))["tokens"] as JsonObject;
    assert.deepEqual(tokens[principal.id], { restrictions: [`expires=${NOW + 366 * DAY + 10}`] });
    for (const [expires, message] of [
      ["never", "Not allowed to create token with no expiration"],
      [NOW + 367 * DAY, "Not allowed to set expiration to more than one year"],
    ] as const) {
      const answer = await make({ expires });
      assert.deepEqual([answer.status, answer.body], [403, { message }]);
      assert.equal((await make({ expires }, "root")).status, 200);
    }
  });

  for (const [json, message] of [
    [{ expires: NOW }, "Can't set expiration before current time"],
    [{ expires: "soon" }, "Invalid value 'soon' for expiration"],
    [{ not_before: "soon" }, "Invalid value 'soon' for not before"],
    [{ surprise: 1 }, "Unknown restriction 'surprise'."],
    [{ allowed: "upload" }, "The allowed restriction must be a list"],
    [{ indexes: [1] }, "Item at position 1 is not a string in indexes list"],
    [{ projects: ["foo", ""] }, "Empty item at position 2 in projects list"],
  ] as const) {
    test(`the restriction ${JSON.stringify(json)} is refused in devpi-tokens' words`, async () => {
      const answer = await make(json);
      assert.deepEqual([answer.status, answer.body], [400, { message }]);
    });
  }

  test("a token whose restrictions leave nothing is refused instead of made", async () => {
    assert.equal((await make({ allowed: ["user_modify"] })).status, 400);
  });

  test("a token that begins later is none until then, and one whose end has come is none any more", async () => {
    const later = await tokenFor({ not_before: NOW + DAY, expires: NOW + 3 * DAY });
    await assert.rejects(principalOf(later), /wrong-credentials/);
    world.tick(2 * DAY);
    assert.equal((await principalOf(later)).kind, "token");
    world.tick(2 * DAY);
    await assert.rejects(principalOf(later), /wrong-credentials/);
  });
});

function resultOf({ body }: Answer): JsonObject {
  return (body as { readonly result: JsonObject }).result;
}
