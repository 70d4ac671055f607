import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { describe, test } from "node:test";
import { type Digest, sha256Digest } from "#core";
import { AFTERMATHS, type ForgetfulDisk, forgetfulDisk, type Step } from "../../../tests/support/forgetful-disk.ts";
import type { BlobStore } from "../blob-store.ts";
import { openFilesystemBlobs } from "./index.ts";
import type { Processes } from "./processes.ts";

const FOLDER = "/srv/vivarium/blobs";
const SMALL = Buffer.from("small enough to stay in memory until it is kept");
/** Large enough to be in a file from the first half on. */
const LARGE = Buffer.alloc(600_000, "large ");

/** After a power cut no process of before is running any more. */
const ALL_DEAD: Processes = { own: "machine-1-1", isRunning: () => false };

describe("a power cut", () => {
  test("at any moment takes no acknowledged blob, and leaves none by half", async () => {
    const { steps } = await scenario(forgetfulDisk());
    assert.ok(steps.length > 270, `only ${steps.length} steps: is the disk still asked to do everything?`);
    for (let step = 0; step <= steps.length; step += 1) {
      // The shelves are made one like the other; some stand for all.
      if (step % 16 !== 0 && /\/sha256\/..$/.test(steps[step]?.path ?? "") && steps[step]?.kind === "make-folder")
        continue;
      const disk = forgetfulDisk();
      disk.cutBefore(step);
      const { acknowledged } = await scenario(disk);
      for (const aftermath of AFTERMATHS) {
        const moment = `power cut before step ${step} (${describeStep(disk.steps[step])}); ${aftermath.name}`;
        await assertWhole(disk.afterPowerCut(aftermath), acknowledged, moment);
      }
    }
  });

  test("leaves no draft behind, and the folder takes new blobs afterwards", async () => {
    const { length } = (await scenario(forgetfulDisk())).steps;
    // From here on the folders are there and drafts come and go.
    for (let step = length - 20; step <= length; step += 1) {
      const disk = forgetfulDisk();
      disk.cutBefore(step);
      await scenario(disk);
      for (const aftermath of AFTERMATHS) {
        const after = disk.afterPowerCut(aftermath);
        await using blobs = await openBlobs(after);
        assert.deepEqual(await after.list(`${FOLDER}/drafts`), [], `before step ${step}; ${aftermath.name}`);
        const digest = await keep(blobs, SMALL);
        assert.equal((await blobs.stat(digest))?.sizeBytes, SMALL.byteLength);
      }
    }
  });
});

/** Whatever is synced until one blob is acknowledged, in order. */
const SYNCS = [
  "sync-folder /",
  "sync-folder /srv",
  "sync-folder /srv/vivarium",
  "sync-folder /srv/vivarium/blobs",
  "sync-folder /srv/vivarium/blobs/sha256",
  "sync <the draft>",
  "sync-folder <the shelf>",
];

describe("every fsync is needed", () => {
  test("the keeper syncs the folders that it is in, what it made in them, the blob and its shelf", async () => {
    const disk = forgetfulDisk();
    await keepOne(disk);
    assert.deepEqual(disk.steps.filter(isSync).map(describeSync), SYNCS);
  });

  for (const [number, name] of SYNCS.entries()) {
    test(`without "${name}" a power cut takes a blob that was acknowledged`, async () => {
      const disk = forgetfulDisk();
      await losesWithout(disk, number, name);
    });

    test(`without "${name}" a power cut takes one that was kept where another process had been killed`, async () => {
      const disk = forgetfulDisk();
      // It had done everything and made nothing durable.
      disk.skip(isSync);
      await keepOne(disk);
      await losesWithout(disk, number, name);
    });
  }

  test("with all of them it takes none, also where another process had been killed", async () => {
    const disk = forgetfulDisk();
    disk.skip(isSync);
    await keepOne(disk);
    disk.skip(() => false);
    const digest = await keepOne(disk);
    for (const aftermath of AFTERMATHS) await assertWhole(disk.afterPowerCut(aftermath), [digest], aftermath.name);
  });
});

