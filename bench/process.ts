import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, globSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { performance } from "node:perf_hooks";

/** A server under measurement: a process group of its own. */
export interface Running extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** From the command to the first answer. */
  readonly startSeconds: number;
  /** Resident memory of the server's own process in MB: the largest of the group. npm and launchers around it are not the server. */
  memoryMb(): number;
}

export interface StartOptions {
  readonly command: readonly string[];
  readonly port: number;
  readonly path: string;
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a server and waits for its first answer below 500; a minute at most. */
export async function start(options: StartOptions): Promise<Running> {
  const began = performance.now();
  const [program = "", ...args] = options.command;
  const log = createWriteStream(options.log, { flags: "a" });
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout?.pipe(log);
  child.stderr?.pipe(log, { end: false });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  try {
    await firstAnswer(child, options);
  } catch (error) {
    await stop(child, pid);
    throw error;
  }
  return {
    port: options.port,
    pid,
    startSeconds: (performance.now() - began) / 1000,
    memoryMb: () => largestMb(pid),
    [Symbol.asyncDispose]: () => stop(child, pid),
  };
}

async function firstAnswer(child: ChildProcess, { command, port, path, log }: StartOptions): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`${command[0]} ended with ${child.exitCode}; see ${log}: ${tail(log)}`);
    if (await answers(port, path)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${command[0]} did not answer within a minute; see ${log}`);
}

function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      { port, host: "127.0.0.1", path, headers: { accept: "application/json" }, agent: false, timeout: 5000 },
      (response) => {
        response.resume();
        resolve((response.statusCode ?? 500) < 500);
      },
    );
    request.on("error", () => resolve(false));
    request.on("timeout", () => request.destroy());
  });
}

async function stop(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  signalGroup(pid, "SIGTERM");
  const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
  signalGroup(pid, "SIGKILL");
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

function largestMb(pid: number): number {
  let largest = 0;
  for (const path of globSync("/proc/[0-9]*/stat")) {
    try {
      // pid (comm) state ppid pgrp …; comm may hold blanks, so count from its closing bracket.
      const group = Number(readFileSync(path, "utf8").split(") ")[1]?.split(" ")[2]);
      if (group !== pid) continue;
      const status = readFileSync(path.replace(/stat$/, "status"), "utf8");
      largest = Math.max(largest, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // The process ended between listing and reading.
    }
  }
  return Math.round(largest / 1024);
}

function tail(path: string): string {
  try {
    return readFileSync(path, "utf8").slice(-500);
  } catch {
    return "";
  }
}
