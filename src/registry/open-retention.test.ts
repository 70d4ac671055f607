import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProjectName, RetentionPolicy } from "#core";
import {
  ALICE,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  ROOT,
  refusal,
} from "../../tests/support/registry-world.ts";
import type { RetentionRun } from "./governing.ts";

const FOO = "foo" as ProjectName;
const DEV = nameOf("alice/dev");
const DAY_SECONDS = 24 * 60 * 60;

function aPolicy(change: Partial<RetentionPolicy> = {}): RetentionPolicy {
  return {
    name: "clean",
    description: null,
    isEnabled: true,
    repositories: ["alice.dev"],
    includes: [],
    excludes: [],
    projects: [],
    olderThanDays: null,
    unusedForDays: null,
    keepVersions: null,
    onlyPreReleases: false,
    largerThanBytes: null,
    withProperties: {},
    withoutProperties: {},
    skipsTrash: false,
    everyHours: null,
    ...change,
  };
}

async function openDev(versions: readonly string[] = []): Promise<RegistryWorld> {
  const world = await openRegistryWorld({ settings: { trashMilliseconds: 14 * DAY_SECONDS * 1000 } });
  await world.local("alice/dev");
  for (const version of versions) await world.publish("alice/dev", { project: "foo", version });
  return world;
}

function preview({ registry }: RegistryWorld, change: Partial<RetentionPolicy>): Promise<RetentionRun> {
  return registry.retention.preview(ROOT, aPolicy(change));
}

async function run({ registry }: RegistryWorld, change: Partial<RetentionPolicy>): Promise<RetentionRun> {
  await registry.retention.save(ROOT, aPolicy(change));
  return registry.retention.run(ROOT, "clean");
}

async function download(world: RegistryWorld, filename: string): Promise<void> {
  const file = await (await world.desk("alice/dev")).file(FOO, filename);
  assert(file?.kind === "stored");
  file.noteServed?.("alice");
}

function copyOf({ registry }: RegistryWorld, version: string) {
  const place = { repository: nameOf("root/up"), path: `foo/${version}/foo-${version}.tar.gz`, isCacheOnly: true };
  return registry.tree.look(ROOT, place);
}

/** Reads a file through the remote; then there is a copy. */
async function readRemote(world: RegistryWorld, version: string): Promise<void> {
  const file = await (await world.desk("root/up")).file(FOO, `foo-${version}.tar.gz`);
  assert(file !== null && file.kind !== "elsewhere");
  await Array.fromAsync(file.kind === "stored" ? await file.body.open() : file.chunks);
  file.noteServed?.("bob");
  assert.notEqual(await copyOf(world, version), null);
}

describe("a preview", () => {
  test("says what would go, why, and how many bytes, and removes nothing", async () => {
    await using world = await openDev(["1.0", "2.0", "3.0"]);
    const { files, count, sizeBytes, isDry } = await preview(world, { keepVersions: 2 });
    assert.deepEqual(
      files.map(({ repository, path, because }) => ({ repository, path, because })),
      [{ repository: DEV, path: "foo/1.0/foo-1.0.tar.gz", because: "2 versions are newer" }],
    );
    assert.deepEqual([count, sizeBytes, isDry], [1, files[0]?.sizeBytes, true]);
    assert.equal((await world.files("alice/dev", "foo"))?.length, 3);
  });

  test("counts all files, also beyond those that it lists and beyond the first page", async () => {
    await using world = await openDev();
    const { artifact } = await world.publish("alice/dev", { project: "foo" });
    await world.metadata.write({ kind: "system", name: "test", tokenId: null }, async (tx) => {
      for (let index = 0; index < 1200; index += 1) {
        const filename = `foo-1.0-${index}-py3-none-any.whl`;
        tx.append({
          type: "artifact.published",
          artifact: { ...artifact, filename, path: `foo/1.0/${filename}` },
          promotedFrom: null,
        });
      }
    });
    world.tick(2 * DAY_SECONDS);
    const { files, count, sizeBytes } = await preview(world, { olderThanDays: 1, includes: ["**/*.whl"] });
    assert.deepEqual([files.length, count, sizeBytes], [1000, 1200, 1200 * artifact.sizeBytes]);
  });
});

