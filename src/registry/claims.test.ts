import assert from "node:assert/strict";
import { test } from "node:test";
import type { Digest, Instant, ProjectName } from "#core";
import { doom, type SharedState } from "#stores";
import { aWheelFile } from "../../tests/support/archives.ts";
import { memoryState } from "../../tests/support/memory-stores.ts";
import {
  ALICE,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  ROOT,
  refusal,
} from "../../tests/support/registry-world.ts";
import { claimBlobs } from "./claims.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as Digest;
const FOO = "foo" as ProjectName;
const now = (): Instant => 1000 as Instant;

test("a claim waits while a sweeper may be deleting the blob, and holds it meanwhile", async () => {
  const state = memoryState(now);
  const mark = await doom({ state, now }, DIGEST);
  const waits: number[] = [];
  const until = await claimBlobs(
    {
      state,
      now,
      async wait(milliseconds) {
        waits.push(milliseconds);
        assert.equal(await state.holdsBlob(DIGEST), true);
        if (waits.length === 3) await mark?.lift();
      },
    },
    DIGEST,
  );
  assert.deepEqual(waits, [50, 50, 50]);
  assert.equal(until, 3_601_000);
});

test("the mark is looked for after the claim was written", async () => {
  const memory = memoryState(now);
  const steps: string[] = [];
  const state: SharedState = {
    ...memory,
    async claim(digest, until) {
      await memory.claim(digest, until);
      steps.push("claimed");
    },
    get(space, key) {
      steps.push("looked");
      return memory.get(space, key);
    },
  };
  await claimBlobs({ state, now, wait: () => assert.fail("nothing to wait for") }, DIGEST);
  assert.deepEqual(steps, ["claimed", "looked"]);
});

test("a sweeper that does not get done is waited for five seconds, and then the claim is refused for now", async () => {
  const state = memoryState(now);
  await doom({ state, now }, DIGEST);
  let waited = 0;
  const wait = async (milliseconds: number): Promise<void> => {
    waited += milliseconds;
  };
  await assert.rejects(claimBlobs({ state, now, wait }, DIGEST), refusal("storage-busy", /try again/));
  assert.equal(waited, 5_000);
});

test("an upload of bytes that are being swept away is there when it is answered", async () => {
  const during: (() => Promise<void>)[] = [];
  await using world = await openRegistryWorld({
    async wait() {
      await during.shift()?.();
    },
  });
  await world.local("alice/dev");
  const { blob, sweeping } = await anOrphanBeingSwept(world);
  // The sweeper has asked its last question; it deletes while the upload waits.
  during.push(sweeping);

  const { artifact } = await world.publish("alice/dev", { project: "foo", text: "the same bytes" });

  assert.deepEqual([artifact.blob, during.length], [blob, 0]);
  assert.notEqual(await world.blobs.stat(blob), null);
});

test("a push of bytes that are being swept away is refused when they turn out to be gone", async () => {
  const during: (() => Promise<void>)[] = [];
  await using world = await openRegistryWorld({
    async wait() {
      await during.shift()?.();
    },
  });
  await world.local("alice/dev");
  await world.local("alice/prod");
  const { artifact } = await world.publish("alice/dev", { project: "foo" });
  during.push(await sweepingOf(world, artifact.blob));
  const { releases } = world.registry;

  await assert.rejects(
    releases.push(ALICE, nameOf("alice/dev"), artifact.project, "1.0", nameOf("alice/prod")),
    refusal("blob-missing"),
  );
});

test("a remote's file whose bytes are being swept away is there when its copy is written down", async () => {
  const during: (() => Promise<void>)[] = [];
  await using world = await openRegistryWorld({
    async wait() {
      await during.shift()?.();
    },
  });
  world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("the same bytes") });
  await world.remote("root/up");
  await world.local("alice/prod");
  await world.local("alice/dev");
  const { blob, sweeping } = await anOrphanBeingSwept(world);
  during.push(sweeping);
  const { releases } = world.registry;

  await releases.push(ALICE, nameOf("root/up"), FOO, "1.0", nameOf("alice/prod"));

  assert.notEqual(await world.blobs.stat(blob), null);
});

test("a companion whose bytes are being swept away is there when it is kept", async () => {
  const during: (() => Promise<void>)[] = [];
  await using world = await openRegistryWorld({
    async wait() {
      await during.shift()?.();
    },
  });
  const wheel = aWheelFile({ name: "foo", version: "1.0" });
  world.fake.add("foo", wheel);
  await world.remote("root/up");
  const desk = await world.desk("root/up");
  const first = await desk.companion(FOO, wheel.filename, ".metadata");
  assert(first?.kind === "stored");
  const ref = { repository: nameOf("root/up"), project: FOO, filename: wheel.filename };
  await world.registry.releases.removeFile(ROOT, ref, true);
  during.push(await sweepingOf(world, first.blob));

  const again = await desk.companion(FOO, wheel.filename, ".metadata");

  assert(again?.kind === "stored");
  assert.deepEqual([again.blob, during.length], [first.blob, 0]);
  assert.notEqual(await world.blobs.stat(first.blob), null);
});

/** A blob that nothing names and that a sweeper has marked; `sweeping` is the rest of what it does. */
async function anOrphanBeingSwept(
  world: RegistryWorld,
): Promise<{ readonly blob: Digest; readonly sweeping: () => Promise<void> }> {
  const draft = await world.blobs.begin({ sizeBytesMax: 100 });
  await draft.write(Buffer.from("the same bytes"));
  await draft.finish();
  const { digest } = await draft.keep();
  await draft.discard();
  return { blob: digest, sweeping: await sweepingOf(world, digest) };
}

/** Marks a blob, as a sweeper that has asked its last question; what is returned is the rest of what it does. */
async function sweepingOf(world: RegistryWorld, blob: Digest): Promise<() => Promise<void>> {
  const mark = await doom(world, blob);
  return async () => {
    await world.blobs.delete(blob);
    await mark?.lift();
  };
}
