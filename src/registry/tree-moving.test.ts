import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProjectName } from "#core";
import { ALICE, BOB, chunksOf, nameOf, ROOT, refusal } from "../../tests/support/registry-world.ts";
import { GENERIC, openTreeWorld, placeAt, type TreeWorld, wheelAt } from "../../tests/support/tree-world.ts";

const FOO = "foo" as ProjectName;
const WHEEL = wheelAt({ name: "Foo", version: "1.0", summary: "a foo" });
const FILENAME = "foo-1.0-py3-none-any.whl";

async function openPlain(): Promise<TreeWorld> {
  const world = await openTreeWorld();
  await world.plain("alice/files");
  await world.plain("alice/more");
  return world;
}

/** A volatile and an immutable repository of packages, and a wheel in the first. */
async function openPackages(): Promise<TreeWorld> {
  const world = await openTreeWorld();
  await world.local("alice/dev");
  await world.local("alice/prod", { mutability: "immutable" });
  await world.put(`alice/dev:${WHEEL.path}`, WHEEL.bytes, { properties: { qa: ["passed"] } });
  return world;
}

describe("a file", () => {
  test("is copied with its properties, and stays where it was", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b", "text", { properties: { colour: ["red", "blue"] } });
    assert.deepEqual(await world.copy("alice/files:a/b", "alice/more:x/y"), { files: 1, folders: 0, sizeBytes: 4 });
    assert.equal(await world.text("alice/files:a/b"), "text");
    assert.equal(await world.text("alice/more:x/y"), "text");
    assert.deepEqual(await world.properties("alice/more:x/y"), { colour: ["red", "blue"] });
    assert.equal((await Array.fromAsync(world.blobs.list())).length, 1);
  });

  test("is moved with its properties and its age, and is gone where it was", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b", "text", { properties: { colour: ["red"] } });
    const made = world.now();
    world.tick(60);
    await world.move("alice/files:a/b", "alice/files:a/c");
    assert.deepEqual(await world.names("alice/files:a"), ["c"]);
    assert.deepEqual(await world.properties("alice/files:a/c"), { colour: ["red"] });
    assert.equal((await world.tree.look(ALICE, placeAt("alice/files:a/c")))?.createdAt, made);
  });

  test("takes along how often it was downloaded; a copy was not downloaded yet", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b", "text");
    const opened = await world.tree.open(BOB, placeAt("alice/files:a/b"));
    assert(opened?.file.kind === "stored");
    opened.file.noteServed?.("bob");
    const downloads = { count: 1, lastAt: world.now(), lastBy: "bob" };
    await world.copy("alice/files:a/b", "alice/more:copy");
    assert.equal((await world.tree.downloads(ALICE, placeAt("alice/more:copy")))?.count, 0);
    await world.move("alice/files:a/b", "alice/more:b", ALICE, true);
    await world.move("alice/files:a", "alice/more:c");
    assert.deepEqual(await world.tree.downloads(ALICE, placeAt("alice/more:c/b")), downloads);
    await world.put("alice/files:a/b", "another");
    assert.equal((await world.tree.downloads(ALICE, placeAt("alice/files:a/b")))?.count, 0);
  });

  test("goes into what is a folder under its own name, else takes the name", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a.txt", "a");
    await world.put("alice/more:there/x", "x");
    await world.copy("alice/files:a.txt", "alice/more:there");
    await world.copy("alice/files:a.txt", "alice/more:new");
    await world.copy("alice/files:a.txt", "alice/more:");
    assert.deepEqual(await world.all("alice/more:"), ["a.txt", "new", "there/", "there/a.txt", "there/x"]);
  });

  test("replaces another one by the rules of an upload", async () => {
    await using world = await openPlain();
    await world.plain("alice/fixed", { mutability: "immutable" });
    await world.put("alice/files:a", "new");
    await world.put("alice/more:a", "old", { properties: { of: ["old"] } });
    await world.put("alice/fixed:a", "old");
    await world.put("alice/fixed:b", "new");
    await world.copy("alice/files:a", "alice/more:a");
    assert.equal(await world.text("alice/more:a"), "new");
    assert.deepEqual(await world.properties("alice/more:a"), {});
    await assert.rejects(world.copy("alice/files:a", "alice/fixed:a"), refusal("file-exists"));
    assert.deepEqual(await world.copy("alice/files:a", "alice/fixed:b"), { files: 1, folders: 0, sizeBytes: 3 });
  });

  test("needs the rights at both ends", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a", "a");
    await assert.rejects(world.copy("alice/files:a", "alice/more:a", BOB), refusal("not-permitted"));
    await world.change("alice/more", (current) => ({ ...current, publishers: ["alice", "bob"] }) as typeof current);
    await world.copy("alice/files:a", "alice/more:a", BOB);
    await assert.rejects(world.move("alice/files:a", "alice/more:b", BOB), refusal("not-permitted"));
    await world.change("alice/files", (current) => ({ ...current, mutability: "immutable" }));
    await assert.rejects(world.move("alice/files:a", "alice/more:b"), refusal("repository-immutable"));
    assert.equal(await world.text("alice/more:b"), null);
  });

  test("that is not there is nothing to carry", async () => {
    await using world = await openPlain();
    assert.equal(await world.copy("alice/files:no", "alice/more:a"), null);
    assert.equal(await world.move("alice/files:no", "alice/more:a"), null);
  });

  test("is not put where it is", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b", "b");
    for (const to of ["a/b", "a"]) {
      await assert.rejects(world.move("alice/files:a/b", `alice/files:${to}`), refusal("request-invalid"));
      await assert.rejects(world.copy("alice/files:a/b", `alice/files:${to}`), refusal("request-invalid"));
    }
    assert.equal(await world.text("alice/files:a/b"), "b");
  });
});

