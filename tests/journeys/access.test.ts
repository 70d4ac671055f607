import assert from "node:assert/strict";
import { test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { expectStatus, jsonOf, openTestApp, type TestApp, type Visitor } from "../support/test-app.ts";

const DEMO = { name: "demo", version: "1.0" };

/** `alice/open` and `alice/closed`, each with a wheel of demo; bob has an account and no right. */
async function openWithClosed(): Promise<TestApp> {
  const app = await openTestApp();
  await app.user("alice");
  await app.user("bob");
  for (const [name, readers] of [
    ["alice/open", [":ANONYMOUS:"]],
    ["alice/closed", ["alice"]],
  ] as const) {
    await app.index(name, { readers: [...readers] });
    expectStatus(await app.as("alice").publish(name, aWheelFile(DEMO), DEMO), 200);
  }
  return app;
}

async function token(visitor: Visitor, owner: string, wish: object): Promise<{ secret: string; id: string }> {
  const reply = await visitor.ask("POST", `/api/v1/users/${owner}/tokens`, { json: { name: "ci", ...wish } });
  const { token: issued, secret } = jsonOf<{ token: { id: string }; secret: string }>(expectStatus(reply, 201));
  return { secret, id: issued.id };
}

const LIMIT = { action: "publish", repository: "alice/closed", projects: null };

test("a closed index challenges strangers and refuses those without the right, page and file alike", async () => {
  await using app = await openWithClosed();
  const page = await app.as("alice").simplePage("alice/closed", "demo");
  const file = new URL(page.files[0]?.url ?? "", "http://localhost/alice/closed/simple/demo/").pathname;

  for (const path of ["/alice/closed/simple/", "/alice/closed/simple/demo/", "/alice/closed/simple/nothing/", file]) {
    const stranger = await app.anyone().get(path);
    assert.equal(stranger.status, 401, path);
    assert.match(stranger.headers["www-authenticate"] ?? "", /^Basic /, path);
    assert.equal((await app.as("bob").get(path)).status, 403, path);
  }
  assert.equal((await app.as("alice").get(file)).status, 200);
  assert.equal((await app.as("root").get(file)).status, 200);
});

test("what a closed index answers is kept from shared caches, and from the next asker", async () => {
  await using app = await openWithClosed();
  const path = "/alice/closed/simple/demo/";
  // Twice, so that the second comes from the cache of finished answers.
  for (let round = 0; round < 2; round += 1) {
    assert.match((await app.as("alice").get(path)).headers["cache-control"] ?? "", /private|no-store/);
    assert.equal((await app.anyone().get(path)).status, 401);
  }
});

test("an open index asks strangers to sign in for what only its closed base has, and does not tell its name", async () => {
  await using app = await openWithClosed();
  await app.as("alice").publish("alice/closed", aWheelFile({ name: "secret", version: "1.0" }), {
    name: "secret",
    version: "1.0",
  });
  await app.index("alice/both", { bases: ["alice/open", "alice/closed"], readers: [":ANONYMOUS:"] });
  const page = await app.as("alice").simplePage("alice/both", "secret");
  const file = new URL(page.files[0]?.url ?? "", "http://localhost/alice/both/simple/secret/").pathname;

  for (const path of [
    "/alice/both/simple/secret/",
    "/alice/both/+simple/secret/",
    "/alice/both/pypi/secret/json",
    file,
    `${file}.metadata`,
  ]) {
    const stranger = await app.anyone().get(path);
    assert.equal(stranger.status, 401, path);
    assert.match(stranger.headers["www-authenticate"] ?? "", /^Basic /, path);
    assert.equal((await app.as("alice").get(path)).status, 200, path);
  }
  assert.deepEqual((await app.as("bob").simplePage("alice/both", "secret")).files, []);
  assert.equal((await app.anyone().get("/alice/both/simple/demo/")).status, 200);
  assert.equal((await app.anyone().get("/alice/both/simple/nothing/")).status, 404);
  const list = await app.anyone().get("/alice/both/simple/");
  assert.equal(list.status, 200);
  assert.doesNotMatch(list.body.toString(), /secret/);
});

test("wrong credentials are never anonymous, and an empty password is none given", async () => {
  await using app = await openWithClosed();
  assert.equal((await app.as("alice", "a guess").get("/alice/open/simple/demo/")).status, 401);
  assert.equal((await app.as("nobody-here", "a guess").get("/alice/open/simple/demo/")).status, 401);
  assert.equal((await app.as("alice", "").get("/alice/open/simple/demo/")).status, 200);
});

test("an index that is closed while its pages are hot is closed at once", async () => {
  await using app = await openWithClosed();
  const path = "/alice/open/simple/demo/";
  for (let round = 0; round < 3; round += 1) assert.equal((await app.anyone().get(path)).status, 200);

  await app.as("alice").ask("PATCH", "/api/v1/repositories/alice/open", { json: { readers: ["alice"] } });

  assert.equal((await app.anyone().get(path)).status, 401);
  assert.equal((await app.as("bob").get(path)).status, 403);
});

test("a token works in every place where clients put one, within its scope and no further", async () => {
  await using app = await openWithClosed();
  const { secret } = await token(app.as("alice"), "alice", { limits: [LIMIT] });
  const closed = "/alice/closed/simple/demo/";

  assert.equal((await app.withToken(secret).get(closed)).status, 200);
  assert.equal((await app.as("alice", secret).get(closed)).status, 200);
  assert.equal((await app.anyone().get(closed, { authorization: `Bearer ${secret}` })).status, 200);
  const next = { ...DEMO, version: "2.0" };
  assert.equal((await app.withToken(secret).publish("alice/closed", aWheelFile(next), next)).status, 200);
  assert.equal((await app.withToken(secret).publish("alice/open", aWheelFile(next), next)).status, 403);
  const yank = "/api/v1/repositories/alice/closed/projects/demo/versions/1.0/yank";
  assert.equal((await app.withToken(secret).ask("PUT", yank, { json: { reason: "no" } })).status, 403);
  // bob cannot use it under his name.
  assert.equal((await app.as("bob", secret).get(closed)).status, 401);
});

test("a token ends when its time is over", async () => {
  await using app = await openWithClosed();
  const expiresAt = new Date(Date.UTC(2026, 10, 24, 11, 42, 18)).toISOString();
  const { secret } = await token(app.as("alice"), "alice", { limits: [LIMIT], expiresAt });
  assert.equal((await app.withToken(secret).get("/alice/closed/simple/demo/")).status, 200);

  app.tick(3601);

  assert.equal((await app.withToken(secret).get("/alice/closed/simple/demo/")).status, 401);
});

test("a revoked token, a changed password and a removed user are refused at once, however hot their answers", async () => {
  await using app = await openWithClosed();
  const path = "/alice/closed/simple/demo/";
  const { secret, id } = await token(app.as("alice"), "alice", { limits: [LIMIT] });
  for (let round = 0; round < 3; round += 1) assert.equal((await app.withToken(secret).get(path)).status, 200);

  await app.as("alice").ask("DELETE", `/api/v1/users/alice/tokens/${id}`);
  assert.equal((await app.withToken(secret).get(path)).status, 401);

  assert.equal((await app.as("alice").get(path)).status, 200);
  await app.as("alice").ask("PATCH", "/api/v1/users/alice", { json: { password: "another password" } });
  assert.equal((await app.as("alice").get(path)).status, 401);
  assert.equal((await app.as("alice", "another password").get(path)).status, 200);

  assert.equal((await app.as("bob").get("/alice/open/simple/demo/")).status, 200);
  await app.as("root").ask("DELETE", "/api/v1/users/bob");
  assert.equal((await app.as("bob").get("/alice/open/simple/demo/")).status, 401);
});

test("who guesses passwords is slowed down, and who knows theirs is not locked out from elsewhere", async () => {
  await using app = await openWithClosed();
  const statuses: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const reply = await app
      .as("alice", `guess ${round}`)
      .ask("GET", "/alice/closed/simple/", { remoteAddress: "192.0.2.1" });
    statuses.push(reply.status);
  }
  assert.ok(statuses.includes(429), statuses.join(" "));
  const reply = await app.as("alice").ask("GET", "/alice/closed/simple/", { remoteAddress: "198.51.100.7" });
  assert.equal(reply.status, 200);
});

