import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ALICE, BOB, NOBODY, nameOf, ROOT, refusal } from "../../tests/support/registry-world.ts";
import { GENERIC, openTreeWorld, placeAt, type TreeWorld } from "../../tests/support/tree-world.ts";

type Change = Readonly<Record<string, readonly string[] | null>>;

async function openFiles(): Promise<TreeWorld> {
  const world = await openTreeWorld();
  await world.plain("alice/files");
  await world.put("alice/files:a/b", "b");
  await world.put("alice/files:a/c/d", "d");
  await world.put("alice/files:e", "e");
  return world;
}

function set(world: TreeWorld, at: string, change: Change, isDeep = false, principal = ALICE) {
  return world.tree.setProperties(principal, placeAt(at), change, isDeep);
}

describe("properties", () => {
  test("are replaced key by key, with their values in order, and taken away by nothing", async () => {
    await using world = await openFiles();
    await set(world, "alice/files:a/b", { colour: ["red", "blue", "red"], size: ["1"] });
    await set(world, "alice/files:a/b", { size: ["2"], "odd key:=,;ä": ["odd value \\ ;,="] });
    assert.deepEqual(await world.properties("alice/files:a/b"), {
      colour: ["red", "blue", "red"],
      size: ["2"],
      "odd key:=,;ä": ["odd value \\ ;,="],
    });
    await set(world, "alice/files:a/b", { colour: null, size: [], unknown: null });
    assert.deepEqual(await world.properties("alice/files:a/b"), { "odd key:=,;ä": ["odd value \\ ;,="] });
  });

  test("may be called as anything is, also as a part of every object", async () => {
    await using world = await openFiles();
    const change = Object.fromEntries(["__proto__", "constructor", "toString"].map((key) => [key, [key]]));
    await set(world, "alice/files:a/b", change);
    assert.deepEqual(await world.properties("alice/files:a/b"), change);
    await set(world, "alice/files:a/b", Object.fromEntries([["__proto__", null]]));
    assert.deepEqual(Object.keys((await world.properties("alice/files:a/b")) ?? {}), ["constructor", "toString"]);
  });

  test("are of folders and of the repository too", async () => {
    await using world = await openFiles();
    for (const at of ["alice/files:", "alice/files:a/c"]) {
      assert.deepEqual(await world.properties(at), {});
      assert.deepEqual(await set(world, at, { team: ["core"] }), { files: 0, folders: 1, sizeBytes: 0 });
      assert.deepEqual(await world.properties(at), { team: ["core"] });
    }
    assert.deepEqual(await world.properties("alice/files:a/c/d"), {});
  });

  test("are set on all below a folder where that is asked for", async () => {
    await using world = await openFiles();
    assert.deepEqual(await set(world, "alice/files:a", { team: ["core"] }, true), {
      files: 2,
      folders: 2,
      sizeBytes: 2,
    });
    for (const path of ["a", "a/b", "a/c", "a/c/d"]) {
      assert.deepEqual(await world.properties(`alice/files:${path}`), { team: ["core"] }, path);
    }
    assert.deepEqual(await world.properties("alice/files:e"), {});
  });

  test("that are so already are no event", async () => {
    await using world = await openFiles();
    await set(world, "alice/files:e", { a: ["1"], b: ["2"] });
    await world.news();
    await set(world, "alice/files:e", { b: ["2"] });
    assert.deepEqual(await world.news(), []);
  });

  test("of what is not there are none", async () => {
    await using world = await openFiles();
    assert.equal(await world.properties("alice/files:no"), null);
    assert.equal(await set(world, "alice/files:no", { a: ["1"] }), null);
    await world.remove("alice/files:e");
    assert.equal(await world.properties("alice/files:e"), null);
  });

  test("need the right to annotate, and to read them the right to read", async () => {
    await using world = await openFiles();
    await assert.rejects(set(world, "alice/files:e", { a: ["1"] }, false, BOB), refusal("not-permitted"));
    await assert.rejects(set(world, "alice/files:e", { a: ["1"] }, false, NOBODY), refusal("not-signed-in"));
    assert.deepEqual(await world.properties("alice/files:e", NOBODY), {});
    await world.change("alice/files", (current) => ({ ...current, readers: ["alice"] }));
    await assert.rejects(world.properties("alice/files:e", BOB), refusal("not-permitted"));
    await world.registry.governing.savePermissionTarget(ROOT, {
      name: "notes",
      repositories: ["alice.files"],
      includes: ["a", "a/b"],
      excludes: [],
      users: { bob: ["read", "annotate"] },
      groups: {},
    });
    await set(world, "alice/files:a/b", { a: ["1"] }, false, BOB);
    assert.deepEqual(await world.properties("alice/files:a/b", BOB), { a: ["1"] });
    await world.change("alice/files", (current) => ({ ...current, readers: [":ANONYMOUS:"] }));
    // On all of it or on nothing.
    await assert.rejects(set(world, "alice/files:a", { b: ["2"] }, true, BOB), refusal("not-permitted"));
    assert.deepEqual(await world.properties("alice/files:a", BOB), {});
  });

  test("that nobody could ask for are refused", async () => {
    await using world = await openFiles();
    const bad: readonly Change[] = [
      { "": ["1"] },
      { "a\nb": ["1"] },
      { ["x".repeat(256)]: ["1"] },
      { a: ["x".repeat(4_001)] },
      { a: ["\0"] },
      { a: ["\ud800"] },
      { a: Array.from({ length: 1_001 }, String) },
      Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`k${index}`, ["1"]])),
    ];
    for (const change of bad) await assert.rejects(set(world, "alice/files:e", change), refusal("request-invalid"));
    await assert.rejects(world.put("alice/files:f", "f", { properties: { "": ["1"] } }), refusal("request-invalid"));
    assert.deepEqual(await world.properties("alice/files:e"), {});
  });

  test("of a virtual repository's file are those of the member that has it", async () => {
    await using world = await openFiles();
    await world.virtual("alice/all", ["alice/files"], { format: GENERIC });
    await set(world, "alice/all:e", { a: ["1"] });
    assert.deepEqual(await world.properties("alice/files:e"), { a: ["1"] });
    assert.deepEqual(await world.properties("alice/all:e"), { a: ["1"] });
  });

  test("of a remote's copy can be set and are found there", async () => {
    await using world = await openFiles();
    world.fake.add("tools", { filename: "kit", bytes: Buffer.from("kit") });
    await world.remote("root/files", { format: GENERIC, url: `${world.fake.origin}/files/` });
    assert.equal(await set(world, "root/files:kit", { a: ["1"] }, false, ROOT), null);
    await world.text("root/files:kit");
    while ((await world.text("root/files@cache:kit")) === null) await new Promise(setImmediate);
    await set(world, "root/files:kit", { a: ["1"] }, false, ROOT);
    assert.deepEqual(await world.properties("root/files@cache:kit"), { a: ["1"] });
  });

  test("that a format sets are those of the file that is there", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await world.publish("alice/dev", { project: "foo", displayName: "Foo", versionAttributes: { summary: "one" } });
    const at = "alice/dev:Foo/1.0/foo-1.0.tar.gz";
    assert.deepEqual(await world.properties(at), {
      "pypi.name": ["Foo"],
      "pypi.version": ["1.0"],
      "pypi.normalized.name": ["foo"],
      "pypi.summary": ["one"],
    });
    await world.local("alice/prod");
    await set(world, at, { qa: ["passed"] });
    await world.registry.releases.push(ALICE, nameOf("alice/dev"), "foo" as never, "1.0", nameOf("alice/prod"));
    const pushed = await world.properties("alice/prod:Foo/1.0/foo-1.0.tar.gz");
    assert.deepEqual([pushed?.["qa"], pushed?.["pypi.name"]], [["passed"], ["Foo"]]);
  });
});
