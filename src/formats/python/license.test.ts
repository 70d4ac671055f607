import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isLicensePath, licenseExpression } from "./license.ts";

test("license expressions are read without regard to case and spelled as SPDX does (MD-4)", () => {
  for (const [text, spelled] of [
    ["MIT", "MIT"],
    ["mit", "MIT"],
    ["mit or apache-2.0", "MIT OR Apache-2.0"],
    ["GPL-3.0-or-later with classpath-exception-2.0", "GPL-3.0-or-later WITH Classpath-exception-2.0"],
    ["(MIT AND (BSD-3-Clause OR ISC))", "(MIT AND (BSD-3-Clause OR ISC))"],
    ["LicenseRef-Proprietary", "LicenseRef-Proprietary"],
    ["licenseref-My-Own AND MIT", "LicenseRef-My-Own AND MIT"],
    ["GPL-2.0+", "GPL-2.0+"],
  ] as const) {
    assert.equal(licenseExpression(text), spelled);
  }
});

test("what is no license expression has no spelling (MD-4)", () => {
  for (const text of [
    "",
    "Proprietary",
    "MIT License",
    "MIT OR",
    "MIT AND OR ISC",
    "(MIT",
    "MIT)",
    "MIT WITH",
    "x".repeat(2000),
  ]) {
    assert.equal(licenseExpression(text), null, text);
  }
  fc.assert(fc.property(fc.string(), (text) => licenseExpression(text) !== undefined));
  assert.equal(licenseExpression("(".repeat(999)), null);
});

test("license files are relative paths without tricks (MD-4)", () => {
  for (const path of ["LICENSE", "a/b/LICENSE.txt", "licenses/MIT (x).txt"]) assert.ok(isLicensePath(path), path);
  for (const path of ["", "/LICENSE", "../LICENSE", "a/../b", "a//b", "./a", "a\\b", "C:/a", "LICEN?E", "*", "a\0b"]) {
    assert.ok(!isLicensePath(path), path);
  }
});