/** devpi's way of making an account. */
function signUp(app: TestApp, name: string, headers: Readonly<Record<string, string>> = {}) {
  return app.anyone().ask("PUT", `/${name}`, { json: { password: "secret" }, headers });
}

test("a person at the machine makes an account without having one, and nobody else does", async () => {
  await using app = await openTestApp({ isTerminal: true });

  assert.equal((await signUp(app, "alice")).status, 201);
  assert.equal((await app.as("alice", "secret").get("/api/v1/whoami")).status, 200);
  for (const [why, headers] of [
    ["another host name", { host: "packages.example.com" }],
    ["a proxy", { "x-forwarded-for": "192.0.2.1" }],
    ["a proxy of the new kind", { forwarded: "for=192.0.2.1" }],
    ["a web page", { origin: "http://evil.example" }],
  ] as const) {
    assert.equal((await signUp(app, "mallory", headers)).status, 403, why);
  }
});

test("sign-up stays closed where no terminal started the server, where others can reach it, and where it is switched off", async () => {
  for (const options of [
    { isTerminal: false },
    { isTerminal: true, config: { host: "0.0.0.0" } },
    { isTerminal: true, config: { signUp: "closed" } },
  ] as const) {
    await using app = await openTestApp(options);
    assert.equal((await signUp(app, "alice")).status, 403, JSON.stringify(options));
    assert.equal((await app.as("root").ask("PUT", "/alice", { json: { password: "secret" } })).status, 201);
  }
  await using open = await openTestApp({ isTerminal: false, config: { signUp: "open", host: "0.0.0.0" } });
  assert.equal((await signUp(open, "alice", { host: "packages.example.com" })).status, 201);
});

test("with restrict-modify only those named make users and indexes", async () => {
  await using app = await openTestApp({ config: { restrictModify: ["root"] } });
  await app.user("alice");
  const json = { kind: "local" };
  assert.equal((await app.as("alice").ask("PUT", "/api/v1/repositories/alice/dev", { json })).status, 403);
  assert.equal((await app.as("root").ask("PUT", "/api/v1/repositories/alice/dev", { json })).status, 201);
});