describe("a run", () => {
  test("clears into the trash what the policy says, with versions and folders that are empty then", async () => {
    await using world = await openDev(["1.0", "2.0"]);
    const { count, isDry } = await run(world, { keepVersions: 1 });
    assert.deepEqual([count, isDry], [1, false]);
    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-2.0.tar.gz"]);
    const { trash, tree } = world.registry;
    const [resting] = await trash.list(ALICE, { after: null, limit: 9 });
    assert.equal(resting?.artifact.version, "1.0");
    const left = await world.metadata.read(async (view) => ({
      version: await view.version(DEV, FOO, "1.0"),
      kept: await view.version(DEV, FOO, "2.0"),
    }));
    assert.deepEqual([left.version, left.kept?.version], [null, "2.0"]);
    assert.equal(await tree.look(ALICE, { repository: DEV, path: "foo/1.0" }), null);
    assert.notEqual(await tree.look(ALICE, { repository: DEV, path: "foo" }), null);
  });

  test("removes at once where the policy skips the trash, also from an immutable repository", async () => {
    await using world = await openDev(["1.0", "2.0"]);
    await world.change("alice/dev", (current) => ({ ...current, mutability: "immutable" }));
    await run(world, { keepVersions: 1, skipsTrash: true });
    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-2.0.tar.gz"]);
    assert.deepEqual(await world.registry.trash.list(ALICE, { after: null, limit: 9 }), []);
  });

  test("leaves what was downloaded lately", async () => {
    await using world = await openDev(["1.0", "2.0"]);
    world.tick(20 * DAY_SECONDS);
    await download(world, "foo-1.0.tar.gz");
    world.tick(20 * DAY_SECONDS);
    const { files } = await run(world, { unusedForDays: 30 });
    assert.deepEqual(
      files.map(({ path, because }) => [path, because]),
      [["foo/2.0/foo-2.0.tar.gz", "never downloaded"]],
    );
  });

  test("leaves what has a property that keeps, and takes only what has those that are asked for", async () => {
    await using world = await openDev(["1.0", "2.0", "3.0"]);
    const { tree } = world.registry;
    const mark = (version: string, properties: Record<string, string[]>) =>
      tree.setProperties(ALICE, { repository: DEV, path: `foo/${version}/foo-${version}.tar.gz` }, properties, false);
    await mark("1.0", { stage: ["dev"] });
    await mark("2.0", { stage: ["dev"], keep: ["yes"] });
    const { files } = await run(world, { withProperties: { stage: ["dev"] }, withoutProperties: { keep: [] } });
    assert.deepEqual(
      files.map(({ path }) => path),
      ["foo/1.0/foo-1.0.tar.gz"],
    );
  });

  test("counts the newest pre-releases where only these go, in the format's own order", async () => {
    await using world = await openDev(["1.0.dev9", "1.0.dev10", "1.0.dev11", "0.9", "1.0"]);
    await run(world, { onlyPreReleases: true, keepVersions: 2 });
    assert.deepEqual(await world.files("alice/dev", "foo"), [
      "foo-1.0.dev10.tar.gz",
      "foo-1.0.dev11.tar.gz",
      "foo-0.9.tar.gz",
      "foo-1.0.tar.gz",
    ]);
  });

  test("is done to the repositories whose keys it names, whatever their case, and to no other", async () => {
    await using world = await openDev(["1.0"]);
    await world.local("alice/other");
    await world.publish("alice/other", { project: "foo" });
    world.tick(2 * DAY_SECONDS);
    await run(world, { olderThanDays: 1, repositories: ["Alice.D*"] });
    assert.deepEqual(await world.files("alice/dev", "foo"), []);
    assert.deepEqual(await world.files("alice/other", "foo"), ["foo-1.0.tar.gz"]);
  });

  test("drops copies of remotes, which come again when they are asked for", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/up");
    world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("bytes") });
    await readRemote(world, "1.0");
    world.tick(2 * DAY_SECONDS);
    assert.equal((await run(world, { olderThanDays: 1, repositories: ["up"] })).count, 1);
    assert.equal(await copyOf(world, "1.0"), null);
    await readRemote(world, "1.0");
  });
});

