import assert from "node:assert/strict";
import { test } from "node:test";
import { durationText, shareText } from "./figures.ts";

test("a duration is told in its two largest units", () => {
  assert.deepEqual([0, 0.4, 1, 61, 3600, 273_600, 86_400 * 3 + 59].map(durationText), [
    "no time",
    "less than a second",
    "1 second",
    "1 minute 1 second",
    "1 hour",
    "3 days 4 hours",
    "3 days",
  ]);
});

test("a part of nothing is no share", () => {
  assert.deepEqual([shareText(0, 0), shareText(1, 3), shareText(2, 2)], ["–", "33.3 %", "100 %"]);
});
