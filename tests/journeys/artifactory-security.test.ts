import assert from "node:assert/strict";
import { test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { basic, expectStatus, jsonOf, openTestApp, type TestApp } from "../support/test-app.ts";

const USERS = "/artifactory/api/security/users";
const GROUPS = "/artifactory/api/security/groups";
const V1 = "/artifactory/api/security/permissions";
const V2 = "/artifactory/api/v2/security/permissions";
const TOKENS = "/access/api/v1/tokens";

interface Envelope {
  readonly errors: readonly { readonly status: number; readonly message: string; readonly code?: string }[];
  readonly error_description?: string;
}

interface Issued {
  readonly token_id: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly token_type: string;
  readonly refresh_token?: string;
  readonly reference_token?: string;
}

const DEMO = { name: "demo", version: "1.0" };
const ALICE = { name: "alice", email: "alice@example.com", password: "alice's password", admin: false };

async function withAlice(): Promise<TestApp> {
  const app = await openTestApp();
  expectStatus(await app.as("root").ask("PUT", `${USERS}/alice`, { json: ALICE }), 201);
  return app;
}

async function issue(app: TestApp, json: object, as = "root"): Promise<Issued> {
  return jsonOf<Issued>(expectStatus(await app.as(as).ask("POST", TOKENS, { json }), 200));
}

function bearer(app: TestApp, token: string) {
  return (method: string, url: string, json?: object) =>
    app.anyone().ask(method, url, { headers: { authorization: `Bearer ${token}` }, ...(json ? { json } : {}) });
}

test("whatever is refused below these addresses is refused in the envelope, with a challenge where one is needed", async () => {
  await using app = await withAlice();
  for (const [method, url, status] of [
    ["GET", "/artifactory/api/nothing", 404],
    ["POST", "/artifactory/api/system/ping", 405],
    ["GET", USERS, 401],
    ["GET", "/access/api/v1/nothing", 404],
    ["GET", "/artifactory/access/api/v2/users", 401],
    ["GET", "/artifactory/api/build/x", 404],
    ["GET", "/artifactory/a%00b", 400],
  ] as const) {
    const reply = await app.anyone().ask(method, url, { headers: { accept: "text/html" } });
    assert.equal(reply.status, status, url);
    assert.equal(reply.headers["content-type"], "application/json", url);
    assert.equal(jsonOf<Envelope>(reply).errors[0]?.status, status, url);
    const challenge = reply.headers["www-authenticate"];
    assert.equal(challenge, status === 401 ? 'Basic realm="Artifactory Realm"' : undefined, url);
  }
  const wrong = await app.as("alice", "wrong").get("/artifactory/api/system/ping");
  assert.equal(wrong.status, 401);
  assert.match(jsonOf<Envelope>(wrong).errors[0]?.message ?? "", /Bad credentials/);
  const forbidden = await app.as("alice").get("/access/api/v2/users");
  assert.deepEqual([forbidden.status, jsonOf<Envelope>(forbidden).errors[0]?.code], [403, "FORBIDDEN"]);
});

test("clients and probes learn that a server is there, and which", async () => {
  await using app = await openTestApp();
  const anyone = app.anyone();
  for (const url of ["/artifactory/api/system/ping", "/access/api/v1/system/ping", "/artifactory/api/system/ping/"]) {
    const ping = await anyone.get(url);
    assert.deepEqual([ping.status, ping.body.toString()], [200, "OK"]);
  }
  const { version } = jsonOf<{ version: string }>(await anyone.get("/artifactory/api/system/version"));
  assert.match(version, /^7\.\d+\.\d+$/);
  for (const url of ["/router/api/v1/system/health", "/artifactory/api/v1/system/readiness"]) {
    assert.equal((await anyone.get(url)).status, 200, url);
  }
  assert.equal((await anyone.ask("POST", "/artifactory/api/system/usage", { json: {} })).status, 200);
});

test("a user is made, read, changed and removed, and its password is never told", async () => {
  await using app = await withAlice();
  const root = app.as("root");
  expectStatus(await root.ask("PUT", `${GROUPS}/devs`, { json: { name: "devs" } }), 201);
  assert.equal((await app.as("alice").get(`${USERS}/alice`)).status, 200);
  const change = { email: "a@example.com", groups: ["devs"], admin: true };
  expectStatus(await root.ask("POST", `${USERS}/alice`, { json: change }), 200);
  const reply = await root.get(`${USERS}/alice`);
  const shown = jsonOf<Record<string, unknown>>(reply);
  assert.deepEqual(
    { email: shown["email"], admin: shown["admin"], groups: shown["groups"], realm: shown["realm"] },
    { email: "a@example.com", admin: true, groups: ["devs"], realm: "internal" },
  );
  assert.doesNotMatch(reply.body.toString(), /password"|hash/i);
  assert.equal((await app.as("alice").get(USERS)).status, 200, "an administrator may see all");
  const list = jsonOf<{ name: string; uri: string }[]>(await root.get(USERS));
  assert.deepEqual(
    list.map(({ name }) => name),
    ["alice", "root"],
  );
  assert.equal(list[0]?.uri, `http://localhost:3141${USERS}/alice`);
  expectStatus(await root.ask("DELETE", `${USERS}/alice`), 200);
  assert.equal((await root.get(`${USERS}/alice`)).status, 404);
  assert.equal((await app.as("alice").get("/artifactory/api/system/ping")).status, 401);
});

test("the access API's users are the same ones in other words", async () => {
  await using app = await withAlice();
  const root = app.as("root");
  expectStatus(await root.ask("PUT", `${GROUPS}/devs`, { json: {} }), 201);
  const bob = { username: "bob", email: "bob@example.com", password: "bob's password", groups: ["devs"] };
  const made = jsonOf<Record<string, unknown>>(
    expectStatus(await root.ask("POST", "/access/api/v2/users", { json: bob }), 201),
  );
  assert.deepEqual(
    [made["username"], made["groups"], made["status"], "password" in made],
    ["bob", ["devs"], "enabled", false],
  );
  assert.equal((await root.ask("POST", "/access/api/v2/users", { json: bob })).status, 409);
  const page = jsonOf<{ users: { username: string }[]; cursor: string }>(
    await root.get("/artifactory/access/api/v2/users?limit=2"),
  );
  assert.deepEqual([page.users.map(({ username }) => username), page.cursor], [["alice", "bob"], "bob"]);
  const groups = { add: [], remove: ["devs"] };
  const left = await root.ask("PATCH", "/access/api/v2/users/bob/groups", { json: groups });
  assert.deepEqual(jsonOf(left), { groups: [] });
  const disabled = { internal_password_disabled: true };
  expectStatus(await root.ask("PATCH", "/access/api/v2/users/bob", { json: disabled }), 200);
  assert.equal((await app.as("bob").get("/artifactory/api/system/ping")).status, 401);
  assert.equal((await root.ask("DELETE", "/access/api/v2/users/bob")).status, 204);
});

test("what a user or group cannot be is refused with a sentence, and nothing has changed", async () => {
  await using app = await withAlice();
  const root = app.as("root");
  for (const [method, url, json] of [
    ["PUT", `${USERS}/carol`, { email: "c@example.com" }],
    ["PUT", `${USERS}/carol`, { ...ALICE, name: "carol", groups: ["nobody"] }],
    ["PUT", `${USERS}/carol`, { ...ALICE, name: "dora" }],
    ["PUT", `${USERS}/carol`, { ...ALICE, name: "carol", admn: true }],
    ["PUT", `${USERS}/carol`, { ...ALICE, name: "carol", admin: "perhaps" }],
    ["PUT", `${USERS}/car:ol`, { password: "x" }],
    ["PUT", `${GROUPS}/devs`, { userNames: ["nobody"] }],
    ["PUT", `${GROUPS}/devs`, { autoJoin: true, adminPrivileges: true }],
    ["PUT", `${V1}/p`, { repositories: ["nowhere"], principals: {} }],
    ["PUT", `${V1}/p`, { repositories: ["ANY"], principals: { users: { nobody: ["r"] } } }],
    ["PUT", `${V1}/p`, { repositories: ["ANY"], principals: { users: { alice: ["z"] } } }],
    ["PUT", `${V1}/p`, { principals: {} }],
    ["PUT", `${V2}/p`, { repo: { repositories: ["ANY"], actions: { groups: { nobody: ["read"] } } } }],
  ] as const) {
    const reply = await root.ask(method, url, { json });
    assert.equal(reply.status, 400, `${url} ${JSON.stringify(json)}: ${reply.body.toString()}`);
    assert.notEqual(jsonOf<Envelope>(reply).errors[0]?.message ?? "", "");
  }
  for (const url of [`${USERS}/carol`, `${GROUPS}/devs`, `${V1}/p`])
    assert.equal((await root.get(url)).status, 404, url);
});

test("a group has the members that it was given, and gives them what it may", async () => {
  await using app = await withAlice();
  const root = app.as("root");
  const group = { name: "admins", description: "all of it", adminPrivileges: true, userNames: ["alice"] };
  assert.equal((await app.as("alice").get(USERS)).status, 403);
  expectStatus(await root.ask("PUT", `${GROUPS}/admins`, { json: group }), 201);
  assert.equal((await app.as("alice").get(USERS)).status, 200);
  const shown = jsonOf<Record<string, unknown>>(await root.get(`${GROUPS}/admins?includeUsers=True`));
  assert.deepEqual([shown["userNames"], shown["adminPrivileges"]], [["alice"], true]);
  expectStatus(await root.ask("POST", `${GROUPS}/admins`, { json: { description: "changed" } }), 200);
  const members = { add: [], remove: ["alice"] };
  const left = await root.ask("PATCH", "/access/api/v2/groups/admins/members", { json: members });
  assert.deepEqual(jsonOf(left), { members: [] });
  assert.equal((await app.as("alice").get(USERS)).status, 403);
  assert.deepEqual(
    jsonOf<{ groups: { group_name: string }[] }>(await root.get("/access/api/v2/groups")).groups.map(
      (one) => one.group_name,
    ),
    ["admins"],
  );
  assert.equal((await root.ask("DELETE", "/access/api/v2/groups/admins")).status, 204);
  assert.equal((await root.get(`${GROUPS}/admins`)).status, 404);
});

test("one permission target is seen in three forms, and grants what each of them says", async () => {
  await using app = await withAlice();
  const root = app.as("root");
  await app.user("dora");
  await app.index("dora/closed", { readers: ["dora"] });
  const page = "/dora/closed/simple/";
  assert.equal((await app.as("alice").get(page)).status, 403);
  const v1 = {
    name: "reading",
    includesPattern: "**",
    excludesPattern: "secret/**",
    repositories: ["dora.closed"],
    principals: { users: { alice: ["r", "w"] }, groups: {} },
  };
  expectStatus(await root.ask("PUT", `${V1}/reading`, { json: v1 }), 201);
  assert.deepEqual(jsonOf(await root.get(`${V1}/reading`)), v1);
  assert.equal((await app.as("alice").get(page)).status, 200);
  assert.deepEqual(jsonOf(await root.get(`${V2}/reading`)), {
    name: "reading",
    repo: {
      "include-patterns": ["**"],
      "exclude-patterns": ["secret/**"],
      repositories: ["dora.closed"],
      actions: { users: { alice: ["read", "write"] }, groups: {} },
    },
  });
  assert.deepEqual(jsonOf(await root.get("/access/api/v2/permissions/reading/artifact")), {
    actions: { users: { alice: ["READ", "WRITE"] }, groups: {} },
    targets: { "dora.closed": { include_patterns: ["**"], exclude_patterns: ["secret/**"] } },
  });
  const nobody = { actions: { users: { alice: [] } } };
  expectStatus(await root.ask("PATCH", "/access/api/v2/permissions/reading/artifact", { json: nobody }), 200);
  assert.equal((await app.as("alice").get(page)).status, 403);
  assert.equal((await root.ask("POST", `${V2}/reading`, { json: { name: "reading" } })).status, 409);
  expectStatus(await root.ask("DELETE", `${V1}/reading`), 200);
  assert.equal((await root.get(`${V2}/reading`)).status, 404);
});

test("an access token is taken as Bearer, in the password's place, alone, and in the header of API keys", async () => {
  await using app = await withAlice();
  for (const body of ["include_reference_token=True&refreshable=False", "include_reference_token=true"]) {
    const made = await app.as("alice").ask("POST", `/artifactory${TOKENS}`, {
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const issued = jsonOf<Issued>(expectStatus(made, 200));
    assert.deepEqual(
      [issued.token_type, issued.expires_in, issued.scope],
      ["Bearer", 31_536_000, "applied-permissions/user"],
    );
    assert.equal(issued.reference_token?.length, 64);
    for (const secret of [issued.access_token, issued.reference_token ?? ""]) {
      for (const headers of [
        { authorization: `Bearer ${secret}` },
        { authorization: basic("alice", secret) },
        { authorization: basic("", secret) },
        { authorization: basic("__token__", secret) },
        { "x-jfrog-art-api": secret },
      ]) {
        const reply = await app.anyone().get(`${USERS}/alice`, headers);
        assert.equal(reply.status, 200, JSON.stringify(headers));
      }
      assert.equal((await app.anyone().get(USERS, { authorization: basic("root", secret) })).status, 401);
    }
  }
});

test("a token can be revoked by itself or its number, and is then worth nothing", async () => {
  await using app = await withAlice();
  const first = await issue(app, {}, "alice");
  const second = await issue(app, { description: "the second" }, "alice");
  const listed = jsonOf<{ tokens: { token_id: string; description: string }[] }>(await app.as("alice").get(TOKENS));
  assert.deepEqual(new Set(listed.tokens.map((one) => one.token_id)), new Set([first.token_id, second.token_id]));
  assert.doesNotMatch(JSON.stringify(listed), /eyJ/);
  const revoked = await app.as("alice").ask("DELETE", `/artifactory${TOKENS}/revoke`, {
    body: new URLSearchParams({ token: first.access_token }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expectStatus(revoked, 200);
  expectStatus(await app.as("alice").ask("DELETE", `${TOKENS}/${second.token_id}`), 200);
  for (const { access_token } of [first, second]) {
    assert.equal((await bearer(app, access_token)("GET", "/artifactory/api/system/ping")).status, 401);
  }
});

test("a user makes tokens only for themself and for no more than a year", async () => {
  await using app = await withAlice();
  for (const json of [
    { username: "root" },
    { username: "ci" },
    { scope: "applied-permissions/admin" },
    { expires_in: 0 },
    { expires_in: 40_000_000 },
  ]) {
    const reply = await app.as("alice").ask("POST", TOKENS, { json });
    assert.equal(reply.status, 403, JSON.stringify(json));
    assert.match(jsonOf<Envelope>(reply).error_description ?? "", /administrators/);
  }
  assert.equal((await app.anyone().ask("POST", TOKENS, { json: {} })).status, 401);
  const odd = await app.as("root").ask("POST", TOKENS, { json: { scope: "artifact:repo/path:r,w" } });
  assert.equal(odd.status, 400, "a narrower scope must not become a wider token");
});

test("an administrator's token makes tokens and users, as Terraform does", async () => {
  await using app = await withAlice();
  const { access_token: admin } = await issue(app, { scope: "applied-permissions/admin", username: "terraform" });
  const ask = bearer(app, admin);
  expectStatus(await ask("PUT", `${USERS}/bob`, { email: "bob@example.com", password: "bob's password" }), 201);
  expectStatus(await ask("POST", TOKENS, { username: "bob" }), 200);
  assert.equal((await ask("GET", `${USERS}/terraform`)).status, 404, "the name needs no account");
});

test("a token that stands for groups may what they may, and nothing that an account of that name may", async () => {
  await using app = await withAlice();
  const root = app.as("root");
  await app.index("alice/own", { readers: ["alice"] });
  await app.user("dora");
  await app.index("dora/closed", { readers: ["dora"] });
  expectStatus(await root.ask("PUT", `${GROUPS}/readers`, { json: {} }), 201);
  const target = { repositories: ["dora.closed"], principals: { groups: { readers: ["r"] } } };
  expectStatus(await root.ask("PUT", `${V1}/reading`, { json: target }), 201);
  const { access_token } = await issue(app, { username: "alice", scope: 'applied-permissions/groups:"readers"' });
  const ask = bearer(app, access_token);
  assert.equal((await ask("GET", "/dora/closed/simple/")).status, 200);
  const wheel = aWheelFile(DEMO);
  assert.equal((await app.withToken(access_token).publish("dora/closed", wheel, DEMO)).status, 403);
  const writing = { repositories: ["dora.closed"], principals: { groups: { readers: ["r", "w"] } } };
  expectStatus(await root.ask("PUT", `${V1}/reading`, { json: writing }), 200);
  expectStatus(await app.withToken(access_token).publish("dora/closed", wheel, DEMO), 200);
  assert.equal((await ask("GET", "/alice/own/simple/")).status, 403);
  assert.equal((await ask("GET", `${USERS}/alice`)).status, 403);
  expectStatus(await root.ask("DELETE", `${GROUPS}/readers`), 200);
  assert.equal((await ask("GET", "/dora/closed/simple/")).status, 403);
  assert.equal((await root.ask("POST", TOKENS, { json: { scope: "applied-permissions/groups:gone" } })).status, 400);
});

test("a refresh token makes another token once, without any other credential, and ends the one before", async () => {
  await using app = await withAlice();
  const first = await issue(app, { refreshable: true, expires_in: 60 }, "alice");
  app.tick(120);
  const refresh = {
    grant_type: "refresh_token",
    refresh_token: first.refresh_token ?? "",
    access_token: first.access_token,
  };
  const asked = await app.anyone().ask("POST", TOKENS, { json: refresh });
  const second = jsonOf<Issued>(expectStatus(asked, 200));
  assert.deepEqual([second.expires_in, second.scope], [60, "applied-permissions/user"]);
  assert.equal((await bearer(app, second.access_token)("GET", `${USERS}/alice`)).status, 200);
  assert.equal((await bearer(app, first.access_token)("GET", `${USERS}/alice`)).status, 401);
  assert.equal((await app.anyone().ask("POST", TOKENS, { json: refresh })).status, 401);
});

test("the classic API makes, lists and revokes the same tokens", async () => {
  await using app = await withAlice();
  const root = app.as("root");
  const form = (fields: Record<string, string>) => ({
    body: new URLSearchParams(fields).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  const path = "/artifactory/api/security/token";
  const made = await root.ask("POST", path, form({ username: "alice", scope: "member-of-groups:*", expires_in: "30" }));
  const { access_token, expires_in } = jsonOf<Issued>(expectStatus(made, 200));
  assert.equal(expires_in, 30);
  const payload = Buffer.from(access_token.split(".")[1] ?? "", "base64url").toString();
  const { jti, sub } = JSON.parse(payload) as { jti: string; sub: string };
  assert.match(sub, /\/users\/alice$/);
  const listed = jsonOf<{ tokens: { token_id: string }[] }>(await root.get(path));
  assert.deepEqual(
    listed.tokens.map((one) => one.token_id),
    [jti],
  );
  expectStatus(await root.ask("POST", `${path}/revoke`, form({ token_id: jti })), 200);
  assert.equal((await bearer(app, access_token)("GET", `${USERS}/alice`)).status, 401);
});

test("an API key is its owner's to make, read, replace and withdraw", async () => {
  await using app = await withAlice();
  const path = "/artifactory/api/security/apiKey";
  const alice = app.as("alice");
  assert.deepEqual(jsonOf(await alice.get(path)), {});
  const { apiKey } = jsonOf<{ apiKey: string }>(expectStatus(await alice.ask("POST", path), 201));
  assert.equal((await alice.ask("POST", path)).status, 400);
  assert.deepEqual(jsonOf(await alice.get(path)), { apiKey });
  const byKey = (key: string) => app.anyone().get(`${USERS}/alice`, { "x-jfrog-art-api": key });
  assert.equal((await byKey(apiKey)).status, 200);
  assert.equal((await app.as("alice", apiKey).get(`${USERS}/alice`)).status, 200);
  const { apiKey: next } = jsonOf<{ apiKey: string }>(expectStatus(await alice.ask("PUT", path), 200));
  assert.deepEqual([(await byKey(apiKey)).status, (await byKey(next)).status], [401, 200]);
  expectStatus(await app.as("root").ask("DELETE", `${path}/alice`), 200);
  assert.equal((await byKey(next)).status, 401);
});

test("a token that ends is not exchanged for the API key, which does not", async () => {
  await using app = await withAlice();
  const KEY = "/artifactory/api/security/apiKey";
  const { apiKey } = jsonOf<{ apiKey: string }>(await app.as("alice").ask("POST", KEY));
  const { access_token } = await issue(app, { expires_in: 60 }, "alice");
  for (const url of [KEY, "/artifactory/api/security/encryptedPassword"]) {
    const reply = await bearer(app, access_token)("GET", url);
    assert.equal(reply.status, 403, url);
    assert.ok(!reply.body.toString().includes("AKCp"), url);
  }
  assert.equal(jsonOf<{ apiKey: string }>(await bearer(app, apiKey)("GET", KEY)).apiKey, apiKey);
  const root = await issue(app, { expires_in: 60 });
  assert.deepEqual(jsonOf(await bearer(app, root.access_token)("GET", KEY)), {});
});

test("what jf keeps in the password's place is taken in its place, and can be withdrawn", async () => {
  await using app = await withAlice();
  const path = "/artifactory/api/security/encryptedPassword";
  const kept = expectStatus(await app.as("alice").get(path), 200).body.toString();
  assert.equal((await app.as("alice").get(path)).body.toString(), kept, "asking again makes no other");
  assert.equal((await app.as("alice", kept).get(`${USERS}/alice`)).status, 200);
  expectStatus(await app.as("alice").ask("DELETE", "/artifactory/api/security/apiKey"), 200);
  assert.equal((await app.as("alice", kept).get(`${USERS}/alice`)).status, 401);
});

test("tokens of our own are revoked by Artifactory's API too", async () => {
  await using app = await withAlice();
  const limits = [{ action: "*", repository: "*", projects: null }];
  const made = await app.as("alice").ask("POST", "/api/v1/users/alice/tokens", { json: { name: "ours", limits } });
  const { secret } = jsonOf<{ secret: string }>(expectStatus(made, 201));
  assert.equal((await app.withToken(secret).get(`${USERS}/alice`)).status, 200);
  expectStatus(await app.as("alice").ask("DELETE", `${TOKENS}/revoke`, { json: { token: secret } }), 200);
  assert.equal((await app.withToken(secret).get(`${USERS}/alice`)).status, 401);
});

test("tokens and API keys are as good after a restart as before", async () => {
  await using app = await withAlice();
  const { access_token, reference_token = "" } = await issue(app, { include_reference_token: true }, "alice");
  await app.restart();
  for (const secret of [access_token, reference_token]) {
    assert.equal((await bearer(app, secret)("GET", `${USERS}/alice`)).status, 200);
  }
});
