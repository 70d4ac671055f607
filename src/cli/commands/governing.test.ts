import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeIoWish, fakeIo, noMoves } from "../../../tests/support/fake-io.ts";
import { EXIT, type Offline } from "../io.ts";
import { run } from "../run.ts";

const offline: Offline = {
  version: "1.2.3",
  options: [],
  serve: async () => EXIT.done,
  init: () => Promise.reject(new Error("not in these tests")),
  setPassword: () => Promise.reject(new Error("not in these tests")),
  probes: () => Promise.reject(new Error("not in these tests")),
  setup: () => Promise.reject(new Error("not in these tests")),
  moves: noMoves,
};

async function vivarium(argv: readonly string[], api: NonNullable<FakeIoWish["api"]>) {
  const fake = fakeIo({ env: { VIVARIUM_TOKEN: "t" }, api });
  const exitCode = await run(argv, fake.io, offline);
  const sent = fake.requests.map(({ method, url, body }) => [
    method,
    url.replace("http://localhost:3141/api/v1", ""),
    body,
  ]);
  return { exitCode, out: fake.out, err: fake.err, sent };
}

const DEV = {
  name: "dev",
  description: "Who develops",
  members: ["alice", "bob"],
  joinsNew: true,
  isAdmin: false,
  createdAt: "2026-11-25T00:00:00.000Z",
};
const TEAM = {
  name: "team",
  repositories: ["pypi-local"],
  includes: ["team/**"],
  excludes: [""],
  users: { bob: ["read"] },
  groups: { dev: ["read", "publish"] },
  createdAt: "2026-11-25T00:00:00.000Z",
  modifiedAt: null,
};

test("groups are made, changed and shown in the API's words", async () => {
  const api = {
    "GET /groups": { items: [DEV] },
    "GET /groups/dev": DEV,
    "POST /groups": DEV,
    "PATCH /groups/dev": DEV,
    "DELETE /groups/dev": null,
  };
  const made = await vivarium(
    ["group", "create", "dev", "--member", "alice", "--member", "bob", "--joins-new", "yes"],
    api,
  );
  assert.deepEqual(made.sent, [["POST", "/groups", { name: "dev", members: ["alice", "bob"], joinsNew: true }]]);
  const changed = await vivarium(["group", "modify", "dev", "--admin", "no", "--description", ""], api);
  assert.deepEqual(changed.sent, [["PATCH", "/groups/dev", { isAdmin: false, description: null }]]);
  assert.deepEqual((await vivarium(["group", "join", "dev", "carol"], api)).sent, [
    ["PATCH", "/groups/dev", { join: ["carol"] }],
  ]);
  assert.equal((await vivarium(["group", "leave", "dev", "carol"], api)).out, "carol is no member of dev now.\n");
  assert.match((await vivarium(["group", "list"], api)).out, /^dev +2 +yes +Who develops$/m);
  assert.match((await vivarium(["group", "show", "dev"], api)).out, /^members +alice, bob$/m);
  assert.equal((await vivarium(["group", "remove", "dev"], api)).exitCode, EXIT.done);
  assert.equal((await vivarium(["group", "modify", "dev"], api)).exitCode, EXIT.usage);
});

test("permission targets are made, changed and shown in the API's words", async () => {
  const api = {
    "GET /permissions": { items: [TEAM] },
    "GET /permissions/team": TEAM,
    "POST /permissions": TEAM,
    "PATCH /permissions/team": TEAM,
    "DELETE /permissions/team": null,
  };
  const options = ["--repository", "pypi-local", "--include", "team/**", "--grant", "bob=read"];
  const made = await vivarium(["permission", "create", "team", ...options, "--grant-group", "dev=publish,read"], api);
  assert.deepEqual(made.sent[0]?.[2], {
    name: "team",
    repositories: ["pypi-local"],
    includes: ["team/**"],
    users: { bob: ["read"] },
    groups: { dev: ["read", "publish"] },
  });
  const changed = await vivarium(["permission", "modify", "team", "--grant", "", "--include", ""], api);
  assert.deepEqual(changed.sent, [["PATCH", "/permissions/team", { users: {}, includes: [] }]]);
  assert.match(
    (await vivarium(["permission", "list"], api)).out,
    /^team +pypi-local +team\/\*\* +bob read; :dev read,publish$/m,
  );
  assert.match((await vivarium(["permission", "show", "team"], api)).out, /^groups +dev read,publish$/m);
  assert.equal((await vivarium(["permission", "remove", "team"], api)).exitCode, EXIT.done);
});

test("a grant that cannot be read is refused before anything is sent", async () => {
  for (const grant of ["bob", "=read", "bob=", "bob=fly", "bob=read,fly"]) {
    const { exitCode, sent } = await vivarium(["permission", "modify", "team", "--grant", grant], {});
    assert.deepEqual([exitCode, sent], [EXIT.usage, []], grant);
  }
  assert.equal((await vivarium(["permission", "create", "team", "--grant", "bob=read"], {})).exitCode, EXIT.usage);
});

test("why says yes or no with the rule, and ends accordingly", async () => {
  const answer = { user: "bob", action: "read", repository: "root/pypi-local", path: "a/b", because: "because" };
  const argv = ["why", "bob", "read", "pypi-local", "a/b"];
  const yes = await vivarium(argv, { "GET /why": { ...answer, isAllowed: true } });
  assert.deepEqual([yes.exitCode, yes.out], [EXIT.done, "yes: because\n"]);
  assert.deepEqual(yes.sent, [["GET", "/why?user=bob&action=read&repository=pypi-local&path=a%2Fb", null]]);
  const no = await vivarium(argv, { "GET /why": { ...answer, isAllowed: false } });
  assert.deepEqual([no.exitCode, no.out], [EXIT.refused, "no: because\n"]);
  assert.equal((await vivarium(["why", "bob", "fly", "pypi-local"], {})).exitCode, EXIT.usage);
});