describe("a folder", () => {
  test("is carried with all below it, empty folders and what is said of them too", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b/c", "c", { properties: { of: ["c"] } });
    await world.tree.makeFolder(ALICE, placeAt("alice/files:a/empty"));
    await world.tree.setProperties(ALICE, placeAt("alice/files:a/empty"), { of: ["nothing"] }, false);
    await world.tree.setProperties(ALICE, placeAt("alice/files:a"), { of: ["a"] }, false);
    assert.deepEqual(await world.copy("alice/files:a", "alice/more:z"), { files: 1, folders: 3, sizeBytes: 1 });
    assert.deepEqual(await world.all("alice/more:"), ["z/", "z/b/", "z/b/c", "z/empty/"]);
    assert.deepEqual(await world.properties("alice/more:z"), { of: ["a"] });
    assert.deepEqual(await world.properties("alice/more:z/empty"), { of: ["nothing"] });
    assert.deepEqual(await world.properties("alice/more:z/b/c"), { of: ["c"] });
    await world.move("alice/files:a", "alice/more:z");
    assert.deepEqual(await world.all("alice/files:"), []);
    assert.deepEqual(await world.names("alice/more:z/a"), ["b/", "empty/"]);
  });

  test("is not put into itself", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b/c", "c");
    for (const to of ["a", "a/b", "a/new", "a/b/new"]) {
      await assert.rejects(world.move("alice/files:a", `alice/files:${to}`), refusal("request-invalid", /into itself/));
      await assert.rejects(world.copy("alice/files:a", `alice/files:${to}`), refusal("request-invalid", /into itself/));
    }
    await assert.rejects(world.copy("alice/files:", "alice/files:x"), refusal("request-invalid", /into itself/));
    await world.copy("alice/files:a", "alice/files:ab");
    assert.deepEqual(await world.all("alice/files:"), ["a/", "a/b/", "a/b/c", "ab/", "ab/b/", "ab/b/c"]);
  });

  test("is not put where a file is", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b", "b");
    await world.put("alice/more:x", "x");
    await assert.rejects(world.copy("alice/files:a", "alice/more:x"), refusal("file-exists"));
    await assert.rejects(world.copy("alice/files:a", "alice/more:x/y"), refusal("file-exists"));
  });

  test("is carried as a whole or not at all, however large it is", async () => {
    await using world = await openPlain();
    const put = (path: string) => world.put(`alice/files:${path}`, "x");
    for (let start = 0; start < 500; start += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => put(`big/${start + index}`)));
    }
    await world.plain("alice/fixed", { mutability: "immutable" });
    await world.put("alice/fixed:big/99", "another");
    await assert.rejects(world.copy("alice/files:big", "alice/fixed:"), refusal("file-exists"));
    assert.deepEqual(await world.all("alice/fixed:"), ["big/", "big/99"]);
    assert.deepEqual(await world.move("alice/files:big", "alice/more:"), { files: 500, folders: 1, sizeBytes: 500 });
    assert.equal((await world.all("alice/more:"))?.length, 501);
    assert.deepEqual(await world.all("alice/files:"), []);
  });

  test("of a virtual repository is copied as its members show it", async () => {
    await using world = await openPlain();
    world.fake.add("tools", { filename: "kit/c", bytes: Buffer.from("from upstream") });
    await world.remote("root/files", { format: GENERIC, url: `${world.fake.origin}/files/` });
    await world.virtual("alice/all", ["alice/files", "root/files"], { format: GENERIC });
    await world.put("alice/files:kit/a", "a");
    assert.equal(await world.text("alice/all:kit/c"), "from upstream");
    while ((await world.text("root/files@cache:kit/c")) === null) await new Promise(setImmediate);
    await world.copy("alice/all:kit", "alice/more:");
    assert.deepEqual(await world.names("alice/more:kit"), ["a", "c"]);
    assert.equal(await world.text("alice/more:kit/c"), "from upstream");
    await assert.rejects(world.move("root/files:kit/c", "alice/more:c", ROOT), refusal("not-publishable"));
  });
});

