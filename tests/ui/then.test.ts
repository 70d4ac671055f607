import assert from "node:assert/strict";
import { test } from "node:test";
import { placeAfter } from "../../ui/src/parts/then.ts";

test("after signing in one is where one wanted to be, with or without the prefix of a proxy", () => {
  assert.equal(placeAfter("/alice/dev?tool=uv", "/", "/"), "/alice/dev?tool=uv");
  assert.equal(placeAfter("/py/alice/dev", "/py/", "/"), "/alice/dev");
  assert.equal(placeAfter("/alice/dev", "/py/", "/"), "/alice/dev");
});

test("no address leads to another site, into a script, or round in circles", () => {
  const bad = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "",
    "/\t/evil.example",
  ];
  for (const text of [...bad, "/py//evil.example", "/ui/login?then=/ui/login", "/py/ui/login", null]) {
    assert.equal(placeAfter(text, "/py/", "/home"), "/home", String(text));
  }
});
