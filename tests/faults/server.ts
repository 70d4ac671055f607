import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { ROOT } from "../support/clients.ts";
import { answers, freePort } from "../support/ports.ts";
import { ROOT_PASSWORD } from "../support/served.ts";

const run = promisify(execFile);
const START_MILLISECONDS_MAX = 60_000;
const EXIT_MILLISECONDS_MAX = 60_000;
const ASK_EVERY_MILLISECONDS = 20;

/** How a server process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server of our own in a process of its own, that can be killed and started again over the same data. */
export interface MortalServer extends AsyncDisposable {
  /** Without a slash at the end; the same after every start. */
  readonly url: string;
  readonly port: number;
  /** The data folder as the server's process sees it, also where that is a mount of its own. */
  readonly data: string;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<Ended>;
  /** SIGTERM, without waiting. */
  terminate(): void;
  /** Resolves when the process that was started last is gone. */
  readonly ended: Promise<Ended>;
  /** What `vivarium doctor` finds in the data, by check: `ok`, or what is wrong. */
  examine(): Promise<Readonly<Record<string, string>>>;
  /** What the process has open, as the kernel names it: paths, `socket:[…]`. Linux only. */
  openFiles(): readonly string[];
  /** What all its processes have said so far. */
  output(): string;
}

export interface MortalOptions {
  /** Of `root/pypi`; `none`: it has none. */
  readonly upstream?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Size of a file system of its own for the data folder, in memory, in a mount namespace of its own: nobody else sees
   * it, and it goes with the process. Needs root.
   */
  readonly diskBytes?: number;
}

/** Makes the data folder and starts the server. */
export async function openMortalServer(options: MortalOptions = {}): Promise<MortalServer> {
  const folder = mkdtempSync(join(tmpdir(), "vivarium-faults-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const chunks: Buffer[] = [];
  let child: ChildProcess | null = null;
  let ended: Promise<Ended> = Promise.resolve({ code: 0, signal: null });
  const output = (): string => Buffer.concat(chunks).toString("utf8");

  async function start(): Promise<void> {
    const started = spawnServer(options, folder, port);
    child = started;
    started.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    started.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
    ended = new Promise((resolve, reject) => {
      started.once("exit", (code, signal) => resolve({ code, signal }));
      started.once("error", reject);
    });
    ended.catch(() => {});
    const deadline = Date.now() + START_MILLISECONDS_MAX;
    // Another process's start cannot be awaited, only asked for.
    while (!(await answers(`${url}/+api`))) {
      if (started.exitCode !== null || started.signalCode !== null || Date.now() > deadline) {
        throw new Error(`the server did not start:\n${output()}`);
      }
      await pause(ASK_EVERY_MILLISECONDS);
    }
  }

  const server: MortalServer = {
    url,
    port,
    get data() {
      return options.diskBytes === undefined ? folder : join(`/proc/${child?.pid}/root`, folder);
    },
    start,
    kill() {
      child?.kill("SIGKILL");
      return ended;
    },
    terminate() {
      child?.kill("SIGTERM");
    },
    get ended() {
      return ended;
    },
    examine: () => examine(options, folder, port),
    openFiles: () => openFilesOf(child?.pid ?? 0),
    output,
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => child?.kill("SIGKILL"), EXIT_MILLISECONDS_MAX);
      child?.kill("SIGTERM");
      await ended;
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
  } catch (error) {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return server;
}

function spawnServer(options: MortalOptions, folder: string, port: number): ChildProcess {
  const command = [process.execPath, ...argsOf("serve", folder, port), ...(options.args ?? [])];
  const mount = `mount -t tmpfs -o size=${options.diskBytes},mode=0700 tmpfs "$1" && shift && exec "$@"`;
  const [program = "", ...args] =
    options.diskBytes === undefined ? command : ["unshare", "-m", "sh", "-c", mount, "sh", folder, ...command];
  return spawn(program, args, {
    cwd: ROOT,
    env: environmentOf(options, folder),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function examine(
  options: MortalOptions,
  folder: string,
  port: number,
): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run(process.execPath, [...argsOf("doctor", folder, port), "--json"], {
    cwd: ROOT,
    env: environmentOf(options, folder),
    // It ends with 1 where it finds a fault, which is an answer too.
  }).catch((error: { readonly stdout: string }) => error);
  const { findings } = JSON.parse(stdout) as {
    readonly findings: readonly { readonly check: string; readonly status: string; readonly message: string }[];
  };
  return Object.fromEntries(findings.map(({ check, status, message }) => [check, status === "ok" ? status : message]));
}

function argsOf(command: "serve" | "doctor", folder: string, port: number): readonly string[] {
  const program = ["--conditions=source", "--disable-warning=ExperimentalWarning", join(ROOT, "src", "main.ts")];
  return [...program, command, "--port", String(port), "--data", folder];
}

function environmentOf(options: MortalOptions, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    NO_PROXY: "*",
    VIVARIUM_ROOT_PASSWORD: ROOT_PASSWORD,
    VIVARIUM_UPSTREAM: options.upstream ?? "none",
    ...options.env,
  };
}

/** Asks until it is so: what another process does cannot be awaited. Throws with the last answer when time is up. */
export async function until(what: string, ask: () => boolean | Promise<boolean>, secondsMax = 30): Promise<void> {
  const deadline = Date.now() + secondsMax * 1000;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`${what}: not so after ${secondsMax} s`);
    await pause(ASK_EVERY_MILLISECONDS);
  }
}

/** Paths of all files below a folder, relative to it; none when it is not there. */
export function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function openFilesOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      // Closed between listing and reading.
      return [];
    }
  });
}
