// Writes src/cli/api-types.ts from docs/openapi.json: `node --conditions=source scripts/api-types.ts`.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { apiTypes, type Schema } from "./api-types-text.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = `${root}src/cli/api-types.ts`;
const document = JSON.parse(readFileSync(`${root}docs/openapi.json`, "utf8")) as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
writeFileSync(path, apiTypes(document.components.schemas));
execFileSync(process.execPath, [`${root}node_modules/@biomejs/biome/bin/biome`, "format", "--write", path]);
