import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment, Digest } from "#core";
import { attachmentCandidates, attachmentPath } from "./attachment-paths.ts";

const BLOB = `sha256:${"abc1234567890def".padEnd(64, "0")}` as Digest;
const TESTED = `sha256:${"fed0987654321cba".padEnd(64, "0")}` as Digest;

test("documentation stands under its own hash, a test result beside the file that it is about", () => {
  const documentation = { filename: "foo-1.0+x.doc.zip", blob: BLOB } as Attachment;
  assert.equal(attachmentPath(documentation, null), "+f/abc/1234567890def/foo-1.0%2Bx.doc.zip");
  assert.equal(attachmentPath(documentation, TESTED), "+f/fed/0987654321cba/foo-1.0%2Bx.doc.zip");
});

test("the name of documentation tells its project, whatever dashes are in it, in normal names only", () => {
  assert.deepEqual(attachmentCandidates("foo-bar-1.0.doc.zip"), ["foo-bar", "foo"]);
  assert.deepEqual(attachmentCandidates("Foo-1.0.doc.zip"), []);
  assert.deepEqual(attachmentCandidates("foo.doc.zip"), []);
  assert.equal(attachmentCandidates(`${"a-".repeat(10_000)}1.doc.zip`).length, 16);
});

test("the name of a test result tells the project of its file", () => {
  const candidates = attachmentCandidates("foo_bar-1.0-py3-none-any.whl.toxresult-20261124104218-0");
  assert.equal(candidates[0], "foo-bar");
});

test("names of releases are no names of attachments", () => {
  for (const filename of ["foo-1.0.tar.gz", "foo-1.0.zip", "foo-1.0.tar.gz.metadata"]) {
    assert.deepEqual(attachmentCandidates(filename), []);
  }
});
