import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import type { RemoteRepository } from "#core";
import type { OpenFile } from "#formats";
import { refusal } from "../../tests/support/registry-tools.ts";
import { bytesOf, openRemoteWorld, type RemoteWorld } from "../../tests/support/remote-world.ts";

const PATH = "tools/linux/kit-1.0.bin";
const ADDRESS = `/files/${PATH}`;
const BYTES = randomBytes(300_000);

async function openWorld(options: Parameters<typeof openRemoteWorld>[0] = {}): Promise<RemoteWorld> {
  const world = await openRemoteWorld(options);
  world.fake.add("tools", { filename: PATH, bytes: BYTES });
  return world;
}

function open(world: RemoteWorld, remote: RemoteRepository = world.files, path = PATH): Promise<OpenFile | null> {
  return world.remotes.tree.open(remote, path, false);
}

/** Reads all of it; then the copy is there. */
async function kept(world: RemoteWorld, remote: RemoteRepository = world.files, path = PATH): Promise<Buffer> {
  const bytes = await bytesOf(await open(world, remote, path));
  assert.equal((await world.remotes.tree.look(remote, path, true))?.path, path);
  return bytes;
}

test("a file comes from the upstream's same path once, and from its copy while that is fresh", async () => {
  await using world = await openWorld();
  assert.deepEqual(await kept(world), BYTES);
  world.tick(599);

  const second = await open(world);
  assert.equal(second?.kind, "stored");
  assert.deepEqual(await bytesOf(second), BYTES);
  assert.equal(world.fake.count(ADDRESS), 1);
});

test("everybody who asks meanwhile gets the same fetch", async () => {
  await using world = await openWorld();
  const gate = world.fake.hold(ADDRESS, 100_000);
  const first = await open(world);
  const others = await Promise.all([open(world), open(world)]);
  gate.release();
  for (const file of [first, ...others]) assert.deepEqual(await bytesOf(file), BYTES);
  assert.equal(world.fake.count(ADDRESS), 1);
});