describe("a rehearsal", () => {
  test("says what would be done and does nothing", async () => {
    await using world = await openPlain();
    await world.put("alice/files:a/b", "b");
    await world.news();
    assert.deepEqual(await world.move("alice/files:a", "alice/more:x", ALICE, true), {
      files: 1,
      folders: 1,
      sizeBytes: 1,
    });
    assert.deepEqual(await world.copy("alice/files:a/b", "alice/more:x", ALICE, true), {
      files: 1,
      folders: 0,
      sizeBytes: 1,
    });
    assert.deepEqual(await world.news(), []);
    assert.deepEqual(await world.all("alice/more:"), []);
    assert.equal(await world.text("alice/files:a/b"), "b");
  });

  test("is refused where the thing itself would be", async () => {
    await using world = await openPlain();
    await world.plain("alice/fixed", { mutability: "immutable" });
    await world.put("alice/files:a/b", "b");
    await world.put("alice/fixed:a/b", "another");
    await assert.rejects(world.copy("alice/files:a", "alice/more:x", BOB, true), refusal("not-permitted"));
    await assert.rejects(world.copy("alice/files:a", "alice/fixed:", ALICE, true), refusal("file-exists"));
    await assert.rejects(world.move("alice/fixed:a/b", "alice/more:b", ALICE, true), refusal("repository-immutable"));
    assert.equal(await world.copy("alice/files:no", "alice/more:x", ALICE, true), null);
  });
});

