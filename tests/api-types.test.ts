import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import document from "../docs/openapi.json" with { type: "json" };
import { apiTypes, type Schema } from "../scripts/api-types-text.ts";

test("src/cli/api-types.ts is what `node scripts/node.mjs scripts/api-types.ts` writes", () => {
  const schemas = document.components.schemas as unknown as Readonly<Record<string, Schema>>;
  const checkedIn = readFileSync(new URL("../src/cli/api-types.ts", import.meta.url), "utf8");

  assert.equal(bare(checkedIn), bare(apiTypes(schemas)));
});

/** Without what the formatter adds and takes away. */
function bare(text: string): string {
  return text.replace(/[\s();|]+/g, "");
}
