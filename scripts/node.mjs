// `node scripts/node.mjs FILE.ts …`: runs a TypeScript file of this project on the pinned Node. Runs on Node 20.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { NO_NODE, pinnedNode, sourceFlags } from "./pinned-node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = pinnedNode();
if (node === null) {
  process.stderr.write(`${NO_NODE}\n`);
  process.exit(3);
}
const result = spawnSync(node, [...sourceFlags(root), ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exit(result.status ?? 1);
