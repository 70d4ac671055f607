import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer, type ListenOptions } from "node:net";
import { performance } from "node:perf_hooks";
import type { Instant } from "#core";
import type { ProcessFigures } from "./metrics.ts";

/** What only the real machine can tell: programs, files, ports, the process itself. */

const PROGRAM_OUTPUT_BYTES_MAX = 1024 * 1024;

/** The clock on the wall. */
export function now(): Instant {
  return Date.now() as Instant;
}

/** What a program prints on standard output; `null`: it is not there, fails, or takes too long. */
export function askProgram(
  name: string,
  args: readonly string[],
  options: { readonly timeoutMilliseconds: number; readonly signal?: AbortSignal },
): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      name,
      [...args],
      {
        encoding: "utf8",
        timeout: options.timeoutMilliseconds,
        maxBuffer: PROGRAM_OUTPUT_BYTES_MAX,
        windowsHide: true,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, output) => resolve(error === null ? output : null),
    );
  });
}

/** Whatever Python is here: `python3` on most machines, `python` on some. */
export async function askPython(args: readonly string[], signal: AbortSignal): Promise<string | null> {
  for (const name of ["python3", "python"]) {
    const output = await askProgram(name, args, { timeoutMilliseconds: 15_000, signal });
    if (output !== null || signal.aborted) return output;
  }
  return null;
}

/** `null`: there is no such file; other errors are thrown. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

/** Why nobody can listen there now: Node's error; `null`: one can. Nothing is left behind. */
export function whyNotFree(place: ListenOptions): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ ...place, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** The figures of this process, for metrics. */
export function thisProcess(): ProcessFigures {
  let last = performance.eventLoopUtilization();
  return {
    startedAtSeconds: performance.timeOrigin / 1000,
    memory: () => process.memoryUsage(),
    cpuSeconds() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000_000;
    },
    eventLoopUtilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
  };
}
