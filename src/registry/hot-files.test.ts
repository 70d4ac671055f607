import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Digest, LocalRepository, ProjectName, RemoteRepository } from "#core";
import type { OpenFile } from "#formats";
import type { BlobStore } from "#stores";
import {
  ALICE,
  BOB,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  refusal,
} from "../../tests/support/registry-world.ts";
import { addressPrefix, SPACES } from "./remote-keys.ts";

const FOO = "foo" as ProjectName;
const DEV = nameOf("alice/dev");
const FILENAME = "foo-1.0.tar.gz";

type Stored = OpenFile & { readonly kind: "stored" };

async function openShelf(): Promise<RegistryWorld> {
  const world = await openRegistryWorld();
  await world.local("alice/dev");
  await world.virtual("alice/all", ["alice/dev"]);
  await world.publish("alice/dev", { project: "foo", text: "first" });
  return world;
}

async function stored(world: RegistryWorld, repository = "alice/dev", principal = NOBODY): Promise<Stored> {
  const file = await (await world.desk(repository, principal)).file(FOO, FILENAME);
  assert(file?.kind === "stored");
  return file;
}

async function textOf(file: OpenFile | null): Promise<string> {
  assert(file !== null && file.kind !== "elsewhere");
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.kind === "stored" ? await file.body.open() : file.chunks) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Counts how often blobs are opened. */
function counting(opened: Digest[]): (blobs: BlobStore) => BlobStore {
  return (blobs) => ({
    ...blobs,
    open(digest, range) {
      opened.push(digest);
      return blobs.open(digest, range);
    },
  });
}

test("an offer that an old address made while it was being changed is not stored under the new one", async () => {
  await using world = await openRegistryWorld();
  world.fake.add("foo", { filename: FILENAME, bytes: Buffer.from("of the old address") });
  const old = (await world.remote("root/up")) as RemoteRepository;
  await world.local("alice/dev", { bases: [old.name] });
  const gate = world.fake.hold("/simple/foo/");
  const opening = (await world.desk("alice/dev")).file(FOO, FILENAME);
  await gate.arrived;
  const url = world.fake.url.replace("/simple/", "/elsewhere/");
  const changed = (await world.change("root/up", (current) => ({ ...current, url }) as RemoteRepository)) as typeof old;
  gate.release();

  assert.equal(await textOf(await opening), "of the old address");
  // Closing waits until what was fetched is written down.
  await world.registry[Symbol.asyncDispose]();
  const page = { keyPrefix: addressPrefix(changed), after: null, limit: 1 };
  assert.deepEqual(await world.state.list(SPACES.files, page), []);
});

describe("a file that is in memory", () => {
  test("is read from the store once, however many ask", async () => {
    const opened: Digest[] = [];
    await using world = await openRegistryWorld({ wrapBlobs: counting(opened) });
    await world.local("alice/dev");
    await world.publish("alice/dev", { project: "foo", text: "first" });
    const first = await stored(world);
    const second = await stored(world, "alice/dev", BOB);

    assert.equal(second, first);
    assert.equal(Buffer.from(first.body.bytes ?? []).toString(), "first");
    assert.equal(opened.length, 1);
    assert.equal(first.freshness.isCurrent(world.now()), true);
  });

  test("can be read in parts", async () => {
    await using world = await openShelf();
    const { body } = await stored(world);
    const chunks = await Array.fromAsync(await body.open({ start: 1, end: 3 }));

    assert.equal(Buffer.concat(chunks).toString(), "ir");
  });

  test("stays in the store alone when it is large", async () => {
    await using world = await openShelf();
    const text = "x".repeat(300 * 1024);
    await world.publish("alice/dev", { project: "foo", text });
    const file = await stored(world);

    assert.equal(file.body.bytes, null);
    assert.equal(await textOf(file), text);
  });

  const changes: Readonly<Record<string, (world: RegistryWorld) => Promise<unknown>>> = {
    "it is replaced": (world) => world.publish("alice/dev", { project: "foo", text: "second" }),
    "it is removed": ({ registry }) =>
      registry.releases.removeFile(ALICE, { repository: DEV, project: FOO, filename: FILENAME }, false),
    "its project is quarantined": ({ registry }) =>
      registry.releases.setStatus(ALICE, DEV, FOO, "quarantined", "malware"),
    "its repository is closed": (world) =>
      world.change("alice/dev", (current) => ({ ...(current as LocalRepository), readers: ["alice"] })),
    "the repository it is read through changes": (world) =>
      world.change("alice/all", (current) => ({ ...current, readers: ["alice"] })),
  };
  for (const [what, change] of Object.entries(changes)) {
    test(`is not current any more when ${what}`, async () => {
      await using world = await openShelf();
      const file = await stored(world, "alice/all");
      await change(world);

      assert.equal(file.freshness.isCurrent(world.now()), false);
    });
  }

  test("is the new one for the next reader when it was replaced", async () => {
    await using world = await openShelf();
    await stored(world);
    await world.publish("alice/dev", { project: "foo", text: "second" });

    assert.equal(await textOf(await stored(world)), "second");
  });

  test("is gone for the next reader when it was removed, and refused when it is quarantined", async () => {
    await using world = await openShelf();
    await stored(world);
    await world.registry.releases.setStatus(ALICE, DEV, FOO, "quarantined", "malware");
    await assert.rejects(stored(world), refusal("project-quarantined", /malware/));

    await world.registry.releases.removeProject(ALICE, DEV, FOO, false);
    assert.equal(await (await world.desk("alice/dev", NOBODY)).file(FOO, FILENAME), null);
  });
});

