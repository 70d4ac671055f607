import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectName, Properties } from "#core";
import { anSdistFile, aWheelFile, coreMetadata, tarGzOf, zipOf } from "../../../tests/support/archives.ts";
import { receivedOf } from "../../../tests/support/upload-desk.ts";
import type { Candidate } from "../format.ts";
import { pythonAttributes } from "./attributes.ts";
import { examine } from "./examine.ts";

const FOO = { name: "Foo.Bar", version: "1.0", summary: "A bar", requiresPython: ">=3.9" };

test("a wheel at any path is what its METADATA says, and announces it", async () => {
  const wheel = aWheelFile(FOO);
  const candidate = await examined(`some/where/${wheel.filename}`, wheel.bytes);
  assert.equal(candidate?.project, "foo-bar" as ProjectName);
  assert.equal(candidate?.displayName, "Foo.Bar");
  assert.equal(candidate?.version, "1.0");
  assert.equal(candidate?.filename, wheel.filename);
  assert.deepEqual(Buffer.from(candidate?.companions[".metadata"] ?? []), Buffer.from(wheel.metadata));
  assert.equal(candidate?.versionAttributes["summary"], "A bar");
  const attributes = pythonAttributes(candidate?.attributes ?? {});
  assert.deepEqual([attributes.packageType, attributes.requiresPython], ["bdist_wheel", ">=3.9"]);
  assert.equal(attributes.hashes["sha256"], wheel.sha256);
});

test("a source distribution is what its PKG-INFO says, by its old extension too", async () => {
  const sdist = anSdistFile({ ...FOO, metadataVersion: "2.2" });
  const candidate = await examined(sdist.filename, sdist.bytes);
  assert.deepEqual([candidate?.project, candidate?.version], ["foo-bar", "1.0"]);
  assert.ok(candidate?.companions[".metadata"]);
  const old = await examined(sdist.filename.replace(".tar.gz", ".tgz"), sdist.bytes);
  assert.deepEqual([old?.project, old?.version], ["foo-bar", "1.0"]);
});

test("metadata that a build may change is not announced", async () => {
  const sdist = anSdistFile({ ...FOO, metadataVersion: "2.1" });
  assert.deepEqual((await examined(sdist.filename, sdist.bytes))?.companions, {});
});

test("old zips and eggs say what they are as well", async () => {
  const zip = zipOf([{ name: "foo-1.0/PKG-INFO", data: coreMetadata({ name: "foo", version: "1.0" }) }]);
  const egg = zipOf([{ name: "EGG-INFO/PKG-INFO", data: coreMetadata({ name: "foo", version: "1.0" }) }]);
  assert.equal((await examined("a/foo-1.0.zip", zip))?.version, "1.0");
  const candidate = await examined("a/foo-1.0-py3.12.egg", egg);
  assert.equal(candidate?.project, "foo" as ProjectName);
  assert.equal(pythonAttributes(candidate?.attributes ?? {}).pythonVersion, "3.12");
  assert.deepEqual(candidate?.companions, {});
});

test("a version that is none by PEP 440 is kept as old releases are", async () => {
  const zip = zipOf([{ name: "foo-final/PKG-INFO", data: coreMetadata({ name: "foo", version: "final" }) }]);
  assert.equal((await examined("foo-final.zip", zip))?.version, "final");
});

test("what is not named as a package is a file like any other", async () => {
  for (const path of ["README.md", "notes/foo.txt", "foo.whl", "foo.tar.gz", "foo-1.0.exe", "foo-1.0.tar.xz"]) {
    assert.equal(await examined(path, Buffer.from("anything")), null, path);
  }
});

test("an archive that is whole and no package is a file like any other", async () => {
  const tar = tarGzOf([{ name: "backup/notes.txt", data: "x" }]);
  assert.equal(await examined("backup-2024.tar.gz", tar), null);
  assert.equal(await examined("docs-1.0.zip", zipOf([{ name: "index.html", data: "x" }])), null);
});

test("what cannot be looked into is what the properties say that came with it", async () => {
  const stated = { "pypi.name": ["Foo"], "pypi.version": ["1.0"], "pypi.requires.python": [">=3"] };
  const candidate = await examined("x/foo-1.0.tar.bz2", Buffer.from("BZh9"), stated);
  assert.deepEqual([candidate?.project, candidate?.displayName, candidate?.version], ["foo", "Foo", "1.0"]);
  assert.equal(pythonAttributes(candidate?.attributes ?? {}).requiresPython, ">=3");
  assert.equal(await examined("x/foo-1.0.tar.bz2", Buffer.from("BZh9")), null);
});

