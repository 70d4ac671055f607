import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "#core";
import { aWheelFile } from "../support/archives.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { expectStatus, JSON_PAGE, openTestApp, type TestApp, type Visitor } from "../support/test-app.ts";

const OWN = { name: "demo", version: "1.0" };
const FOREIGN = { ...OWN, version: "99.0" };
const OWN_FILE = "demo-1.0-py3-none-any.whl";
const FOREIGN_FILE = "demo-99.0-py3-none-any.whl";

/** alice's house: `alice/dev` has demo 1.0, `alice/up` reads an upstream that has demo 99.0, `alice/all` shows both. */
async function openHouse(all: JsonObject = {}): Promise<{
  readonly app: TestApp;
  readonly fake: FakeUpstream;
  readonly alice: Visitor;
  change(index: string, settings: JsonObject): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const fake = await openFakeUpstream();
  fake.add("demo", aWheelFile(FOREIGN));
  const app = await openTestApp();
  const alice = await app.user("alice");
  await app.index("alice/dev");
  await app.index("alice/up", { kind: "remote", url: fake.url });
  await app.index("alice/all", { kind: "virtual", members: ["alice/dev", "alice/up"], publishTo: "alice/dev", ...all });
  expectStatus(await alice.publish("alice/dev", aWheelFile(OWN), OWN), 200);
  return {
    app,
    fake,
    alice,
    async change(index, settings) {
      expectStatus(await alice.ask("PATCH", `/api/v1/repositories/${index}`, { json: settings }), 200);
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

async function filesOf(visitor: Visitor, index = "alice/all"): Promise<readonly string[]> {
  return (await visitor.simplePage(index, "demo")).files.map(({ filename }) => filename);
}

async function statusOf(visitor: Visitor, index = "alice/all"): Promise<number> {
  return (await visitor.get(`/${index}/simple/demo/`, { accept: JSON_PAGE })).status;
}

test("the safe rule is the default, merging is a choice, and the choice counts at once", async () => {
  await using house = await openHouse();
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
  assert.equal(house.fake.seen.length, 0, "a held name is not told to anybody");

  await house.change("alice/all", { resolution: "merge" });
  assert.deepEqual((await filesOf(house.alice)).toSorted(), [OWN_FILE, FOREIGN_FILE]);

  await house.change("alice/all", { resolution: "shadow" });
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
});

test("where members are merged, one with priority that has the project answers alone", async () => {
  await using house = await openHouse({ resolution: "merge" });
  await house.change("alice/dev", { hasPriority: true });
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
  assert.equal((await house.alice.get(`/alice/all/+f/000/0000000000000/${FOREIGN_FILE}`)).status, 404);
  assert.equal(house.fake.seen.length, 0);

  await house.change("alice/dev", { hasPriority: false });
  assert.deepEqual((await filesOf(house.alice)).toSorted(), [OWN_FILE, FOREIGN_FILE]);
});

test("a remote with priority answers alone where it has the project, and lets the others where it has not", async () => {
  await using house = await openHouse({ resolution: "merge" });
  await house.change("alice/up", { hasPriority: true, missingForSeconds: 0, freshForSeconds: 0 });
  assert.deepEqual(await filesOf(house.alice), [FOREIGN_FILE]);

  house.fake.remove("demo");
  house.app.tick(1);
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
});

test("priority in a nested virtual repository is that of all its members", async () => {
  await using house = await openHouse({ resolution: "merge" });
  await house.app.index("alice/house", { kind: "virtual", members: ["alice/dev"], hasPriority: true });
  await house.change("alice/all", { members: ["alice/up", "alice/house"], publishTo: null });
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
});

test("priority of what a reader may not see does not open the others for that reader", async () => {
  await using house = await openHouse({ resolution: "merge" });
  await house.change("alice/dev", { hasPriority: true, readers: ["alice"] });
  const bob = await house.app.user("bob");

  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
  assert.deepEqual(await filesOf(bob), []);
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
  assert.equal(await statusOf(house.app.anyone()), 401);
  assert.equal(house.fake.seen.length, 0);
});

test("names that a remote's patterns keep out are never asked of it, and its files not seen", async () => {
  await using house = await openHouse({ members: ["alice/up"], publishTo: null });
  await house.change("alice/up", { excludes: ["demo*/**"] });
  for (const index of ["alice/all", "alice/up"]) assert.equal(await statusOf(house.alice, index), 404);
  assert.equal(house.fake.seen.length, 0);

  await house.change("alice/up", { excludes: [], includes: ["other/**"] });
  assert.equal(await statusOf(house.alice), 404);
  assert.equal(house.fake.seen.length, 0);

  await house.change("alice/up", { includes: ["demo/**"] });
  assert.deepEqual(await filesOf(house.alice), [FOREIGN_FILE]);
});

test("patterns of the virtual repository itself hold for all that it shows, and for nothing beside it", async () => {
  await using house = await openHouse({ resolution: "merge", excludes: ["**/*-99.*"] });
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
  assert.deepEqual(await filesOf(house.alice, "alice/up"), [FOREIGN_FILE]);
});

test("a private file that patterns keep out does not open the upstream for its name", async () => {
  await using house = await openHouse();
  await house.change("alice/dev", { excludes: ["**/*.whl"] });
  assert.deepEqual(await filesOf(house.alice), []);
  assert.equal(house.fake.seen.length, 0);
});

test("what patterns keep out is refused when it is published", async () => {
  await using house = await openHouse();
  const other = { name: "other", version: "1.0" };
  await house.change("alice/dev", { includes: ["demo/**"] });
  const refused = await house.alice.publish("alice/dev", aWheelFile(other), other);
  expectStatus(refused, 409);
  assert.match(refused.body.toString(), /include\/exclude pattern/);
});

test("a blacked out member shows nothing, takes nothing, and its names do not become public ones", async () => {
  await using house = await openHouse();
  await house.change("alice/dev", { isBlackedOut: true });
  assert.equal(await statusOf(house.alice, "alice/dev"), 404);
  assert.deepEqual(await filesOf(house.alice), []);
  assert.equal(house.fake.seen.length, 0);
  const next = { ...OWN, version: "1.1" };
  const refused = await house.alice.publish("alice/dev", aWheelFile(next), next);
  assert.ok(refused.status >= 400 && refused.status < 500, `answered ${refused.status}`);

  await house.change("alice/dev", { isBlackedOut: false });
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);
});

test("an upstream that is down fails the answer, also where members are merged, unless it may be left out", async () => {
  await using house = await openHouse({ resolution: "merge" });
  await house.fake.die();
  assert.ok([502, 503].includes(await statusOf(house.alice)));

  await house.change("alice/up", { failsHard: false });
  assert.deepEqual(await filesOf(house.alice), [OWN_FILE]);

  await house.fake.revive();
  house.app.tick(11);
  assert.deepEqual((await filesOf(house.alice)).toSorted(), [OWN_FILE, FOREIGN_FILE]);
});

test("where members are not merged, unavailable is not absent, whatever the remote says", async () => {
  await using house = await openHouse({ members: ["alice/up"], publishTo: null });
  await house.change("alice/up", { failsHard: false });
  await house.fake.die();
  assert.ok([502, 503].includes(await statusOf(house.alice)));
});

test("an offline member shows what is here, and the next one has the rest", async () => {
  await using house = await openHouse({ members: ["alice/up", "alice/dev"], resolution: "merge" });
  await house.alice.download("alice/up", "demo", FOREIGN_FILE);
  await house.change("alice/up", { isOffline: true });
  await house.fake.die();
  // The reader has the last byte a little before the copy is written down.
  while (!(await filesOf(house.alice)).includes(FOREIGN_FILE)) house.app.tick(3_600);
  house.app.tick(1_000_000);
  assert.deepEqual((await filesOf(house.alice)).toSorted(), [OWN_FILE, FOREIGN_FILE]);
  assert.deepEqual(
    await house.alice.download("alice/all", "demo", FOREIGN_FILE),
    Buffer.from(aWheelFile(FOREIGN).bytes),
  );
});

test("of files without projects, the one of a member with priority is the one that is read", async () => {
  await using fake = await openFakeUpstream();
  fake.add("tools", { filename: "kit.bin", bytes: Buffer.from("far") });
  await using app = await openTestApp();
  const alice = await app.user("alice");
  await app.index("alice/first", { format: "generic" });
  await app.index("alice/second", { format: "generic", hasPriority: true });
  const url = `${fake.origin}/files/`;
  await app.index("alice/up", { kind: "remote", format: "generic", url, hasPriority: true, excludes: ["**/secret.*"] });
  const members = ["alice/up", "alice/first", "alice/second"];
  await app.index("alice/tools", { kind: "virtual", format: "generic", members });
  const read = async (path: string): Promise<string> =>
    expectStatus(await alice.get(`/alice/tools/${path}`), 200).body.toString();

  assert.equal(await read("kit.bin"), "far");
  expectStatus(await alice.ask("PUT", "/alice/first/kit.bin", { body: "first" }), 201);
  // A private file never turns into its public namesake.
  assert.equal(await read("kit.bin"), "first");
  expectStatus(await alice.ask("PUT", "/alice/second/kit.bin", { body: "second" }), 201);
  assert.equal(await read("kit.bin"), "second");

  const asked = fake.seen.length;
  assert.equal((await alice.get("/alice/tools/plans/secret.txt")).status, 404);
  assert.equal(fake.seen.length, asked, "what patterns keep out is not asked for");
});

test("devpi's clients neither see nor lose what devpi has no word for", async () => {
  await using house = await openHouse();
  const settings = {
    isOffline: true,
    failsHard: false,
    assumedOfflineSeconds: 300,
    storesFiles: false,
    unusedForHours: 24,
    proxy: "http://proxy.example:3128",
    timeoutMilliseconds: 15_000,
    includes: ["demo/**"],
    hasPriority: true,
  };
  await house.change("alice/up", settings);
  const shown = JSON.parse((await house.alice.get("/alice/up", { accept: "application/json" })).body.toString()).result;
  assert.deepEqual(Object.keys(shown).toSorted(), ["mirror_url", "projects", "type", "volatile"]);
  expectStatus(await house.alice.ask("PATCH", "/alice/up", { json: ["title=Up"] }), 200);

  const after = JSON.parse((await house.alice.get("/api/v1/repositories/alice/up")).body.toString());
  assert.deepEqual({ ...after, ...settings, title: "Up" }, after);
});
