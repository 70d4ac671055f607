import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rangeOf } from "./ranges.ts";

test("the three forms of one range", () => {
  assert.deepEqual(rangeOf("bytes=0-0", 10), { start: 0, end: 1 });
  assert.deepEqual(rangeOf("bytes=3-", 10), { start: 3, end: 10 });
  assert.deepEqual(rangeOf("bytes=-4", 10), { start: 6, end: 10 });
  assert.deepEqual(rangeOf("Bytes = 2 - 5", 10), { start: 2, end: 6 });
});

test("an end beyond the file is the file's end; a suffix longer than it is all of it", () => {
  assert.deepEqual(rangeOf("bytes=5-999", 10), { start: 5, end: 10 });
  assert.deepEqual(rangeOf("bytes=-999", 10), { start: 0, end: 10 });
  assert.deepEqual(rangeOf(`bytes=5-${"9".repeat(400)}`, 10), { start: 5, end: 10 });
  assert.deepEqual(rangeOf(`bytes=-${"9".repeat(400)}`, 10), { start: 0, end: 10 });
});

test("a range that begins behind the end, and a suffix of nothing, cannot be satisfied", () => {
  assert.equal(rangeOf("bytes=10-", 10), "unsatisfiable");
  assert.equal(rangeOf("bytes=-0", 10), "unsatisfiable");
  assert.equal(rangeOf("bytes=0-", 0), "unsatisfiable");
  assert.equal(rangeOf(`bytes=${"9".repeat(400)}-`, 10), "unsatisfiable");
});

test("several ranges, other units and what cannot be read are answered with the whole", () => {
  for (const header of ["bytes=0-1,3-4", "lines=0-1", "bytes=5-2", "bytes=-", "bytes=a-b", "", "0-5"]) {
    assert.equal(rangeOf(header, 10), null, header);
  }
  assert.equal(rangeOf(null, 10), null);
});

test("a header of nothing but blanks takes no time", () => {
  const startedAt = performance.now();
  for (const blanks of [" ".repeat(100_000), "\t".repeat(100_000)]) {
    for (const header of [`bytes=${blanks}x`, `bytes=1-${blanks}x`, `bytes${blanks}`]) {
      assert.equal(rangeOf(header, 10), null);
    }
  }
  assert.ok(performance.now() - startedAt < 500);
});

test("for any header: what is sent lies within the file and is not empty", () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(50), fc.option(fc.nat(50))).map(([first, last]) => `bytes=${first}-${last ?? ""}`),
    fc.nat(50).map((length) => `bytes=-${length}`),
  );
  fc.assert(
    fc.property(header, fc.nat(40), (text, sizeBytes) => {
      const range = rangeOf(text, sizeBytes);
      if (range === null || range === "unsatisfiable") return;
      assert.ok(range.start >= 0 && range.start < range.end && range.end <= sizeBytes);
    }),
  );
});

test("for any first and last byte of a file: exactly these bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(39), fc.nat(39), (bytes, a, b) => {
      fc.pre(a < bytes.length && b < bytes.length && a <= b);
      const range = rangeOf(`bytes=${a}-${b}`, bytes.length);
      assert.ok(range !== null && range !== "unsatisfiable");
      assert.deepEqual([...bytes.subarray(range.start, range.end)], [...bytes].slice(a, b + 1));
    }),
  );
});
