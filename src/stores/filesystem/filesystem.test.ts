import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { RegistryError } from "#core";
import { temporaryFolder } from "../../../tests/support/databases.ts";
import { forgetfulDisk } from "../../../tests/support/forgetful-disk.ts";
import { blobStoreContract } from "../blob-store.contract.ts";
import type { BlobDraft, BlobStore } from "../blob-store.ts";
import { type Disk, realDisk } from "../disk.ts";
import { openFilesystemBlobs } from "./index.ts";
import type { Processes } from "./processes.ts";

const LARGE = Buffer.alloc(600_000, "large ");
const LIMIT = { sizeBytesMax: 1_000_000 } as const;

blobStoreContract("filesystem", async () => {
  const { folder, [Symbol.asyncDispose]: remove } = await temporaryFolder();
  return {
    open: () => openFilesystemBlobs({ folder }),
    async leftovers() {
      const shelves = await readdir(join(folder, "sha256"), { recursive: true });
      const strangers = shelves.filter((path) => !/^([0-9a-f]{2})(\/\1[0-9a-f]{62})?$/.test(path));
      return [...(await readdir(join(folder, "drafts"))), ...strangers];
    },
    [Symbol.asyncDispose]: remove,
  };
});

test("what is kept may be read and written by its owner only", async () => {
  await using place = await temporaryFolder();
  await using blobs = await openFilesystemBlobs({ folder: join(place.folder, "blobs") });
  const { digest } = await keep(blobs, LARGE);
  const hex = digest.slice("sha256:".length);
  const path = join(place.folder, "blobs", "sha256", hex.slice(0, 2), hex);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(join(place.folder, "blobs"))).mode & 0o777, 0o700);
});

test("a small draft that is refused never touches the disk", async () => {
  const disk = forgetfulDisk();
  await using blobs = await openFilesystemBlobs({ folder: "/blobs", disk });
  const before = disk.steps.length;
  const draft = await blobs.begin(LIMIT);
  await draft.write(LARGE.subarray(0, 100_000));
  await draft.finish();
  await draft.discard();
  assert.deepEqual(disk.steps.slice(before), []);
});

test("a small blob costs two fsyncs: its own and its shelf's", async () => {
  const disk = forgetfulDisk();
  await using blobs = await openFilesystemBlobs({ folder: "/blobs", disk });
  const before = disk.steps.length;
  await keep(blobs, Buffer.from("small"));
  const syncs = disk.steps.slice(before).filter(({ kind }) => kind.startsWith("sync"));
  assert.deepEqual(
    syncs.map(({ kind }) => kind),
    ["sync", "sync-folder"],
  );
});

test("drafts of processes that are gone are cleared at the start and with each listing; those of the living stay", async () => {
  const disk = forgetfulDisk();
  const running = new Set(["a-1-1", "b-2-2"]);
  const openAs = (own: string): Promise<BlobStore> =>
    openFilesystemBlobs({ folder: "/blobs", disk, processes: { own, isRunning: (name) => isAmong(running, name) } });
  const [mine, theirs] = [await openAs("a-1-1"), await openAs("b-2-2")];
  await (await mine.begin(LIMIT)).write(LARGE);
  await (await theirs.begin(LIMIT)).write(LARGE);
  const third = await openAs("c-3-3");
  assert.equal((await disk.list("/blobs/drafts")).length, 2);
  running.delete("b-2-2");
  for await (const _blob of third.list()) assert.fail("no blob was kept");
  assert.deepEqual(
    (await disk.list("/blobs/drafts")).map((name) => name.slice(0, 5)),
    ["a-1-1"],
  );
  await third[Symbol.asyncDispose]();
  await mine[Symbol.asyncDispose]();
  assert.deepEqual(await disk.list("/blobs/drafts"), []);
});

