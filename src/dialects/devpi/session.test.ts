import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject, Limit, Principal, Seq, UserName } from "#core";
import { aCall } from "../../../tests/support/fake-call.ts";
import { A_SERVER, openSpokenWorld, type SpokenWorld } from "../../../tests/support/spoken-world.ts";
import { devpiDialect } from "./devpi.ts";

describe("discovery and login", () => {
  let world: SpokenWorld;

  before(async () => {
    world = await openSpokenWorld(devpiDialect);
    await world.makeUsers("alice");
    await world.makeRepository("alice/dev", { kind: "local" });
    await world.makeRepository("root/pypi", { kind: "remote", url: "https://upstream.example/simple/" });
  });
  after(() => world[Symbol.asyncDispose]());

  test("+api tells where to log in and what we can, at the root and below a user", async () => {
    for (const path of ["/+api", "/alice/+api"]) {
      const { status, body } = await world.ask("GET", path);

      assert.equal(status, 200);
      assert.deepEqual(body, {
        type: "apiconfig",
        result: {
          login: "https://here.example/+login",
          authstatus: ["noauth", "", []],
          features: ["push-no-docs", "push-only-docs", "push-register-project", "server-keyvalue-parsing"],
        },
      });
    }
  });

  test("+api of an index tells its addresses, and where to upload unless it is a mirror", async () => {
    const stage = resultOf(await world.ask("GET", "/alice/dev/+api"));
    const mirror = resultOf(await world.ask("GET", "/root/pypi/+api"));

    assert.equal(stage["index"], "https://here.example/alice/dev");
    assert.equal(stage["simpleindex"], "https://here.example/alice/dev/+simple/");
    assert.equal(stage["pypisubmit"], "https://here.example/alice/dev/");
    assert.equal("pypisubmit" in mirror, false);
  });

  test("addresses have the prefix under which the server is reached", async () => {
    const answer = await world.ask("GET", "/alice/dev/+api", { publicUrl: "https://host.example/pkg" });

    assert.equal(resultOf(answer)["login"], "https://host.example/pkg/+login");
    assert.equal(resultOf(answer)["index"], "https://host.example/pkg/alice/dev");
  });

  test("+api of an index that is not there is 404 in devpi's words", async () => {
    const { status, body } = await world.ask("GET", "/alice/nosuch/+api");

    assert.deepEqual([status, body], [404, { message: "The stage alice/nosuch could not be found." }]);
  });

  test("+api says who is logged in, by password or by token", async () => {
    const limits: Limit[] = [{ action: "*", repository: "*", projects: null }];
    const token: Principal = { kind: "token", owner: "alice" as UserName, id: "t", groups: ["ops"], limits };

    assert.deepEqual(resultOf(await world.ask("GET", "/+api", { as: "alice" }))["authstatus"], ["ok", "alice", []]);
    assert.deepEqual(resultOf(await world.ask("GET", "/+api", { as: token }))["authstatus"], ["ok", "alice", ["ops"]]);
  });

  test("+login gives a token that is good as a password for ten hours", async () => {
    const answer = await world.ask("POST", "/+login", { json: { user: "alice", password: "alice's password" } });
    const { password, expiration } = resultOf(answer) as { password: string; expiration: number };

    assert.equal(answer.status, 200);
    assert.equal((answer.body as JsonObject)["type"], "proxyauth");
    assert.equal((answer.body as JsonObject)["message"], "login successful");
    assert.equal(expiration, 36_000);
    assert.match(password, /^[\x21-\x7e]+$/, "the client encodes it as ASCII");
    const authorization = `Basic ${Buffer.from(`alice:${password}`).toString("base64")}`;
    const proof = await world.access.authenticate({ authorization, devpiAuth: null, remoteAddress: "127.0.0.1" });
    assert.deepEqual(proof.principal, { kind: "user", name: "alice", groups: [] });
  });

  test("+login with the wrong password, or of nobody, is 401 in devpi's words", async () => {
    for (const user of ["alice", "nobody", "not a name"]) {
      const { status, body } = await world.ask("POST", "/+login", { json: { user, password: "wrong" } });
      assert.deepEqual([status, body], [401, { message: `user '${user}' could not be authenticated` }]);
    }
  });

  test("+login without a user or a password is 400", async () => {
    for (const json of [{ user: "alice" }, { password: "x" }, { user: 1, password: "x" }, {}]) {
      const { status, body } = await world.ask("POST", "/+login", { json });
      assert.deepEqual([status, body], [400, { message: "Bad request: no user/password specified" }]);
    }
  });

  test("every answer carries devpi's headers", () => {
    const { registry, access } = world;
    const dialect = devpiDialect({
      registry,
      access,
      installationId: "installation-1",
      version: "0.0.1",
      server: A_SERVER,
    });

    assert.equal(dialect.headers?.(aCall(), 7 as Seq)["x-devpi-serial"], "7");
    assert.deepEqual(dialect.headers?.(aCall(), null), {
      "x-devpi-api-version": "2",
      "x-devpi-server-version": "6.20.3",
      "x-devpi-serial": String(registry.head),
      "x-devpi-uuid": "installation-1",
      "x-devpi-primary-uuid": "installation-1",
      "x-devpi-master-uuid": "installation-1",
    });
  });

  test("a refusal is JSON of exactly that type, unless a browser asks, which gets no links to take for files", () => {
    const { registry, access } = world;
    const dialect = devpiDialect({ registry, access, installationId: "i", version: "0", server: A_SERVER });
    const problem = { code: "user-not-found", user: "<b>" } as const;

    const forClient = dialect.renderProblem(problem, "ours", aCall({ headers: { accept: "application/json" } }), 401);
    const forBrowser = dialect.renderProblem(problem, "ours", aCall({ headers: { accept: "text/html" } }), 401);

    assert.equal(forClient.contentType, "application/json");
    assert.deepEqual(JSON.parse(forClient.body), { message: "no user '<b>'" });
    assert.equal(forBrowser.contentType, "text/html; charset=utf-8");
    assert.doesNotMatch(forBrowser.body, /<b>|<a /);
  });
});

function resultOf({ body }: { readonly body: unknown }): JsonObject {
  return (body as { readonly result: JsonObject }).result;
}
