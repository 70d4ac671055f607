import { constants } from "node:fs";
import { access as mayUse, stat } from "node:fs/promises";
import { refuse } from "#core";

const GONE = "is not there";

/** Refuses before anything is made or changed. A folder that is missing is made later, by the stores. */
export async function refuseUnusable(folder: string): Promise<void> {
  const because = await whyNotUsable(folder);
  if (because !== null && because !== GONE)
    throw refuse({ code: "setting-invalid", because: `the data folder ${folder} ${because}` });
}

/** What is said after 'the data folder'; `null`: it can be used. */
export async function whyNotUsable(folder: string): Promise<string | null> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    return error;
  });
  if (found === null) return GONE;
  if (found instanceof Error) return `cannot be looked at: ${found.message}`;
  if (!found.isDirectory()) return "is not a folder; choose another one with --data";
  const refusal = await mayUse(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  if (!(refusal instanceof Error)) return null;
  return refusal.code === "EROFS"
    ? "is on a read-only file system; mount it writable or choose another one with --data"
    : "cannot be written: permission is denied; give the user who runs this process the right to, or choose another one with --data";
}
