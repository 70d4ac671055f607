import assert from "node:assert/strict";
import { test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { basic, expectStatus, jsonOf, openTestApp, type TestApp } from "../support/test-app.ts";

const FOO = { name: "foo", version: "1.0" };
const BAR = { name: "bar", version: "1.0" };
const CLOSED = "root/closed";
const PAGE = `/${CLOSED}/simple/foo/`;

/** `root/closed` with foo and bar, which only root reads; alice and bob have accounts. */
async function openClosed(): Promise<TestApp> {
  const app = await openTestApp();
  await app.user("alice");
  await app.user("bob");
  await app.index(CLOSED, { readers: [], publishers: ["root"] });
  for (const file of [FOO, BAR]) {
    expectStatus(await app.as("root").publish(CLOSED, aWheelFile(file), file), 200);
  }
  return app;
}

async function govern(app: TestApp, method: string, path: string, json?: object): Promise<void> {
  const reply = await app.as("root").ask(method, `/api/v1${path}`, json === undefined ? {} : { json });
  expectStatus(reply, method === "POST" ? 201 : method === "DELETE" ? 204 : 200);
}

function grant(app: TestApp, json: object): Promise<void> {
  return govern(app, "PUT", "/permissions/team", { repositories: ["closed"], ...json });
}

async function aToken(app: TestApp, owner: string, limits?: readonly object[]): Promise<string> {
  const json = { name: "ci", ...(limits === undefined ? {} : { limits }) };
  const reply = await app.as(owner).ask("POST", `/api/v1/users/${owner}/tokens`, { json });
  return jsonOf<{ secret: string }>(expectStatus(reply, 201)).secret;
}

test("a group that is let in reads and publishes, and who leaves it is out at once, however hot the pages", async () => {
  await using app = await openClosed();
  await govern(app, "POST", "/groups", { name: "dev", members: ["alice", "bob"] });
  await grant(app, { groups: { dev: ["read", "publish"] } });
  const next = { ...FOO, version: "2.0" };
  expectStatus(await app.as("bob").publish(CLOSED, aWheelFile(next), next), 200);
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await app.as("bob").get(PAGE)).status, 200);
    assert.equal((await app.as("alice").get(PAGE)).status, 200);
    assert.equal((await app.anyone().get(PAGE)).status, 401);
  }

  await govern(app, "PATCH", "/groups/dev", { leave: ["bob"] });

  assert.equal((await app.as("bob").get(PAGE)).status, 403);
  assert.equal((await app.as("alice").get(PAGE)).status, 200);
  await govern(app, "DELETE", "/permissions/team");
  assert.equal((await app.as("alice").get(PAGE)).status, 403);
});

test("who publishes replaces nothing, and who may remove does", async () => {
  await using app = await openClosed();
  await grant(app, { users: { bob: ["read", "publish"] } });
  const other = aWheelFile({ ...FOO, files: { "foo/more.py": "more = 1" } });
  const refused = await app.as("bob").publish(CLOSED, other, FOO);
  assert.equal(refused.status, 403);
  assert.match(refused.body.toString() + refused.reason, /overwrite/);

  await grant(app, { users: { bob: ["read", "publish", "remove"] } });
  assert.equal((await app.as("bob").publish(CLOSED, other, FOO)).status, 200);
});

test("who reads a part sees that part by every way in, and others see all", async () => {
  await using app = await openClosed();
  await grant(app, { includes: ["foo/**"], users: { bob: ["read"] } });
  await app.index("root/all", { kind: "virtual", members: [CLOSED] });
  const bar = (await app.as("root").simplePage(CLOSED, "bar")).files[0]?.url ?? "";
  const barFile = new URL(bar, `http://localhost/${CLOSED}/simple/bar/`).pathname;

  for (let round = 0; round < 2; round += 1) {
    for (const index of [CLOSED, "root/all"]) {
      assert.equal((await app.as("root").simplePage(index, "bar")).files.length, 1);
      assert.equal((await app.as("bob").simplePage(index, "foo")).files.length, 1);
      assert.equal((await app.as("bob").simplePage(index, "bar")).files.length, 0);
      const list = await app.as("bob").get(`/${index}/simple/`);
      assert.match(list.body.toString(), /foo/);
      assert.doesNotMatch(list.body.toString(), /bar/);
    }
    assert.equal((await app.as("root").get(barFile)).status, 200);
    assert.equal((await app.as("bob").get(barFile)).status, 404);
  }
});

