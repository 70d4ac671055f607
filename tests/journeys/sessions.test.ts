import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InjectedReply } from "#http";
import { aWheelFile } from "../support/archives.ts";
import { type AskOptions, expectStatus, jsonOf, openTestApp, type TestApp } from "../support/test-app.ts";

const SESSION = "/api/v1/session";
const SESSIONS = "/api/v1/sessions";
const DEMO = { name: "demo", version: "1.0" };
const FROM_PAGES = { "x-vivarium-ui": "1", "sec-fetch-site": "same-origin", origin: "http://localhost:3141" };

interface Shown {
  readonly id: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly isCurrent: boolean;
}

/** A browser: keeps the cookie that it was given, and says whose page asks. */
function browser(app: TestApp, agent = "Mozilla/5.0 (one)") {
  let cookie: string | null = null;
  const self = {
    get cookie() {
      return cookie;
    },
    async ask(method: string, url: string, { headers = {}, ...options }: AskOptions = {}): Promise<InjectedReply> {
      const own = { "user-agent": agent, ...FROM_PAGES, ...(cookie === null ? {} : { cookie }) };
      const reply = await app.anyone().ask(method, url, { ...options, headers: { ...own, ...headers } });
      const [pair] = (reply.headers["set-cookie"] ?? "").split(";");
      if (pair !== undefined && pair !== "") cookie = pair.endsWith("=") ? null : pair;
      return reply;
    },
    signIn: (user: string, password = `${user}'s password`) => self.ask("POST", SESSION, { json: { user, password } }),
    async me() {
      return jsonOf<{ user: string | null }>(expectStatus(await self.ask("GET", "/api/v1/whoami"), 200)).user;
    },
    async sessions() {
      return jsonOf<{ items: readonly Shown[] }>(expectStatus(await self.ask("GET", SESSIONS), 200)).items;
    },
  };
  return self;
}

async function anApp(): Promise<TestApp> {
  const app = await openTestApp();
  for (const name of ["alice", "bob"]) await app.user(name);
  await app.index("alice/closed", { readers: ["alice"] });
  expectStatus(await app.as("alice").publish("alice/closed", aWheelFile(DEMO), DEMO), 200);
  return app;
}

