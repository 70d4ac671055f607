import assert from "node:assert/strict";
import { test } from "node:test";
import { explainFile } from "./wheel-tags.ts";

function words(filename: string): string {
  const { kind, python, system } = explainFile(filename);
  return `${kind}: ${python}; ${system}`;
}

test("a wheel's tags are told in words", () => {
  assert.equal(words("foo-1.0-py3-none-any.whl"), "Wheel: any Python 3; any system");
  assert.equal(words("foo-1.0-1-py2.py3-none-any.whl"), "Wheel: any Python 2 or any Python 3; any system");
  assert.equal(
    words("foo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),
    "Wheel: CPython 3.12; Linux with glibc 2.17 or later, 64-bit x86",
  );
  assert.equal(
    words("foo-1.0-cp38-abi3-macosx_11_0_arm64.whl"),
    "Wheel: CPython 3.8 and later; macOS 11.0 and later, 64-bit ARM",
  );
  assert.equal(words("foo-1.0-cp313-cp313t-win_amd64.whl"), "Wheel: CPython 3.13, free-threaded; Windows, 64-bit x86");
  assert.equal(
    words("foo-1.0-pp310-pypy310_pp73-musllinux_1_2_aarch64.whl"),
    "Wheel: PyPy 3.10; Linux with musl 1.2 or later (Alpine), 64-bit ARM",
  );
});

test("other files are told by what they are, and what is unknown stays as it is", () => {
  assert.equal(explainFile("foo-1.0.tar.gz").kind, "Source");
  assert.equal(words("foo-1.0-py3.9.egg"), "Egg (old): Python 3.9; not said");
  assert.equal(words("foo-1.0-xx9-none-plan9.whl"), "Wheel: xx9; plan9");
  assert.equal(explainFile("whl").kind, "File");
  assert.equal(words(".whl"), "Wheel: ; ");
});
