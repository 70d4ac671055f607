// Writes docs/problems.md from the table of statuses and what is said of each problem here: `node scripts/node.mjs scripts/problems.ts`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { problemsPage } from "./problems-page.ts";

writeFileSync(fileURLToPath(new URL("../docs/problems.md", import.meta.url)), problemsPage());
