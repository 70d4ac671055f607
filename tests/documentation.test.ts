import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { problemsPage } from "../scripts/problems-page.ts";

test("docs/problems.md is what `node scripts/node.mjs scripts/problems.ts` writes", () => {
  assert.equal(readFileSync("docs/problems.md", "utf8"), problemsPage());
});
