import assert from "node:assert/strict";
import { test } from "node:test";
import type { Actor, Artifact, Attachment, Digest, Instant, ProjectName, RepositoryName } from "#core";
import { type BlobStore, doom, isDoomed } from "#stores";
import { openTemporaryStore } from "../../tests/support/databases.ts";
import { type MemoryBlobs, memoryBlobs } from "../../tests/support/memory-stores.ts";
import { keepSweeping, type Swept, sweep } from "./sweep.ts";

const SOMEBODY: Actor = { kind: "user", name: "alice", tokenId: null };
const GOES_ON = new AbortController().signal;

interface World extends AsyncDisposable {
  readonly metadata: Awaited<ReturnType<typeof openTemporaryStore>>["metadata"];
  readonly state: Awaited<ReturnType<typeof openTemporaryStore>>["state"];
  readonly blobs: MemoryBlobs;
  now(): Instant;
  moveTo(now: number): void;
}

test("what an artifact, a companion, a cached copy or a claim names stays; an orphan goes", async () => {
  await using world = await openWorld();
  const { state, blobs } = world;
  const [file, companion, cached, claimed, orphan] = await keepAll(blobs, [
    "file",
    "companion",
    "cached",
    "claimed",
    "orphan!",
  ]);
  await publish(world, file, companion);
  await state.put("remote-files", "foo-1.0.whl", { value: {}, blobs: [cached] });
  await state.claim(claimed, 2000 as Instant);
  assert.deepEqual(await sweep(world, GOES_ON), { blobs: 1, sizeBytes: 7 });
  assert.deepEqual(new Set(blobs.digests), new Set([file, companion, cached, claimed]));
  assert.equal(await blobs.stat(orphan), null);
  assert.deepEqual(await sweep(world, GOES_ON), { blobs: 0, sizeBytes: 0 });
});

test("documentation and test results stay as long as they are attached", async () => {
  await using world = await openWorld();
  const [documentation] = await keepAll(world.blobs, ["documentation"]);
  const where = { repository: "alice/dev" as RepositoryName, project: "foo" as ProjectName, version: "1.0" };
  const filename = "foo-1.0.doc.zip";
  const attachment: Attachment = {
    ...where,
    kind: "documentation",
    filename,
    about: null,
    blob: documentation,
    sizeBytes: 13,
    attachedAt: 1 as Instant,
    log: [],
  };
  await world.metadata.write(SOMEBODY, async (tx) => tx.append({ type: "attachment.saved", attachment }));
  assert.equal((await sweep(world, GOES_ON)).blobs, 0);
  await world.metadata.write(SOMEBODY, async (tx) => tx.append({ type: "attachment.removed", ...where, filename }));
  assert.equal((await sweep(world, GOES_ON)).blobs, 1);
});

test("a blob goes when its claim has ended, its copy has expired, or its file was removed", async () => {
  await using world = await openWorld();
  const { metadata, state, blobs } = world;
  const [file, companion, cached, claimed] = await keepAll(blobs, ["file", "companion", "cached", "claimed"]);
  await publish(world, file, companion);
  await state.put("remote-files", "k", { value: {}, blobs: [cached], expiresAt: 2000 as Instant });
  await state.claim(claimed, 2000 as Instant);
  world.moveTo(2000);
  assert.equal((await sweep(world, GOES_ON)).blobs, 2);
  assert.deepEqual(new Set(blobs.digests), new Set([file, companion]));
  const { repository, project, filename } = anArtifact(file, companion);
  await metadata.write(SOMEBODY, async (tx) =>
    tx.append({ type: "artifact.removed", ref: { repository, project, filename } }),
  );
  assert.equal((await sweep(world, GOES_ON)).blobs, 2);
  assert.deepEqual(blobs.digests, []);
});

