import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { actorOf, type LocalRepository, type ProjectName, type TrashedFile } from "#core";
import {
  ALICE,
  BOB,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  ROOT,
  refusal,
} from "../../tests/support/registry-world.ts";

const FOO = "foo" as ProjectName;
const DEV = nameOf("alice/dev");
const SDIST = "foo-1.0.tar.gz";
const DAY_SECONDS = 24 * 60 * 60;

async function openDev(change: Partial<LocalRepository> = {}): Promise<RegistryWorld> {
  const world = await openRegistryWorld({ settings: { trashMilliseconds: 14 * DAY_SECONDS * 1000 } });
  await world.local("alice/dev", change);
  return world;
}

function listed({ registry }: RegistryWorld, principal = ALICE, after: string | null = null, limit = 100) {
  return registry.trash.list(principal, { after, limit });
}

async function onlyOne(world: RegistryWorld): Promise<TrashedFile> {
  const [file, ...others] = await listed(world);
  assert(file !== undefined && others.length === 0);
  return file;
}

async function remove(world: RegistryWorld, filename = SDIST): Promise<void> {
  await world.registry.releases.removeFile(ALICE, { repository: DEV, project: FOO, filename }, false);
}

describe("a removed file", () => {
  test("rests in the trash, with who removed it and until when it is kept, and its name is free", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo", text: "one" });
    await remove(world);

    const { artifact, trashedAt, trashedBy, until } = await onlyOne(world);
    assert.deepEqual([artifact.repository, artifact.filename, artifact.sizeBytes], [DEV, SDIST, 3]);
    assert.deepEqual([trashedAt, trashedBy], [world.now(), "alice"]);
    assert.equal(until, world.now() + 14 * DAY_SECONDS * 1000);
    assert.deepEqual(await world.files("alice/dev", "foo"), []);
    assert.equal((await world.publish("alice/dev", { project: "foo", text: "other" })).created, true);
  });

  test("keeps its bytes, which nothing else names", async () => {
    await using world = await openDev();
    const { artifact } = await world.publish("alice/dev", {
      project: "foo",
      text: "one",
      companions: { ".metadata": "Name: foo" },
    });
    await remove(world);
    const blobs = [artifact.blob, ...Object.values(artifact.companions).map(({ blob }) => blob)];
    const named = async () => Promise.all(blobs.map((blob) => world.metadata.read((view) => view.namesBlob(blob))));
    assert.deepEqual(await named(), [true, true]);
    await world.registry.trash.clear(ALICE, (await onlyOne(world)).id);
    assert.deepEqual(await named(), [false, false]);
    assert.deepEqual(await listed(world), []);
  });

  test("is gone at once where there is no trash", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/dev");
    await world.publish("alice/dev", { project: "foo" });
    await remove(world);
    assert.deepEqual(await listed(world), []);
  });

  test("rests there as often as it was removed, also within one moment", async () => {
    await using world = await openDev();
    for (let times = 0; times < 3; times += 1) {
      await world.publish("alice/dev", { project: "foo" });
      await remove(world);
    }
    assert.equal(new Set((await listed(world)).map(({ id }) => id)).size, 3);
  });

  test("rests there whatever took it away: its version, its project, or its folder", async () => {
    await using world = await openDev();
    for (const version of ["1.0", "2.0", "3.0"]) await world.publish("alice/dev", { project: "foo", version });
    await world.registry.releases.removeVersion(ALICE, DEV, FOO, "1.0", false);
    world.tick(1);
    await world.registry.tree.remove(ALICE, { repository: DEV, path: "foo/2.0" });
    world.tick(1);
    await world.registry.releases.removeProject(ALICE, DEV, FOO, false);
    const names = (await listed(world)).map(({ artifact }) => artifact.filename);
    assert.deepEqual(names, ["foo-1.0.tar.gz", "foo-2.0.tar.gz", "foo-3.0.tar.gz"]);
  });

  test("does not count against the quota of its repository", async () => {
    await using world = await openDev({ quotaBytes: 4 });
    await world.publish("alice/dev", { project: "foo", text: "1234" });
    await remove(world);
    await world.publish("alice/dev", { project: "foo", version: "2.0", text: "1234" });
    await assert.rejects(
      world.registry.trash.restore(ALICE, (await onlyOne(world)).id),
      refusal("quota-exceeded", /holds 4 of the 4 bytes/),
    );
  });
});

