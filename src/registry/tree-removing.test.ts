import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProjectName } from "#core";
import { ALICE, BOB, nameOf, ROOT, refusal } from "../../tests/support/registry-world.ts";
import { GENERIC, openTreeWorld, placeAt, wheelAt } from "../../tests/support/tree-world.ts";

const FOO = "foo" as ProjectName;
const DEV = nameOf("alice/dev");

describe("removing", () => {
  test("a file leaves its folders, and makes room for another one", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a/b", "b", { properties: { colour: ["red"] } });
    assert.deepEqual(await world.remove("alice/files:a/b"), { files: 1, folders: 0, sizeBytes: 1 });
    assert.deepEqual(await world.all("alice/files:"), ["a/"]);
    assert.equal(await world.remove("alice/files:a/b"), null);
    await world.put("alice/files:a/b", "anew");
    assert.deepEqual(await world.properties("alice/files:a/b"), {});
  });

  test("a folder takes all below it, however much that is, and nothing beside it", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    const put = (path: string) => world.put(`alice/files:${path}`, "x");
    for (let start = 0; start < 1_100; start += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => put(`big/${(start + index) % 7}/${start + index}`)));
    }
    await put("big-brother");
    await put("bigger/x");
    assert.deepEqual(await world.remove("alice/files:big"), { files: 1_100, folders: 8, sizeBytes: 1_100 });
    assert.deepEqual(await world.all("alice/files:"), ["big-brother", "bigger/", "bigger/x"]);
  });

  test("everything in a repository leaves the repository, and what is said of it", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a/b", "b");
    await world.tree.setProperties(ALICE, placeAt("alice/files:"), { team: ["core"] }, false);
    assert.deepEqual(await world.remove("alice/files:"), { files: 1, folders: 1, sizeBytes: 1 });
    assert.deepEqual(await world.all("alice/files:"), []);
    assert.deepEqual(await world.properties("alice/files:"), { team: ["core"] });
  });

  test("a package takes it out of the listing, and the last file of a version its record", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    const wheel = wheelAt({ name: "foo", version: "1.0" });
    await world.put(`alice/dev:${wheel.path}`, wheel.bytes);
    await world.publish("alice/dev", { project: "foo", version: "2.0" });
    await world.remove("alice/dev:foo/1.0");
    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-2.0.tar.gz"]);
    const versions = await world.registry.releases.versions(DEV, FOO);
    assert.deepEqual(
      versions.map(({ version }) => version),
      ["2.0"],
    );
    await world.remove("alice/dev:foo");
    assert.deepEqual(await world.files("alice/dev", "foo"), []);
    assert.deepEqual(await world.registry.releases.versions(DEV, FOO), []);
  });

  test("puts files into the trash where there is one, with what is said of them", async () => {
    await using world = await openTreeWorld({ settings: { trashMilliseconds: 60_000 } });
    await world.plain("alice/files");
    await world.put("alice/files:a/b", "b", { properties: { colour: ["red"] } });
    await world.remove("alice/files:a");
    const [trashed, ...others] = await world.registry.trash.list(ALICE, {
      after: null,
      limit: 10,
      repository: nameOf("alice/files"),
    });
    assert(trashed !== undefined);
    assert.deepEqual([trashed.artifact.path, trashed.properties, others.length], ["a/b", { colour: ["red"] }, 0]);
    await world.registry.trash.restore(ALICE, trashed.id);
    assert.equal(await world.text("alice/files:a/b"), "b");
    assert.deepEqual(await world.properties("alice/files:a/b"), { colour: ["red"] });
  });

  test("is refused without the right, and where files never change; and then nothing goes", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a/b", "b");
    await world.put("alice/files:a/c", "c");
    await assert.rejects(world.remove("alice/files:a/b", BOB), refusal("not-permitted"));
    await world.registry.governing.savePermissionTarget(ROOT, {
      name: "most",
      repositories: ["alice.files"],
      includes: ["a", "a/b"],
      excludes: [],
      users: { bob: ["read", "remove"] },
      groups: {},
    });
    await assert.rejects(world.remove("alice/files:a", BOB), refusal("not-permitted"));
    await world.change("alice/files", (current) => ({ ...current, mutability: "immutable" }));
    await assert.rejects(world.remove("alice/files:a"), refusal("repository-immutable"));
    await assert.rejects(world.remove("alice/files:a/b"), refusal("repository-immutable"));
    assert.deepEqual(await world.names("alice/files:a"), ["b", "c"]);
  });

  test("needs the right for every folder that goes along, whether there are files in it or not", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a/b", "b");
    await world.tree.makeFolder(ALICE, placeAt("alice/files:theirs"));
    await world.tree.setProperties(ALICE, placeAt("alice/files:theirs"), { team: ["core"] }, false);
    await world.registry.governing.savePermissionTarget(ROOT, {
      name: "a part",
      repositories: ["alice.files"],
      includes: ["a/**"],
      excludes: [],
      users: { bob: ["read", "remove"] },
      groups: {},
    });
    await assert.rejects(world.remove("alice/files:", BOB), refusal("not-permitted"));
    assert.deepEqual(await world.all("alice/files:"), ["a/", "a/b", "theirs/"]);
    assert.deepEqual(await world.properties("alice/files:theirs"), { team: ["core"] });
    assert.deepEqual(await world.remove("alice/files:a", BOB), { files: 1, folders: 1, sizeBytes: 1 });
  });

  test("through a virtual repository removes where that publishes to, and nowhere else", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/one");
    await world.plain("alice/two");
    const members = ["alice/one", "alice/two"];
    await world.virtual("alice/all", members, { format: GENERIC, publishTo: nameOf("alice/one") });
    await world.virtual("alice/shown", members, { format: GENERIC });
    await world.put("alice/one:a", "one");
    await world.put("alice/two:b", "two");
    assert.equal(await world.remove("alice/all:b"), null);
    assert.deepEqual(await world.remove("alice/all:a"), { files: 1, folders: 0, sizeBytes: 3 });
    await assert.rejects(world.remove("alice/shown:b"), refusal("not-publishable"));
  });

  test("from a remote forgets copies, one or all below a folder", async () => {
    await using world = await openTreeWorld();
    await world.remote("root/files", { format: GENERIC, url: `${world.fake.origin}/files/` });
    for (const filename of ["kit/a", "kit/b", "other"]) {
      world.fake.add(filename, { filename, bytes: Buffer.from(filename) });
      await world.text(`root/files:${filename}`);
      while ((await world.text(`root/files@cache:${filename}`)) === null) await new Promise(setImmediate);
    }
    await assert.rejects(world.remove("root/files:kit", BOB), refusal("not-permitted"));
    assert.deepEqual(await world.remove("root/files:other", ROOT), { files: 1, folders: 0, sizeBytes: 5 });
    assert.deepEqual(await world.remove("root/files:kit", ROOT), { files: 2, folders: 0, sizeBytes: 10 });
    assert.equal(await world.remove("root/files:kit", ROOT), null);
    assert.deepEqual(await world.all("root/files@cache:"), []);
    assert.equal(await world.text("root/files:other"), "other");
  });
});
