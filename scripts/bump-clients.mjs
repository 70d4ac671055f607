// Pins the clients that the conformance tests drive to their newest releases, as this machine's pip finds them, and
// writes beside each list what pip chose for everything below it. Lines with a comment are left alone.
// `node scripts/bump-clients.mjs`, then `npm test`: a client that behaves otherwise than before fails there.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PIN = /^([A-Za-z0-9._-]+)==\S+$/gm;
const HELD = /^([A-Za-z0-9._-]+==\S+) +#/gm;
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "tests", "conformance", "pins");

for (const name of readdirSync(folder).filter((entry) => /^[^.]+\.txt$/.test(entry))) {
  const path = join(folder, name);
  const before = readFileSync(path, "utf8");
  const found = resolved([
    ...[...before.matchAll(PIN)].map(([, project]) => project),
    ...[...before.matchAll(HELD)].map(([, pin]) => pin),
  ]);
  const after = before.replace(PIN, (line, project) => {
    const version = found.get(normal(project));
    return version === undefined ? line : `${project}==${version}`;
  });
  writeFileSync(path, after);
  const all = [...found].sort().map(([project, version]) => `${project}==${version}\n`);
  writeFileSync(
    path.replace(/\.txt$/, ".constraints.txt"),
    `# Written by scripts/bump-clients.mjs: what pip chose below ${name}.\n${all.join("")}`,
  );
  process.stdout.write(`${name}: ${before === after ? "up to date" : "changed"}\n`);
}

/** Resolves all of a list together, so that the pins fit each other. */
function resolved(requirements) {
  const result = spawnSync(
    "python3",
    ["-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", ...requirements],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (result.status !== 0) {
    process.stderr.write(`bump-clients: pip could not resolve ${requirements.join(", ")}:\n${result.stderr}`);
    process.exit(1);
  }
  return new Map(JSON.parse(result.stdout).install.map(({ metadata }) => [normal(metadata.name), metadata.version]));
}

function normal(project) {
  return project.toLowerCase().replace(/[-_.]+/g, "-");
}
