// `npm test`: types and lint, then every test, in stages, with a time limit each; closes with one line of totals.
// `node scripts/test.mjs fast` runs only the fast stage; `… conformance faults` only those. Runs on Node 20.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { NO_NODE, pinnedNode, sourceFlags } from "./pinned-node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MINUTE_MS = 60_000;

/** One test file at a time where real clients and kills need the machine for themselves. */
const STAGES = {
  fast: {
    isIn: (path) => !/^tests\/(conformance|faults)\//.test(path),
    concurrency: 2,
    testMinutes: 2,
    stageMinutes: 11,
  },
  faults: { isIn: (path) => path.startsWith("tests/faults/"), concurrency: 1, testMinutes: 5, stageMinutes: 8 },
  conformance: {
    isIn: (path) => path.startsWith("tests/conformance/"),
    concurrency: 1,
    testMinutes: 8,
    stageMinutes: 18,
  },
};

const node = pinnedNode();
if (node === null) {
  process.stderr.write(`${NO_NODE}\n`);
  process.exit(3);
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in STAGES));
if (unknown.length > 0) {
  process.stderr.write(`test: unknown stage ${unknown.join(", ")}; there are ${Object.keys(STAGES).join(", ")}\n`);
  process.exit(2);
}

const totals = { pass: 0, fail: 0, skipped: 0 };
if (asked.length === 0) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  await judge("types", [tsc, "--noEmit"]);
  await judge("types of the pages", [tsc, "--noEmit", "-p", "ui"]);
  await judge("lint and format", [
    join(root, "node_modules", "@biomejs", "biome", "bin", "biome"),
    "check",
    "--error-on-warnings",
    ".",
  ]);
}
for (const name of asked.length > 0 ? asked : Object.keys(STAGES)) await runStage(name, STAGES[name]);

process.stdout.write(`\n${totals.pass} passed, ${totals.fail} failed, ${totals.skipped} skipped\n`);
process.exit(totals.fail === 0 && totals.pass > 0 ? 0 : 1);

/** Runs a checker as one test. */
async function judge(name, args) {
  const { status } = await run(args, 2 * MINUTE_MS);
  totals[status === 0 ? "pass" : "fail"] += 1;
  process.stdout.write(`${status === 0 ? "ok" : "FAILED"}: ${name}\n`);
}

async function runStage(name, stage) {
  const files = testFiles().filter(stage.isIn);
  if (files.length === 0) return;
  process.stdout.write(`\n== ${name}: ${files.length} files\n`);
  const { status, output } = await run(
    [
      ...sourceFlags(root),
      "--test",
      "--test-reporter=./scripts/test-reporter.mjs",
      `--test-timeout=${stage.testMinutes * MINUTE_MS}`,
      `--test-concurrency=${stage.concurrency}`,
      ...files,
    ],
    stage.stageMinutes * MINUTE_MS,
  );
  const line = /^#totals (\d+) (\d+) (\d+)$/m.exec(output);
  if (line === null) {
    process.stdout.write(`FAILED: the ${name} stage ended without its totals (exit ${status})\n`);
    totals.fail += 1;
    return;
  }
  totals.pass += Number(line[1]);
  totals.fail += Number(line[2]);
  totals.skipped += Number(line[3]);
  // A file that cannot be loaded, or a leak that keeps the process alive, shows only in the exit code.
  if (status !== 0 && Number(line[2]) === 0) totals.fail += 1;
}

/** Runs the pinned Node; output goes through as it comes. The whole group is killed when time is up. */
function run(args, timeoutMs) {
  return new Promise((resolve) => {
    const child = spawn(node, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      detached: process.platform !== "win32",
    });
    const chunks = [];
    child.stdout.on("data", (chunk) => {
      chunks.push(chunk);
      process.stdout.write(chunk.toString().replace(/^#totals .*\n/m, ""));
    });
    const timer = setTimeout(() => {
      process.stdout.write(`FAILED: out of time after ${timeoutMs / MINUTE_MS} minutes\n`);
      process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
    }, timeoutMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ status: code, output: Buffer.concat(chunks).toString() });
    });
  });
}

function testFiles() {
  return ["src", "tests", "scripts", "bench", "ui/src"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) =>
        relative(root, join(root, folder, name))
          .split(sep)
          .join("/"),
      )
      .sort(),
  );
}
