import assert from "node:assert/strict";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, test } from "node:test";
import type { Disk } from "./disk.ts";

/** Where a disk may be tried: an empty folder of it. */
export interface DiskPlace extends AsyncDisposable {
  readonly disk: Disk;
  readonly folder: string;
}

/** What the keepers expect of a disk, the real one and those that stand in for it. */
export function diskContract(name: string, make: () => Promise<DiskPlace>): void {
  function onDisk(promised: string, run: (disk: Disk, at: (path: string) => string) => Promise<void>): void {
    test(promised, async () => {
      await using place = await make();
      await run(place.disk, (path) => join(place.folder, path));
    });
  }

  describe(`${name} reads and writes`, () => {
    onDisk("a file is written in places and read back in parts", async (disk, at) => {
      const file = await disk.create(at("f"));
      await file.write([Buffer.from("hel"), Buffer.alloc(0), Buffer.from("lo ")], 0);
      await file.write([Buffer.from("world")], 6);
      assert.equal(String(await file.read({ start: 4, end: 8 })), "o wo");
      await file.sync();
      await file.close();
      assert.equal(await disk.sizeOf(at("f")), 11);
      assert.equal(await textOf(disk, at("f")), "hello world");
      assert.equal(await textOf(disk, at("f"), { start: 6, end: 8 }), "wo");
      assert.equal(await textOf(disk, at("f"), { start: 6, end: 99 }), "world");
      assert.equal(await textOf(disk, at("f"), { start: 3, end: 3 }), "");
    });

    onDisk("any number of pieces is written together, each once and in order", async (disk, at) => {
      const file = await disk.create(at("f"));
      const pieces = Array.from({ length: 3000 }, (_, index) => Buffer.alloc(index % 7, index % 251));
      await file.write([], 0);
      await file.write(pieces, 2);
      await file.close();
      const whole = Buffer.concat([Buffer.alloc(2), ...pieces]);
      assert.equal(await textOf(disk, at("f")), String(whole));
      assert.equal(await disk.sizeOf(at("f")), whole.byteLength);
    });

    onDisk("reading an open file beyond its end is an error, not a shorter answer", async (disk, at) => {
      const file = await disk.create(at("f"));
      await file.write([Buffer.from("abc")], 0);
      await assert.rejects(file.read({ start: 0, end: 4 }), /ended/);
      await file.close();
    });

    onDisk("a file is never made over another", async (disk, at) => {
      await (await disk.create(at("f"))).close();
      await assert.rejects(disk.create(at("f")), { code: "EEXIST" });
      await assert.rejects(disk.create(at("no/f")), { code: "ENOENT" });
    });

    onDisk("what is not there is null or nothing", async (disk, at) => {
      assert.equal(await disk.read(at("f")), null);
      assert.equal(await disk.sizeOf(at("f")), null);
      assert.equal(await disk.modifiedAt(at("f")), null);
      assert.deepEqual(await disk.list(at("f")), []);
      await disk.remove(at("f"));
      await disk.removeFolder(at("f"));
      await assert.rejects(disk.rename(at("f"), at("g")), { code: "ENOENT" });
    });
  });

  describe(`${name} keeps folders`, () => {
    onDisk("a folder is made once, and lists its names sorted", async (disk, at) => {
      assert.equal(await disk.makeFolder(at("d")), true);
      assert.equal(await disk.makeFolder(at("d")), false);
      await assert.rejects(disk.makeFolder(at("no/d")), { code: "ENOENT" });
      for (const name of ["b", "a", "c"]) await (await disk.create(at(`d/${name}`))).close();
      await disk.syncFolder(at("d"));
      assert.deepEqual(await disk.list(at("d")), ["a", "b", "c"]);
      await disk.removeFolder(at("d"));
      assert.deepEqual(await disk.list(at("d")), ["a", "b", "c"], "a folder that is not empty stays");
      for (const name of ["b", "a", "c"]) await disk.remove(at(`d/${name}`));
      await disk.removeFolder(at("d"));
      assert.equal(await disk.modifiedAt(at("d")), null);
    });

    onDisk("a rename replaces what was there, and who reads the old file goes on", async (disk, at) => {
      await disk.makeFolder(at("d"));
      for (const name of ["old", "d/new"]) {
        const file = await disk.create(at(name));
        await file.write([Buffer.from(name)], 0);
        await file.close();
      }
      const reading = await disk.read(at("old"));
      await disk.rename(at("d/new"), at("old"));
      assert.equal(await textOf(disk, at("old")), "d/new");
      assert.deepEqual(await disk.list(at("d")), []);
      assert.ok(reading !== null);
      assert.equal(String(await buffer(reading)), "old");
    });

    onDisk("a touched folder has the time it was given", async (disk, at) => {
      await disk.makeFolder(at("d"));
      await disk.touch(at("d"), 1_000_000);
      assert.equal(await disk.modifiedAt(at("d")), 1_000_000);
    });
  });
}

async function textOf(disk: Disk, path: string, part?: { start: number; end: number }): Promise<string> {
  const stream = await disk.read(path, part);
  assert.ok(stream !== null);
  return String(await buffer(stream));
}
