import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ItemCriterion, ItemQuery, Principal } from "#core";
import { ALICE, BOB, limit, NOBODY, nameOf, ROOT, refusal, token } from "../../tests/support/registry-world.ts";
import { GENERIC, openTreeWorld, type TreeWorld } from "../../tests/support/tree-world.ts";

const FILES: ItemCriterion = { kind: "field", field: "kind", operator: "eq", value: "file" };

function named(pattern: string): ItemCriterion {
  return { kind: "field", field: "name", operator: "match", value: pattern };
}

function within(repository: string): ItemCriterion {
  return { kind: "field", field: "repository", operator: "eq", value: repository };
}

async function find(
  world: TreeWorld,
  where: ItemCriterion,
  change: Partial<ItemQuery> = {},
  principal: Principal = ALICE,
): Promise<{ readonly found: readonly string[]; readonly hasMore: boolean }> {
  const { items, hasMore } = await world.tree.search(principal, {
    where: { kind: "all", of: [FILES, where] },
    repositories: null,
    order: [],
    offset: 0,
    limit: 100,
    withProperties: false,
    ...change,
  });
  return { found: items.map(({ node }) => `${node.repository}:${node.path}`), hasMore };
}

async function openFiles(): Promise<TreeWorld> {
  const world = await openTreeWorld();
  await world.plain("alice/files");
  await world.plain("alice/secret", { readers: ["alice"] });
  for (const path of ["a/1.txt", "a/2.txt", "b/3.txt", "b/3.bin"]) {
    await world.put(`alice/files:${path}`, path, { properties: { of: [path] } });
    await world.put(`alice/secret:${path}`, path);
  }
  return world;
}

