import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { PermissionTarget, Principal, Repository } from "#core";
import { ALICE, BOB, limit, NOBODY, nameOf, ROOT, refusal, token } from "../../tests/support/registry-world.ts";
import { GENERIC, openTreeWorld, placeAt, type TreeWorld, wheelAt } from "../../tests/support/tree-world.ts";

const FOO = wheelAt({ name: "foo", version: "1.0" });
const FILE = "foo/1.0/foo-1.0-py3-none-any.whl";
const PRIVATE = { readers: ["alice"] };

/** Bob may read what is below `open/` of every repository. */
function grant(
  world: TreeWorld,
  includes: readonly string[],
  change: Partial<PermissionTarget> = {},
): Promise<unknown> {
  return world.registry.governing.savePermissionTarget(ROOT, {
    name: "part",
    repositories: ["ANY"],
    includes,
    excludes: [],
    users: { bob: ["read"] },
    groups: {},
    ...change,
  });
}

function remoteFiles(world: TreeWorld, name: string, change: object = {}): Promise<Repository> {
  return world.remote(name, { format: GENERIC, url: `${world.fake.origin}/files/`, ...change });
}

/** Reads a file and waits until its copy is written down. */
async function fetched(world: TreeWorld, at: string, copy = at): Promise<string | null> {
  const text = await world.text(at);
  const place = { ...placeAt(copy), isCacheOnly: true };
  while ((await world.tree.look(ALICE, place)) === null) await new Promise(setImmediate);
  return text;
}

describe("a folder", () => {
  test("of a remote is there for who may read a copy in it, and for others as if there were none", async () => {
    await using world = await openTreeWorld();
    await remoteFiles(world, "root/files", PRIVATE);
    for (const path of ["open/a", "shut/b"]) world.fake.add(path, { filename: path, bytes: Buffer.from(path) });
    await grant(world, ["open/**"]);
    for (const path of ["open/a", "shut/b"]) await fetched(world, `root/files:${path}`);
    assert.equal((await world.tree.look(ALICE, placeAt("root/files:shut")))?.kind, "folder");
    assert.equal((await world.tree.look(BOB, placeAt("root/files:open")))?.kind, "folder");
    assert.deepEqual(await world.all("root/files:", BOB), ["open/", "open/a"]);
    for (const folder of ["shut", "nothing"]) {
      await assert.rejects(world.tree.look(BOB, placeAt(`root/files:${folder}`)), refusal("not-permitted"));
      await assert.rejects(world.names(`root/files@cache:${folder}`, BOB), refusal("not-permitted"));
    }
  });

  test("shows what stands in it by name, page by page", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    for (const path of ["b/x", "a-b", "a/y", "c"]) await world.put(`alice/files:${path}`, path);
    assert.deepEqual(await world.names("alice/files:"), ["a/", "a-b", "b/", "c"]);
    assert.deepEqual(await world.all("alice/files:"), ["a/", "a-b", "a/y", "b/", "b/x", "c"]);
    const page = await world.tree.children(ALICE, placeAt("alice/files:"), { after: "a", limit: 2 });
    assert.deepEqual(
      page?.map(({ path }) => path),
      ["a-b", "b"],
    );
    const below = await world.tree.below(ALICE, placeAt("alice/files:"), { after: "a/y", limit: 2 });
    assert.deepEqual(
      below?.map(({ path }) => path),
      ["b", "b/x"],
    );
  });

  test("that is none is told apart from an empty one", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a", "a");
    assert.equal(await world.names("alice/files:no"), null);
    assert.equal(await world.names("alice/files:a"), null);
    assert.equal(await world.tree.look(ALICE, placeAt("alice/files:no")), null);
    assert.deepEqual(await world.remove("alice/files:a"), { files: 1, folders: 0, sizeBytes: 1 });
    assert.deepEqual(await world.names("alice/files:"), []);
    await assert.rejects(world.names("alice/nowhere:"), refusal("repository-not-found"));
  });
});

