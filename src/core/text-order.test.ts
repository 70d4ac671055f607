import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareTexts, textAfterAll } from "./text-order.ts";

const encoder = new TextEncoder();

/** As a database compares: the bytes of UTF-8, one after the other. */
function compareBytes(one: string, other: string): number {
  const [a, b] = [encoder.encode(one), encoder.encode(other)];
  for (const [index, byte] of a.entries()) {
    if (index >= b.length) return 1;
    if (byte !== b[index]) return byte - (b[index] ?? 0);
  }
  return a.length - b.length;
}

/** Characters around the places where UTF-16 and UTF-8 differ. */
const aText = fc
  .array(
    fc.constantFrom("a", "b", "\x7f", "\x80", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{1f600}", "\u{10ffff}"),
    {
      maxLength: 4,
    },
  )
  .map((characters) => characters.join(""));

test("texts are ordered as their bytes in UTF-8 are", () => {
  fc.assert(
    fc.property(aText, aText, (one, other) => {
      assert.equal(Math.sign(compareTexts(one, other)), Math.sign(compareBytes(one, other)));
    }),
    { numRuns: 2000 },
  );
});

test("a text begins with a prefix exactly when it stands between it and the text after all of these", () => {
  fc.assert(
    fc.property(aText, aText, (prefix, text) => {
      const end = textAfterAll(prefix);
      const isBetween = compareTexts(text, prefix) >= 0 && (end === null || compareTexts(text, end) < 0);
      assert.equal(text.startsWith(prefix), isBetween);
    }),
    { numRuns: 2000 },
  );
});

test("nothing stands above all that begins with the last character", () => {
  assert.equal(textAfterAll("\u{10ffff}\u{10ffff}"), null);
  assert.equal(textAfterAll(""), null);
  assert.equal(textAfterAll("a\u{10ffff}"), "b");
  assert.equal(textAfterAll("\ud7ff"), "\ue000");
});
