// Pins the clients that the conformance tests drive to their newest releases, as this machine's pip finds them.
// Lines with a comment are left alone. `node scripts/bump-clients.mjs`, then `npm test`: a client that behaves otherwise than before fails there.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PIN = /^([A-Za-z0-9._-]+)==\S+$/gm;
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "tests", "conformance", "pins");

for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".txt"))) {
  const path = join(folder, name);
  const before = readFileSync(path, "utf8");
  const projects = [...before.matchAll(PIN)].map(([, project]) => project);
  const found = newest(projects);
  const after = before.replace(PIN, (line, project) => {
    const version = found.get(project.toLowerCase());
    return version === undefined ? line : `${project}==${version}`;
  });
  writeFileSync(path, after);
  process.stdout.write(`${name}: ${before === after ? "up to date" : "changed"}\n`);
}

/** Resolves all of a list together, so that the pins fit each other. */
function newest(projects) {
  const result = spawnSync(
    "python3",
    ["-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", ...projects],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (result.status !== 0) {
    process.stderr.write(`bump-clients: pip could not resolve ${projects.join(", ")}:\n${result.stderr}`);
    process.exit(1);
  }
  return new Map(
    JSON.parse(result.stdout).install.map(({ metadata }) => [metadata.name.toLowerCase(), metadata.version]),
  );
}