describe("a restored file", () => {
  test("comes back where it was for who may remove it, and elsewhere only for who may also read it", async () => {
    await using world = await openDev({ readers: ["alice"] });
    await world.local("bob/own", { publishers: ["bob"] });
    await world.publish("alice/dev", { project: "foo" });
    const grant = (actions: readonly ("read" | "remove" | "publish")[]) =>
      world.registry.governing.savePermissionTarget(ROOT, {
        name: "bob",
        repositories: ["alice.dev"],
        includes: [],
        excludes: [],
        users: { bob: actions },
        groups: {},
      });
    await grant(["remove", "publish"]);
    await remove(world);
    const { trash } = world.registry;
    const elsewhere = { repository: nameOf("bob/own"), path: `foo/1.0/${SDIST}` };
    const { id } = await onlyOne(world);
    await assert.rejects(trash.restore(BOB, id, elsewhere), refusal("not-permitted", /read on alice\/dev/));
    assert.equal((await trash.restore(BOB, id)).repository, DEV);
    await remove(world);
    await grant(["remove", "read"]);
    assert.equal((await trash.restore(BOB, (await onlyOne(world)).id, elsewhere)).repository, "bob/own");
  });

  test("has all that it had: place, properties, companions, log, dates and its version's record", async () => {
    await using world = await openDev();
    const { artifact } = await world.publish("alice/dev", {
      project: "foo",
      displayName: "Foo",
      companions: { ".metadata": "Name: foo" },
    });
    const path = "Foo/1.0/foo-1.0.tar.gz";
    const { tree, trash } = world.registry;
    await tree.setProperties(ALICE, { repository: DEV, path }, { team: ["web", "core"] }, false);
    const before = await tree.properties(ALICE, { repository: DEV, path });
    await remove(world);
    assert.equal(await world.metadata.read((view) => view.version(DEV, FOO, "1.0")), null);
    world.tick(60);

    const node = await trash.restore(ALICE, (await onlyOne(world)).id);

    assert.deepEqual([node.repository, node.path, node.sizeBytes], [DEV, path, artifact.sizeBytes]);
    assert.deepEqual(await world.metadata.read((view) => view.artifact(DEV, SDIST)), artifact);
    assert.deepEqual(await tree.properties(ALICE, { repository: DEV, path }), before);
    assert.deepEqual(before?.["team"], ["web", "core"]);
    assert.notEqual(await world.metadata.read((view) => view.version(DEV, FOO, "1.0")), null);
    assert.deepEqual(await listed(world), []);
    assert.deepEqual(await world.files("alice/dev", "foo"), [SDIST]);
  });

  test("does not take the place of another, but is content with itself", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo", text: "one" });
    await remove(world);
    const { id } = await onlyOne(world);
    await world.publish("alice/dev", { project: "foo", text: "two" });
    await assert.rejects(world.registry.trash.restore(ALICE, id), refusal("file-exists", /already exists/));
    assert.equal((await listed(world)).length, 1, "a refusal changes nothing");
    await world.publish("alice/dev", { project: "foo", text: "one" });
    await world.registry.trash.restore(ALICE, id);
    assert.deepEqual(await listed(world), []);
  });

  test("may come back to another repository, under its own name", async () => {
    await using world = await openDev();
    await world.local("alice/old");
    await world.publish("alice/dev", { project: "foo" });
    await remove(world);
    const { id } = await onlyOne(world);
    const to = (path: string) => ({ repository: nameOf("alice/old"), path });
    await assert.rejects(
      world.registry.trash.restore(ALICE, id, to("foo/1.0/bar.tar.gz")),
      refusal("request-invalid", /keeps its name/),
    );
    await assert.rejects(world.registry.trash.restore(ALICE, id, to("../foo-1.0.tar.gz")), refusal("request-invalid"));
    const node = await world.registry.trash.restore(ALICE, id, to(`saved/${SDIST}`));
    assert.deepEqual([node.repository, node.path], ["alice/old", `saved/${SDIST}`]);
    assert.deepEqual(await world.files("alice/old", "foo"), [SDIST]);
    assert.deepEqual(await world.files("alice/dev", "foo"), []);
  });

  test("does not come back to what holds no files of its own", async () => {
    await using world = await openDev();
    await world.virtual("alice/all", ["alice/dev"]);
    await world.publish("alice/dev", { project: "foo" });
    await remove(world);
    const place = { repository: nameOf("alice/all"), path: `foo/1.0/${SDIST}` };
    await assert.rejects(
      world.registry.trash.restore(ALICE, (await onlyOne(world)).id, place),
      refusal("not-publishable", /local repository/),
    );
  });
});

