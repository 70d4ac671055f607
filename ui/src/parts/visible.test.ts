import assert from "node:assert/strict";
import { test } from "node:test";
import { visible } from "./visible.ts";

test("what is not seen, or turns what is seen around, is shown as a sign of its own", () => {
  assert.equal(visible("a\u202Egpj.exe"), "a�gpj.exe");
  assert.equal(visible("a\n\0b\u200B"), "a��b�");
  assert.equal(visible("größe-日本語.py"), "größe-日本語.py");
});
