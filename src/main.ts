import { homedir, hostname } from "node:os";
import { text as readText } from "node:stream/consumers";
import { EXIT, type Io, type Moves, type Offline, run } from "#cli";
import manifest from "../package.json" with { type: "json" };
import { configOptions } from "./process/config.ts";
import type { Log } from "./process/log.ts";
import { now, readIfThere } from "./process/machine.ts";
import { hasProgram, writeOwnFile } from "./process/own-files.ts";
import { askSecret } from "./process/terminal.ts";

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
  writeFile: writeOwnFile,
  hasProgram: (name) => hasProgram(name, process.env, process.platform),
  homeFolder: homedir(),
  hostName: hostname(),
  platform: process.platform,
  now,
};

/** Somebody sees what we say. */
const isSeen = process.stdout.isTTY === true;
/** A person started us; what we say may still go into a file (`npm start > log`). */
const isTerminal = isSeen || process.stdin.isTTY === true;
const stop = new AbortController();
const last: { log: Log | null } = { log: null };

const offline: Offline = {
  version: manifest.version,
  options: configOptions,
  async serve(flags) {
    listenToSignals();
    // The server is loaded only for the commands that need it.
    const { serve } = await import("./process/serve.ts");
    await serve(flags, {
      ...offlineParts(),
      terminal: isSeen ? io.out : null,
      hasColours: isSeen && process.stdout.hasColors() && (process.env["NO_COLOR"] ?? "") === "",
      logIsOpen(log) {
        last.log = log;
      },
    });
    return EXIT.done;
  },
  async init(flags) {
    listenToSignals();
    const { init } = await import("./process/offline.ts");
    return init(flags, offlineParts());
  },
  async setPassword(flags, user, password) {
    const { setPassword } = await import("./process/offline.ts");
    await setPassword(flags, { user, password }, offlineParts());
  },
  async probes(flags) {
    const [{ readConfig }, { openProbes }] = await Promise.all([
      import("./process/start.ts"),
      import("./process/probes.ts"),
    ]);
    return openProbes(await readConfig(flags, io));
  },
  async setup(flags) {
    const { setupOf } = await import("./process/setup.ts");
    return setupOf(flags, io, process.cwd());
  },
  moves: {
    importDevpi: async (flags, wish) => (await moves()).importDevpi(flags, wish),
    importArtifactory: async (flags, wish) => (await moves()).importArtifactory(flags, wish),
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
  const { openMoves } = await import("./process/moving.ts");
  const isWatched = process.stderr.isTTY === true;
  return openMoves({
    io,
    version: manifest.version,
    bar: isWatched ? (text) => void process.stderr.write(text) : null,
    stop: stop.signal,
  });
}

function offlineParts() {
  return { io, version: manifest.version, isTerminal, stop: stop.signal };
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
  // The `vivarium` command on an older Node stands before us; killed, it can pass on no signal any more.
  process.once("disconnect", () => stop.abort("the command that started it is gone"));
  // To listen there is no reason to stay.
  process.channel?.unref();
}
