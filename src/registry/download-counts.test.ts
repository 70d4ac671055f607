import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, RepositoryName } from "#core";
import type { SharedState } from "#stores";
import { memoryState } from "../../tests/support/memory-stores.ts";
import { openDownloadCounts } from "./download-counts.ts";

const DEV = "alice/dev" as RepositoryName;
const NEVER = { count: 0, lastAt: null, lastBy: null };

function openWorld(change: (state: SharedState) => Partial<SharedState> = () => ({})) {
  let time = 1000;
  const now = (): Instant => time as Instant;
  const memory = memoryState(now);
  const state = { ...memory, ...change(memory) };
  const listeners = new Set<(entries: never[]) => void>();
  const metadata = {
    subscribe(listener: (entries: never[]) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const parts = { metadata: metadata as never, state, now };
  return {
    open: () => openDownloadCounts(parts),
    tick() {
      time += 1000;
    },
    remove(name: RepositoryName) {
      for (const listener of listeners) listener([{ event: { type: "repository.removed", name } } as never]);
    },
  };
}

test("downloads are told at once, and are still known after a restart", async () => {
  const { open, tick } = openWorld();
  {
    await using counts = open();
    const noteServed = counts.counterOf(DEV, "foo/1/foo.whl");
    noteServed("alice");
    tick();
    noteServed("");
    assert.deepEqual(await counts.of(DEV, "foo/1/foo.whl"), { count: 2, lastAt: 2000, lastBy: null });
    await counts.save();
    assert.deepEqual(await counts.of(DEV, "foo/1/foo.whl"), { count: 2, lastAt: 2000, lastBy: null });
    tick();
    noteServed("bob");
    assert.deepEqual(await counts.of(DEV, "foo/1/foo.whl"), { count: 3, lastAt: 3000, lastBy: "bob" });
    assert.deepEqual(await counts.of(DEV, "foo/2/foo.whl"), NEVER);
  }
  await using counts = open();
  assert.deepEqual(await counts.of(DEV, "foo/1/foo.whl"), { count: 3, lastAt: 3000, lastBy: "bob" });
});

test("several processes count the same files together", async () => {
  const { open } = openWorld();
  await using mine = open();
  await using theirs = open();
  mine.counterOf(DEV, "a")("alice");
  theirs.counterOf(DEV, "a")("bob");
  await Promise.all([mine.save(), theirs.save()]);
  assert.equal((await mine.of(DEV, "a")).count, 2);
});

test("what is asked for while it is being written down is counted once", async () => {
  const { open } = openWorld();
  await using counts = open();
  const noteServed = counts.counterOf(DEV, "a");
  for (let round = 1; round <= 20; round += 1) {
    noteServed("alice");
    const [, { count }] = await Promise.all([counts.save(), counts.of(DEV, "a")]);
    assert.equal(count, round);
  }
});

test("downloads that could not be written down are written with the next ones", async () => {
  let isBroken = true;
  const { open } = openWorld((state) => ({
    async addAll(space, amounts) {
      if (isBroken) throw new Error("the disk is full");
      await state.addAll(space, amounts);
    },
  }));
  await using counts = open();
  for (const path of ["a", "b"]) counts.counterOf(DEV, path)("alice");
  await assert.rejects(counts.save(), /full/);
  counts.counterOf(DEV, "a")("bob");
  isBroken = false;
  await counts.save();
  assert.deepEqual([(await counts.of(DEV, "a")).count, (await counts.of(DEV, "b")).count], [2, 1]);
});

test("no download is lost, or counted twice, where only the times could not be written down", async () => {
  let isBroken = true;
  const { open } = openWorld((state) => ({
    async putAll(space, entries) {
      if (isBroken) throw new Error("the disk is full");
      await state.putAll(space, entries);
    },
  }));
  await using counts = open();
  for (let index = 0; index < 450; index += 1) counts.counterOf(DEV, `f${index}`)("alice");
  await assert.rejects(counts.save(), /full/);
  isBroken = false;
  await counts.save();
  assert.deepEqual(
    await Promise.all([0, 199, 200, 449].map(async (index) => (await counts.of(DEV, `f${index}`)).count)),
    [1, 1, 1, 1],
  );
});

test("more files than fit into one write are all written down", async () => {
  const { open } = openWorld();
  {
    await using counts = open();
    for (let index = 0; index < 950; index += 1) counts.counterOf(DEV, `f${index}`)("alice");
  }
  await using counts = open();
  assert.deepEqual(
    await Promise.all([0, 499, 949].map(async (index) => (await counts.of(DEV, `f${index}`)).count)),
    [1, 1, 1],
  );
});

test("the successor of a file that is gone for good begins anew, and so do all of a removed repository", async () => {
  const { open, remove } = openWorld();
  await using counts = open();
  for (const path of ["a", "b"]) counts.counterOf(DEV, path)("alice");
  await counts.save();
  counts.counterOf(DEV, "a")("alice");
  await counts.forget(DEV, "a");
  assert.deepEqual(await counts.of(DEV, "a"), NEVER);
  assert.equal((await counts.of(DEV, "b")).count, 1);
  counts.counterOf("alice/dev2" as RepositoryName, "b")("alice");
  remove(DEV);
  assert.deepEqual(await counts.of(DEV, "b"), NEVER);
  assert.equal((await counts.of("alice/dev2" as RepositoryName, "b")).count, 1);
});
