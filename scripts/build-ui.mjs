// Builds the pages (ui/ to ui/dist) where they are missing or older than what they are made of; else does nothing,
// quickly. `--if-possible`: a failure is told in one line and is none, for a server can do without pages. Runs on Node 20.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinnedNode } from "./pinned-node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "ui");
const dist = join(sources, "dist");
const MARK = ".built";
const BUILD_MILLISECONDS_MAX = 5 * 60_000;
const isOptional = process.argv.includes("--if-possible");

// A shipped server has the pages and not their sources.
if (existsSync(join(sources, "src"))) {
  const mark = markOf();
  if (markOfBuilt() !== mark) {
    process.stderr.write("Building the pages (once)…\n");
    const because = build(mark);
    if (because !== null) {
      const meanwhile = existsSync(dist) ? "the pages of an earlier build are served" : "the server runs without pages";
      process.stderr.write(`vivarium: the pages could not be built: ${because}; meanwhile ${meanwhile}.\n`);
      process.exitCode = isOptional ? 0 : 1;
    }
  }
}

/** A hash of everything that the pages are made of. */
function markOf() {
  const hash = createHash("sha256");
  const files = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.startsWith(dist) && !/\.test\.tsx?$/.test(path))
    .sort();
  for (const path of [...files, join(root, "package-lock.json")]) {
    hash.update(`${path.slice(root.length)}\n`).update(createHash("sha256").update(readFileSync(path)).digest());
  }
  return hash.digest("hex");
}

function markOfBuilt() {
  const path = join(dist, MARK);
  return existsSync(path) ? readFileSync(path, "utf8").trim() : null;
}

/** Builds beside what is there, and puts it in its place when it is whole. `null`: done; else why not. */
function build(mark) {
  const node = pinnedNode();
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  if (node === null) return "there is no Node that could do it";
  if (!existsSync(vite)) return "what builds them is not installed (npm ci)";
  const fresh = join(root, "node_modules", ".cache", `ui-${process.pid}`);
  try {
    mkdirSync(dirname(fresh), { recursive: true });
    const { status, signal, stdout, stderr, error } = spawnSync(
      node,
      [vite, "build", sources, "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn"],
      { cwd: root, encoding: "utf8", timeout: BUILD_MILLISECONDS_MAX },
    );
    if (error !== undefined) return error.message;
    if (status !== 0) return firstLine(`${stderr}\n${stdout}`) ?? `vite ended with ${status ?? signal}`;
    writeFileSync(join(fresh, MARK), `${mark}\n`);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
    return null;
  } catch (error) {
    return error.message;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** What went wrong, without colours and frames; `null`: nothing was said. */
function firstLine(output) {
  const lines = output
    .replace(/\x1b\[[0-9;]*m/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.find((line) => /error/i.test(line)) ?? lines[0] ?? null;
}