test("drafts of another machine are left alone as long as it gives signs of life", async () => {
  const disk = forgetfulDisk();
  const elsewhere: Processes = { own: "elsewhere-1-1", isRunning: () => null };
  const started = 1_000_000;
  const theirs = await openFilesystemBlobs({ folder: "/blobs", disk, processes: elsewhere });
  await (await theirs.begin(LIMIT)).write(LARGE);
  const [name = ""] = await disk.list("/blobs/drafts");
  await disk.touch(`/blobs/drafts/${name}`, started);
  for (const [minutes, count] of [
    [9, 1],
    [11, 0],
  ] as const) {
    const now = (): number => started + minutes * 60_000;
    await using _later = await openFilesystemBlobs({ folder: "/blobs", disk, now, processes: elsewhere });
    assert.equal((await disk.list("/blobs/drafts")).length, count, `after ${minutes} minutes`);
  }
});

// What a full disk may refuse while a blob is written and kept.
for (const [method, bytes] of [
  ["makeFolder", LARGE],
  ["create", LARGE],
  ["write", LARGE],
  ["sync", LARGE],
  ["rename", LARGE],
  ["syncFolder", LARGE],
] as const) {
  test(`a disk that is full at "${method}" refuses the blob in words, and takes it when there is room`, async () => {
    await using place = await temporaryFolder();
    const full = { at: null as string | null };
    await using blobs = await openFilesystemBlobs({ folder: place.folder, disk: fillable(full) });
    full.at = method;
    await assert.rejects(keep(blobs, bytes), (error: unknown) => {
      assert.ok(error instanceof RegistryError, String(error));
      assert.equal(error.problem.code, "storage-full");
      assert.match(error.message, /the blob folder cannot be written: its disk is full; free some room and try again/);
      return true;
    });
    full.at = null;
    assert.equal((await keep(blobs, bytes)).sizeBytes, bytes.byteLength);
    const drafts = await readdir(join(place.folder, "drafts"), { recursive: true });
    assert.equal(drafts.length, 1, "the folder of this process, and no draft in it");
  });
}

test("a blob that could not be kept whole is not kept by half when it is tried again", async () => {
  await using place = await temporaryFolder();
  const full = { at: null as string | null };
  await using blobs = await openFilesystemBlobs({ folder: place.folder, disk: fillable(full) });
  const draft = await blobs.begin(LIMIT);
  await draft.write(Buffer.from("small"));
  const { digest } = await draft.finish();
  full.at = "write";
  await assert.rejects(draft.keep(), /storage-full/);
  full.at = null;
  await draft.keep();
  await draft.discard();
  assert.equal((await blobs.stat(digest))?.sizeBytes, 5);
});

test("a blob folder that cannot be made is refused at the start, in one line that names it", async () => {
  await using place = await temporaryFolder();
  const full = { at: "makeFolder" };
  const folder = join(place.folder, "blobs");
  await assert.rejects(openFilesystemBlobs({ folder, disk: fillable(full) }), (error: unknown) => {
    assert.ok(error instanceof RegistryError);
    assert.equal(error.problem.code, "setting-invalid");
    assert.ok(error.message.includes(folder) && !error.message.includes("\n"), error.message);
    return true;
  });
});

/** Keeps and, whatever happens, discards, as everyone must. */
async function keep(blobs: BlobStore, bytes: Uint8Array): ReturnType<BlobDraft["keep"]> {
  const draft = await blobs.begin(LIMIT);
  try {
    await draft.write(bytes);
    await draft.finish();
    return await draft.keep();
  } finally {
    await draft.discard();
  }
}

function isAmong(running: ReadonlySet<string>, name: string): boolean {
  return [...running].some((own) => name.startsWith(own));
}

/** The real disk, which can be told to be full at one of its calls. */
function fillable(full: { readonly at: string | null }): Disk {
  const disk = realDisk();
  const refuseAt = (method: string): void => {
    if (full.at === method) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  return {
    ...disk,
    async create(path) {
      refuseAt("create");
      const file = await disk.create(path);
      return {
        ...file,
        async write(pieces, position) {
          refuseAt("write");
          await file.write(pieces, position);
        },
        async sync() {
          refuseAt("sync");
          await file.sync();
        },
      };
    },
    async makeFolder(path) {
      refuseAt("makeFolder");
      return disk.makeFolder(path);
    },
    async rename(from, to) {
      refuseAt("rename");
      await disk.rename(from, to);
    },
    async syncFolder(path) {
      refuseAt("syncFolder");
      await disk.syncFolder(path);
    },
  };
}
