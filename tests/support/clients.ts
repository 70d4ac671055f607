import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PINS = join(ROOT, "tests", "conformance", "pins");
const RUN_MILLISECONDS_MAX = 180_000;
const INSTALLING = { timeout: 600_000, maxBuffer: 1 << 26 };
const call = promisify(execFile);

/** How a program ended and what it said on both streams. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Real client programs in an environment of their own: no settings of this machine, a home that is thrown away. */
export interface Clients extends Disposable {
  /** Where the programs are. */
  readonly bin: string;
  /** A fresh empty folder that goes with the clients. */
  folder(): string;
  /** The home that is thrown away, and all of the environment that the programs see. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a program to its end. `env` goes over the clean environment. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ended>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Opens the programs of `tests/conformance/pins/<name>.txt`, installing them into `.cache/` on the first use of these pins. */
export async function openClients(
  name: "artifactory-clients" | "clients" | "devpi-client" | "devpi-server" | "publishers",
): Promise<Clients> {
  const bin = await installed(name);
  const home = mkdtempSync(join(tmpdir(), "vivarium-clients-"));
  const env = cleanEnvironment(bin, home);
  let folders = 0;
  return {
    bin,
    home,
    env,
    folder() {
      folders += 1;
      const folder = join(home, `folder-${folders}`);
      mkdirSync(folder);
      return folder;
    },
    run(program, args, options = {}) {
      // Programs of the machine (`sh`) are found by PATH.
      return runToEnd(existsSync(join(bin, program)) ? join(bin, program) : program, args, {
        cwd: options.cwd ?? home,
        env: { ...env, ...options.env },
        input: options.input ?? "",
      });
    },
    [Symbol.dispose]() {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Two that ask for the same programs at once share one install: a second would begin by clearing the first away. */
const installs = new Map<string, Promise<string>>();

function installed(name: string): Promise<string> {
  const known = installs.get(name);
  if (known !== undefined) return known;
  const install = installFor(name);
  installs.set(name, install);
  return install;
}

/** A virtual environment per list of pins; a list that changes makes a new one, an unfinished one is made again. */
async function installFor(name: string): Promise<string> {
  const pins = join(PINS, `${name}.txt`);
  const constraints = join(PINS, `${name}.constraints.txt`);
  const key = createHash("sha256").update(readFileSync(pins)).update(readFileSync(constraints)).digest("hex");
  const folder = join(ROOT, ".cache", `${name}-${key.slice(0, 12)}`);
  const bin = join(folder, "bin");
  const done = join(folder, "installed");
  if (existsSync(done)) return bin;
  rmSync(folder, { recursive: true, force: true });
  const python = join(bin, "python");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "-r", pins];
  await call("python3", ["-m", "venv", folder], INSTALLING);
  try {
    await call(python, [...pip, "-c", constraints], INSTALLING);
  } catch {
    // The constraints were resolved for one Python; for another, some release in them may not exist.
    await call(python, pip, INSTALLING);
  }
  writeFileSync(done, key);
  return bin;
}

/**
 * Nothing of this machine's configuration reaches the programs: what they fetch comes from the addresses they are given.
 */
function cleanEnvironment(bin: string, home: string): Record<string, string> {
  return {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_CACHE_HOME: join(home, ".cache"),
    LANG: "C.UTF-8",
    NO_PROXY: "*",
    NO_COLOR: "1",
    COLUMNS: "200",
    PYTHONUNBUFFERED: "1",
    PYTHON_KEYRING_BACKEND: "keyring.backends.null.Keyring",
    PIP_CONFIG_FILE: "/dev/null",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PIP_NO_CACHE_DIR: "1",
    UV_NO_CONFIG: "1",
    UV_PYTHON: join(bin, "python"),
    UV_PYTHON_DOWNLOADS: "never",
    DEVPI_CLIENTDIR: join(home, "devpi"),
  };
}

function runToEnd(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; input: string },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: "pipe" });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), RUN_MILLISECONDS_MAX);
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A program that ends without reading what it was given is no error of ours.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}
