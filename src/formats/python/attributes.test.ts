import assert from "node:assert/strict";
import { test } from "node:test";
import { fileMetadata, packageTypeOf, pythonAttributes, toAttributes } from "./attributes.ts";

test("attributes are read back as they were written, and neutral ones take no room", () => {
  const written = toAttributes({
    packageType: "bdist_wheel",
    pythonVersion: "py3",
    requiresPython: null,
    hashes: {},
    hasSignature: false,
  });
  assert.deepEqual(written, { packageType: "bdist_wheel", pythonVersion: "py3" });
  const read = pythonAttributes(JSON.parse(JSON.stringify(written)));
  assert.deepEqual(
    [read.packageType, read.requiresPython, read.hashes, read.coreMetadata],
    ["bdist_wheel", null, {}, null],
  );
  assert.equal(pythonAttributes({}).packageType, "sdist");
});

test("what goes with each file leaves out the description and long texts, which the version keeps", () => {
  const record = { name: "foo", description: "short", license: "x".repeat(2000), classifiers: ["A"] };
  assert.deepEqual(fileMetadata(record), { name: "foo", classifiers: ["A"] });
});

test("a file name alone tells type and Python version", () => {
  for (const [filename, packageType, pythonVersion] of [
    ["foo-1.0-cp312-abi3-linux_x86_64.whl", "bdist_wheel", "cp312"],
    ["foo-1.0-1-py2.py3-none-any.whl", "bdist_wheel", "py2.py3"],
    ["foo-1.0-py2.7.egg", "bdist_egg", "2.7"],
    ["foo-1.0.win32-py2.7.exe", "bdist_wininst", "2.7"],
    ["foo-1.0.tar.gz", "sdist", "source"],
    ["foo-1.0.zip", "sdist", "source"],
  ] as const) {
    assert.deepEqual(packageTypeOf(filename), { packageType, pythonVersion });
  }
});
