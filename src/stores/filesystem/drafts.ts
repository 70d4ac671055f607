import { join } from "node:path";
import type { Disk } from "../disk.ts";
import type { Processes } from "./processes.ts";

/** A living process says so this often; one that cannot be asked counts as dead when it has been silent so long. */
const SIGN_OF_LIFE_MS = 60_000;
const SILENT_MS = 10 * SIGN_OF_LIFE_MS;

/** Where this process keeps the files of its drafts: a folder of its own beside those of others. */
export interface DraftFolder extends AsyncDisposable {
  /** A path for one more file; the folder is there. */
  nextPath(): Promise<string>;
  /** Removes what dead processes left. */
  clearLeftovers(): Promise<void>;
}

export function openDraftFolder(parts: {
  readonly disk: Disk;
  /** Holds one folder for each process. */
  readonly path: string;
  readonly processes: Processes;
  readonly now: () => number;
  readonly newId: () => string;
}): DraftFolder {
  const { disk, path, processes, now } = parts;
  // One process may have opened the same store more than once.
  const own = join(path, `${processes.own}-${parts.newId()}`);
  let made: Promise<void> | null = null;
  let count = 0;
  const signs = setInterval(() => {
    if (made !== null) void disk.touch(own, now()).catch(() => null);
  }, SIGN_OF_LIFE_MS);
  signs.unref();

  async function makeOwn(): Promise<void> {
    try {
      await disk.makeFolder(own);
    } catch (error) {
      // A disk that is full now has room another time.
      made = null;
      throw error;
    }
  }

  async function isLeftover(name: string): Promise<boolean> {
    const isRunning = processes.isRunning(name);
    if (isRunning !== null) return !isRunning;
    const modifiedAt = await disk.modifiedAt(join(path, name));
    return modifiedAt !== null && modifiedAt < now() - SILENT_MS;
  }

  async function clear(folder: string): Promise<void> {
    for (const file of await disk.list(folder)) await disk.remove(join(folder, file));
    await disk.removeFolder(folder);
  }

  return {
    async nextPath() {
      made ??= makeOwn();
      await made;
      count += 1;
      return join(own, String(count));
    },
    async clearLeftovers() {
      for (const name of await disk.list(path)) if (await isLeftover(name)) await clear(join(path, name));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(signs);
      if (made !== null) await clear(own);
    },
  };
}
