import assert from "node:assert/strict";
import { test } from "node:test";
import { contentTypeOf } from "./content-types.ts";

test("pages, styles and scripts have the types that browsers insist on", () => {
  assert.equal(contentTypeOf("a/index.HTML"), "text/html; charset=utf-8");
  assert.equal(contentTypeOf("_static/basic.css"), "text/css; charset=utf-8");
  assert.equal(contentTypeOf("_static/search.js"), "text/javascript; charset=utf-8");
  assert.equal(contentTypeOf("logo.svg"), "image/svg+xml");
  assert.equal(contentTypeOf("searchindex.json"), "application/json");
});

test("what is not known is a download", () => {
  for (const path of ["objects.inv", "LICENSE", "a.html/b", "x.constructor", ""]) {
    assert.equal(contentTypeOf(path), "application/octet-stream");
  }
});