describe("rights", () => {
  test("a closed repository refuses whoever may not read it, whether or not there is anything", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files", PRIVATE);
    await world.put("alice/files:a", "a");
    for (const path of ["a", "no", ""]) {
      await assert.rejects(world.tree.look(NOBODY, placeAt(`alice/files:${path}`)), refusal("not-signed-in"));
      await assert.rejects(world.tree.look(BOB, placeAt(`alice/files:${path}`)), refusal("not-permitted"));
      await assert.rejects(world.names(`alice/files:${path}`, BOB), refusal("not-permitted"));
    }
  });

  test("who may read a part sees that part, and the folders on the way to it", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files", PRIVATE);
    for (const path of ["a/open/x", "a/closed/y", "b/z", "top"]) await world.put(`alice/files:${path}`, path);
    await grant(world, ["a/open/**"]);

    assert.equal(await world.text("alice/files:a/open/x", BOB), "a/open/x");
    await assert.rejects(world.text("alice/files:a/closed/y", BOB), refusal("not-permitted"));
    await assert.rejects(world.text("alice/files:a/closed/no", BOB), refusal("not-permitted"));
    assert.deepEqual(await world.names("alice/files:", BOB), ["a/"]);
    assert.deepEqual(await world.names("alice/files:a", BOB), ["open/"]);
    assert.deepEqual(await world.all("alice/files:", BOB), ["a/", "a/open/", "a/open/x"]);
    await assert.rejects(world.names("alice/files:b", BOB), refusal("not-permitted"));
  });

  test("a token for one project sees the files of no other, and none without a project", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev", PRIVATE);
    await world.publish("alice/dev", { project: "foo" });
    await world.publish("alice/dev", { project: "bar" });
    await world.put("alice/dev:notes.txt", "notes");
    const forFoo: Principal = token("alice", limit("read", "*", ["foo"]));
    assert.deepEqual(await world.all("alice/dev:", forFoo), ["foo/", "foo/1.0/", "foo/1.0/foo-1.0.tar.gz"]);
    await assert.rejects(world.text("alice/dev:bar/1.0/bar-1.0.tar.gz", forFoo), refusal("not-permitted"));
    await assert.rejects(world.text("alice/dev:notes.txt", forFoo), refusal("not-permitted"));
  });

  test("on a virtual repository those of its members count", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/mine", PRIVATE);
    await world.plain("alice/ours");
    await world.virtual("alice/all", ["alice/mine", "alice/ours"], { format: GENERIC });
    await world.put("alice/mine:a", "mine");
    await world.put("alice/ours:a", "ours");
    await world.put("alice/ours:b", "ours too");
    assert.equal(await world.text("alice/all:a"), "mine");
    // A private file does not turn into its public namesake.
    assert.equal(await world.text("alice/all:a", BOB), null);
    await assert.rejects(world.text("alice/all:a", NOBODY), refusal("not-signed-in"));
    assert.equal(await world.text("alice/all:b", NOBODY), "ours too");
  });
});

describe("a virtual repository", () => {
  test("shows its members' files at any depth of nesting, the first one's of each path", async () => {
    await using world = await openTreeWorld();
    for (const name of ["one", "two", "three"]) {
      await world.plain(`alice/${name}`);
      await world.put(`alice/${name}:shared/a`, name);
      await world.put(`alice/${name}:shared/${name}`, name);
    }
    await world.virtual("alice/inner", ["alice/three"], { format: GENERIC });
    await world.virtual("alice/middle", ["alice/two", "alice/inner"], { format: GENERIC });
    await world.virtual("alice/outer", ["alice/one", "alice/middle"], { format: GENERIC });
    assert.equal(await world.text("alice/outer:shared/a"), "one");
    assert.equal(await world.text("alice/middle:shared/a"), "two");
    assert.equal((await world.tree.look(ALICE, placeAt("alice/outer:shared/three")))?.repository, "alice/three");
    assert.deepEqual(await world.names("alice/outer:shared"), ["a", "one", "three", "two"]);
    const page = await world.tree.children(ALICE, placeAt("alice/outer:shared"), { after: "a", limit: 2 });
    assert.deepEqual(
      page?.map(({ path }) => path),
      ["shared/one", "shared/three"],
    );
    assert.deepEqual(await world.all("alice/outer:"), [
      "shared/",
      "shared/a",
      "shared/one",
      "shared/three",
      "shared/two",
    ]);
  });

  test("leaves out what a member's patterns leave out, and members that are blacked out", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/one");
    await world.plain("alice/two");
    await world.virtual("alice/all", ["alice/one", "alice/two"], { format: GENERIC });
    await world.put("alice/one:a", "one");
    await world.put("alice/two:a", "two");
    await world.put("alice/two:b", "two");
    await world.change("alice/one", (current) => ({ ...current, excludes: ["a"] }));
    assert.equal(await world.text("alice/all:a"), "two");
    await world.change("alice/one", (current) => ({ ...current, excludes: [], isBlackedOut: true }));
    assert.equal(await world.text("alice/all:a"), "two");
    await world.change("alice/one", (current) => ({ ...current, isBlackedOut: false }));
    assert.equal(await world.text("alice/all:a"), "one");
  });

  test("asks no upstream for what a member has that is blacked out", async () => {
    await using world = await openTreeWorld();
    world.fake.add("tools", { filename: "secret.bin", bytes: Buffer.from("a namesake") });
    await world.plain("alice/files");
    await remoteFiles(world, "root/files");
    await world.virtual("alice/all", ["alice/files", "root/files"], { format: GENERIC });
    await world.put("alice/files:secret.bin", "ours");
    await world.change("alice/files", (current) => ({ ...current, isBlackedOut: true }));
    assert.equal(await world.text("alice/all:secret.bin"), null);
    assert.equal(world.fake.seen.length, 0);
  });

  test("of packages shows by path what its listings show, and nothing that a held name hides", async () => {
    await using world = await openTreeWorld();
    world.fake.add("foo", { filename: "foo-2.0.tar.gz", bytes: Buffer.from("theirs") });
    world.fake.add("bar", { filename: "bar-1.0.tar.gz", bytes: Buffer.from("bar") });
    await world.local("alice/dev");
    await world.remote("root/up");
    await world.virtual("alice/all", ["alice/dev", "root/up"]);
    await world.put(`alice/dev:${FILE}`, FOO.bytes);

    assert.equal(await world.text(`alice/all:${FILE}`), Buffer.from(FOO.bytes).toString());
    assert.equal(await world.text("alice/all:foo/2.0/foo-2.0.tar.gz"), null);
    assert.equal(world.fake.count("/simple/foo/"), 0);
    assert.equal(await world.text("alice/all:bar/1.0/bar-1.0.tar.gz"), "bar");
    assert.deepEqual(await world.files("alice/all", "foo"), ["foo-1.0-py3-none-any.whl"]);
    assert.equal(await world.text("alice/all:nothing.txt"), null);
  });

  test("that is constrained shows no file of a version that is kept out", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await world.put(`alice/dev:${FILE}`, FOO.bytes);
    await world.virtual("alice/all", ["alice/dev"], { constraints: ["foo>1.0"] });
    assert.equal(await world.text(`alice/all:${FILE}`), null);
    assert.deepEqual(await world.all("alice/all:foo/1.0"), []);
    await world.change("alice/dev", (current) => ({ ...current, constraints: ["foo>1.0"] }));
    assert.equal(await world.text(`alice/dev:${FILE}`), null);
  });
});

