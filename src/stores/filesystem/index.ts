import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type Digest, hexOf, sha256Digest } from "#core";
import type { BlobDraft, BlobStore } from "../blob-store.ts";
import { makeDataFolder, storageRefusal } from "../data-folder.ts";
import { type Disk, realDisk } from "../disk.ts";
import { openDigests } from "./digests.ts";
import { type FileDraft, openDraft } from "./draft.ts";
import { openDraftFolder } from "./drafts.ts";
import { type Processes, thisMachine } from "./processes.ts";

/**
 * Keeps blobs in a folder, by their SHA-256:
 *
 *     <folder>/
 *     ├── sha256/
 *     │   ├── 00/ … ff/                  by the first two digits; all are made at the start, so that a blob costs two
 *     │   │   └── 00c1…(64 digits)       fsyncs: its own and its folder's
 *     └── drafts/
 *         └── <process>-<id>/            one for each process that has the store open
 *             └── 1, 2, …                drafts too large for memory, and those that are just being kept
 *
 * A blob is complete and durable before it has its name: written as a draft, synced, renamed, and the folder synced.
 * Several processes may have the same folder open.
 */
export async function openFilesystemBlobs({
  folder,
  disk = realDisk(),
  now = Date.now,
  newId = randomUUID,
  processes = thisMachine(),
}: {
  readonly folder: string;
  readonly disk?: Disk;
  readonly now?: () => number;
  readonly newId?: () => string;
  readonly processes?: Processes;
}): Promise<BlobStore> {
  const blobs = join(folder, "sha256");
  const draftsPath = join(folder, "drafts");
  await makeDataFolder(disk, folder);
  await makeFolders(disk, folder, blobs, draftsPath);
  const drafts = openDraftFolder({ disk, path: draftsPath, processes, now, newId: () => newId().slice(0, 8) });
  await drafts.clearLeftovers();
  const open = new Map<BlobDraft, FileDraft>();
  const digests = openDigests();
  const pathOf = (digest: Digest): string => join(blobs, hexOf(digest).slice(0, 2), hexOf(digest));

  return {
    async begin(options) {
      const closed = (draft: BlobDraft): void => void open.delete(draft);
      const digesting = await digests(options.digests ?? []);
      const draft = openDraft({ disk, nextPath: drafts.nextPath, pathOf, closed }, options, digesting);
      open.set(draft, draft);
      return draft;
    },
    async keepAll(drafts, hold) {
      const files = drafts.map((draft) => {
        const found = open.get(draft);
        if (found === undefined) throw new TypeError("only drafts of this store, not yet discarded, can be kept");
        return found;
      });
      const finished = await all(files.map((file) => file.settle()));
      const isMany = files.length >= SYNCED_TOGETHER_FROM;
      // The claims may be written while the disk is busy; names become visible after both.
      await all([
        hold?.(finished.map(({ digest }) => digest)),
        (async () => {
          if (isMany && (await disk.syncAll(folder))) return;
          await all(files.map((file) => file.sync()));
        })(),
      ]);
      const shelves = await all(files.map((file) => file.name()));
      if (!(isMany && (await disk.syncAll(folder)))) {
        await all([...new Set(shelves)].map((path) => syncFolder(disk, path)));
      }
      return files.map((file) => file.named());
    },
    async stat(digest) {
      const sizeBytes = await disk.sizeOf(pathOf(digest));
      return sizeBytes === null ? null : { digest, sizeBytes };
    },
    open: (digest, range) => disk.read(pathOf(digest), range),
    async directUrl() {
      return null;
    },
    async *list() {
      await drafts.clearLeftovers();
      for (const shelf of await disk.list(blobs)) {
        for (const name of await disk.list(join(blobs, shelf))) {
          const digest = sha256Digest(name);
          const sizeBytes = digest === null ? null : await disk.sizeOf(pathOf(digest));
          if (digest !== null && sizeBytes !== null) yield { digest, sizeBytes };
        }
      }
    },
    // Not synced: a blob that a power cut brings back is swept again.
    delete: (digest) => disk.remove(pathOf(digest)),
    async [Symbol.asyncDispose]() {
      // Closed also where a draft could not be removed; the next start clears it away.
      await using _drafts = drafts;
      await Promise.all([...open.values()].map((draft) => draft.discard()));
    },
  };
}

/** From so many on, one wait for the whole file system is shorter than a wait for each of them. */
const SYNCED_TOGETHER_FROM = 64;

async function makeFolders(disk: Disk, folder: string, blobs: string, drafts: string): Promise<void> {
  try {
    await disk.makeFolder(blobs);
    await disk.makeFolder(drafts);
    const there = new Set(await disk.list(blobs));
    for (let shelf = 0; shelf < 256; shelf += 1) {
      const name = shelf.toString(16).padStart(2, "0");
      if (!there.has(name)) await disk.makeFolder(join(blobs, name));
    }
    // Also when all were there: who made them may have been killed before it synced them.
    await disk.syncFolder(folder);
    await disk.syncFolder(blobs);
  } catch (error) {
    throw storageRefusal(error, `the blob folder ${folder}`, "setting-invalid");
  }
}

/** Waits for all of them, so that none runs on after a failure. */
async function all<Value>(works: readonly (Promise<Value> | Value)[]): Promise<Value[]> {
  const results = await Promise.allSettled(works);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function syncFolder(disk: Disk, path: string): Promise<void> {
  try {
    await disk.syncFolder(path);
  } catch (error) {
    throw storageRefusal(error, "the blob folder");
  }
}
