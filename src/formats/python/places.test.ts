import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectName } from "#core";
import { toAttributes } from "./attributes.ts";
import { placeOf, propertiesOf } from "./places.ts";

const FILE = {
  displayName: "Foo.Bar",
  project: "foo-bar" as ProjectName,
  version: "1.0",
  filename: "foo_bar-1.0-py3-none-any.whl",
};

test("a file stands below its project as that was spelled, and its version", () => {
  assert.equal(placeOf(FILE), "Foo.Bar/1.0/foo_bar-1.0-py3-none-any.whl");
});

test("a name that no folder can have leaves the file in the repository itself", () => {
  const displayName = "f".repeat(300);
  assert.equal(placeOf({ ...FILE, displayName }), FILE.filename);
});

test("a file's properties are those that Artifactory sets", () => {
  const attributes = toAttributes({ requiresPython: ">=3.9" });
  assert.deepEqual(propertiesOf({ ...FILE, attributes, versionAttributes: { summary: "A bar" } }), {
    "pypi.name": ["Foo.Bar"],
    "pypi.version": ["1.0"],
    "pypi.normalized.name": ["foo-bar"],
    "pypi.summary": ["A bar"],
    "pypi.requires.python": [">=3.9"],
  });
});

test("what is not known is no property", () => {
  const properties = propertiesOf({ ...FILE, attributes: {}, versionAttributes: {} });
  assert.deepEqual(Object.keys(properties), ["pypi.name", "pypi.version", "pypi.normalized.name"]);
});

test("the summary of a file whose version's record is not at hand is the file's own", () => {
  const attributes = toAttributes({ metadata: { summary: "A bar" } });
  assert.deepEqual(propertiesOf({ ...FILE, attributes, versionAttributes: {} })["pypi.summary"], ["A bar"]);
});
