import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "./differences.ts";

test("what was added, removed, changed and kept is told, by name", () => {
  const before = new Map([
    ["b", "1"],
    ["a", "1"],
    ["c", "1"],
  ]);
  const after = new Map([
    ["c", "2"],
    ["b", "1"],
    ["d", "1"],
  ]);

  assert.deepEqual(
    differences(before, after).map(({ name, kind }) => `${name} ${kind}`),
    ["a removed", "b same", "c changed", "d added"],
  );
});
