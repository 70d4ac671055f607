import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import { isNotModified, mayResume } from "./validators.ts";

const AT = (Date.UTC(2026, 10, 24, 10, 42, 18) + 345) as Instant;
const HERE = { etag: '"abc"', lastModified: AT };
const NONE = { ifNoneMatch: null, ifModifiedSince: null, ifRange: null };

test("a copy with the same validator is still right, weak or in a list", () => {
  for (const ifNoneMatch of ['"abc"', 'W/"abc"', '"x", "abc"', "*"]) {
    assert.ok(isNotModified({ ...NONE, ifNoneMatch }, HERE), ifNoneMatch);
  }
  for (const ifNoneMatch of ['"abcd"', "abc", '"abc-gzip"', ""]) {
    assert.ok(!isNotModified({ ...NONE, ifNoneMatch }, HERE), ifNoneMatch);
  }
});

test("the date counts only where no validator was sent", () => {
  const ifModifiedSince = new Date(AT).toUTCString();
  assert.ok(isNotModified({ ...NONE, ifModifiedSince }, HERE));
  assert.ok(!isNotModified({ ...NONE, ifModifiedSince, ifNoneMatch: '"x"' }, HERE));
  assert.ok(!isNotModified({ ...NONE, ifModifiedSince: new Date(AT - 2000).toUTCString() }, HERE));
  assert.ok(!isNotModified({ ...NONE, ifModifiedSince: "yesterday" }, HERE));
});

test("parts are joined only to parts of the very same bytes", () => {
  assert.ok(mayResume(null, HERE));
  assert.ok(mayResume('"abc"', HERE));
  assert.ok(!mayResume('W/"abc"', HERE));
  assert.ok(!mayResume('"old"', HERE));
  assert.ok(mayResume(new Date(AT).toUTCString(), HERE));
  assert.ok(!mayResume(new Date(AT + 5000).toUTCString(), HERE));
});
