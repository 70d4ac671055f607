import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import type { Principal, ProjectName, UserName } from "#core";
import type { Tree } from "#registry";
import { ALICE, BOB, limit, NOBODY, nameOf, ROOT, refusal, token } from "../../tests/support/registry-world.ts";
import { chunksOf, openTreeWorld, placeAt, wheelAt } from "../../tests/support/tree-world.ts";

const FOO = wheelAt({ name: "Foo", version: "1.0" });
const DEV = nameOf("alice/dev");
const ADMIN: Principal = { kind: "user", name: "carol" as UserName, groups: [], isAdmin: true };

describe("a file that is put at a path", () => {
  test("stands there with its digests, by whom and when, in folders that appear by themselves", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    const { node, created } = await world.put("alice/files:a/b/c.txt", "hello");

    assert.equal(created, true);
    assert.deepEqual(
      { ...node },
      {
        kind: "file",
        repository: "alice/files",
        path: "a/b/c.txt",
        createdAt: world.now(),
        createdBy: "alice",
        modifiedAt: world.now(),
        modifiedBy: "alice",
        sizeBytes: 5,
        sha256: hash("sha256", "hello"),
        sha1: hash("sha1", "hello"),
        md5: hash("md5", "hello"),
        remoteUrl: null,
        isHere: true,
      },
    );
    assert.equal(await world.text("alice/files:a/b/c.txt"), "hello");
    assert.deepEqual(await world.all("alice/files:"), ["a/", "a/b/", "a/b/c.txt"]);
  });

  test("keeps odd characters of its name", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    for (const name of ["ä b+c#d@e?f%41;g=h.txt", "日本/語.bin", "..a", "a..", "😀"]) {
      await world.put(`alice/files:x/${name}`, name);
      assert.equal(await world.text(`alice/files:x/${name}`), name);
    }
  });

  test("may be empty", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    const { node } = await world.put("alice/files:empty", "");
    assert.equal(node.sizeBytes, 0);
    assert.equal(await world.text("alice/files:empty"), "");
  });

  test("of the same bytes again is a success without an event", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files", { mutability: "immutable" });
    await world.put("alice/files:a.txt", "a");
    await world.news();
    const again = await world.put("alice/files:a.txt", "a");
    assert.equal(again.created, false);
    assert.deepEqual(await world.news(), []);
  });

  test("of the same bytes again takes the properties that come with it", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a.txt", "a", { properties: { colour: ["red"] } });
    await world.put("alice/files:a.txt", "a", { properties: { size: ["big", "huge"] } });
    assert.deepEqual(await world.properties("alice/files:a.txt"), { size: ["big", "huge"] });
    await world.put("alice/files:a.txt", "a");
    assert.deepEqual(await world.properties("alice/files:a.txt"), { size: ["big", "huge"] });
  });

  test("of other bytes replaces it where files may change, and its properties with it", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a.txt", "a", { properties: { colour: ["red"] } });
    const first = world.now();
    world.tick(60);
    const { node } = await world.put("alice/files:a.txt", "b");
    assert.equal(await world.text("alice/files:a.txt"), "b");
    assert.deepEqual(await world.properties("alice/files:a.txt"), {});
    assert.equal(node.modifiedAt, world.now());
    assert.equal((await world.tree.look(ROOT, placeAt("alice/files:a.txt")))?.createdAt, first);
  });

  test("of other bytes is refused where files never change, and what is there stays", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files", { mutability: "immutable" });
    await world.put("alice/files:a.txt", "a");
    await assert.rejects(world.put("alice/files:a.txt", "b"), refusal("file-exists"));
    assert.equal(await world.text("alice/files:a.txt"), "a");
  });

  test("is refused without the right, before a byte is taken", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await assert.rejects(world.put("alice/files:a.txt", "a", {}, BOB), refusal("not-permitted"));
    await assert.rejects(world.put("alice/files:a.txt", "a", {}, NOBODY), refusal("not-signed-in"));
    const forFoo = token("alice", limit("publish", "alice/files", ["foo"]));
    await assert.rejects(world.put("alice/files:a.txt", "a", {}, forFoo), refusal("not-permitted"));
  });

  test("is refused where the path leaves the repository or is none", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    for (const path of [
      "../x",
      "a/../../x",
      "a//b",
      "/a",
      "a/",
      ".",
      "..",
      "a\\b",
      "a\nb",
      "a/./b",
      "x".repeat(1025),
    ]) {
      await assert.rejects(world.put(`alice/files:${path}`, "a"), refusal("request-invalid"), path);
      await assert.rejects(world.text(`alice/files:${path}`), refusal("request-invalid"), path);
      await assert.rejects(world.remove(`alice/files:${path}`), refusal("request-invalid"), path);
      await assert.rejects(world.copy("alice/files:a", `alice/files:${path}`), refusal("request-invalid"), path);
    }
    await assert.rejects(world.put("alice/files:", "a"), refusal("request-invalid"));
    assert.deepEqual(await world.all("alice/files:"), []);
  });

  test("is refused where a folder stands, and below what is a file", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a/b", "b");
    await assert.rejects(world.put("alice/files:a", "a"), refusal("file-exists", /folder/));
    await assert.rejects(world.put("alice/files:a/b/c/d", "d"), refusal("file-exists", /as a file/));
    await assert.rejects(world.tree.makeFolder(ROOT, placeAt("alice/files:a")), refusal("not-permitted"));
    await assert.rejects(
      world.tree.makeFolder({ kind: "system", reason: "test" }, placeAt("alice/files:a/b")),
      refusal("file-exists"),
    );
  });

  test("is refused where its digest is not the announced one, and nothing is kept", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    for (const algorithm of ["sha256", "sha1", "md5"]) {
      const expected = { [algorithm]: hash(algorithm, "other") };
      await assert.rejects(world.put("alice/files:a.txt", "a", { expected }), refusal("digest-mismatch"));
    }
    assert.equal(await world.text("alice/files:a.txt"), null);
    assert.deepEqual(await Array.fromAsync(world.blobs.list()), []);
    const expected = { sha1: hash("sha1", "a").toUpperCase(), md5: hash("md5", "a") };
    assert.equal((await world.put("alice/files:a.txt", "a", { expected })).created, true);
  });

  test("is refused by the patterns of the repository, and by a repository that is blacked out", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files", { includes: ["pub/**"], excludes: ["**/*.key"] });
    await world.put("alice/files:pub/a.txt", "a");
    await assert.rejects(world.put("alice/files:a.txt", "a"), refusal("path-excluded", /include\/exclude pattern/));
    await assert.rejects(world.put("alice/files:pub/x.key", "a"), refusal("path-excluded"));
    await world.change("alice/files", (current) => ({ ...current, isBlackedOut: true }));
    await assert.rejects(world.put("alice/files:pub/b.txt", "b"), refusal("not-publishable"));
    assert.equal(await world.text("alice/files:pub/a.txt"), null);
  });

  test("is refused beyond the quota", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files", { quotaBytes: 10 });
    await world.put("alice/files:a", "123456");
    await assert.rejects(world.put("alice/files:b", "12345"), refusal("quota-exceeded"));
    await world.put("alice/files:a", "1234567890");
  });

  test("through a virtual repository ends up where that publishes to", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.virtual("alice/all", ["alice/files"], { format: "generic" as never, publishTo: nameOf("alice/files") });
    await world.virtual("alice/closed", ["alice/files"], { format: "generic" as never });
    const { node } = await world.put("alice/all:a.txt", "a");
    assert.equal(node.repository, "alice/files");
    await assert.rejects(world.put("alice/closed:b.txt", "b"), refusal("not-publishable"));
  });

  test("by two processes at once is there once where files never change", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/fixed", { mutability: "immutable" });
    await using elsewhere = await world.elsewhere();
    const put = async (tree: Tree, text: string) => {
      await using received = await tree.receive(ALICE, placeAt("alice/fixed:a/b"), chunksOf(text));
      return await tree.put(ALICE, placeAt("alice/fixed:a/b"), received);
    };
    const outcomes = await Promise.allSettled([put(world.tree, "one"), put(elsewhere.registry.tree, "two")]);
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    const text = await world.text("alice/fixed:a/b");
    assert.equal(text, outcomes[0]?.status === "fulfilled" ? "one" : "two");
  });

  test("by several at once ends up as one of them, whole", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.plain("alice/fixed", { mutability: "immutable" });
    const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`.repeat(100));
    await Promise.all(texts.map((text) => world.put("alice/files:a.txt", text)));
    assert.ok(texts.includes((await world.text("alice/files:a.txt")) ?? ""));
    const outcomes = await Promise.allSettled(texts.map((text) => world.put("alice/fixed:a.txt", text)));
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal((await Array.fromAsync(world.blobs.list())).length >= 1, true);
  });
});

describe("a package that is put at a path", () => {
  test("is listed by its own metadata, wherever it stands, with properties that say what it is", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    const { node } = await world.put(`alice/dev:odd/place/${FOO.path.split("/")[2]}`, FOO.bytes, {
      properties: { team: ["core"], "pypi.name": ["liar"] },
    });
    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0-py3-none-any.whl"]);
    const properties = await world.properties(`alice/dev:${node.path}`);
    assert.deepEqual(properties?.["pypi.name"], ["Foo"]);
    assert.deepEqual(properties?.["pypi.normalized.name"], ["foo"]);
    assert.deepEqual(properties?.["pypi.version"], ["1.0"]);
    assert.deepEqual(properties?.["team"], ["core"]);
  });

  test("and one that comes by a form are the same file to both", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await world.publish("alice/dev", { project: "bar", text: "by a form" });
    assert.equal(await world.text("alice/dev:bar/1.0/bar-1.0.tar.gz"), "by a form");
    assert.deepEqual((await world.properties("alice/dev:bar/1.0/bar-1.0.tar.gz"))?.["pypi.name"], ["bar"]);
    await world.put(`alice/dev:${FOO.path}`, FOO.bytes);
    const file = await (await world.desk("alice/dev")).file("foo" as ProjectName, "foo-1.0-py3-none-any.whl");
    assert(file?.kind === "stored");
    assert.equal(file.blob, `sha256:${hash("sha256", FOO.bytes)}`);
    const companion = await (await world.desk("alice/dev")).companion(
      "foo" as ProjectName,
      "foo-1.0-py3-none-any.whl",
      ".metadata",
    );
    assert.notEqual(companion, null);
  });

  test("stands once in its repository", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await world.put(`alice/dev:${FOO.path}`, FOO.bytes);
    await assert.rejects(
      world.put("alice/dev:elsewhere/foo-1.0-py3-none-any.whl", FOO.bytes),
      refusal("file-exists", /Foo\/1\.0\/foo-1\.0-py3-none-any\.whl/),
    );
  });

  test("keeps its place when a form brings it anew", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await world.put("alice/dev:odd/foo-1.0-py3-none-any.whl", FOO.bytes);
    await world.publish("alice/dev", { project: "foo", filename: "foo-1.0-py3-none-any.whl", text: "other" });
    assert.equal(await world.text("alice/dev:odd/foo-1.0-py3-none-any.whl"), "other");
    assert.deepEqual(await world.all("alice/dev:"), ["odd/", "odd/foo-1.0-py3-none-any.whl"]);
  });

  test("that is damaged is refused, and what is no package is kept as a file of no project", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await assert.rejects(
      world.put("alice/dev:foo/1.0/foo-1.0-py3-none-any.whl", "no wheel"),
      refusal("upload-invalid"),
    );
    await world.put("alice/dev:notes/README.txt", "read me");
    assert.equal(await world.text("alice/dev:notes/README.txt"), "read me");
    const { projects } = await (await world.desk("alice/dev")).projects();
    assert.equal(projects.length, 0);
    assert.equal((await world.metadata.read((view) => view.totals(DEV))).projects, 0);
  });
});

describe("bytes that are here already", () => {
  test("are put by their digest, from any repository", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.plain("alice/more");
    await world.put("alice/files:a.txt", "known");
    const place = placeAt("alice/more:b.txt");
    for (const algorithm of ["sha256", "sha1"] as const) {
      const digest = { algorithm, hex: hash(algorithm, "known") };
      const put = await world.tree.putKnown(ALICE, place, digest, {
        properties: { by: [algorithm] },
      });
      assert.equal(put?.created, algorithm === "sha256");
    }
    assert.equal(await world.text("alice/more:b.txt"), "known");
    assert.deepEqual(await world.properties("alice/more:b.txt"), { by: ["sha1"] });
  });

  test("are not told of to who may not put them there", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.put("alice/files:a.txt", "known");
    const known = { algorithm: "sha256", hex: hash("sha256", "known") } as const;
    const unknown = { algorithm: "sha256", hex: hash("sha256", "unknown") } as const;
    const place = placeAt("alice/files:b.txt");
    await assert.rejects(world.tree.putKnown(BOB, place, known), refusal("not-permitted"));
    await assert.rejects(world.tree.putKnown(BOB, place, unknown), refusal("not-permitted"));
    assert.equal(await world.tree.putKnown(ALICE, place, unknown), null);
  });

  test("are not got at by who may not read them, but knows their digest", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/secret", { readers: ["alice"] });
    await world.plain("alice/open");
    await world.plain("bob/files", { publishers: ["bob"] });
    await world.put("alice/secret:a.txt", "known");
    const place = placeAt("bob/files:b.txt");
    const ofKnown = (algorithm: "sha256" | "sha1") => ({ algorithm, hex: hash(algorithm, "known") });
    for (const algorithm of ["sha256", "sha1"] as const) {
      assert.equal(await world.tree.putKnown(BOB, place, ofKnown(algorithm)), null);
    }
    await world.put("alice/open:a.txt", "known");
    assert.equal((await world.tree.putKnown(BOB, place, ofKnown("sha256")))?.created, true);
  });

  test("are for administrators those of copies of upstreams' files too, where their SHA-256 is told", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("fetched") });
    await world.remote("root/up");
    await world.text("root/up:foo/1.0/foo-1.0.tar.gz");
    while ((await world.text("root/up@cache:foo/1.0/foo-1.0.tar.gz")) === null) await new Promise(setImmediate);
    const digest = { algorithm: "sha256", hex: hash("sha256", "fetched").toUpperCase() } as const;
    const place = placeAt("alice/files:a");
    assert.equal(await world.tree.putKnown(ALICE, place, digest), null);
    const put = await world.tree.putKnown(ADMIN, place, digest);
    assert.deepEqual([put?.created, put?.node.md5], [true, hash("md5", "fetched")]);
    assert.equal(await world.text("alice/files:a"), "fetched");
  });

  test("become a package where they are one", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    await world.local("alice/dev");
    await world.put("alice/files:some.bin", FOO.bytes);
    const digest = { algorithm: "sha256", hex: hash("sha256", FOO.bytes) } as const;
    await world.tree.putKnown(ALICE, placeAt(`alice/dev:${FOO.path}`), digest);
    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0-py3-none-any.whl"]);
  });
});

describe("a folder", () => {
  test("is made empty, and making it again is no event", async () => {
    await using world = await openTreeWorld();
    await world.plain("alice/files");
    const made = await world.tree.makeFolder(ALICE, placeAt("alice/files:a/b"));
    assert.deepEqual([made.path, made.createdBy], ["a/b", "alice"]);
    await world.news();
    await world.tree.makeFolder(ALICE, placeAt("alice/files:a"));
    await world.tree.makeFolder(ALICE, placeAt("alice/files:a/b"));
    assert.deepEqual(await world.news(), []);
    assert.deepEqual(await world.all("alice/files:"), ["a/", "a/b/"]);
  });
});
