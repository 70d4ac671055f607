import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Clients, ROOT } from "./clients.ts";
import { answers, freePort } from "./ports.ts";

/** root's password on every server that tests start. */
export const ROOT_PASSWORD = "correct horse battery staple";
const START_MILLISECONDS_MAX = 60_000;
const STOP_MILLISECONDS_MAX = 15_000;

/** A server in a process of its own, on a real socket, with data that is thrown away. */
export interface Served extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** Its data folder. */
  readonly data: string;
  /** What it has said so far. */
  output(): string;
}

/** Ours, as `vivarium serve` runs it. `args` follow `serve`; the upstream of `root/pypi` is only ever what is given. */
export async function serveVivarium(options: {
  readonly upstream: string;
  readonly args?: readonly string[];
}): Promise<Served> {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "vivarium-served-"));
  const args = ["--conditions=source", join(ROOT, "src", "main.ts"), "serve", "--port", String(port), "--data", data];
  const child = spawn(process.execPath, [...args, ...(options.args ?? [])], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: data,
      NO_PROXY: "*",
      VIVARIUM_ROOT_PASSWORD: ROOT_PASSWORD,
      VIVARIUM_UPSTREAM: options.upstream,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return whenReady(child, `http://127.0.0.1:${port}`, data);
}

/** A real devpi-server, whose answers ours are compared with; with what an export holds, or nothing. */
export async function serveDevpi(
  clients: Clients,
  { importing = null }: { readonly importing?: string | null } = {},
): Promise<Served> {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "devpi-served-"));
  const making = ["--serverdir", data, "--no-root-pypi", "--root-passwd", ROOT_PASSWORD];
  const init =
    importing === null
      ? await clients.run("devpi-init", making)
      : await clients.run("devpi-import", [...making, "--no-events", importing]);
  if (init.status !== 0) throw new Error(`no devpi could be made:\n${init.output}`);
  const child = spawn(
    join(clients.bin, "devpi-server"),
    ["--serverdir", data, "--host", "127.0.0.1", "--port", String(port), "--request-timeout", "10"],
    { env: { PATH: process.env["PATH"] ?? "", HOME: data, NO_PROXY: "*" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  return whenReady(child, `http://127.0.0.1:${port}`, data);
}

async function whenReady(child: ChildProcess, url: string, data: string): Promise<Served> {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const output = () => Buffer.concat(chunks).toString("utf8");
  const served: Served = {
    url,
    data,
    output,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MILLISECONDS_MAX);
      await ended;
      clearTimeout(timer);
      rmSync(data, { recursive: true, force: true });
    },
  };
  const deadline = Date.now() + START_MILLISECONDS_MAX;
  // Another process's start cannot be awaited, only asked for.
  while (!(await answers(`${url}/+api`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await served[Symbol.asyncDispose]();
      throw new Error(`the server did not start:\n${output()}`);
    }
    await pause(50);
  }
  return served;
}
