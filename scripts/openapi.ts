// Writes docs/openapi.json from the API's operations and schemas: `node --conditions=source scripts/openapi.ts`.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { openApiDocument } from "../src/api/openapi.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = `${root}docs/openapi.json`;
writeFileSync(path, `${JSON.stringify(openApiDocument(manifest.version, "/api/v1"), null, 2)}\n`);
execFileSync(process.execPath, [`${root}node_modules/@biomejs/biome/bin/biome`, "format", "--write", path]);
