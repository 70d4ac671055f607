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
  // The young generation would grow to three times what it needs: a fifth of the server's memory for no more speed
  // (measured by bench: 240 to 260 MB instead of 310 to 330).
  handOver(node, ["--max-semi-space-size=4", ...sourceFlags(root), main, ...process.argv.slice(2)]);
}

/** Runs the real program in this one's place: same terminal, same signals, same exit code. */
function handOver(program, args) {
  // What the compiler made of the sources is kept, which halves the time of the next start.
  const compiled = process.env["NODE_COMPILE_CACHE"] ?? join(root, "node_modules", ".cache", "compiled");
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
  // Where Node can (22.15 and newer, not on Windows), this process becomes the program: one process, one memory, and a
  // kill of it is a kill of the server. Its remark that this is new would come only after the process is replaced.
  if (process.execve !== undefined && process.platform !== "win32") process.execve(program, [program, ...args], env);
  besideIt(program, args, env);
}

/** The program as a child. It keeps a channel to us, and stops in good order when it is lost: we may be killed. */
function besideIt(program, args, env) {
  const child = spawn(program, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], env });
  child.channel?.unref();
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
