import assert from "node:assert/strict";
import { test } from "node:test";
import { sizeBytesOf, sizeText } from "./sizes.ts";

test("sizes are shown with a unit that people read at a glance", () => {
  const shown = [0, 1, 887, 1536, 20 * 1024 ** 3, 500 * 1024 ** 2].map(sizeText);
  assert.deepEqual(shown, ["0 bytes", "1 byte", "887 bytes", "1.5 KiB", "20 GiB", "500 MiB"]);
});

test("sizes are read as people write them, and as they are shown", () => {
  assert.deepEqual(["500M", "2 GiB", "1.5k", "7", "7 bytes", "1 byte"].map(sizeBytesOf), [
    500 * 1024 ** 2,
    2 * 1024 ** 3,
    1536,
    7,
    7,
    1,
  ]);
  assert.deepEqual(["", "big", "-1", "1 furlong", "1e9"].map(sizeBytesOf), [null, null, null, null, null]);
});
