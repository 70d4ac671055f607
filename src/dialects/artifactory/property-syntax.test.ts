import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "#core";
import { keyFault, readKeys, readProperties } from "./property-syntax.ts";

test("pairs are parted by semicolons or bars, values by commas", () => {
  assert.deepEqual(readProperties("a=1,2;b=x|c=y"), { a: ["1", "2"], b: ["x"], c: ["y"] });
});

test("a backslash takes the meaning from the sign after it", () => {
  assert.deepEqual(readProperties(String.raw`a=1\,2\;3\|4\=5\\6;b=c:\d`), {
    a: [String.raw`1,2;3|4=5\6`],
    b: [String.raw`c:\d`],
  });
});

test("an equals sign in a value needs no backslash, and an empty value is one", () => {
  assert.deepEqual(readProperties("a=b=c;d="), { a: ["b=c"], d: [""] });
});

test("a key that is named twice has the values of both, each once", () => {
  assert.deepEqual(readProperties("a=1;a=2,1"), { a: ["1", "2"] });
});

test("what is no property is refused", () => {
  for (const text of ["", ";", "a", "=b", "a b=c", "a!=c", `${"k".repeat(256)}=v`, `k=${"v".repeat(2401)}`]) {
    assert.throws(() => readProperties(text), RegistryError, text.slice(0, 20));
  }
});

test("no key has one of the signs that Artifactory forbids", () => {
  for (const sign of ")(}{][*+^$\\/~`!@#%&<>;=,±§ ") assert.notEqual(keyFault(`a${sign}b`), null, sign);
  for (const key of ["pypi.normalized.name", "a-b_c:d", "Größe"]) assert.equal(keyFault(key), null);
});

test("keys are read with commas between them", () => {
  assert.deepEqual(readKeys("a, b,,c"), ["a", "b", "c"]);
  assert.deepEqual(readKeys(""), []);
});