describe("a policy", () => {
  test("is kept, listed and removed by administrators only, and must make sense", async () => {
    await using world = await openDev();
    const { retention } = world.registry;
    await assert.rejects(retention.save(ALICE, aPolicy({ keepVersions: 1 })), refusal("not-permitted"));
    await assert.rejects(retention.preview(ALICE, aPolicy({ keepVersions: 1 })), refusal("not-permitted"));
    await assert.rejects(retention.save(ROOT, aPolicy()), refusal("setting-invalid", /everything there would go/));
    await assert.rejects(
      retention.save(ROOT, aPolicy({ keepVersions: 1, repositories: ["ghost"] })),
      refusal("setting-invalid", /'ghost', which is not here/),
    );
    await retention.save(ROOT, aPolicy({ keepVersions: 1 }));
    await retention.save(ROOT, aPolicy({ keepVersions: 2 }));
    assert.deepEqual(
      (await retention.policies()).map(({ keepVersions }) => keepVersions),
      [2],
    );
    await assert.rejects(retention.run(ALICE, "clean"), refusal("not-permitted"));
    await assert.rejects(retention.run(ROOT, "ghost"), refusal("policy-not-found"));
    await retention.remove(ROOT, "clean");
    await assert.rejects(retention.remove(ROOT, "clean"), refusal("policy-not-found"));
  });

  test("runs by itself as often as it says, and not while it is disabled", async () => {
    await using world = await openDev(["1.0", "2.0"]);
    const { retention } = world.registry;
    const ran = async () => (await retention.tick()).runs.map(({ policy }) => policy);
    await retention.save(ROOT, aPolicy({ keepVersions: 1, everyHours: 24, isEnabled: false }));
    assert.deepEqual(await ran(), []);
    await retention.save(ROOT, aPolicy({ keepVersions: 1, everyHours: 24 }));
    assert.deepEqual(await ran(), ["clean"]);
    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-2.0.tar.gz"]);
    world.tick(DAY_SECONDS - 1);
    assert.deepEqual(await ran(), []);
    world.tick(1);
    assert.deepEqual(await ran(), ["clean"]);
  });

  test("of several processes is run by one", async () => {
    await using world = await openDev(["1.0", "2.0"]);
    await using other = await world.elsewhere();
    await world.registry.retention.save(ROOT, aPolicy({ keepVersions: 1, everyHours: 1 }));
    const done = await Promise.all([world.registry.retention.tick(), other.registry.retention.tick()]);
    assert.equal(done.flatMap(({ runs }) => runs).length, 1);
  });
});

describe("unused copies of a remote", () => {
  test("are dropped when nobody has read them for as long as it says", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/up", { unusedForHours: 24 });
    const files = ["1.0", "2.0"].map((version) => ({ filename: `foo-${version}.tar.gz`, bytes: Buffer.from(version) }));
    world.fake.add("foo", ...files);
    await readRemote(world, "1.0");
    await readRemote(world, "2.0");
    world.tick(20 * 3600);
    await readRemote(world, "2.0");
    world.tick(5 * 3600);
    assert.equal((await world.registry.retention.tick()).copies.files, 1);
    world.tick(24 * 3600);
    assert.equal((await world.registry.retention.tick()).copies.files, 1);
  });
});
