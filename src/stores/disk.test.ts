import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../tests/support/databases.ts";
import { forgetfulDisk } from "../../tests/support/forgetful-disk.ts";
import { diskContract } from "./disk.contract.ts";
import { realDisk } from "./disk.ts";

diskContract("the disk of this machine", async () => {
  const temporary = await temporaryFolder();
  return { disk: realDisk(), folder: temporary.folder, [Symbol.asyncDispose]: temporary[Symbol.asyncDispose] };
});

diskContract("the disk that forgets", async () => ({
  disk: forgetfulDisk(),
  folder: "/",
  [Symbol.asyncDispose]: async () => {},
}));

test("a file is read into memory that was given back, and pieces that were kept stay as they were", async () => {
  await using temporary = await temporaryFolder();
  const bytes = randomBytes(3_000_000);
  const path = join(temporary.folder, "large");
  await writeFile(path, bytes);
  const disk = realDisk();

  const kept: Uint8Array[] = [];
  for await (const piece of (await disk.read(path)) ?? []) kept.push(piece);
  assert.ok(Buffer.concat(kept).equals(bytes));

  const memories = new Set<ArrayBufferLike>();
  const copies: Buffer[] = [];
  const pieces = await disk.read(path);
  assert.ok(pieces !== null);
  for await (const piece of pieces) {
    memories.add(piece.buffer);
    copies.push(Buffer.from(piece));
    pieces.recycle?.(piece);
  }
  assert.ok(Buffer.concat(copies).equals(bytes));
  assert.ok(memories.size < kept.length / 2, `${memories.size} buffers for ${kept.length} pieces`);
});

test("a file whose reader leaves in the middle is closed", { skip: process.platform !== "linux" }, async () => {
  await using temporary = await temporaryFolder();
  const path = join(temporary.folder, "large");
  await writeFile(path, randomBytes(3_000_000));
  const pieces = await realDisk().read(path);
  assert.ok(pieces !== null);
  for await (const piece of pieces) if (piece.byteLength > 0) break;

  for (const name of await readdir("/proc/self/fd")) {
    assert.notEqual(await readlink(`/proc/self/fd/${name}`).catch(() => ""), path);
  }
});
