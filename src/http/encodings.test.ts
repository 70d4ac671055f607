import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { codingsOf } from "./encodings.ts";

test("what clients really send", () => {
  assert.deepEqual(codingsOf("gzip, deflate"), ["gzip"]);
  assert.deepEqual(codingsOf("gzip, deflate, zstd"), ["zstd", "gzip"]);
  assert.deepEqual(codingsOf("zstd,gzip,deflate"), ["zstd", "gzip"]);
  assert.deepEqual(codingsOf("identity"), []);
  assert.deepEqual(codingsOf("Identity"), []);
  assert.deepEqual(codingsOf(null), []);
  assert.deepEqual(codingsOf(""), []);
});

test("quality values decide, and zero refuses", () => {
  assert.deepEqual(codingsOf("zstd;q=0.5, gzip;q=0.8"), ["gzip", "zstd"]);
  assert.deepEqual(codingsOf("gzip;q=0, zstd;q=0"), []);
  assert.deepEqual(codingsOf("gzip;q=0.3, identity;q=0.9"), []);
  assert.deepEqual(codingsOf("x-gzip"), ["gzip"]);
});

test("the wildcard stands for gzip, which everybody can read", () => {
  assert.deepEqual(codingsOf("*"), ["gzip"]);
  assert.deepEqual(codingsOf("*, gzip;q=0"), []);
});

test("for any header: nothing that was not asked for", () => {
  const coding = fc.constantFrom("gzip", "zstd", "br", "identity", "*", "x-gzip", "deflate");
  const quality = fc.constantFrom("", ";q=0", ";q=0.5", ";q=1", "; q=0.001", ";q=x");
  const header = fc.array(fc.tuple(coding, quality)).map((items) => items.map((item) => item.join("")).join(", "));
  fc.assert(
    fc.property(fc.oneof(header, fc.string()), (text) => {
      for (const chosen of codingsOf(text)) assert.ok(text.toLowerCase().includes(chosen) || text.includes("*"));
    }),
  );
});
