import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CommandFailure, EXIT, type Flags, type Io } from "#cli";
import { RegistryError } from "#core";
import { clearSocketPlace, type ListeningPlace } from "#http";
import { type App, openApp, type World } from "../app.ts";
import { type Config, type LoadedConfig, loadConfig } from "./config.ts";
import { type FoundUpstream, findUpstream } from "./find-upstream.ts";
import { type FirstStart, firstStart } from "./first-start.ts";
import type { Log } from "./log.ts";
import { askPython, now, readIfThere, thisProcess, whyNotFree } from "./machine.ts";

/** What `serve` and `init` have in common: settings, the house opened, the first start; failures in one line. */

/** The configuration as this command line, environment and file give it. */
export function readConfig(flags: Flags, io: Io): Promise<LoadedConfig> {
  return loadConfig({ flags, env: io.env, readFile: io.readFile, workingFolder: process.cwd() });
}

/** Refuses a configuration with faults, in one line that names the first. */
export function withoutFaults({ config, faults }: LoadedConfig): Config {
  const [first] = faults;
  if (first === undefined) return config;
  const more = faults.length === 1 ? "" : ` (and ${faults.length - 1} more: 'vivarium doctor' lists them)`;
  throw new CommandFailure(first.from === "flag" ? EXIT.usage : EXIT.environment, `${first.text}${more}`);
}

/** Opens the house; what this machine refuses is told in one line. */
export async function openHouse(config: Config, world: World): Promise<App> {
  try {
    return await openApp(config, world);
  } catch (error) {
    throw inOneLine(error, `the data folder ${config.dataFolder} cannot be opened`);
  }
}

/** Makes what a fresh installation needs. */
export async function makeFirst(app: App, config: Config, findUpstream: UpstreamSearcher): Promise<FirstStart> {
  const { rootPassword, upstream: configured } = config;
  try {
    return await firstStart({
      app,
      configured,
      rootPassword,
      findUpstream,
      randomBytes: (count) => randomBytes(count),
    });
  } catch (error) {
    throw inOneLine(error, "the first start did not succeed");
  }
}

export type UpstreamSearcher = () => Promise<FoundUpstream | null>;

/**
 * The search for the upstream of `root/pypi`, made once and when it is first asked for; where there is nothing yet it
 * will be, so it begins at once, beside the opening of the house. Ends with the signal.
 */
export function searcherFor(config: Config, io: Io, signal: AbortSignal): UpstreamSearcher {
  const own = ownOrigins(config);
  let search: Promise<FoundUpstream | null> | null = null;
  function begin(): Promise<FoundUpstream | null> {
    search ??= findUpstream({
      configured: config.upstream,
      env: io.env,
      homeFolder: io.homeFolder,
      platform: process.platform,
      // A file of another program that we may not read is as good as none.
      readFile: (path) => readIfThere(path).catch(() => null),
      askPython: (args) => askPython(args, signal),
      isOurs: (url) => own.includes(url.origin),
    });
    return search;
  }
  // Its failure is told to who asks for it.
  if (!existsSync(config.dataFolder)) begin().catch(() => {});
  return begin;
}

function ownOrigins({ host, port, publicUrl }: Config): readonly string[] {
  const names = [host.includes(":") ? `[${host}]` : host, "localhost", "127.0.0.1", "[::1]"];
  return [...names.map((name) => `http://${name}:${port}`), ...(publicUrl === null ? [] : [new URL(publicUrl).origin])];
}

/** Beside the sources and beside what they are built to. */
const PAGES_FOLDER = join(import.meta.dirname, "..", "..", "ui", "dist");

/** The real world, for a house that is opened by this process. */
export function worldOf(version: string, isTerminal: boolean, log: Log): World {
  return { now, random: Math.random, version, isTerminal, log, process: thisProcess(), pagesFolder: PAGES_FOLDER };
}

/** Where the server listens, as Node wants it. */
export function placeOf({ host, port, unixSocket, unixSocketMode }: Config): ListeningPlace {
  return unixSocket === null ? { host, port } : { socketPath: unixSocket, socketMode: unixSocketMode };
}

/** Refuses a place that is taken or not allowed, before anything is made. */
export async function refuseTakenPlace(config: Config): Promise<void> {
  const { host, port, unixSocket } = config;
  if (unixSocket !== null) await refuseOccupied(unixSocket, config);
  const error = await whyNotFree(unixSocket === null ? { host, port } : { path: unixSocket });
  if (error !== null) throw listenFailure(error, config);
}

/** Node's refusal to listen, in one line. */
export function listenFailure(error: NodeJS.ErrnoException, { host, port, unixSocket }: Config): CommandFailure {
  const place = unixSocket === null ? `port ${port} of ${host}` : `the socket ${unixSocket}`;
  const choose = unixSocket === null ? "choose another one with --port" : "choose another path with --unix-socket";
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${place} is taken by another program; stop it, or ${choose}`,
    EACCES:
      unixSocket === null
        ? `this user may not listen at ${place}; ${choose}`
        : `${place} cannot be made: its folder is not there, or this user may not write to it; make the folder, or ${choose}`,
    EADDRNOTAVAIL: `this machine has no address ${host}; choose another one with --host`,
    ENOTFOUND: `the host name ${host} is not known here; choose another one with --host`,
  };
  const message = reasons[error.code ?? ""] ?? `the server cannot listen at ${place}: ${error.message}`;
  return new CommandFailure(EXIT.environment, message, { cause: error });
}

/** A server that was killed leaves its socket, which is cleared away; what else stands there is not ours. */
async function refuseOccupied(path: string, config: Config): Promise<void> {
  const place = await clearSocketPlace(path).catch((error: NodeJS.ErrnoException) =>
    Promise.reject(listenFailure(error, config)),
  );
  if (place === "other") {
    const message = `${path} is there already and is no socket; remove it yourself, or choose another path with --unix-socket`;
    throw new CommandFailure(EXIT.environment, message);
  }
}

function inOneLine(error: unknown, what: string): unknown {
  if (error instanceof CommandFailure) return error;
  if (error instanceof RegistryError && "because" in error.problem) {
    return new CommandFailure(EXIT.environment, error.problem.because, { cause: error });
  }
  // A bug is not one of the machine's faults and must not be told as one.
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError) return error;
  const message = `${what}: ${error.message}; 'vivarium doctor' may tell more`;
  return new CommandFailure(EXIT.environment, message, { cause: error });
}
