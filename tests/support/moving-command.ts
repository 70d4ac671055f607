import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MoveInAnswer } from "#cli";
import { ROOT } from "./clients.ts";

/** A command that moves in or out, run as a user runs it. */
export interface MoveRun {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** What `--json` printed. */
  readonly answer: MoveInAnswer;
}

/** Runs `vivarium …` to its end; `watch` is handed the process while it runs. */
export function runMove(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  watch: (child: ChildProcess) => void = () => {},
): Promise<MoveRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=source", join(ROOT, "src", "main.ts"), ...args], {
      cwd: tmpdir(),
      env: { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), NO_PROXY: "*", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (status) => {
      const text = Buffer.concat(out).toString();
      resolve({
        status,
        out: text,
        err: Buffer.concat(err).toString(),
        // Read only where it was asked for.
        get answer() {
          return JSON.parse(text) as MoveInAnswer;
        },
      });
    });
    watch(child);
  });
}