describe("the trash", () => {
  test("is shown to those who may remove files of the repository, and to administrators", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo" });
    await remove(world);
    const { id } = await onlyOne(world);
    assert.equal((await listed(world, ROOT)).length, 1);
    assert.deepEqual(await listed(world, BOB), []);
    const { trash } = world.registry;
    await assert.rejects(trash.list(BOB, { repository: DEV, after: null, limit: 9 }), refusal("not-permitted"));
    await assert.rejects(trash.restore(BOB, id), refusal("not-permitted"));
    await assert.rejects(trash.clear(NOBODY, id), refusal("not-signed-in"));
    await assert.rejects(trash.empty(BOB, DEV), refusal("not-permitted"));
    await assert.rejects(trash.empty(ALICE), refusal("not-permitted", /administrators/));
    await assert.rejects(trash.restore(ALICE, "nothing"), refusal("trashed-file-not-found"));
    assert.equal((await trash.empty(ALICE, DEV)).files, 1);
  });

  test("comes in pages, oldest first", async () => {
    await using world = await openDev();
    for (const version of ["1.0", "2.0", "3.0"]) {
      await world.publish("alice/dev", { project: "foo", version });
      await remove(world, `foo-${version}.tar.gz`);
      world.tick(1);
    }
    const first = await listed(world, ALICE, null, 2);
    const rest = await listed(world, ALICE, first[1]?.id ?? "", 2);
    assert.deepEqual(
      [...first, ...rest].map(({ artifact }) => artifact.version),
      ["1.0", "2.0", "3.0"],
    );
  });

  test("is cleared of what has rested long enough, and of nothing else", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo" });
    await remove(world);
    world.tick(10 * DAY_SECONDS);
    await world.publish("alice/dev", { project: "foo", version: "2.0" });
    await remove(world, "foo-2.0.tar.gz");
    await world.registry.retention.tick();
    assert.equal((await listed(world)).length, 2);
    world.tick(4 * DAY_SECONDS);
    const { trash } = await world.registry.retention.tick();
    assert.equal(trash.files, 1);
    assert.equal((await onlyOne(world)).artifact.version, "2.0");
  });

  test("is emptied however much there is", async () => {
    await using world = await openDev();
    const { artifact } = await world.publish("alice/dev", { project: "foo" });
    await world.metadata.write(actorOf(ALICE), async (tx) => {
      for (let index = 2; index <= 450; index += 1) {
        const filename = `foo-${index}.0.tar.gz`;
        const one = { ...artifact, version: `${index}.0`, filename, path: `foo/${index}.0/${filename}` };
        tx.append({ type: "artifact.published", artifact: one, promotedFrom: null });
      }
    });
    await world.registry.releases.removeProject(ALICE, DEV, FOO, false);
    assert.equal((await world.registry.trash.empty(ROOT)).files, 450);
    assert.deepEqual(await listed(world), []);
  });

  test("keeps nothing of a repository that was removed", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo" });
    await remove(world);
    await world.publish("alice/dev", { project: "foo" });
    await world.registry.repositoriesAdmin.remove(ROOT, DEV);
    assert.deepEqual(await listed(world, ROOT), []);
  });
});
