import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProjectName } from "#core";
import { fileIdentity } from "./file-identity.ts";

const idOf = (filename: string, project = "dup") => fileIdentity(filename, project as ProjectName);

describe("two names of one distribution", () => {
  for (const [spelling, other, project] of [
    ["dup-1.0-py3-none-any.whl", "Dup-1.0-py3-none-any.whl"],
    ["my_dup-1.0-py3-none-any.whl", "My.Dup-1.0-py3-none-any.whl", "my-dup"],
    ["dup-1.0-py3-none-any.whl", "dup-1.0.0-py3-none-any.whl"],
    ["dup-1.0rc1-py3-none-any.whl", "dup-1.0_RC.1-py3-none-any.whl"],
    ["dup-1.0-py2.py3-none-any.whl", "dup-1.0-py3.py2-none-any.whl"],
    ["dup-1.0-py3-none-any.whl", "dup-1.0-PY3-none-any.whl"],
    ["dup-1.0-py3-none-any.whl", "dup-1.0-py3.py3-none-any.whl"],
    ["dup-1.0-1-py3-none-any.whl", "dup-1.0-01-py3-none-any.whl"],
    ["my_dup-1.0.tar.gz", "my-dup-1.0.tar.gz", "my-dup"],
    ["dup-1.0.tar.gz", "DUP-v1.0.0.tar.gz"],
  ] as const) {
    test(`${spelling} and ${other}`, () => assert.equal(idOf(spelling, project), idOf(other, project)));
  }
});

describe("two distributions", () => {
  for (const [one, other] of [
    ["dup-1.0-py3-none-any.whl", "dup-1.1-py3-none-any.whl"],
    ["dup-1.0-py3-none-any.whl", "dup-1.0-1-py3-none-any.whl"],
    ["dup-1.0-1-py3-none-any.whl", "dup-1.0-1a-py3-none-any.whl"],
    ["dup-1.0-py3-none-any.whl", "dup-1.0-py2.py3-none-any.whl"],
    ["dup-1.0-cp39-abi3-any.whl", "dup-1.0-cp39-none-any.whl"],
    ["dup-1.0+a-py3-none-any.whl", "dup-1.0-py3-none-any.whl"],
    ["dup-1.0.tar.gz", "dup-1.0.zip"],
    ["dup-1.0.tar.gz", "dup-1.0-py3-none-any.whl"],
    ["dup-1.0-py2.7.egg", "dup-1.0-py3.6.egg"],
    ["dup-extra-1.0.tar.gz", "dup-1.0.tar.gz"],
  ] as const) {
    test(`${one} and ${other}`, () => assert.notEqual(idOf(one), idOf(other)));
  }
});

test("a name that cannot be read means itself only", () => {
  assert.equal(idOf("dup.exe"), idOf("dup.exe"));
  assert.notEqual(idOf("dup.exe"), idOf("Dup.exe"));
});
