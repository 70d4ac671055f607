import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import { durationSeconds, expiry } from "./durations.ts";
import { CommandFailure } from "./io.ts";

const NOW = Date.UTC(2026, 10, 25, 12) as Instant;

test("a time is a number of seconds, or a number with a unit", () => {
  const read = ["0", "90", "90s", "30m", "12h", "90d", "2w", "1y"].map((text) => durationSeconds("fresh-for", text));
  assert.deepEqual(read, [0, 90, 90, 1800, 43_200, 7_776_000, 1_209_600, 31_536_000]);
});

test("what is no time is refused by the option's name", () => {
  for (const text of ["", "soon", "-1", "1.5h", "1 h", "12345678901", "5M"]) {
    assert.throws(() => durationSeconds("fresh-for", text), /^CommandFailure: --fresh-for .*a time looks like/);
  }
});

test("an expiry is a span, a day, a moment, or never", () => {
  assert.equal(expiry("expires", "12h", NOW), "2026-11-26T00:00:00.000Z");
  assert.equal(expiry("expires", "2027-01-31", NOW), "2027-01-31T00:00:00.000Z");
  assert.equal(expiry("expires", "2027-01-31T10:00+02:00", NOW), "2027-01-31T08:00:00.000Z");
  assert.equal(expiry("expires", "never", NOW), null);
});

test("an expiry that has passed, does not exist, or could be a slip, is refused", () => {
  for (const text of [
    "2026-11-25",
    "2020-01-01T00:00Z",
    "2027-13-01",
    "2027-02-30T99:00Z",
    "90",
    "0d",
    "99999y",
    "tomorrow",
  ]) {
    assert.throws(() => expiry("expires", text, NOW), CommandFailure, text);
  }
});
