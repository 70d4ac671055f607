import assert from "node:assert/strict";
import { test } from "node:test";
import { anSdist, aWheel, storedZip, tarGzOf, zipOf } from "../../../tests/support/archives.ts";
import type { RandomAccess } from "../format.ts";
import { archives } from "./archives.ts";
import { BrokenFile } from "./broken-file.ts";

const WHEEL = "foo-1.0-py3-none-any.whl";
const SDIST = "foo-1.0.tar.gz";

function over(bytes: Uint8Array): RandomAccess & { readonly readBytes: number } {
  let readBytes = 0;
  return {
    sizeBytes: bytes.byteLength,
    async read(start, end) {
      readBytes += end - start;
      return bytes.subarray(start, end);
    },
    get readBytes() {
      return readBytes;
    },
  };
}

async function textOf(filename: string, bytes: Uint8Array, path: string, sizeBytesMax = 1024): Promise<string | null> {
  const found = await archives.read(filename, over(bytes), path, sizeBytesMax);
  return found === null ? null : `${found.sizeBytes} ${Buffer.from(found.bytes)}`;
}

test("a wheel's members are told from its directory, and one is read, without the rest", async () => {
  const file = over(
    aWheel({ name: "foo", version: "1.0", files: { "foo/a.py": "print(1)\n" }, ballastBytes: 3_000_000 }),
  );
  const members = await archives.members(WHEEL, file);

  assert.deepEqual(
    members?.find(({ path }) => path === "foo/a.py"),
    { path: "foo/a.py", kind: "file", sizeBytes: 9 },
  );
  const found = await archives.read(WHEEL, file, "foo/a.py", 1024);
  assert.equal(Buffer.from(found?.bytes ?? []).toString(), "print(1)\n");
  assert.ok(file.readBytes < 300_000, `${file.readBytes} bytes were read`);
});

test("an sdist's members are told and read, links as links", async () => {
  const bytes = anSdist({
    name: "foo",
    version: "1.0",
    files: { "src/a.py": "x = 1\n" },
    members: (all) => [...all, { name: "foo-1.0/l", type: "symlink", linkname: "src/a.py" }],
  });
  const members = await archives.members(SDIST, over(bytes));

  assert.equal(members?.find(({ path }) => path === "foo-1.0/l")?.kind, "link");
  assert.equal(await textOf(SDIST, bytes, "foo-1.0/src/a.py"), "6 x = 1\n");
  assert.equal(await textOf(SDIST, bytes, "foo-1.0/l"), null);
  assert.equal(await textOf(SDIST, bytes, "foo-1.0/none"), null);
});

test("of a large member only the beginning is had", async () => {
  const data = "abc".repeat(100_000);
  assert.equal(await textOf(WHEEL, zipOf([{ name: "a", data }]), "a", 4), "300000 abca");
  assert.equal(await textOf(SDIST, tarGzOf([{ name: "a", data }]), "a", 4), "300000 abca");
});

test("names that lead out of the archive are only names", async () => {
  const bytes = storedZip({ "../../etc/passwd": "x", "/abs": "y", "a\u202Egpj.exe": "z" });
  const members = await archives.members(WHEEL, over(bytes));
  assert.deepEqual(members?.map(({ path }) => path).slice(0, 2), ["../../etc/passwd", "/abs"]);
  assert.equal(await textOf(WHEEL, bytes, "../../etc/passwd"), "1 x");
});

test("a broken archive, and one whose sizes lie, is refused, not believed", async () => {
  await assert.rejects(archives.members(WHEEL, over(Buffer.from("no zip"))), BrokenFile);
  await assert.rejects(archives.members(SDIST, over(Buffer.from("no gzip"))), BrokenFile);
  const lying = zipOf([{ name: "a", data: "a".repeat(5000), central: { sizeBytes: 10 } }]);
  await assert.rejects(archives.read(WHEEL, over(lying), "a", 1024), BrokenFile);
  const huge = { sizeBytes: 2 ** 31, read: async () => assert.fail("nothing is read of it") };
  await assert.rejects(archives.members(SDIST, huge), /more than the/);
});

test("a bomb is put out before it has gone off", { timeout: 60_000 }, async () => {
  const bomb = tarGzOf([{ name: "a", data: Buffer.alloc(80 * 1024 * 1024) }]);
  await assert.rejects(archives.members(SDIST, over(bomb)), /50 times its size/);
  const zipped = zipOf([{ name: "a", data: Buffer.alloc(20 * 1024 * 1024) }]);
  assert.match((await textOf(WHEEL, zipped, "a", 8)) ?? "", /^20971520 /);
});

test("other files cannot be looked into", async () => {
  for (const filename of ["foo-1.0.exe", "foo-1.0.tar.bz2", "foo"]) {
    assert.equal(await archives.members(filename, over(Buffer.from("x"))), null);
    assert.equal(await archives.read(filename, over(Buffer.from("x")), "a", 1), null);
  }
});
