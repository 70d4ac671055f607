import { randomBytes as systemRandomBytes } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { KEY_BYTES } from "./sealer.ts";

/**
 * The installation's key from its file (64 hex digits). Without one it is made, readable by its owner only, and is
 * durable before this returns; of several processes that begin at once all get the same key. `mayMake: false`: there are
 * secrets sealed with a key already, so a missing file is an error and never replaced.
 */
export async function readOrMakeKey(
  path: string,
  options: { readonly mayMake?: boolean; readonly randomBytes?: (count: number) => Uint8Array } = {},
): Promise<Uint8Array> {
  const { mayMake = true, randomBytes = (count) => systemRandomBytes(count) } = options;
  const present = await readKey(path);
  if (present !== null) return present;
  if (!mayMake) {
    throw new Error(`the key file ${path} is missing, but there are secrets sealed with it; restore it from a backup`);
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await makeKey(path, randomBytes);
  const made = await readKey(path);
  if (made === null) throw new Error(`the key file ${path} disappeared while it was made`);
  return made;
}

/** `null`: no such file. */
async function readKey(path: string): Promise<Uint8Array | null> {
  let text: string;
  try {
    text = await readFile(path, "latin1");
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw new Error(`the key file ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const hex = text.trim();
  if (!/^[0-9a-f]+$/i.test(hex) || hex.length !== 2 * KEY_BYTES) {
    throw new Error(
      `the key file ${path} must hold ${2 * KEY_BYTES} hex digits and nothing else; restore it from a backup`,
    );
  }
  return Buffer.from(hex, "hex");
}

/** Written beside and linked in place: the name appears once, whole, and only if nobody was faster. */
async function makeKey(path: string, randomBytes: (count: number) => Uint8Array): Promise<void> {
  const draft = `${path}.${Buffer.from(randomBytes(6)).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${Buffer.from(randomBytes(KEY_BYTES)).toString("hex")}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (cause) {
    if (!isCode(cause, "EEXIST")) throw cause;
  } finally {
    await unlink(draft);
  }
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && "code" in cause && cause.code === code;
}