describe("a remote repository", () => {
  test("of plain files fetches by path, and shows in its cache what it has fetched", async () => {
    await using world = await openTreeWorld();
    world.fake.add("tools", { filename: "kit/a-1.bin", bytes: Buffer.from("kit") });
    await remoteFiles(world, "root/files");
    assert.equal(await world.text("root/files@cache:kit/a-1.bin"), null);
    const node = await world.tree.look(ALICE, placeAt("root/files:kit/a-1.bin"));
    assert(node?.kind === "file");
    assert.deepEqual([node.isHere, node.remoteUrl], [false, `${world.fake.origin}/files/kit/a-1.bin`]);

    assert.equal(await fetched(world, "root/files:kit/a-1.bin"), "kit");
    assert.equal(await world.text("root/files@cache:kit/a-1.bin"), "kit");
    const copy = await world.tree.look(ALICE, placeAt("root/files@cache:kit/a-1.bin"));
    assert(copy?.kind === "file" && copy.isHere);
    assert.deepEqual(await world.all("root/files@cache:"), ["kit/", "kit/a-1.bin"]);
    assert.deepEqual(await world.names("root/files:kit"), ["a-1.bin"]);
    assert.equal(await world.text("root/files:kit/no.bin"), null);
  });

  test("of packages finds a file by its name, and shows in its cache what it has fetched", async () => {
    await using world = await openTreeWorld();
    world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("foo") });
    await world.remote("root/up");
    assert.deepEqual(await world.names("root/up:"), []);
    assert.equal(await fetched(world, "root/up:foo/1.0/foo-1.0.tar.gz"), "foo");
    assert.deepEqual(await world.all("root/up@cache:"), ["foo/", "foo/1.0/", "foo/1.0/foo-1.0.tar.gz"]);
    assert.equal(await world.text("root/up@cache:foo/1.0/foo-1.0.tar.gz"), "foo");
    const node = await world.tree.look(ALICE, placeAt("root/up:foo/1.0/foo-1.0.tar.gz"));
    assert(node?.kind === "file");
    assert.equal(node.isHere, true);
    assert.match(node.remoteUrl ?? "", /foo-1\.0\.tar\.gz$/);
  });

  test("of packages tells every checksum and property that clients ask of a copy", async () => {
    await using world = await openTreeWorld();
    world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("foo") });
    await world.remote("root/up");
    const place = "root/up:foo/1.0/foo-1.0.tar.gz";
    assert.equal(await fetched(world, place), "foo");
    const own = { "pypi.name": ["foo"], "pypi.version": ["1.0"], "pypi.normalized.name": ["foo"] };
    assert.deepEqual(await world.properties(place), own);
    await world.tree.setProperties(ROOT, placeAt(place), { seen: ["yes"] }, false);
    assert.deepEqual(await world.properties(place), { ...own, seen: ["yes"] });
    const node = await world.tree.look(ALICE, placeAt(place));
    assert(node?.kind === "file");
    for (const algorithm of ["sha256", "sha1", "md5"] as const) {
      assert.equal(node[algorithm], createHash(algorithm).update("foo").digest("hex"), algorithm);
    }
    const { items } = await world.tree.search(ALICE, {
      where: { kind: "property", key: { operator: "eq", value: "pypi.name" }, value: { operator: "eq", value: "foo" } },
      repositories: [nameOf("root/up")],
      order: [],
      offset: 0,
      limit: 10,
      withProperties: true,
    });
    assert.deepEqual(
      items.map(({ node: { path } }) => path),
      ["foo/1.0/foo-1.0.tar.gz"],
    );
  });

  test("that cannot answer fails what needs it, also behind a virtual one", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await remoteFiles(world, "root/files");
    await world.virtual("alice/all", ["alice/files", "root/files"], { format: GENERIC });
    await world.put("alice/files:a", "a");
    world.fake.behave({ answer: { status: 503 } });
    assert.equal(await world.text("alice/all:a"), "a");
    await assert.rejects(world.text("alice/all:b"), refusal("upstream-unavailable"));
    await world.change("root/files", (current) => ({ ...current, failsHard: false }));
    await assert.rejects(world.text("alice/all:b"), refusal("upstream-unavailable"));
    await world.change("alice/all", (current) => ({ ...current, resolution: "merge" }));
    assert.equal(await world.text("alice/all:b"), null);
  });

  test("comes after local members and after copies, and is not asked for a folder that is there", async () => {
    await using world = await openTreeWorld();
    world.fake.add("tools", { filename: "kit/a.bin", bytes: Buffer.from("theirs") });
    await world.plain("alice/files");
    await remoteFiles(world, "root/files");
    await world.virtual("alice/all", ["root/files", "alice/files"], { format: GENERIC });
    await world.put("alice/files:kit/a.bin", "ours");
    assert.equal(await world.text("alice/all:kit/a.bin"), "ours");
    assert.equal((await world.tree.look(ALICE, placeAt("alice/all:kit")))?.kind, "folder");
    assert.equal(world.fake.seen.length, 0);
  });

  test("whose copies have names that sort between a folder and what is in it is shown in order, page by page", async () => {
    await using world = await openTreeWorld();
    await remoteFiles(world, "root/files");
    for (const filename of ["a-b/x", "a/y", "a.c"]) {
      world.fake.add(filename, { filename, bytes: Buffer.from(filename) });
      await fetched(world, `root/files:${filename}`);
    }
    const expected = ["a", "a-b", "a-b/x", "a.c", "a/y"];
    for (let limit = 1; limit <= 5; limit += 1) {
      const paths: string[] = [];
      for (let after: string | null = null; ; ) {
        const page = await world.tree.below(ALICE, placeAt("root/files:"), { after, limit });
        paths.push(...(page ?? []).map(({ path }) => path));
        const last = page?.at(-1);
        if (last === undefined) break;
        after = last.path;
      }
      assert.deepEqual(paths, expected, `${limit} at a time`);
    }
    assert.deepEqual(await world.names("root/files:"), ["a/", "a-b/", "a.c"]);
  });
});

