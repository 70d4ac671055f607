import assert from "node:assert/strict";
import { test } from "node:test";
import type { Digest } from "#core";
import { toAttributes } from "./attributes.ts";
import { pythonUploadForms } from "./upload-forms.ts";

const VERSION = {
  displayName: "Foo",
  version: "1.0",
  attributes: { name: "Foo", summary: "Hi", classifiers: ["A", "B"], description: "", metadata_version: "2.4" },
};
const RECORD = [
  ["protocol_version", "1"],
  ["metadata_version", "2.4"],
  ["name", "Foo"],
  ["summary", "Hi"],
  ["classifiers", "A"],
  ["classifiers", "B"],
  ["version", "1.0"],
];

test("a version is registered with all that is recorded of it", () => {
  const fields = pythonUploadForms.register(VERSION);
  assert.deepEqual(fields[0], [":action", "submit"]);
  assert.deepEqual(sorted(fields.slice(1)), sorted(RECORD));
});

test("a file goes with its record, its type and its digests", () => {
  const attributes = toAttributes({ packageType: "bdist_wheel", pythonVersion: "py3", hashes: { md5: "m" } });
  const blob = `sha256:${"a".repeat(64)}` as Digest;
  const fields = pythonUploadForms.file(VERSION, { filename: "foo.whl", blob, attributes });
  assert.deepEqual(
    sorted(fields),
    sorted([
      ...RECORD,
      [":action", "file_upload"],
      ["filetype", "bdist_wheel"],
      ["pyversion", "py3"],
      ["sha256_digest", "a".repeat(64)],
      ["md5_digest", "m"],
    ]),
  );
});

test("what a version without a record lacks and servers insist on is added", () => {
  const fields = pythonUploadForms.documentation({ displayName: "foo", version: "1.0", attributes: {} });
  assert.deepEqual(
    sorted(fields),
    sorted([
      [":action", "doc_upload"],
      ["protocol_version", "1"],
      ["metadata_version", "2.1"],
      ["name", "foo"],
      ["version", "1.0"],
    ]),
  );
});

function sorted(fields: readonly (readonly string[])[]): readonly string[] {
  return fields.map((field) => field.join("=")).sort();
}
