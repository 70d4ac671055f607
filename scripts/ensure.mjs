// Makes `npm start` and `npm test` work on a fresh clone: installs what is missing or does not match the lock file,
// and does nothing, quickly, when all is there. Runs on Node 20.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NO_NODE, pinnedNode } from "./pinned-node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (!isInstalled()) install();
if (pinnedNode() === null) {
  process.stderr.write(`${NO_NODE}\n`);
  process.exit(3);
}

/** Whether every package of the lock file that this platform needs is in node_modules with the locked version. */
function isInstalled() {
  // npm writes this file last, so a killed install does not pass for a finished one.
  const installedPath = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedPath)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedPath, "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, optional, integrity }]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
}

function install() {
  process.stderr.write("Installing what is missing (once)…\n");
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (result.status === 0) return;
  rmSync(join(root, "node_modules", ".package-lock.json"), { force: true });
  process.stderr.write(
    "vivarium: npm could not install the dependencies (see above); check the network and your npm registry setting, then try again.\n",
  );
  process.exit(3);
}
