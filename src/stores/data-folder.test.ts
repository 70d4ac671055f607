import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { RegistryError } from "#core";
import { temporaryFolder } from "../../tests/support/databases.ts";
import { forgetfulDisk } from "../../tests/support/forgetful-disk.ts";
import { makeDataFolder, storageRefusal } from "./data-folder.ts";
import { type Disk, realDisk } from "./disk.ts";

test("a folder is made with every missing parent, parents first, and each is durable before the next", async () => {
  const disk = forgetfulDisk();
  await makeDataFolder(disk, "/srv/vivarium/data");
  assert.deepEqual(
    disk.steps.map(({ kind, path }) => `${kind} ${path}`),
    [
      "make-folder /srv",
      "sync-folder /",
      "make-folder /srv/vivarium",
      "sync-folder /srv",
      "make-folder /srv/vivarium/data",
      "sync-folder /srv/vivarium",
    ],
  );
});

test("a folder that is there already is synced all the same: who made it may have been killed", async () => {
  const disk = forgetfulDisk();
  disk.skip(({ kind }) => kind === "sync-folder");
  await makeDataFolder(disk, "/srv/data");
  disk.skip(() => false);
  await makeDataFolder(disk, "/srv/data");
  const after = disk.afterPowerCut({ name: "worst", isEntryKept: () => false, content: "lost" });
  assert.notEqual(await after.modifiedAt("/srv/data"), null);
});

for (const code of ["EACCES", "EPERM", "EROFS"]) {
  test(`parents that may be passed through but not synced (${code}) are no obstacle when they were there before`, async () => {
    const disk = forgetfulDisk();
    await disk.makeFolder("/srv");
    await makeDataFolder(failingAt(disk, "syncFolder", "/", code), "/srv/data");
    assert.notEqual(await disk.modifiedAt("/srv/data"), null);
  });

  test(`a folder that was made just now and cannot be made durable (${code}) is refused`, async () => {
    const disk = failingAt(forgetfulDisk(), "syncFolder", "/", code);
    await assert.rejects(makeDataFolder(disk, "/data"), isRefusal(/the data folder \/data cannot be written: /));
  });
}

for (const [code, what] of [
  ["ENOSPC", /its disk is full; free some room/],
  ["EDQUOT", /quota is used up/],
  ["EROFS", /read-only; mount it writable or choose another folder/],
  ["EACCES", /permission is denied; give the user who runs this process the right/],
  ["ENOTDIR", /something on its path is not a folder/],
] as const) {
  test(`a folder that cannot be made (${code}) is refused in words that say what to do`, async () => {
    const disk = failingAt(forgetfulDisk(), "makeFolder", "/srv", code);
    await assert.rejects(makeDataFolder(disk, "/srv/data"), isRefusal(what));
  });
}

test("a file in the way is refused in words, on the real disk too", async () => {
  await using place = await temporaryFolder();
  await writeFile(join(place.folder, "file"), "");
  await assert.rejects(
    makeDataFolder(realDisk(), join(place.folder, "file", "data")),
    isRefusal(/something on its path is not a folder; choose another folder/),
  );
});

test("what the disk says that is nobody's mistake comes back as it is", () => {
  const broken = Object.assign(new Error("input/output error"), { code: "EIO" });
  assert.equal(storageRefusal(broken, "the blob folder"), broken);
  assert.equal(storageRefusal(null, "the blob folder"), null);
});

function failingAt(disk: Disk, method: "makeFolder" | "syncFolder", at: string, code: string): Disk {
  const fail = async (path: string): Promise<never> => {
    throw Object.assign(new Error(`${code}: ${path}`), { code });
  };
  return { ...disk, [method]: (path: string) => (path === at ? fail(path) : disk[method](path)) };
}

function isRefusal(message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RegistryError, String(error));
    assert.equal(error.problem.code, "setting-invalid");
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}
