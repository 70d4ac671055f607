import assert from "node:assert/strict";
import { test } from "node:test";
import { documentationFilename, testedFilename, testResultFilename } from "./attachments.ts";
import type { Instant, ProjectName } from "./names.ts";

test("documentation is named after its project and version", () => {
  assert.equal(documentationFilename("foo-bar" as ProjectName, "1.0"), "foo-bar-1.0.doc.zip");
});

test("a test result is named after its file, the moment in UTC and its number", () => {
  const at = Date.UTC(2026, 10, 24, 9, 8, 7, 999) as Instant;
  assert.equal(testResultFilename("foo-1.0.tar.gz", at, 3), "foo-1.0.tar.gz.toxresult-20261124090807-3");
});

test("the name of a test result tells the file that it is about", () => {
  assert.equal(testedFilename("foo-1.0.tar.gz.toxresult-20261124090807-3"), "foo-1.0.tar.gz");
  for (const other of ["foo-1.0.tar.gz", "foo.toxresult-2026-1", ".toxresult-20261124090807-1"]) {
    assert.equal(testedFilename(other), null);
  }
});
