import { constants } from "node:fs";
import { access, chmod, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { delimiter, dirname, extname, join } from "node:path";

/**
 * Writes a file of the user's, whole or not at all; `null` removes it. A link stays one, and what it leads to is written.
 * Others keep the rights that they had, unless `isSecret`: then, and where the file is new, it is the owner's alone.
 */
export async function writeOwnFile(path: string, text: string | null, isSecret: boolean): Promise<void> {
  const place = await realpath(path).catch(() => path);
  const before = await stat(place).catch(() => null);
  // A device, or a folder, at the place of a file is nobody's settings.
  if (before !== null && !before.isFile()) {
    throw Object.assign(new Error(`${path} is no file: nothing was written there`), {
      code: "EINVAL",
      syscall: "write",
    });
  }
  if (text === null) return rm(place, { force: true });
  await mkdir(dirname(place), { recursive: true });
  const mode = isSecret || before === null ? OWNER_ONLY : before.mode & 0o777;
  const making = `${place}.vivarium-${process.pid}`;
  try {
    const file = await open(making, "w", OWNER_ONLY);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(making, mode);
    await rename(making, place);
  } catch (error) {
    await rm(making, { force: true });
    throw error;
  }
}

const OWNER_ONLY = 0o600;

/** Whether a program can be started by its name. */
export async function hasProgram(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Promise<boolean> {
  const endings = platform === "win32" ? (env["PATHEXT"] ?? ".EXE;.CMD;.BAT").split(";") : [""];
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    for (const ending of extname(name) === "" ? endings : [""]) {
      const isThere = await access(join(folder, `${name}${ending}`), constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return true;
    }
  }
  return false;
}