describe("a package", () => {
  test("is promoted by copying it: the indexes follow, and everything that belongs to it", async () => {
    await using world = await openPackages();
    const about = { project: FOO, about: FILENAME };
    await world.registry.attachments.saveTestResult(ALICE, nameOf("alice/dev"), about, chunksOf("{}"));
    await world.copy("alice/dev:Foo", "alice/prod:");
    assert.deepEqual(await world.files("alice/prod", "foo"), [FILENAME]);
    assert.deepEqual(await world.files("alice/dev", "foo"), [FILENAME]);
    const seen = await world.metadata.read(async (view) => ({
      project: await view.project(nameOf("alice/prod"), FOO),
      version: await view.version(nameOf("alice/prod"), FOO, "1.0"),
      artifact: await view.artifact(nameOf("alice/prod"), FILENAME),
      results: await view.attachments(nameOf("alice/prod"), FOO, { about: FILENAME }),
    }));
    assert.equal(seen.project?.displayName, "Foo");
    assert.equal(seen.version?.attributes["summary"], "a foo");
    assert.equal(seen.artifact?.log.at(-1)?.what, "push");
    assert.equal(seen.results.length, 1);
    const companion = await (await world.desk("alice/prod")).companion(FOO, FILENAME, ".metadata");
    assert.notEqual(companion, null);
    const properties = await world.properties(`alice/prod:${WHEEL.path}`);
    assert.deepEqual([properties?.["qa"], properties?.["pypi.name"]], [["passed"], ["Foo"]]);
  });

  test("is taken out of the index that it is moved from, with its version's record", async () => {
    await using world = await openPackages();
    await world.move(`alice/dev:${WHEEL.path}`, `alice/prod:${WHEEL.path}`);
    assert.deepEqual(await world.files("alice/dev", "foo"), []);
    assert.deepEqual(await world.registry.releases.versions(nameOf("alice/dev"), FOO), []);
    assert.deepEqual(await world.files("alice/prod", "foo"), [FILENAME]);
  });

  test("is moved within its repository, where it stands once, and not copied", async () => {
    await using world = await openPackages();
    const copying = world.copy(`alice/dev:${WHEEL.path}`, `alice/dev:kept/${FILENAME}`);
    await assert.rejects(copying, refusal("file-exists", /Foo\/1\.0/));
    await world.tree.makeFolder(ALICE, placeAt("alice/dev:kept"));
    await world.move(`alice/dev:${WHEEL.path}`, "alice/dev:kept", ALICE, true);
    await world.move(`alice/dev:${WHEEL.path}`, "alice/dev:kept");
    assert.deepEqual(await world.names("alice/dev:kept"), [FILENAME]);
    assert.deepEqual(await world.files("alice/dev", "foo"), [FILENAME]);
    assert.equal((await world.registry.releases.versions(nameOf("alice/dev"), FOO)).length, 1);
    assert.deepEqual((await world.properties(`alice/dev:kept/${FILENAME}`))?.["qa"], ["passed"]);
  });

  test("becomes a plain file among plain files, and a package again by its own metadata", async () => {
    await using world = await openPackages();
    await world.plain("alice/files");
    await world.local("alice/other");
    await world.copy(`alice/dev:${WHEEL.path}`, `alice/files:archive/${FILENAME}`);
    assert.equal(await world.text(`alice/files:archive/${FILENAME}`), Buffer.from(WHEEL.bytes).toString());
    await world.copy("alice/files:archive", "alice/other:");
    assert.deepEqual(await world.files("alice/other", "foo"), [FILENAME]);
    const companion = await (await world.desk("alice/other")).companion(FOO, FILENAME, ".metadata");
    assert.notEqual(companion, null);
    assert.deepEqual((await world.properties(`alice/other:archive/${FILENAME}`))?.["qa"], ["passed"]);
  });

  test("under a name that is no package's is a plain file", async () => {
    await using world = await openPackages();
    await world.move(`alice/dev:${WHEEL.path}`, "alice/dev:kept/old.bin");
    assert.deepEqual(await world.files("alice/dev", "foo"), []);
    assert.equal(await world.text("alice/dev:kept/old.bin"), Buffer.from(WHEEL.bytes).toString());
    await assert.rejects(
      world.move("alice/dev:kept/old.bin", "alice/dev:kept/bar-1.0-py3-none-any.whl"),
      refusal("upload-invalid"),
    );
    assert.equal(await world.text("alice/dev:kept/old.bin"), Buffer.from(WHEEL.bytes).toString());
  });

  test("of a quarantined project is not carried away", async () => {
    await using world = await openPackages();
    await world.registry.releases.setStatus(ALICE, nameOf("alice/dev"), FOO, "quarantined", null);
    await assert.rejects(world.copy(`alice/dev:${WHEEL.path}`, "alice/prod:"), refusal("project-quarantined"));
  });

  test("of an upstream is fetched and kept as if it had been uploaded", async () => {
    await using world = await openPackages();
    const bar = wheelAt({ name: "bar", version: "2.0" });
    const filename = "bar-2.0-py3-none-any.whl";
    world.fake.add("bar", { filename, bytes: bar.bytes });
    await world.remote("root/up");
    await world.copy(`root/up:${bar.path}`, `alice/prod:${bar.path}`);
    assert.deepEqual(await world.files("alice/prod", "bar"), [filename]);
    world.fake.behave({ answer: { status: 503 } });
    assert.equal(await world.text(`alice/prod:${bar.path}`), Buffer.from(bar.bytes).toString());
  });
});
