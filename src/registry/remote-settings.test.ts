import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { ProjectName, RemoteRepository, RepositoryName } from "#core";
import { refusal } from "../../tests/support/registry-tools.ts";
import { bytesOf, offersOf, openRemoteWorld, type RemoteWorld } from "../../tests/support/remote-world.ts";

const FOO = "foo" as ProjectName;
const NAMES = ["foo-1.0.zip", "foo-2.0.zip"];
const BYTES = randomBytes(700_000);

async function openWorld(options: Parameters<typeof openRemoteWorld>[0] = {}): Promise<RemoteWorld> {
  const world = await openRemoteWorld(options);
  world.fake.add("foo", ...NAMES.map((filename) => ({ filename, bytes: BYTES })));
  return world;
}

async function keptNames(world: RemoteWorld, remote: RemoteRepository = world.remote): Promise<readonly string[]> {
  const kept = await world.remotes.tree.cached(remote, "", { after: null, limit: 99 });
  return kept.map(({ path }) => path.split("/").at(-1) ?? "");
}

test("an offline remote shows of a project the files that are here, and asks nobody", async () => {
  await using world = await openWorld();
  const offline = world.with({ isOffline: true });
  const offer = await world.offer("foo", "foo-1.0.zip");
  await world.remotes.keep(world.remote, offer);
  world.tick(1_000_000);
  const asked = world.fake.seen.length;

  const { listing, validUntil } = await world.remotes.answer(offline, FOO);
  assert.deepEqual(
    offersOf(listing).map(({ filename }) => filename),
    ["foo-1.0.zip"],
  );
  assert.equal(validUntil, world.now() + 600_000);
  assert.deepEqual(await bytesOf(await world.remotes.file(offline, offer)), BYTES);
  assert.deepEqual([...(await world.remotes.projects(offline)).projects], [{ project: "foo", displayName: "FOO" }]);
  assert.equal(await world.remotes.listing(offline, "bar" as ProjectName), null);
  assert.equal(world.fake.seen.length, asked);
});

test("an offline remote tells when a file that it shows is gone", async () => {
  await using world = await openWorld();
  const offline = world.with({ isOffline: true });
  const offer = await world.offer("foo", "foo-1.0.zip");
  await world.remotes.keep(world.remote, offer);
  const told: (ProjectName | null)[] = [];
  world.remotes.onChange((_remote, project) => told.push(project));
  await world.remotes.dropFile(offline, offer);
  assert.deepEqual(told, [FOO]);
  assert.equal(await world.remotes.listing(offline, FOO), null);
});

test("a file that an offline remote does not have cannot be had of it, and back online it can", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  await assert.rejects(world.remotes.keep(world.with({ isOffline: true }), offer), refusal("upstream-unavailable"));
  assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
});

test("files of a remote that stores none pass through, verified, and nothing is left of them", async () => {
  await using world = await openWorld();
  const passing = world.with({ storesFiles: false });
  const offer = await world.offer("foo");
  for (let turn = 1; turn <= 2; turn += 1) {
    const file = await world.remotes.file(passing, offer);
    assert.equal(file.kind, "fetching");
    assert.deepEqual(await bytesOf(file), BYTES);
    assert.equal(world.fake.count(`/files/${offer.filename}`), turn);
  }
  assert.deepEqual(await keptNames(world), []);
  assert.equal(world.blobs.draftsOpen, 0);
  assert.equal(await world.blobs.stat(`sha256:${offer.digests["sha256"]}` as never), null);

  world.fake.behave({ lying: true });
  await assert.rejects(async () => bytesOf(await world.remotes.file(passing, offer)), refusal("upstream-invalid"));
});

test("who asks for a passing file meanwhile shares the fetch, also when the first has all of it", async () => {
  await using world = await openWorld();
  const passing = world.with({ storesFiles: false });
  const offer = await world.offer("foo");
  const gate = world.fake.hold(`/files/${offer.filename}`, 600_000);
  const readers = [await world.remotes.file(passing, offer), await world.remotes.file(passing, offer)];
  gate.release();
  // One after the other: the second begins when the first has left.
  for (const reader of readers) assert.deepEqual(await bytesOf(reader), BYTES);
  assert.equal(world.fake.count(`/files/${offer.filename}`), 1);
  assert.equal(world.blobs.draftsOpen, 0);
});

test("a file is promoted out of a remote that stores none, which keeps no copy by that", async () => {
  await using world = await openWorld();
  const passing = world.with({ storesFiles: false });
  const { blob, sizeBytes } = await world.remotes.keep(passing, await world.offer("foo"));
  assert.equal((await world.blobs.stat(blob))?.sizeBytes, sizeBytes);
  assert.deepEqual(await keptNames(world), []);
});

test("a remote that has found its upstream down leaves it alone for its own time, and then finds it", async () => {
  await using world = await openWorld({ limits: { retries: 0 } });
  const careful = world.with({ assumedOfflineSeconds: 300 });
  world.fake.behave({ answer: "cut" });
  await assert.rejects(world.remotes.listing(careful, FOO), refusal("upstream-unavailable"));
  world.fake.behave({ answer: "normal" });
  world.tick(299);
  await assert.rejects(world.remotes.listing(careful, FOO), refusal("upstream-unavailable"));
  assert.equal(world.fake.seen.length, 1);
  // Who assumes nothing is answered.
  assert.notEqual(await world.remotes.listing(world.remote, FOO), null);

  world.tick(1);
  assert.notEqual(await world.remotes.listing(careful, FOO), null);
});

test("while it is assumed to be offline, what is here is shown", async () => {
  await using world = await openWorld({ limits: { retries: 0 } });
  const careful = world.with({ assumedOfflineSeconds: 300 });
  await world.remotes.listing(careful, FOO);
  world.fake.behave({ answer: "cut" });
  for (const seconds of [601, 100, 100]) {
    world.tick(seconds);
    assert.notEqual((await world.remotes.listing(careful, FOO))?.staleSince, null);
  }
  assert.equal(world.fake.count("/simple/foo/"), 2);
});

test("when it is told to ask again, an upstream that has failed is asked at once", async () => {
  await using world = await openWorld({ limits: { retries: 0 } });
  const careful = world.with({ assumedOfflineSeconds: 300 });
  await world.remotes.listing(careful, FOO);
  world.fake.behave({ answer: "cut" });
  world.tick(601);
  assert.notEqual((await world.remotes.listing(careful, FOO))?.staleSince, null);
  world.fake.behave({ answer: "normal" });
  const changed = world.with({});
  assert.notEqual((await world.remotes.listing(changed, FOO))?.staleSince, null);

  world.remotes.retry(changed);
  assert.equal((await world.remotes.listing(changed, FOO))?.staleSince, null);
});

test("a remote waits as long as its own settings say, and a changed setting counts at once", async () => {
  await using world = await openWorld({ limits: { answerMilliseconds: 20 } });
  const gate = world.fake.hold("/simple/foo/");
  const asking = world.remotes.listing(world.with({ timeoutMilliseconds: 20_000 }), FOO);
  await gate.arrived;
  // Asked later, and told sooner.
  await assert.rejects(
    world.remotes.listing({ ...world.remote, name: "root/hasty" as RepositoryName }, FOO),
    refusal("upstream-unavailable"),
  );
  gate.release();
  assert.notEqual(await asking, null);
});
