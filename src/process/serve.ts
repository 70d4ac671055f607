import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Flags, Io } from "#cli";
import { greeting } from "./banner.ts";
import type { Config } from "./config.ts";
import type { FirstStart } from "./first-start.ts";
import { type Log, openLog } from "./log.ts";
import { fileSink, terminalSink } from "./log-sink.ts";
import { now } from "./machine.ts";
import {
  listenFailure,
  makeFirst,
  openHouse,
  placeOf,
  readConfig,
  refuseTakenPlace,
  searcherFor,
  withoutFaults,
  worldOf,
} from "./start.ts";
import { tellUpstream } from "./upstream-note.ts";

/** What `serve` needs of the process around it. */
export interface ServeParts {
  readonly io: Io;
  readonly version: string;
  /** A person started the server. */
  readonly isTerminal: boolean;
  /** What is shown there is seen by a person; `null`: there is no terminal. */
  readonly terminal: ((text: string) => void) | null;
  readonly hasColours: boolean;
  /** Aborted when the server shall stop; the reason says why, in words. */
  readonly stop: AbortSignal;
  /** Told once, so that last words get into the log. */
  readonly logIsOpen: (log: Log) => void;
}

/** Runs the server until it is told to stop; returns when everything is closed. */
export async function serve(flags: Flags, parts: ServeParts): Promise<void> {
  const { io, stop } = parts;
  const loaded = await readConfig(flags, io);
  const config = withoutFaults(loaded);
  await refuseTakenPlace(config);
  const findUpstream = searcherFor(config, io, stop);
  const log = openServerLog(config, parts);
  parts.logIsOpen(log);
  for (const note of loaded.notes) log.note("warn", note);
  try {
    await using app = await openHouse(config, worldOf(parts.version, parts.isTerminal, log));
    const first = await makeFirst(app, config, findUpstream);
    const telling = tellUpstream(first.search, app, config, log);
    const address = await app.frontDoor
      .listen(placeOf(config))
      .catch((error: NodeJS.ErrnoException) => Promise.reject(listenFailure(error, config)));
    await welcome({ address, config, first, log, parts });
    await aborted(stop);
    log.note("info", `stopping (${String(stop.reason)}): what runs is finished first`);
    await telling;
  } finally {
    log.flush();
  }
  log.note("info", "stopped");
  log.flush();
}

function openServerLog(config: Config, { terminal, hasColours }: ServeParts): Log {
  const isHuman = config.logFormat === "human" || (config.logFormat === "auto" && terminal !== null);
  return openLog({
    format: isHuman ? "human" : "json",
    level: config.logLevel,
    sink: terminal === null ? fileSink(1) : terminalSink(terminal),
    isColoured: isHuman && hasColours,
    now,
  });
}

/** A secret is shown on a terminal only. Elsewhere output ends up in logs, so it goes into a file of its own. */
async function welcome({
  address,
  config,
  first,
  log,
  parts,
}: {
  readonly address: string;
  readonly config: Config;
  readonly first: FirstStart;
  readonly log: Log;
  readonly parts: ServeParts;
}): Promise<void> {
  const url = config.publicUrl ?? address.replace(/\/\/(127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?=:|$)/, "//localhost");
  const { dataFolder } = config;
  if (parts.terminal !== null && config.logFormat !== "json") {
    log.flush();
    parts.terminal(greeting({ url, dataFolder, version: parts.version, first }));
    return;
  }
  log.note("info", "listening", { address, url, data: dataFolder, version: parts.version });
  if (first.rootPassword === null) return;
  const path = join(dataFolder, "root-password");
  await writeFile(path, `${first.rootPassword}\n`, { mode: 0o600 });
  log.note("warn", `root's password was made; it is in ${path}: read it, then remove the file`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
