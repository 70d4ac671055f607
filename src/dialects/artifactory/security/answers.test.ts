import assert from "node:assert/strict";
import { test } from "node:test";
import { aCall } from "../../../../tests/support/fake-call.ts";
import { pageOf } from "./answers.ts";

const ALL = ["a", "b", "c", "d"];

function page(query: Record<string, string>) {
  const { items, cursor } = pageOf(aCall({ query }), ALL, (item) => item);
  return [items.join(""), cursor];
}

test("a list is read page by page, and the last page has no cursor", () => {
  assert.deepEqual(page({}), ["abcd", ""]);
  assert.deepEqual(page({ limit: "3" }), ["abc", "c"]);
  assert.deepEqual(page({ limit: "3", cursor: "c" }), ["d", ""]);
  assert.deepEqual(page({ limit: "2", cursor: "b" }), ["cd", ""]);
  assert.deepEqual(page({ cursor: "z" }), ["", ""]);
});

test("a limit that is no number of items is refused", () => {
  for (const limit of ["0", "-1", "many", "1000000"]) assert.throws(() => page({ limit }), /request-invalid/, limit);
});