test("a file that is opened counts as downloaded when it was sent, but not where nobody shall count it", async () => {
  await using world = await openTreeWorld();
  await world.plain("alice/files");
  await world.local("alice/dev");
  await world.put("alice/files:a", "a");
  await world.put(`alice/dev:${FILE}`, FOO.bytes);
  for (const at of ["alice/files:a", `alice/dev:${FILE}`]) {
    const opened = await world.tree.open(BOB, placeAt(at));
    assert(opened?.file.kind === "stored");
    opened.file.noteServed?.("bob");
    const quiet = await world.tree.open(BOB, placeAt(at), false);
    assert(quiet?.file.kind === "stored");
    assert.equal(quiet.file.noteServed, undefined);
    assert.deepEqual(await world.tree.downloads(ALICE, placeAt(at)), { count: 1, lastAt: world.now(), lastBy: "bob" });
  }
  assert.equal(await world.tree.downloads(ALICE, placeAt("alice/files:no")), null);
});

test("a file of a quarantined project is not sent by its path either", async () => {
  await using world = await openTreeWorld();
  await world.local("alice/dev");
  await world.put(`alice/dev:${FILE}`, FOO.bytes);
  await world.registry.releases.setStatus(ALICE, nameOf("alice/dev"), "foo" as never, "quarantined", null);
  await assert.rejects(world.text(`alice/dev:${FILE}`), refusal("project-quarantined"));
});