test("what is old is asked for conditionally, and is fresh again when it has not changed", async () => {
  await using world = await openWorld();
  await kept(world);
  world.tick(601);
  assert.equal((await open(world))?.kind, "stored");
  assert.match(String(world.fake.seen.at(-1)?.headers["if-none-match"]), /^"/);
  world.tick(599);
  assert.equal((await open(world))?.kind, "stored");
  assert.equal(world.fake.count(ADDRESS), 2);
});

test("what has changed at the upstream is fetched anew", async () => {
  await using world = await openWorld();
  await kept(world);
  const changed = randomBytes(1_000);
  world.fake.add("tools", { filename: PATH, bytes: changed });
  world.tick(601);
  assert.deepEqual(await bytesOf(await open(world)), changed);
  while ((await open(world))?.kind !== "stored") await new Promise(setImmediate);
  assert.deepEqual(await bytesOf(await open(world)), changed);
});

test("what the upstream no longer has is gone here, too", async () => {
  await using world = await openWorld();
  await kept(world);
  world.fake.remove("tools");
  world.tick(601);
  assert.equal(await open(world), null);
  assert.equal(await world.remotes.tree.look(world.files, PATH, true), null);
});

test("that there is none is believed for a while", async () => {
  await using world = await openWorld();
  world.fake.remove("tools");
  assert.equal(await open(world), null);
  assert.equal(await world.remotes.tree.look(world.files, PATH, false), null);
  world.tick(59);
  assert.equal(await open(world), null);
  assert.equal(world.fake.count(ADDRESS), 1);

  world.fake.add("tools", { filename: PATH, bytes: BYTES });
  world.tick(1);
  assert.deepEqual(await bytesOf(await open(world)), BYTES);
});

test("an upstream that is down leaves the copy, however old, and without one is unavailable, never absent", async () => {
  await using world = await openWorld();
  await kept(world);
  await world.fake.die();
  world.tick(10_000);
  const stale = await open(world);
  assert.deepEqual(await bytesOf(stale), BYTES);
  assert.ok(stale?.kind === "stored" && stale.freshness.isCurrent(world.now()));
  world.tick(11);
  assert.ok(!stale.freshness.isCurrent(world.now()), "it is asked again soon");

  for (const ask of [open(world, world.files, "other.bin"), world.remotes.tree.look(world.files, "other.bin", false)]) {
    await assert.rejects(ask, refusal("upstream-unavailable"));
  }
});

test("a reader does not wait for a slow upstream where there is a copy", async () => {
  await using world = await openWorld({ patienceMilliseconds: 20 });
  await kept(world);
  world.tick(601);
  const gate = world.fake.hold(ADDRESS);
  assert.equal((await open(world))?.kind, "stored");
  gate.release();
});

test("a look asks for the head only, once, and tells what the upstream tells", async () => {
  await using world = await openWorld();
  const expected = { path: PATH, url: `${world.fake.origin}${ADDRESS}`, sizeBytes: BYTES.length, copiedAt: null };
  for (let turn = 0; turn < 2; turn += 1) {
    const seen = await world.remotes.tree.look(world.files, PATH, false);
    assert.deepEqual({ ...seen, ...expected }, seen);
  }
  assert.deepEqual(
    world.fake.seen.map(({ method }) => method),
    ["HEAD"],
  );
});

test("where the upstream knows no HEAD, the first byte tells", async () => {
  await using world = await openWorld();
  world.fake.on(ADDRESS, { headStatus: 405 });
  const seen = await world.remotes.tree.look(world.files, PATH, false);
  assert.equal(seen?.sizeBytes, BYTES.length);
});

test("a copy has the checksums that clients compare", async () => {
  await using world = await openWorld();
  await kept(world);
  const seen = await world.remotes.tree.look(world.files, PATH, false);
  for (const algorithm of ["sha256", "sha1", "md5"]) {
    assert.equal(seen?.hex[algorithm], createHash(algorithm).update(BYTES).digest("hex"), algorithm);
  }
  assert.equal(seen?.copiedAt, world.now());
});

test("a folder of the upstream's web server is no file", async () => {
  await using world = await openWorld();
  world.fake.on("/files/tools", { redirectTo: `${world.fake.origin}/simple/?` });
  assert.equal(await open(world, world.files, "tools"), null);
  world.tick(100);
  assert.equal(await world.remotes.tree.look(world.files, "tools", false), null);
});

test("names are asked for as they are, whatever characters they have", async () => {
  await using world = await openWorld();
  const path = "über uns/a+b #1 @%41?.bin";
  world.fake.add("odd", { filename: path, bytes: BYTES });
  assert.deepEqual(await kept(world, world.files, path), BYTES);
  assert.deepEqual(
    (await world.remotes.tree.cached(world.files, "über uns", { after: null, limit: 9 })).map((file) => file.path),
    [path],
  );
});

test("what is here is listed by path, below a folder, page by page", async () => {
  await using world = await openWorld();
  const paths = ["a.bin", "a/b.bin", "a/b/c.bin", "a-b/c.bin", "z.bin"];
  for (const path of paths) {
    world.fake.add(path, { filename: path, bytes: BYTES });
    await kept(world, world.files, path);
  }
  const list = async (folder: string, after: string | null, limit: number) =>
    (await world.remotes.tree.cached(world.files, folder, { after, limit })).map(({ path }) => path);

  assert.deepEqual(await list("", null, 9), ["a-b/c.bin", "a.bin", "a/b.bin", "a/b/c.bin", "z.bin"]);
  assert.deepEqual(await list("", "a.bin", 2), ["a/b.bin", "a/b/c.bin"]);
  assert.deepEqual(await list("a", null, 9), ["a/b.bin", "a/b/c.bin"]);
  assert.deepEqual(await list("a/b", null, 9), ["a/b/c.bin"]);
});

test("a package's copy stands below its project and version, is found there, and dropped by hand", async () => {
  await using world = await openWorld();
  for (const name of ["foo-1.0-py3-none-any.whl", "foo-1.0.zip", "foo.bar-1.0.zip"]) {
    world.fake.add(name.startsWith("foo.bar") ? "foo-bar" : "foo", { filename: name, bytes: BYTES });
  }
  for (const [project, filename] of [
    ["foo", "foo-1.0-py3-none-any.whl"],
    ["foo", "foo-1.0.zip"],
    ["foo-bar", "foo.bar-1.0.zip"],
  ] as const) {
    await world.remotes.keep(world.remote, await world.offer(project, filename));
  }
  const { tree } = world.remotes;
  const list = async (folder: string) =>
    (await tree.cached(world.remote, folder, { after: null, limit: 9 })).map(({ path }) => path);
  const all = ["foo-bar/1.0/foo.bar-1.0.zip", "foo/1.0/foo-1.0-py3-none-any.whl", "foo/1.0/foo-1.0.zip"];

  assert.deepEqual(await list(""), all);
  assert.deepEqual(await list("foo"), all.slice(1));
  assert.deepEqual(await list("foo/1.0"), all.slice(1));
  assert.deepEqual(await list("foo/2.0"), []);
  const placed = await tree.ofOffer(world.remote, await world.offer("foo", "foo-1.0.zip"));
  assert.deepEqual([placed.path, placed.copiedAt], ["foo/1.0/foo-1.0.zip", world.now()]);
  assert.notEqual(await tree.look(world.remote, "foo/1.0/foo-1.0.zip", true), null);
  assert.equal(await tree.look(world.remote, "foo/2.0/foo-1.0.zip", true), null);

  assert.equal(await tree.drop(world.remote, "foo/1.0/foo-1.0.zip"), true);
  assert.equal(await tree.drop(world.remote, "foo/1.0/foo-1.0.zip"), false);
  assert.deepEqual(await list("foo"), all.slice(1, 2));
});

test("a copy that was dropped by hand is fetched again", async () => {
  await using world = await openWorld();
  await kept(world);
  const opened = await open(world);
  assert.equal(await world.remotes.tree.drop(world.files, PATH), true);
  assert.ok(opened?.kind === "stored" && !opened.freshness.isCurrent(world.now()));
  assert.deepEqual(await kept(world), BYTES);
  assert.equal(world.fake.count(ADDRESS), 2);
});

test("an offline remote has what is here, however old, and asks nobody", async () => {
  await using world = await openWorld();
  const offline = { ...world.files, isOffline: true };
  await kept(world);
  world.tick(100_000);
  assert.equal((await open(world, offline))?.kind, "stored");
  assert.equal(await open(world, offline, "other.bin"), null);
  assert.equal(await world.remotes.tree.look(offline, "other.bin", false), null);
  assert.equal(world.fake.seen.length, 1);
});

test("the whole tree of a remote survives a restart, and is forgotten with the remote", async () => {
  await using world = await openWorld();
  await kept(world);
  await world.restart();
  assert.equal((await open(world))?.kind, "stored");
  await world.remotes.forget(world.files);
  assert.equal(await world.remotes.tree.look(world.files, PATH, true), null);
});
