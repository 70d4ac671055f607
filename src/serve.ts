import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Flags, InitAnswer, Io } from "#cli";
import type { Instant } from "#core";
import type { App, World } from "./app.ts";
import { greeting } from "./banner.ts";
import type { Config } from "./config.ts";
import { DEFAULT_REMOTE, type FirstStart, type UpstreamSearch } from "./first-start.ts";
import { type Log, openLog } from "./log.ts";
import { fileSink, terminalSink } from "./log-sink.ts";
import { thisProcess } from "./machine.ts";
import { listenFailure, makeFirst, openHouse, placeOf, readConfig, refuseTakenPlace, withoutFaults } from "./start.ts";

/** What `serve` needs besides input and output. */
export interface ServeParts {
  readonly io: Io;
  readonly version: string;
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
  const log = await openServerLog(config, parts);
  parts.logIsOpen(log);
  for (const note of loaded.notes) log.note("warn", note);
  try {
    await using app = await openHouse(config, worldOf(parts, log));
    const first = await makeFirst(app, config, io, stop);
    const telling = tellSearch(first.search, app, config, log);
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

/** Makes the data folder without serving. */
export async function init(flags: Flags, parts: Omit<ServeParts, "logIsOpen">): Promise<InitAnswer> {
  const config = withoutFaults(await readConfig(flags, parts.io));
  const log = await openQuietLog(parts.io);
  await using app = await openHouse(config, worldOf(parts, log));
  const { isFirst, rootPassword, search } = await makeFirst(app, config, parts.io, parts.stop);
  await tellSearch(search, app, config, log);
  log.flush();
  return { dataFolder: config.dataFolder, created: isFirst, rootPassword };
}

/** The house for a command that works in the data folder itself; only what goes wrong is told, on standard error. */
export async function openQuietHouse(
  config: Config,
  parts: Pick<ServeParts, "io" | "version" | "terminal">,
): Promise<App> {
  return openHouse(config, worldOf(parts, await openQuietLog(parts.io)));
}

function openQuietLog(io: Io): Promise<Log> {
  const sink = terminalSink((text) => io.err(text.trimEnd()));
  return openLog({ format: "human", level: "error", sink, isColoured: false, now });
}

function worldOf({ version, terminal }: Pick<ServeParts, "version" | "terminal">, log: Log): World {
  return { now, random: Math.random, version, isTerminal: terminal !== null, log, process: thisProcess() };
}

async function openServerLog(config: Config, { terminal, hasColours }: ServeParts): Promise<Log> {
  const isHuman = config.logFormat === "human" || (config.logFormat === "auto" && terminal !== null);
  return openLog({
    format: isHuman ? "human" : "json",
    level: config.logLevel,
    sink: terminal === null ? await fileSink(1) : terminalSink(terminal),
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

async function tellSearch(search: Promise<UpstreamSearch> | null, app: App, config: Config, log: Log): Promise<void> {
  if (search === null) {
    const remote = await app.registry.repository(DEFAULT_REMOTE);
    const isOther = remote?.kind === "remote" && ![null, "none", remote.url].includes(withSlash(config.upstream));
    if (isOther) {
      log.note(
        "warn",
        `${DEFAULT_REMOTE} reads from ${remote.url} since it was made; the setting 'upstream' is not used`,
      );
    }
    return;
  }
  const result = await search;
  const how = `set one with: vivarium index modify ${DEFAULT_REMOTE} --upstream URL`;
  switch (result.kind) {
    case "found":
      return log.note("info", `${DEFAULT_REMOTE} reads from ${result.upstream.url}, as ${result.upstream.source} says`);
    case "none":
      return config.upstream === "none"
        ? log.note("debug", `${DEFAULT_REMOTE} has no upstream, as the setting 'upstream' says; ${how}`)
        : log.note("warn", `${DEFAULT_REMOTE} has no upstream: neither uv nor pip on this machine names one; ${how}`);
    case "failed":
      return log.note("warn", `${DEFAULT_REMOTE} has no upstream yet: the search failed; ${how}`, {}, result.cause);
  }
}

function withSlash(address: string | null): string | null {
  if (address === null || address === "none") return address;
  const url = URL.parse(address);
  if (url === null) return address;
  url.username = "";
  url.password = "";
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function now(): Instant {
  return Date.now() as Instant;
}