test("properties count only where they agree with the file's name", async () => {
  const bytes = Buffer.from("BZh9");
  const of = (name: string, version: string): Properties => ({ "pypi.name": [name], "pypi.version": [version] });
  assert.equal(await examined("foo-1.0.tar.bz2", bytes, of("bar", "1.0")), null);
  assert.equal(await examined("foo-1.0.tar.bz2", bytes, of("foo", "2.0")), null);
  assert.equal(await examined("foo-1.0.tar.bz2", bytes, of("../foo", "1.0")), null);
});

test("what a file says of itself counts more than the properties that came with it", async () => {
  const wheel = aWheelFile(FOO);
  const stated = { "pypi.name": ["other"], "pypi.version": ["9"] };
  assert.equal((await examined(wheel.filename, wheel.bytes, stated))?.project, "foo-bar" as ProjectName);
});

test("a damaged package is refused by its name", async () => {
  const wheel = aWheelFile(FOO);
  await refused(wheel.filename, wheel.bytes.subarray(0, 200), /'Foo_Bar-1\.0-py3-none-any\.whl'|not a zip/);
  const sdist = anSdistFile(FOO);
  await refused(sdist.filename, sdist.bytes.subarray(0, 60), /gzip/);
  await refused("foo-1.0.zip", Buffer.from("no zip"), /not a zip/);
  await refused("foo-1.0.egg", Buffer.from("no zip"), /not a zip/);
});

test("a wheel that does not hold what its RECORD says is refused", async () => {
  const wheel = aWheelFile({ ...FOO, record: (text) => text.replace("sha256=", "sha256=AAAA") });
  await refused(wheel.filename, wheel.bytes, /./);
});

test("a legacy repository does not judge an archive about which a word came with it", async () => {
  const wheel = aWheelFile({ ...FOO, record: (text) => text.replace(/sha256=[^,]*/, "") });
  const stated = { "pypi.name": ["Foo.Bar"], "pypi.version": ["1.0"], "pypi.requires.python": [">=3.9"] };
  for (const bytes of [wheel.bytes, Buffer.from("no zip")]) {
    const candidate = await examined(wheel.filename, bytes, stated, "legacy");
    assert.deepEqual([candidate?.project, candidate?.version], ["foo-bar", "1.0"]);
    assert.equal(pythonAttributes(candidate?.attributes ?? {}).requiresPython, ">=3.9");
    assert.deepEqual(candidate?.companions, {}, "what was not judged is not announced");
    await refused(wheel.filename, bytes, /./, stated);
    await refused(wheel.filename, bytes, /./, {}, "legacy");
    await refused(wheel.filename, bytes, /./, { ...stated, "pypi.name": ["other"] }, "legacy");
  }
});

test("a package that says it is another than its name is refused", async () => {
  const other = coreMetadata({ name: "bar", version: "1.0" });
  await refused("foo-1.0.zip", zipOf([{ name: "foo-1.0/PKG-INFO", data: other }]), /'bar' '1\.0'/);
  const newer = coreMetadata({ name: "foo", version: "2.0" });
  await refused("foo-1.0.zip", zipOf([{ name: "foo-1.0/PKG-INFO", data: newer }]), /'foo' '2\.0'/);
  const sdist = anSdistFile({ name: "bar", version: "1.0" });
  await refused("foo-1.0.tar.gz", sdist.bytes, /top directory/);
});

test("a version that leads out of its folder is refused", async () => {
  const zip = zipOf([{ name: "foo-1.0/PKG-INFO", data: coreMetadata({ name: "foo", version: ".." }) }]);
  await refused("foo-1.0.zip", zip, /no valid Version/);
});

async function examined(
  path: string,
  bytes: Uint8Array,
  stated: Properties = {},
  validation: "strict" | "legacy" = "strict",
): Promise<Candidate | null> {
  return examine(path, receivedOf(Buffer.from(bytes)), stated, validation);
}

async function refused(
  path: string,
  bytes: Uint8Array,
  words: RegExp,
  stated: Properties = {},
  validation: "strict" | "legacy" = "strict",
): Promise<void> {
  await assert.rejects(
    () => examined(path, bytes, stated, validation),
    (error: { problem?: { code: string; because: string } }) => {
      assert.equal(error.problem?.code, "upload-invalid", String(error));
      assert.match(error.problem.because, words);
      assert.ok(error.problem.because.includes(path), error.problem.because);
      return true;
    },
  );
}
