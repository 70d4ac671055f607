import { dirname, resolve } from "node:path";
import { refuse } from "#core";
import type { Disk } from "./disk.ts";

/**
 * Makes a folder and every missing parent, so that a power cut loses none of them: whatever holds a new entry is
 * synced. Folders that were there already are synced too, because whoever made them may have been killed before it
 * came to that. Refuses in words where it may not write.
 */
export async function makeDataFolder(disk: Disk, folder: string): Promise<void> {
  const path = resolve(folder);
  try {
    for (const each of chainOf(path)) {
      const isMade = await makeMissing(disk, each);
      await syncEntry(disk, each, isMade);
    }
  } catch (error) {
    throw storageRefusal(error, `the data folder ${path}`, "setting-invalid");
  }
}

/** The root is nobody's entry; below it, parents first. */
function chainOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...chainOf(parent), path];
}

async function makeMissing(disk: Disk, path: string): Promise<boolean> {
  // A folder that is there may stand in a parent that must not be written, where mkdir gives EACCES or EROFS.
  return (await disk.modifiedAt(path)) === null ? disk.makeFolder(path) : false;
}

async function syncEntry(disk: Disk, path: string, isMade: boolean): Promise<void> {
  try {
    await disk.syncFolder(dirname(path));
  } catch (error) {
    // Above the data folder there are folders that one may pass through but not read; they were there before us.
    if (isMade || !["EACCES", "EPERM", "EROFS"].includes(codeOf(error))) throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "its disk is full; free some room and try again",
  EDQUOT: "the disk quota is used up; free some room or raise the quota",
  EROFS: "its file system is read-only; mount it writable or choose another folder",
  EACCES: "permission is denied; give the user who runs this process the right to write there",
  EPERM: "permission is denied; give the user who runs this process the right to write there",
  ENOTDIR: "something on its path is not a folder; choose another folder",
};

/**
 * What the disk says, as a refusal in words; what is no refusal comes back as it is. `code`: while the server runs the
 * storage refuses, at the start a setting is wrong.
 */
export function storageRefusal(
  error: unknown,
  what: string,
  code: "storage-full" | "setting-invalid" = "storage-full",
): unknown {
  const reason = REASONS[codeOf(error)];
  return reason === undefined ? error : refuse({ code, because: `${what} cannot be written: ${reason}` }, error);
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | null)?.code ?? "");
}
