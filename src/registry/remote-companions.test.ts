import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { plainWheel } from "../../tests/support/plain-format.ts";
import { bytesOf, openRemoteWorld, type RemoteWorld } from "../../tests/support/remote-world.ts";

const NAME = "foo-1.0-py3-none-any.whl";
const FILE = `/files/${NAME}`;
const COMPANION = `/files/${NAME}.metadata`;
const METADATA = Buffer.from("Name: foo\nVersion: 1.0\n");
/** Larger than what is asked for at first. */
const WHEEL = plainWheel(METADATA.toString(), Buffer.alloc(300_000, "x"));

async function openWorld(file: { readonly metadata?: Buffer; readonly metadataSha256?: string } = {}, bytes = WHEEL) {
  const world = await openRemoteWorld();
  world.fake.add("foo", { filename: NAME, bytes, ...file });
  return world;
}

async function companion(world: RemoteWorld): Promise<string> {
  return (await bytesOf(await world.remotes.companion(world.remote, await world.offer("foo"), ".metadata"))).toString();
}

test("the upstream's own companion is fetched once and kept", async () => {
  await using world = await openWorld({ metadata: METADATA });
  assert.equal(await companion(world), METADATA.toString());
  await world.restart();
  await world.fake.die();
  assert.equal(await companion(world), METADATA.toString());
  assert.equal(world.fake.count(COMPANION), 1);
  assert.equal(world.fake.count(FILE), 0);
});

test("where the upstream has none it is made from the file's tail, in one request", async () => {
  await using world = await openWorld();
  assert.equal(await companion(world), METADATA.toString());
  assert.equal(world.fake.count(FILE), 1);
  assert.match(world.fake.seen.at(-1)?.headers.range ?? "", /^bytes=\d+-\d+$/);
  assert.equal(await companion(world), METADATA.toString());
  assert.equal(world.fake.count(FILE), 1);
});

test("without an announced size the last bytes are asked for", async () => {
  await using world = await openWorld();
  world.fake.behave({ language: "html" });
  assert.equal(await companion(world), METADATA.toString());
  assert.match(world.fake.seen.at(-1)?.headers.range ?? "", /^bytes=-\d+$/);
});

test("what lies far from the tail costs one request more", async () => {
  const metadata = "Name: foo\n".repeat(20_000);
  await using world = await openWorld({}, plainWheel(metadata));
  assert.equal(await companion(world), metadata);
  assert.equal(world.fake.count(FILE), 2);
});

test("an upstream without Range gives the whole file, which is then cached", async () => {
  await using world = await openWorld();
  world.fake.behave({ ranges: false });
  assert.equal(await companion(world), METADATA.toString());
  assert.equal((await world.remotes.file(world.remote, await world.offer("foo"))).kind, "stored");
});

test("a cached file gives its companion with the upstream gone", async () => {
  await using world = await openWorld();
  await bytesOf(await world.remotes.file(world.remote, await world.offer("foo")));
  await world.restart();
  await world.fake.die();
  assert.equal(await companion(world), METADATA.toString());
});

test("an announced companion that the upstream does not have is made", async () => {
  await using world = await openWorld({ metadata: METADATA });
  world.fake.on(COMPANION, { answer: { status: 404 } });
  assert.equal(await companion(world), METADATA.toString());
});

test("a companion that is not what was announced is not served: the true one is made", async () => {
  await using world = await openWorld({
    metadata: Buffer.from("Name: evil\n"),
    metadataSha256: createHash("sha256").update(METADATA).digest("hex"),
  });
  assert.equal(await companion(world), METADATA.toString());
});

test("a companion that nobody can give as announced is refused, never 'not found'", async () => {
  await using world = await openWorld({ metadata: Buffer.from("Name: evil\n"), metadataSha256: "0".repeat(64) });
  await assert.rejects(companion(world), /upstream-invalid.*not what the upstream announces/);
});

test("a companion of a broken file is refused, never 'not found'", async () => {
  await using world = await openWorld({}, Buffer.alloc(100_000, "broken"));
  await assert.rejects(companion(world), /upstream-invalid/);
});

for (const status of [500, 403]) {
  test(`an upstream that answers ${status} makes the companion unavailable, never 'not found'`, async () => {
    await using world = await openWorld();
    await world.offer("foo");
    world.fake.behave({ answer: { status } });
    await assert.rejects(companion(world), /upstream-unavailable/);
  });
}

test("a listed file that the upstream does not have is the upstream's fault", async () => {
  await using world = await openWorld();
  world.fake.on(FILE, { answer: { status: 404 } });
  await assert.rejects(companion(world), /upstream-invalid.*does not have it/);
});

test("files that have no companions are answered so without a request", async () => {
  await using world = await openRemoteWorld();
  world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("sdist") });
  const offer = await world.offer("foo");
  assert.equal(await world.remotes.companion(world.remote, offer, ".metadata"), null);
  assert.equal(world.fake.count("/files/foo-1.0.tar.gz"), 0);
});

test("one request is made however many ask at the same time", async () => {
  await using world = await openWorld();
  await world.offer("foo");
  await Promise.all(Array.from({ length: 10 }, () => companion(world)));
  assert.equal(world.fake.count(FILE), 1);
});

test("what was made from parts is compared with the whole file when it comes, and dropped if it differs", async () => {
  await using world = await openWorld();
  // Parts of other bytes than the page announces: nothing shows it before the whole file is here.
  const announced = await world.offer("foo");
  world.fake.add("foo", { filename: NAME, bytes: plainWheel("Name: evil\n", Buffer.alloc(300_000 + 12, "x")) });
  const made = await world.remotes.companion(world.remote, announced, ".metadata");
  assert.equal((await bytesOf(made)).toString(), "Name: evil\n");
  world.fake.add("foo", { filename: NAME, bytes: WHEEL });
  await bytesOf(await world.remotes.file(world.remote, announced));
  await world.restart();
  assert.ok(made?.kind === "stored" && !made.freshness.isCurrent(world.now()));
  assert.equal(await companion(world), METADATA.toString());
});

test("keeping a wheel keeps its companion too", async () => {
  await using world = await openWorld();
  const { companions } = await world.remotes.keep(world.remote, await world.offer("foo"));
  assert.equal(companions[".metadata"]?.sizeBytes, METADATA.length);
  assert.equal(world.fake.count(FILE), 1);
});

test("dropping a file drops its companion", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  await companion(world);
  await world.remotes.dropFile(world.remote, offer);
  await companion(world);
  assert.equal(world.fake.count(FILE), 2);
});
