import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "#cli";
import { fakeIo, noMoves } from "../support/fake-io.ts";
import { openTestApp, type TestApp } from "../support/test-app.ts";

/** `vivarium apply` and `dump` against the whole house. */

const FILE = `
version: 1
users:
  ruth: { email: ruth@example.com, passwordFrom: RUTH }
groups:
  team: { members: [ruth], description: The team }
repositories:
  root/all: { kind: virtual, members: [root/ours, root/up], publishTo: root/ours }
  root/ours: { kind: local, readers: [":team"], quotaBytes: 1000000 }
  root/up: { kind: remote, url: "https://up.example.com/simple/", credentialsFrom: UP, freshForSeconds: 60 }
  root/tools: { kind: local, format: generic, mutability: volatile }
permissions:
  team-deploys: { repositories: [ours, tools], includes: ["**"], groups: { team: [read, publish] } }
policies:
  old-ones: { repositories: [ours], olderThanDays: 365, isEnabled: false }
`;

async function vivarium(app: TestApp, argv: readonly string[], text = FILE) {
  const fake = fakeIo({
    env: { VIVARIUM_USER: "root", VIVARIUM_PASSWORD: "root's password", RUTH: "ruth's password", UP: "bob:s3cret" },
    files: { "vivarium.yaml": text },
    fetch: async (address, init = {}) => {
      const url = new URL(String(address));
      const reply = await app.app.frontDoor.inject({
        method: init.method ?? "GET",
        url: `${url.pathname}${url.search}`,
        headers: { host: url.host, ...Object.fromEntries(new Headers(init.headers)) },
        ...(typeof init.body === "string" ? { body: init.body } : {}),
      });
      return new Response(reply.status === 204 ? null : new Uint8Array(reply.body), { status: reply.status });
    },
  });
  const never = () => Promise.reject(new Error("not in these tests"));
  const exitCode = await run(argv, fake.io, {
    version: "0.0.0",
    options: [],
    serve: async () => 0,
    init: never,
    setPassword: never,
    probes: never,
    setup: never,
    moves: noMoves,
  });
  return { exitCode, out: fake.out, err: fake.err.join("\n") };
}

test("a plan changes nothing, applying does what it says, and then nothing differs", async () => {
  await using app = await openTestApp();

  const plan = await vivarium(app, ["apply", "vivarium.yaml", "--plan"]);
  assert.equal(plan.exitCode, 0, plan.err);
  assert.match(plan.out, /\+ repository root\/ours\n[\s\S]*8 to make, 0 to change, 0 to remove; nothing was done\.\n$/);
  assert.doesNotMatch(plan.out, /s3cret|ruth's password/);
  assert.equal((await app.as("root").get("/api/v1/groups/team")).status, 404);

  const applied = await vivarium(app, ["apply", "vivarium.yaml"]);
  assert.deepEqual([applied.exitCode, applied.out], [0, "8 made, 0 changed, 0 removed.\n"], applied.err);

  const again = await vivarium(app, ["apply", "vivarium.yaml"]);
  assert.equal(again.out, "Nothing differs from the file.\n");
  // What it made works: ruth, by her group, may read and deploy.
  const put = await app.as("ruth").ask("PUT", "/root/tools/a.bin", { body: "a" });
  assert.equal(put.status, 201, String(put.body));
});

test("one changed line changes one thing, and what others have added stays", async () => {
  await using app = await openTestApp();
  await vivarium(app, ["apply", "vivarium.yaml"]);
  await app.user("bob");
  const more = await app.as("root").ask("PATCH", "/api/v1/groups/team", { json: { join: ["bob"] } });
  assert.equal(more.status, 200);

  const changed = FILE.replace("quotaBytes: 1000000", "quotaBytes: 2000000").replace("members: [ruth], ", "");
  const applied = await vivarium(app, ["apply", "vivarium.yaml"], changed);

  assert.equal(applied.out, "0 made, 1 changed, 0 removed.\n", applied.err);
  assert.match(applied.err, /~ repository root\/ours\n {4}quotaBytes: 1000000 → 2000000/);
  const { members } = JSON.parse(String((await app.as("root").get("/api/v1/groups/team")).body));
  assert.deepEqual(members.toSorted(), ["bob", "ruth"]);
});

test("what is absent in the file goes, and nothing else", async () => {
  await using app = await openTestApp();
  await vivarium(app, ["apply", "vivarium.yaml"]);
  const absent =
    "version: 1\nrepositories: { root/all: absent }\npermissions: { team-deploys: absent }\npolicies: { old-ones: absent }\n";

  const applied = await vivarium(app, ["apply", "vivarium.yaml"], absent);

  assert.equal(applied.out, "0 made, 0 changed, 3 removed.\n", applied.err);
  const left = JSON.parse(String((await app.as("root").get("/api/v1/repositories?owner=root")).body));
  const names = left.items.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ["root/ours", "root/pypi", "root/tools", "root/up"]);
});

test("a refusal says what could not be done and how far it came, and the mended file goes on from there", async () => {
  await using app = await openTestApp();
  const broken = FILE.replace("publishTo: root/ours", "publishTo: root/up");

  const refused = await vivarium(app, ["apply", "vivarium.yaml"], broken);

  assert.equal(refused.exitCode, 1);
  assert.match(
    refused.err,
    /repository root\/all: .*root\/up.* \(\d of 8 changes are done; mend the file and apply it again\)/,
  );
  const mended = await vivarium(app, ["apply", "vivarium.yaml"]);
  assert.equal(mended.exitCode, 0, mended.err);
  assert.equal((await vivarium(app, ["apply", "vivarium.yaml"])).out, "Nothing differs from the file.\n");
});

test("what is dumped can be applied, here without a difference and elsewhere to the same state", async () => {
  await using app = await openTestApp();
  await vivarium(app, ["apply", "vivarium.yaml"]);

  const dump = await vivarium(app, ["dump"]);

  assert.equal(dump.exitCode, 0, dump.err);
  assert.doesNotMatch(dump.out, /s3cret|ruth's password|passwordHash/);
  const same = await vivarium(app, ["apply", "vivarium.yaml"], dump.out);
  assert.equal(same.out, "Nothing differs from the file.\n", same.err);
  await using other = await openTestApp();
  const elsewhere = await vivarium(other, ["apply", "vivarium.yaml"], dump.out);
  assert.equal(elsewhere.exitCode, 0, elsewhere.err);
  assert.equal((await vivarium(other, ["dump"])).out, dump.out);
});