describe("a session of a browser", () => {
  test("is who signed in, for pages, files and changes, until they sign out", async () => {
    await using app = await anApp();
    const alice = browser(app);
    assert.equal(await alice.me(), null);
    expectStatus(await alice.signIn("alice"), 201);
    assert.equal(await alice.me(), "alice");
    expectStatus(await alice.ask("GET", "/alice/closed/simple/demo/"), 200);
    expectStatus(await alice.ask("PATCH", "/api/v1/users/alice", { json: { title: "Alice" } }), 200);
    const old = alice.cookie ?? "";
    expectStatus(await alice.ask("DELETE", SESSION), 204);
    assert.deepEqual([alice.cookie, await alice.me()], [null, null]);
    // The cookie that somebody kept is worth nothing, at once, also where the answer was in memory.
    assert.equal((await app.anyone().get("/alice/closed/simple/demo/", { cookie: old })).status, 401);
    expectStatus(await alice.ask("DELETE", SESSION), 204);
  });

  test("is in a cookie that scripts cannot read and other sites cannot use, and in no log", async () => {
    await using app = await anApp();
    const alice = browser(app);
    const reply = expectStatus(await alice.signIn("alice"), 201);
    assert.match(reply.headers["set-cookie"] ?? "", /; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    const value = (alice.cookie ?? "").split("=")[1] ?? "";
    assert.doesNotMatch(reply.body.toString(), /vivs_/);
    await alice.me();
    assert.doesNotMatch(JSON.stringify([app.records, app.notes]), new RegExp(`${value}|vivs_|password'`));
  });

  test("is bound to HTTPS and to the prefix where the public address has them", async () => {
    await using app = await anApp();
    await app.restart({ publicUrl: "https://packages.example.com/py" });
    const alice = browser(app);
    const origin = { origin: "https://packages.example.com" };
    const json = { user: "alice", password: "alice's password" };
    const reply = await alice.ask("POST", `/py${SESSION}`, { json, headers: origin });
    const line = expectStatus(reply, 201).headers["set-cookie"] ?? "";
    assert.match(line, /^__Secure-vivarium_session=[^;]+; Path=\/py; .*; Secure$/);
    assert.equal(await alice.me(), "alice");
  });

  test("needs the right password, is slowed down by wrong ones, and a token begins none", async () => {
    await using app = await anApp();
    const eve = browser(app);
    const refused = await eve.signIn("alice", "a guess");
    assert.equal(refused.status, 401);
    // Else the browser would put its own question in front of the page's.
    assert.doesNotMatch(refused.headers["www-authenticate"] ?? "", /Basic/);
    assert.equal(eve.cookie, null);
    for (let tries = 0; tries < 5; tries += 1) await eve.signIn("alice", "a guess");
    const slowed = await eve.signIn("alice", "a guess");
    assert.equal(slowed.status, 429);
    assert.match(slowed.headers["retry-after"] ?? "", /^\d+$/);
    const made = await app.as("bob").ask("POST", "/api/v1/users/bob/tokens", { json: { name: "ci" } });
    const { secret } = jsonOf<{ secret: string }>(expectStatus(made, 201));
    assert.equal((await eve.signIn("bob", secret)).status, 400);
    for (const json of [{}, { user: "bob" }, { user: "bob", password: "" }, { user: 1, password: [] }, []]) {
      assert.equal((await eve.ask("POST", SESSION, { json })).status, 400, JSON.stringify(json));
    }
  });

  test("counts for nothing beside credentials that were sent on purpose", async () => {
    await using app = await anApp();
    const alice = browser(app);
    await alice.signIn("alice");
    const cookie = alice.cookie ?? "";
    const who = async (as: string) => jsonOf<{ user: string }>(await app.as(as).get("/api/v1/whoami", { cookie })).user;
    assert.equal(await who("bob"), "bob");
    assert.equal((await app.as("bob", "wrong").get("/api/v1/whoami", { cookie })).status, 401);
    const json = { title: "Bob" };
    expectStatus(await app.as("bob").ask("PATCH", "/api/v1/users/bob", { json, headers: { cookie } }), 200);
  });

  test("shows nobody what is in memory for another", async () => {
    await using app = await anApp();
    const [alice, bob] = [browser(app), browser(app)];
    await alice.signIn("alice");
    await bob.signIn("bob");
    for (let round = 0; round < 3; round += 1) {
      expectStatus(await alice.ask("GET", "/alice/closed/simple/demo/"), 200);
      expectStatus(await bob.ask("GET", "/alice/closed/simple/demo/"), 403);
      expectStatus(await app.anyone().get("/alice/closed/simple/demo/"), 401);
    }
  });

  test("that is forged, torn or of somebody else is nobody's", async () => {
    await using app = await anApp();
    const alice = browser(app);
    await alice.signIn("alice");
    const cookie = alice.cookie ?? "";
    const value = Buffer.from(cookie.split("=")[1] ?? "", "base64url").toString();
    const asBob = `vivarium_session=${Buffer.from(value.replace("alice", "bob")).toString("base64url")}`;
    const asRoot = `vivarium_session=${Buffer.from(value.replace("alice", "root")).toString("base64url")}`;
    for (const odd of [asBob, asRoot, cookie.slice(0, -3), "vivarium_session=", "vivarium_session=%00", `x${cookie}`]) {
      const reply = await app.anyone().get("/api/v1/whoami", { cookie: odd });
      assert.equal(jsonOf<{ user: string | null }>(expectStatus(reply, 200)).user, null, odd);
    }
  });
});

describe("a change by the cookie alone", () => {
  test("must come from a page of this server", async () => {
    await using app = await anApp();
    const alice = browser(app);
    await alice.signIn("alice");
    const cookie = alice.cookie ?? "";
    const json = { title: "had" };
    const attempts = [
      { cookie },
      { cookie, "x-vivarium-ui": "0" },
      { cookie, "x-vivarium-ui": "1", "sec-fetch-site": "cross-site" },
      { cookie, "x-vivarium-ui": "1", "sec-fetch-site": "same-site" },
      { cookie, "x-vivarium-ui": "1", "sec-fetch-site": "none" },
      { cookie, "x-vivarium-ui": "1", origin: "https://evil.example" },
      { cookie, "x-vivarium-ui": "1", origin: "null" },
    ];
    for (const headers of attempts) {
      const reply = await app.anyone().ask("PATCH", "/api/v1/users/alice", { json, headers });
      assert.equal(reply.status, 400, JSON.stringify(headers));
      assert.match(jsonOf<{ detail: string }>(reply).detail, /page/);
    }
    for (const [method, url] of [
      ["POST", "/alice/closed/"],
      ["DELETE", "/alice/closed"],
      ["PUT", "/artifactory/alice.closed/a.txt"],
    ] as const) {
      assert.equal((await app.anyone().ask(method, url, { headers: { cookie } })).status, 400, url);
    }
    expectStatus(await app.as("alice").get("/alice/closed"), 200);
    expectStatus(await alice.ask("PATCH", "/api/v1/users/alice", { json: { title: "Alice" } }), 200);
  });

  test("signs nobody in from another site either", async () => {
    await using app = await anApp();
    const json = { user: "bob", password: "bob's password" };
    const headers = { origin: "https://evil.example" };
    const reply = await app.anyone().ask("POST", SESSION, { json, headers });
    assert.deepEqual([reply.status, reply.headers["set-cookie"]], [400, undefined]);
  });
});

describe("the list of sessions", () => {
  test("shows its owner where they are signed in, and ends what they do not know", async () => {
    await using app = await anApp();
    const [one, two] = [browser(app), browser(app, "Mozilla/5.0 (two)")];
    await one.signIn("alice");
    app.tick(60);
    await two.signIn("alice");
    await browser(app).signIn("bob");
    const shown = await one.sessions();
    assert.deepEqual(
      shown.map(({ userAgent, address, isCurrent }) => [userAgent, address, isCurrent]),
      [
        ["Mozilla/5.0 (two)", "127.0.0.1", false],
        ["Mozilla/5.0 (one)", "127.0.0.1", true],
      ],
    );
    assert.equal(await two.me(), "alice");
    expectStatus(await one.ask("DELETE", `${SESSIONS}/${shown[0]?.id}`), 204);
    assert.equal(await two.me(), null);
    assert.equal(await one.me(), "alice");
    assert.equal((await one.ask("DELETE", `${SESSIONS}/${shown[0]?.id}`)).status, 404);
  });

  test("is its owner's: neither strangers nor others nor tokens see or end anything", async () => {
    await using app = await anApp();
    const alice = browser(app);
    await alice.signIn("alice");
    const [session] = await alice.sessions();
    const end = `${SESSIONS}/${session?.id}`;
    const made = await app.as("alice").ask("POST", "/api/v1/users/alice/tokens", { json: { name: "ci" } });
    const token = app.withToken(jsonOf<{ secret: string }>(expectStatus(made, 201)).secret);
    assert.deepEqual([(await app.anyone().get(SESSIONS)).status, (await token.get(SESSIONS)).status], [401, 403]);
    assert.equal((await token.ask("DELETE", end)).status, 403);
    assert.equal((await app.as("bob").ask("DELETE", end)).status, 404);
    assert.equal((await app.as("root").ask("DELETE", end)).status, 404);
    assert.equal(await alice.me(), "alice");
  });

  test("outlives a restart, and ends with the password and with the account", async () => {
    await using app = await anApp();
    const [alice, thief] = [browser(app), browser(app)];
    await alice.signIn("alice");
    await thief.signIn("alice");
    await app.restart();
    assert.deepEqual([await alice.me(), await thief.me()], ["alice", "alice"]);
    const json = { password: "a better one" };
    expectStatus(await alice.ask("PATCH", "/api/v1/users/alice", { json }), 200);
    assert.deepEqual([await alice.me(), await thief.me()], ["alice", null]);
    expectStatus(await app.as("root").ask("DELETE", "/api/v1/users/alice"), 204);
    assert.equal(await alice.me(), null);
  });
});

test("a server that is locked down lets people sign in, and tells strangers that they are strangers", async () => {
  await using app = await anApp();
  await app.restart({ isLockedDown: true });
  const alice = browser(app);
  assert.equal(await alice.me(), null);
  const refused = await alice.ask("GET", "/api/v1/repositories");
  assert.equal(refused.status, 401);
  assert.doesNotMatch(refused.headers["www-authenticate"] ?? "", /Basic/);
  expectStatus(await alice.signIn("alice"), 201);
  expectStatus(await alice.ask("GET", "/api/v1/repositories"), 200);
  assert.equal((await app.anyone().get(SESSIONS)).status, 401);
});