describe("who may have a file", () => {
  test("not who may read the virtual repository alone, but not the member that holds it", async () => {
    await using world = await openShelf();
    await world.change("alice/dev", (current) => ({ ...(current as LocalRepository), readers: ["alice"] }));
    assert.equal(await textOf(await stored(world, "alice/all", ALICE)), "first");

    assert.equal(await (await world.desk("alice/all", BOB)).file(FOO, FILENAME), null);
  });

  test("caches on the way may keep it only when everybody may read it, and it is read where everybody may", async () => {
    await using world = await openShelf();
    assert.equal((await stored(world, "alice/all", ALICE)).isPrivate, false);
    await world.change("alice/all", (current) => ({ ...current, readers: ["alice"] }));

    assert.equal((await stored(world, "alice/all", ALICE)).isPrivate, true);
    assert.equal((await stored(world, "alice/dev", ALICE)).isPrivate, false);
  });

  test("a file that is not listed is not there, nor a companion that was not announced", async () => {
    await using world = await openShelf();
    const desk = await world.desk("alice/dev", NOBODY);

    assert.equal(await desk.file(FOO, "foo-9.0.tar.gz"), null);
    assert.equal(await desk.file("bar" as ProjectName, FILENAME), null);
    assert.equal(await desk.companion(FOO, FILENAME, ".metadata"), null);
  });
});

describe("a file of a remote", () => {
  test("is fetched once, then stored and kept in memory", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", { filename: FILENAME, bytes: Buffer.from("upstream") });
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")] });
    const desk = await world.desk("alice/dev", NOBODY);
    const fetched = await desk.file(FOO, FILENAME);
    assert.deepEqual([fetched?.kind, await textOf(fetched)], ["fetching", "upstream"]);
    await assertStored(world);

    const file = await stored(world);
    assert.equal(Buffer.from(file.body.bytes ?? []).toString(), "upstream");
    assert.equal(file.freshness.isCurrent(world.now()), true);
    assert.equal(world.fake.count(`/files/${FILENAME}`), 1);
  });

  test("is not to be kept by others when it is read through a closed repository", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", { filename: FILENAME, bytes: Buffer.from("upstream") });
    await world.remote("root/up");
    await world.local("alice/dev", { bases: [nameOf("root/up")], readers: ["alice"] });

    const file = await (await world.desk("alice/dev", ALICE)).file(FOO, FILENAME);
    assert(file?.kind === "fetching");
    assert.equal(file.isPrivate, true);
    await textOf(file);
  });

  test("whose copy was lost is fetched again", async () => {
    await using world = await openRegistryWorld();
    world.fake.add("foo", { filename: FILENAME, bytes: Buffer.from("upstream") });
    await world.remote("root/up");
    await textOf(await (await world.desk("root/up")).file(FOO, FILENAME));
    await assertStored(world);
    for await (const { digest } of world.blobs.list()) await world.blobs.delete(digest);

    assert.equal(await textOf(await (await world.desk("root/up")).file(FOO, FILENAME)), "upstream");
  });
});

/** Waits until the copy has its name: the reader has the last byte before the disk has. */
async function assertStored(world: RegistryWorld): Promise<void> {
  const desk = await world.desk("root/up");
  while ((await desk.file(FOO, FILENAME))?.kind !== "stored") await new Promise((resolve) => setImmediate(resolve));
}
