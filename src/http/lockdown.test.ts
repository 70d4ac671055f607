import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openFrontWorld } from "../../tests/support/front-world.ts";

const LOCKED = { settings: { isLockedDown: true } };

describe("a server that is locked down", () => {
  test("answers nothing to strangers but a challenge, whether it is there or not", async () => {
    await using world = await openFrontWorld(LOCKED);
    const paths = [
      "/",
      "/alice",
      "/alice/dev",
      "/alice/dev/simple/",
      "/alice/dev/+simple/foo/",
      "/dev/simple/",
      "/nobody/nothing/simple/foo/",
      "/+status",
      "/+metrics",
      "/+nothing",
      "/api/v1/repositories",
      "/alice//dev",
    ];
    for (const path of paths) {
      const { status, headers, body } = await world.ask(path);
      assert.deepEqual([status, headers["www-authenticate"]], [401, 'Basic realm="vivarium"'], path);
      assert.doesNotMatch(body.toString(), /alice|dev/, path);
    }
  });

  test("takes nothing from strangers either, also where an index says everybody may", async () => {
    await using world = await openFrontWorld(LOCKED);
    for (const method of ["PUT", "POST", "PATCH", "DELETE"]) {
      assert.equal((await world.ask("/alice/dev", { method })).status, 401, method);
    }
    assert.equal((await world.ask("/api/v1/users", { method: "POST", body: "{}" })).status, 401);
  });

  test("answers health, discovery and login to everybody", async () => {
    await using world = await openFrontWorld(LOCKED);
    for (const path of ["/+health/live", "/+health/ready", "/+api", "/alice/+api", "/alice/dev/+api"]) {
      assert.equal((await world.ask(path)).status, 200, path);
    }
    const json = JSON.stringify({ user: "alice", password: "alice's password" });
    const headers = { "content-type": "application/json" };
    assert.equal((await world.ask("/+login", { method: "POST", headers, body: json })).status, 200);
  });

  test("is to those who have signed in as it was", async () => {
    await using world = await openFrontWorld(LOCKED);
    assert.equal((await world.publish("alice/dev", "foo", "1.0")).status, 200);
    for (const path of ["/", "/+metrics", "/alice/dev", "/alice/dev/simple/foo/", "/+status"]) {
      assert.equal((await world.ask(path, { as: "bob" })).status, 200, path);
    }
    assert.equal((await world.ask("/nobody/nothing/simple/foo/", { as: "bob" })).status, 404);
  });

  test("shows no stranger what is in memory for those who have signed in", async () => {
    await using world = await openFrontWorld(LOCKED);
    await world.publish("alice/dev", "foo", "1.0");
    for (const as of ["bob", "bob"]) await world.ask("/alice/dev/simple/foo/", { as });

    assert.equal((await world.ask("/alice/dev/simple/foo/")).status, 401);
  });
});

test("X-DEVPI-SERIAL after a write is that write's, also while others write", async () => {
  await using world = await openFrontWorld();
  const headers = { "user-agent": "devpi-client/7.3.0", "content-type": "application/json" };
  const titles = Array.from({ length: 20 }, (_each, index) => `title ${index}`);
  const answers = await Promise.all(
    titles.map((title) =>
      world.ask("/alice/dev", { method: "PATCH", as: "alice", headers, body: JSON.stringify({ title }) }),
    ),
  );
  const serials = answers.map((answer) => Number(answer.headers["x-devpi-serial"]));
  assert.equal(new Set(serials).size, titles.length);
  const last = Math.max(...serials);
  assert.equal(last, world.registry.head);
  const entries = new Map<number, unknown>();
  const system = { kind: "system", reason: "test" } as const;
  for await (const { seq, event } of world.registry.journal(0 as never, system, AbortSignal.timeout(10_000))) {
    if (event.type === "repository.saved") entries.set(seq, event.repository.title);
    if (seq === last) break;
  }
  assert.deepEqual(
    serials.map((serial) => entries.get(serial)),
    titles,
  );
});
