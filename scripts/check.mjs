// `npm run check`: types, lint and format, then the fast tests (unit, contract, architecture, journeys). Runs on Node 20.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, "node_modules", ".bin", name);

const steps = [
  ["types", bin("tsc"), ["--noEmit"]],
  ["types of the pages", bin("tsc"), ["--noEmit", "-p", "ui"]],
  ["lint and format", bin("biome"), ["check", "--error-on-warnings", "."]],
  ["fast tests", process.execPath, [join(root, "scripts", "test.mjs"), "fast"]],
];
for (const [name, program, args] of steps) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed\n`);
    process.exit(1);
  }
}