test("an upload whose fact is written while the sweeper looks keeps its blob", async () => {
  await using world = await openWorld();
  const [file, companion] = await keepAll(world.blobs, ["file", "companion"]);
  await world.state.claim(file, 2000 as Instant);
  await world.state.claim(companion, 2000 as Instant);
  // Between the two questions of the sweeper the fact is written; the claim outlives it.
  const state: typeof world.state = {
    ...world.state,
    async holdsBlob(digest) {
      if ((await world.metadata.read((view) => view.totals())).artifacts === 0) await publish(world, file, companion);
      return world.state.holdsBlob(digest);
    },
  };
  await sweep({ ...world, state }, GOES_ON);
  assert.deepEqual(new Set(world.blobs.digests), new Set([file, companion]));
});

test("a blob that is claimed after the sweeper's first look stays, and its mark is lifted", async () => {
  await using world = await openWorld();
  const [file] = await keepAll(world.blobs, ["file"]);
  let looks = 0;
  const state: typeof world.state = {
    ...world.state,
    async holdsBlob(digest) {
      const holds = await world.state.holdsBlob(digest);
      looks += 1;
      if (looks === 1) await world.state.claim(digest, 2000 as Instant);
      return holds;
    },
  };
  assert.equal((await sweep({ ...world, state }, GOES_ON)).blobs, 0);
  assert.deepEqual(world.blobs.digests, [file]);
  assert.equal(await isDoomed(world.state, file), false);
});

test("a blob is marked from before the last look until after its deletion", async () => {
  await using world = await openWorld();
  const [file] = await keepAll(world.blobs, ["file"]);
  const marked: [when: string, isMarked: boolean][] = [];
  const note = async (when: string) => marked.push([when, await isDoomed(world.state, file)]);
  const state: typeof world.state = {
    ...world.state,
    async holdsBlob(digest) {
      await note("look");
      return world.state.holdsBlob(digest);
    },
  };
  const blobs: BlobStore = {
    ...world.blobs,
    async delete(digest) {
      await world.blobs.delete(digest);
      await note("deletion");
    },
  };
  await sweep({ ...world, state, blobs }, GOES_ON);
  await note("end");
  assert.deepEqual(marked, [
    ["look", false],
    ["look", true],
    ["deletion", true],
    ["end", false],
  ]);
});

test("a blob that another sweeper has marked is left to it, and taken up when that one has died", async () => {
  await using world = await openWorld();
  const [file] = await keepAll(world.blobs, ["file"]);
  await doom(world, file);
  assert.equal((await sweep(world, GOES_ON)).blobs, 0);
  assert.equal(await isDoomed(world.state, file), true);
  world.moveTo(1000 + 120_000);
  assert.equal((await sweep(world, GOES_ON)).blobs, 1);
});

test("a sweeper that was held up for so long that its mark may end first deletes nothing, and lifts no mark of another", async () => {
  await using world = await openWorld();
  const [file] = await keepAll(world.blobs, ["file"]);
  let looks = 0;
  const state: typeof world.state = {
    ...world.state,
    async holdsBlob(digest) {
      looks += 1;
      if (looks === 2) {
        world.moveTo(1000 + 120_000);
        await doom(world, digest);
      }
      return world.state.holdsBlob(digest);
    },
  };
  assert.equal((await sweep({ ...world, state }, GOES_ON)).blobs, 0);
  assert.deepEqual(world.blobs.digests, [file]);
  assert.equal(await isDoomed(world.state, file), true);
});

test("a deletion that failed may still happen, so its mark stays", async () => {
  await using world = await openWorld();
  const [file] = await keepAll(world.blobs, ["file"]);
  const blobs: BlobStore = {
    ...world.blobs,
    async delete() {
      throw new Error("no answer");
    },
  };
  await assert.rejects(sweep({ ...world, blobs }, GOES_ON), /no answer/);
  assert.equal(await isDoomed(world.state, file), true);
});

