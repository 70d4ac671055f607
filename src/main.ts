import { homedir } from "node:os";
import { text as readText } from "node:stream/consumers";
import { EXIT, type Io, type Moves, type Offline, run } from "#cli";
import type { Instant } from "#core";
import manifest from "../package.json" with { type: "json" };
import { configOptions } from "./config.ts";
import type { Log } from "./log.ts";
import { readIfThere } from "./machine.ts";
import { askSecret } from "./terminal.ts";

/** The process: argv to a command, signals, exit codes, last words. */

/** 128 and the signal's number, as shells have it. */
const INTERRUPTED = 130;

const io: Io = {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(`${text}\n`),
  input: () => readText(process.stdin),
  askSecret,
  fetch: globalThis.fetch,
  readFile: readIfThere,
  homeFolder: homedir(),
  now: () => Date.now() as Instant,
};

const stop = new AbortController();
const last: { log: Log | null } = { log: null };

const offline: Offline = {
  version: manifest.version,
  options: configOptions,
  async serve(flags) {
    listenToSignals();
    // The server is loaded only for the commands that need it.
    const { serve } = await import("./serve.ts");
    await serve(flags, {
      ...serverParts(),
      logIsOpen(log) {
        last.log = log;
      },
    });
    return EXIT.done;
  },
  async init(flags) {
    listenToSignals();
    const { init } = await import("./serve.ts");
    return init(flags, serverParts());
  },
  async probes(flags) {
    const [{ readConfig }, { openProbes }] = await Promise.all([import("./start.ts"), import("./probes.ts")]);
    return openProbes(await readConfig(flags, io));
  },
  async setup(flags) {
    const { setupOf } = await import("./setup.ts");
    return setupOf(flags, io, process.cwd());
  },
  moves: {
    importDevpi: async (flags, wish) => (await moves()).importDevpi(flags, wish),
    importIndex: async (flags, wish) => (await moves()).importIndex(flags, wish),
    exportDevpi: async (flags, folder) => (await moves()).exportDevpi(flags, folder),
  },
};

// Whoever reads our output may go away before we have said all (`vivarium … | head`).
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.on("uncaughtException", (error) => {
  if (last.log === null) io.err(`vivarium: this is a fault of vivarium itself, please report it:\n${error.stack}`);
  else last.log.note("error", "a fault of vivarium itself ends the server; please report it", {}, error);
  last.log?.flush();
  process.exit(EXIT.bug);
});

process.exitCode = await run(process.argv.slice(2), io, offline);

async function moves(): Promise<Moves> {
  listenToSignals();
  const { openMoves } = await import("./moving.ts");
  const isWatched = process.stderr.isTTY === true;
  return openMoves({
    io,
    version: manifest.version,
    bar: isWatched ? (text) => void process.stderr.write(text) : null,
    stop: stop.signal,
  });
}

function serverParts() {
  const isTerminal = process.stdout.isTTY === true;
  return {
    io,
    version: manifest.version,
    terminal: isTerminal ? io.out : null,
    hasColours: isTerminal && process.stdout.hasColors() && (process.env["NO_COLOR"] ?? "") === "",
    stop: stop.signal,
  };
}

/** The first signal lets the server finish what runs; a second Ctrl-C ends it at once. */
function listenToSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (signal === "SIGINT" && stop.signal.aborted) {
        last.log?.flush();
        process.exit(INTERRUPTED);
      }
      stop.abort(signal);
    });
  }
}