async function losesWithout(disk: ForgetfulDisk, number: number, name: string): Promise<void> {
  const before = disk.steps.length;
  disk.skip((step, at) => isSync(step) && disk.steps.slice(before, at).filter(isSync).length === number);
  const digest = await keepOne(disk);
  assert.equal(describeSync(disk.steps.slice(before).filter(isSync)[number]), name);
  const losses = await Promise.all(AFTERMATHS.map((aftermath) => isLost(disk.afterPowerCut(aftermath), digest)));
  assert.ok(losses.includes(true), `the blob is still whole without "${name}"; is it needed?`);
}

interface Outcome {
  readonly acknowledged: readonly Digest[];
  readonly steps: readonly Step[];
}

/** A life of the keeper, up to the moment when the power goes. */
async function scenario(disk: ForgetfulDisk): Promise<Outcome> {
  const acknowledged: Digest[] = [];
  let blobs: BlobStore | null = null;
  try {
    blobs = await openBlobs(disk);
    acknowledged.push(await keep(blobs, SMALL));
    acknowledged.push(await keep(blobs, LARGE));
    // The same again replaces what is there.
    acknowledged.push(await keep(blobs, SMALL));
    const refused = await blobs.begin({ sizeBytesMax: LARGE.byteLength });
    await refused.write(LARGE);
    await refused.discard();
    await blobs[Symbol.asyncDispose]();
  } catch (error) {
    assert.match(String(error), /the power is gone/);
    await Promise.allSettled([blobs?.[Symbol.asyncDispose]()]);
  }
  return { acknowledged, steps: disk.steps };
}

/** Opens the keeper and keeps one blob; the process is then gone without closing anything. */
async function keepOne(disk: ForgetfulDisk): Promise<Digest> {
  const blobs = await openBlobs(disk);
  const digest = await keep(blobs, SMALL);
  return digest;
}

function openBlobs(disk: ForgetfulDisk): Promise<BlobStore> {
  let id = 0;
  const newId = (): string => {
    id += 1;
    return `${disk.steps.length}-${id}`.padStart(8, "0");
  };
  return openFilesystemBlobs({ folder: FOLDER, disk, now: () => 0, newId, processes: ALL_DEAD });
}

async function keep(blobs: BlobStore, bytes: Buffer): Promise<Digest> {
  const draft = await blobs.begin({ sizeBytesMax: bytes.byteLength });
  const half = Math.floor(bytes.byteLength / 2);
  await draft.write(bytes.subarray(0, half));
  await draft.write(bytes.subarray(half));
  await draft.finish();
  const { digest } = await draft.keep();
  await draft.discard();
  return digest;
}

async function assertWhole(disk: ForgetfulDisk, acknowledged: readonly Digest[], moment: string): Promise<void> {
  await using blobs = await openBlobs(disk);
  const found = new Set<Digest>();
  for await (const { digest } of blobs.list()) {
    assert.equal(await digestThere(blobs, digest), digest, `a blob is there by half: ${moment}`);
    found.add(digest);
  }
  for (const digest of acknowledged) assert.ok(found.has(digest), `an acknowledged blob is lost: ${moment}`);
}

async function isLost(disk: ForgetfulDisk, digest: Digest): Promise<boolean> {
  await using blobs = await openBlobs(disk);
  return (await digestThere(blobs, digest)) !== digest;
}

/** The digest of what is really there under a name. */
async function digestThere(blobs: BlobStore, digest: Digest): Promise<Digest | null> {
  const stream = await blobs.open(digest);
  if (stream === null) return null;
  return sha256Digest(
    createHash("sha256")
      .update(await buffer(stream))
      .digest("hex"),
  );
}

function isSync({ kind }: Step): boolean {
  return kind === "sync" || kind === "sync-folder";
}

function describeSync(step: Step | undefined): string {
  return describeStep(step)
    .replace(/\S+\/sha256\/[0-9a-f]{2}$/, "<the shelf>")
    .replace(/\S+\/drafts\/\S+$/, "<the draft>");
}

function describeStep(step: Step | undefined): string {
  return step === undefined ? "the end" : `${step.kind} ${step.path}`;
}