test("drafts are no blobs: a sweep in the middle of an upload does it no harm", async () => {
  await using world = await openWorld();
  const draft = await world.blobs.begin({ sizeBytesMax: 100 });
  await draft.write(Buffer.from("half of it, "));
  await sweep(world, GOES_ON);
  await draft.write(Buffer.from("and the rest"));
  const { digest } = await draft.finish();
  await draft.keep((held) => world.state.claim(held, 2000 as Instant));
  await draft.discard();
  await sweep(world, GOES_ON);
  assert.equal((await world.blobs.stat(digest))?.sizeBytes, 24);
});

test("a sweep that is aborted stops between two blobs", async () => {
  await using world = await openWorld();
  await keepAll(world.blobs, ["a", "b", "c"]);
  const stop = new AbortController();
  const blobs: BlobStore = {
    ...world.blobs,
    async delete(digest) {
      await world.blobs.delete(digest);
      stop.abort();
    },
  };
  assert.equal((await sweep({ ...world, blobs }, stop.signal)).blobs, 1);
  assert.equal(world.blobs.digests.length, 2);
});

test("sweeping goes on after a failure, tells of it, and of sweeps that freed nothing", async () => {
  await using world = await openWorld();
  const [held] = await keepAll(world.blobs, ["orphan"]);
  await world.state.put("remote-files", "in vain", { value: {}, blobs: [held] });
  const stop = new AbortController();
  const reports: (Swept | { readonly failure: unknown })[] = [];
  const waits: number[] = [];
  const broken = new Error("the disk cannot be read");
  let round = 0;
  const blobs: BlobStore = {
    ...world.blobs,
    list() {
      if (round === 1) throw broken;
      return world.blobs.list();
    },
  };
  await keepSweeping(
    { ...world, blobs },
    {
      everyMs: 60_000,
      prepare: () => world.state.delete("remote-files", "in vain"),
      async wait(milliseconds) {
        waits.push(milliseconds);
        round += 1;
        if (round > 3) stop.abort();
      },
      report: (result) => reports.push(result),
      signal: stop.signal,
    },
  );
  assert.deepEqual(waits, [60_000, 60_000, 60_000, 60_000]);
  assert.deepEqual(reports, [{ failure: broken }, { blobs: 1, sizeBytes: 6 }, { blobs: 0, sizeBytes: 0 }]);
});

async function openWorld(): Promise<World> {
  let now = 1000;
  const { metadata, state, [Symbol.asyncDispose]: close } = await openTemporaryStore(() => now as Instant);
  return {
    metadata,
    state,
    blobs: memoryBlobs(),
    now: () => now as Instant,
    moveTo(to) {
      now = to;
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Keeps texts as blobs; as many digests as texts. */
async function keepAll<const Texts extends readonly string[]>(
  blobs: BlobStore,
  texts: Texts,
): Promise<{ [Index in keyof Texts]: Digest }> {
  const digests: Digest[] = [];
  for (const text of texts) {
    const draft = await blobs.begin({ sizeBytesMax: 100 });
    await draft.write(Buffer.from(text));
    await draft.finish();
    digests.push((await draft.keep()).digest);
    await draft.discard();
  }
  return digests as { [Index in keyof Texts]: Digest };
}

async function publish({ metadata }: World, file: Digest, companion: Digest): Promise<void> {
  await metadata.write(SOMEBODY, async (tx) =>
    tx.append({ type: "artifact.published", artifact: anArtifact(file, companion), promotedFrom: null }),
  );
}

function anArtifact(blob: Digest, companion: Digest): Artifact {
  return {
    repository: "alice/dev" as RepositoryName,
    project: "foo" as ProjectName,
    filename: "foo-1.0-py3-none-any.whl",
    version: "1.0",
    blob,
    sizeBytes: 4,
    publishedAt: 1000 as Instant,
    yanked: null,
    attributes: {},
    companions: { ".metadata": { blob: companion, sizeBytes: 9 } },
    log: [],
  };
}
