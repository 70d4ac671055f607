#!/usr/bin/env node
// The `vivarium` command. Runs on Node 20 and hands over to the pinned Node where it finds itself on an older one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { NO_NODE, pinnedNode, sourceFlags } from "./pinned-node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = existsSync(join(root, "src", "main.ts")) ? join(root, "src", "main.ts") : join(root, "dist", "main.js");
const node = pinnedNode();

if (node === null) {
  process.stderr.write(`${NO_NODE}\n`);
  process.exitCode = 3;
} else if (node === process.execPath && !main.endsWith(".ts")) {
  await import(pathToFileURL(main).href);
} else {
  handOver(node, [...sourceFlags(root), main, ...process.argv.slice(2)]);
}

/** Runs the real program in this one's place: same terminal, same signals, same exit code. */
function handOver(program, args) {
  // What the compiler made of the sources is kept, which halves the time of the next start.
  const compiled = process.env["NODE_COMPILE_CACHE"] ?? join(root, "node_modules", ".cache", "compiled");
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
  const child = spawn(program, args, { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // The terminal already sends SIGINT to the whole group: passing it on too would count as the second, "stop now".
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on("error", (error) => {
    process.stderr.write(`vivarium: ${program} cannot be run: ${error.message}\n`);
    process.exitCode = 3;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}
