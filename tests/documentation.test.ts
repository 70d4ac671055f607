import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { problemsPage } from "../scripts/problems-page.ts";

test("docs/problems.md is what `node scripts/node.mjs scripts/problems.ts` writes", () => {
  assert.equal(unpadded(readFileSync("docs/problems.md", "utf8")), unpadded(problemsPage()));
});

/** The formatter pads the cells of tables. */
function unpadded(text: string): string {
  return text.replace(/ +/g, " ").replace(/-{3,}/g, "---");
}