describe("a search", () => {
  test("finds only what may be read", async () => {
    await using world = await openFiles();
    assert.equal((await find(world, named("*.txt"))).found.length, 6);
    for (const stranger of [NOBODY, BOB]) {
      const { found } = await find(world, named("*.txt"), {}, stranger);
      assert.deepEqual(found, ["alice/files:a/1.txt", "alice/files:a/2.txt", "alice/files:b/3.txt"]);
    }
    assert.deepEqual((await find(world, within("alice/secret"), {}, BOB)).found, []);
    assert.deepEqual((await find(world, named("*"), { repositories: [nameOf("alice/secret")] }, BOB)).found, []);
  });

  test("leaves out files that a part of the rights does not cover, and pages over them", async () => {
    await using world = await openFiles();
    await world.registry.governing.savePermissionTarget(ROOT, {
      name: "part",
      repositories: ["alice.secret"],
      includes: ["b/**"],
      excludes: ["**/*.bin"],
      users: { bob: ["read"] },
      groups: {},
    });
    const repositories = [nameOf("alice/secret")];
    assert.deepEqual((await find(world, named("*"), { repositories }, BOB)).found, ["alice/secret:b/3.txt"]);
    const all = await find(world, named("*"), {}, BOB);
    assert.equal(all.found.length, 5);
    const paged: string[] = [];
    for (let offset = 0; ; offset += 2) {
      const { found, hasMore } = await find(world, named("*"), { offset, limit: 2 }, BOB);
      paged.push(...found);
      if (!hasMore) break;
    }
    assert.deepEqual(paged, all.found);
  });

  test("that would have to look at too much for who sees a part is refused, and never cut off silently", async () => {
    // They are looked at in thousands.
    await using world = await openTreeWorld({ settings: { searchedItemsMax: 1000 } });
    await world.plain("alice/secret", { readers: ["alice"] });
    await world.metadata.write({ kind: "system", name: "test", tokenId: null }, async (tx) => {
      const createdAt = world.now();
      for (let index = 0; index < 1000; index += 1) {
        const path = `a/${index}`;
        const folder = { repository: nameOf("alice/secret"), path, createdAt, createdBy: "alice" };
        tx.append({ type: "folder.made", folder });
      }
    });
    await world.put("alice/secret:b/3.txt", "x");
    await world.registry.governing.savePermissionTarget(ROOT, {
      name: "part",
      repositories: ["alice.secret"],
      includes: ["b/**"],
      excludes: [],
      users: { bob: ["read"] },
      groups: {},
    });
    const all: ItemCriterion = { kind: "any", of: [FILES, { ...FILES, value: "folder" } as ItemCriterion] };
    const search = (where: ItemCriterion, principal: Principal) =>
      world.tree.search(principal, {
        where,
        repositories: null,
        order: [],
        offset: 0,
        limit: 5,
        withProperties: false,
      });
    await assert.rejects(search(all, BOB), refusal("request-invalid", /too broad .* after 1000 items/));
    assert.equal((await search(all, ALICE)).items.length, 5);
    assert.equal((await search(FILES, BOB)).items.length, 1);
  });

  test("says whether its limit cut it off", async () => {
    await using world = await openFiles();
    const repositories = [nameOf("alice/files")];
    assert.equal((await find(world, named("*"), { repositories, limit: 4 })).hasMore, false);
    const cut = await find(world, named("*"), { repositories, limit: 3 });
    assert.deepEqual([cut.found.length, cut.hasMore], [3, true]);
    const rest = await find(world, named("*"), { repositories, limit: 3, offset: 3 });
    assert.deepEqual([rest.found, rest.hasMore], [["alice/files:b/3.txt"], false]);
  });

  test("by a token for one project finds the files of no other", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev", { readers: ["alice"] });
    await world.publish("alice/dev", { project: "foo" });
    await world.publish("alice/dev", { project: "bar" });
    const forFoo = token("alice", limit("read", "*", ["foo"]));
    assert.deepEqual((await find(world, named("*"), {}, forFoo)).found, ["alice/dev:foo/1.0/foo-1.0.tar.gz"]);
  });

  test("tells properties and downloads of what it finds", async () => {
    await using world = await openFiles();
    const opened = await world.tree.open(BOB, { repository: nameOf("alice/files"), path: "a/1.txt" });
    assert(opened?.file.kind === "stored");
    opened.file.noteServed?.("bob");
    const { items } = await world.tree.search(ALICE, {
      where: { kind: "property", key: { operator: "eq", value: "of" }, value: { operator: "eq", value: "a/1.txt" } },
      repositories: null,
      order: [],
      offset: 0,
      limit: 10,
      withProperties: true,
    });
    const [item, ...others] = items;
    assert.equal(others.length, 0);
    assert.deepEqual(item?.properties, { of: ["a/1.txt"] });
    assert.deepEqual(item?.downloads, { count: 1, lastAt: world.now(), lastBy: "bob" });
    assert.equal(item?.isCache, false);
  });

  test("in a virtual repository looks into what it shows", async () => {
    await using world = await openFiles();
    await world.virtual("alice/all", ["alice/files"], { format: GENERIC });
    const { found } = await find(world, named("3.*"), { repositories: [nameOf("alice/all")] });
    assert.deepEqual(found, ["alice/files:b/3.bin", "alice/files:b/3.txt"]);
    const pinned = await find(world, { kind: "all", of: [within("alice/all"), named("3.*")] });
    assert.deepEqual(pinned.found, found);
  });

  test("leaves out repositories that are blacked out, and what patterns leave out", async () => {
    await using world = await openFiles();
    await world.change("alice/files", (current) => ({ ...current, excludes: ["a/**"] }));
    await world.change("alice/secret", (current) => ({ ...current, isBlackedOut: true }));
    assert.deepEqual((await find(world, named("*.txt"))).found, ["alice/files:b/3.txt"]);
  });

  test("finds copies of a remote that it names, in one order with the rest", async () => {
    await using world = await openFiles();
    await world.remote("root/files", { format: GENERIC, url: `${world.fake.origin}/files/` });
    for (const filename of ["kit/4.txt", "kit/5.txt", "kit/6.bin"]) {
      world.fake.add(filename, { filename, bytes: Buffer.from(filename) });
      await world.text(`root/files:${filename}`);
      while ((await world.text(`root/files@cache:${filename}`)) === null) await new Promise(setImmediate);
    }
    assert.equal((await find(world, named("4.txt"))).found.length, 0);
    const copies = { repositories: [nameOf("root/files")] };
    assert.deepEqual((await find(world, named("*.txt"), copies)).found, [
      "root/files:kit/4.txt",
      "root/files:kit/5.txt",
    ]);
    const both: Partial<ItemQuery> = {
      repositories: [nameOf("root/files"), nameOf("alice/files")],
      order: [{ field: "name", isDescending: true }],
      limit: 3,
    };
    const { found, hasMore } = await find(world, named("*.txt"), both);
    assert.deepEqual(found, ["root/files:kit/5.txt", "root/files:kit/4.txt", "alice/files:b/3.txt"]);
    assert.equal(hasMore, true);
    const { items } = await world.tree.search(ALICE, {
      where: within("root/files"),
      repositories: null,
      order: [],
      offset: 0,
      limit: 10,
      withProperties: false,
    });
    assert.deepEqual([items.length, items.every(({ isCache }) => isCache)], [3, true]);
  });
});