test("who reads a part is told nothing of versions of which no file is open to them", async () => {
  await using app = await openClosed();
  const next = { ...FOO, version: "2.0" };
  expectStatus(await app.as("root").publish(CLOSED, aWheelFile(next), next), 200);
  await grant(app, { includes: ["foo/1.0/**"], users: { bob: ["read"] } });
  const asked = async (name: string, path: string) => app.as(name).get(path, { accept: "application/json" });
  assert.match((await asked("root", `/${CLOSED}/foo`)).body.toString(), /"2\.0"/);
  assert.doesNotMatch((await asked("bob", `/${CLOSED}/foo`)).body.toString(), /"2\.0"/);
  assert.equal((await asked("root", `/${CLOSED}/foo/2.0`)).status, 200);
  assert.equal((await asked("bob", `/${CLOSED}/foo/2.0`)).status, 404);
  const versions = `/api/v1/repositories/${CLOSED}/projects/foo/versions`;
  assert.equal((await asked("root", `${versions}/2.0`)).status, 200);
  assert.equal((await asked("bob", `${versions}/2.0`)).status, 404);
  assert.equal((await asked("bob", `${versions}/1.0`)).status, 200);
  assert.match((await asked("bob", `/${CLOSED}/foo/1.0`)).body.toString(), /"1\.0"/);
});

test("a target for anonymous opens to strangers, and to everybody else", async () => {
  await using app = await openClosed();
  assert.equal((await app.anyone().get(PAGE)).status, 401);
  await grant(app, { users: { anonymous: ["read"] } });
  assert.equal((await app.anyone().get(PAGE)).status, 200);
  assert.equal((await app.as("bob").get(PAGE)).status, 200);
});

test("a token works in every header in which Artifactory's clients put one, and a wrong one in none", async () => {
  await using app = await openClosed();
  await grant(app, { users: { bob: ["read"] } });
  const secret = await aToken(app, "bob");
  await app.index("root/open", {});
  expectStatus(await app.as("root").publish("root/open", aWheelFile(FOO), FOO), 200);
  const forms = (token: string) => [
    { authorization: `Bearer ${token}` },
    { authorization: basic("", token) },
    { authorization: basic("bob", token) },
    { "x-jfrog-art-api": token },
  ];
  for (let round = 0; round < 2; round += 1) {
    for (const headers of forms(secret)) assert.equal((await app.anyone().get(PAGE, headers)).status, 200);
    assert.equal((await app.anyone().get("/root/open/simple/foo/")).status, 200);
    for (const headers of forms(`${secret.slice(0, -1)}~`)) {
      assert.equal((await app.anyone().get("/root/open/simple/foo/", headers)).status, 401, JSON.stringify(headers));
    }
  }
});

test("a token has of its owner's groups and targets no more than its limits", async () => {
  await using app = await openClosed();
  await govern(app, "POST", "/groups", { name: "dev", members: ["bob"] });
  await grant(app, { groups: { dev: ["read", "publish"] } });
  const reader = await aToken(app, "bob", [{ action: "read", repository: CLOSED, projects: null }]);
  const next = { ...FOO, version: "2.0" };
  assert.equal((await app.withToken(reader).get(PAGE)).status, 200);
  assert.equal((await app.withToken(reader).publish(CLOSED, aWheelFile(next), next)).status, 403);
});

test("an administrator does what root does, everywhere, until an administrator says otherwise", async () => {
  await using app = await openClosed();
  const next = { ...FOO, version: "2.0" };
  assert.equal((await app.as("bob").publish(CLOSED, aWheelFile(next), next)).status, 403);
  await govern(app, "POST", "/groups", { name: "ops", members: ["bob"], isAdmin: true });

  assert.equal((await app.as("bob").publish(CLOSED, aWheelFile(next), next)).status, 200);
  assert.equal((await app.as("bob").ask("PATCH", "/api/v1/users/alice", { json: { isAdmin: true } })).status, 200);
  assert.equal((await app.as("alice").get("/api/v1/groups")).status, 200);

  await govern(app, "PATCH", "/users/alice", { isAdmin: false });
  assert.equal((await app.as("alice").get("/api/v1/groups")).status, 403);
  assert.equal((await app.as("alice").get(PAGE)).status, 403);
});

test("what is granted outlives a restart", async () => {
  await using app = await openClosed();
  await govern(app, "POST", "/groups", { name: "dev", members: ["bob"] });
  await grant(app, { includes: ["foo/**"], groups: { dev: ["read"] } });
  await app.restart();
  assert.equal((await app.as("bob").simplePage(CLOSED, "foo")).files.length, 1);
  assert.equal((await app.as("bob").simplePage(CLOSED, "bar")).files.length, 0);
});

test("why says the rule", async () => {
  await using app = await openClosed();
  await grant(app, { users: { bob: ["read"] } });
  const why = async (query: string) => jsonOf<{ because: string }>(await app.as("root").get(`/api/v1/why?${query}`));
  assert.equal(
    (await why(`user=bob&action=read&repository=${CLOSED}`)).because,
    "the permission target 'team' lets bob read on root/closed",
  );
  assert.equal(
    (await why("user=alice&action=read&repository=closed")).because,
    "not among the readers of root/closed, and no permission target grants it",
  );
});
