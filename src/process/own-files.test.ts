import assert from "node:assert/strict";
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hasProgram, writeOwnFile } from "./own-files.ts";

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "vivarium-own-files-"));
});
after(() => rm(folder, { recursive: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test("a new file is its owner's alone, and its folder is made", async () => {
  const path = join(folder, "new", "deep", "pip.conf");
  await writeOwnFile(path, "x\n", false);
  assert.equal(await readFile(path, "utf8"), "x\n");
  assert.equal(await modeOf(path), 0o600);
});

test("a file keeps its rights, unless there is a secret in it now", async () => {
  const path = join(folder, "shared");
  await writeFile(path, "a");
  await chmod(path, 0o644);
  await writeOwnFile(path, "b", false);
  assert.equal(await modeOf(path), 0o644);
  await writeOwnFile(path, "c", true);
  assert.equal(await modeOf(path), 0o600);
});

test("a link stays one, and nothing is left beside the file", async () => {
  const target = join(folder, "dotfiles-netrc");
  const link = join(folder, "netrc");
  await writeFile(target, "a");
  await symlink(target, link);
  await writeOwnFile(link, "b", true);
  assert.equal((await lstat(link)).isSymbolicLink(), true);
  assert.equal(await readFile(target, "utf8"), "b");
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes(".vivarium-")),
    [],
  );
});

test("a file of which nothing is left is removed, also twice", async () => {
  const path = join(folder, "gone");
  await writeFile(path, "a");
  await writeOwnFile(path, null, true);
  await writeOwnFile(path, null, true);
  await assert.rejects(stat(path), /ENOENT/);
});

test("a device or a folder in a file's place is left alone", async () => {
  for (const text of ["x", null]) {
    await assert.rejects(writeOwnFile("/dev/null", text, true), /\/dev\/null is no file/);
    await assert.rejects(writeOwnFile(folder, text, true), /is no file/);
  }
  assert.equal((await stat("/dev/null")).isCharacterDevice(), true);
});

test("a program is one that can be started", async () => {
  await writeFile(join(folder, "tool"), "#!/bin/sh\n");
  const env = { PATH: `/nowhere:${folder}` };
  assert.equal(await hasProgram("tool", env, "linux"), false);
  await chmod(join(folder, "tool"), 0o755);
  assert.equal(await hasProgram("tool", env, "linux"), true);
  assert.equal(await hasProgram("other", env, "linux"), false);
});
