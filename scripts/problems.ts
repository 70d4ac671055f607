// Writes docs/problems.md from the table of statuses and what is said of each problem here: `node scripts/node.mjs scripts/problems.ts`.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { problemsPage } from "./problems-page.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = `${root}docs/problems.md`;
writeFileSync(path, problemsPage());
execFileSync(process.execPath, [`${root}node_modules/@biomejs/biome/bin/biome`, "format", "--write", path]);
