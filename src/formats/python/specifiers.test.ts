import assert from "node:assert/strict";
import { test } from "node:test";
import { isSpecifierSet } from "./specifiers.ts";

test("MD-2: every operator with the versions it may have is a specifier set", () => {
  for (const text of [
    "",
    ">=3.8",
    " >= 3.8 , < 4 ",
    ">=3.8,!=3.9.*,",
    "==1.0+local.1",
    "==1!2.0.*",
    "~=3.8",
    "~=2.2.post3",
    "===anything-goes",
    "<4.0.dev0",
    ">=v3",
  ]) {
    assert.ok(isSpecifierSet(text), text);
  }
});

test("MD-2: a clause that no installer can read is refused", () => {
  for (const text of ["~=3", ">=3.*", ">=3.8+local", "3.8", "=>3", "=3", ">=", ">=3.8 <4", "~=3.8.*", ">=3;", "x"]) {
    assert.ok(!isSpecifierSet(text), text);
  }
  assert.ok(!isSpecifierSet(">=3,".repeat(5000)));
});
