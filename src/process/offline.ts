import { CommandFailure, EXIT, type Flags, type InitAnswer, type Io } from "#cli";
import { userName } from "#core";
import type { App } from "../app.ts";
import type { Config } from "./config.ts";
import { type Log, openLog } from "./log.ts";
import { terminalSink } from "./log-sink.ts";
import { now } from "./machine.ts";
import { openProbes } from "./probes.ts";
import { makeFirst, openHouse, readConfig, searcherFor, withoutFaults, worldOf } from "./start.ts";
import { tellUpstream } from "./upstream-note.ts";

/** What is done to a data folder without serving. */
export interface OfflineParts {
  readonly io: Io;
  readonly version: string;
  readonly isTerminal: boolean;
  /** Aborted when it shall end early. */
  readonly stop: AbortSignal;
}

/** Makes the data folder without serving. */
export async function init(flags: Flags, parts: OfflineParts): Promise<InitAnswer> {
  const config = withoutFaults(await readConfig(flags, parts.io));
  const log = quietLog(parts.io);
  const findUpstream = searcherFor(config, parts.io, parts.stop);
  await using app = await openHouse(config, worldOf(parts.version, parts.isTerminal, log));
  const { isFirst, rootPassword, search } = await makeFirst(app, config, findUpstream);
  await tellUpstream(search, app, config, log);
  log.flush();
  return { dataFolder: config.dataFolder, created: isFirst, rootPassword };
}

/** Gives an account a new password without a server. Nothing is made where there is nothing. */
export async function setPassword(
  flags: Flags,
  wish: { readonly user: string; readonly password: string },
  parts: OfflineParts,
): Promise<void> {
  const loaded = await readConfig(flags, parts.io);
  const config = withoutFaults(loaded);
  const { dataFolder } = config;
  if ((await openProbes(loaded).data.version()) === null) {
    throw new CommandFailure(EXIT.environment, `there are no data in ${dataFolder}: name the right folder with --data`);
  }
  const log = quietLog(parts.io);
  await using app = await openHouse(config, worldOf(parts.version, parts.isTerminal, log));
  const name = userName(wish.user);
  if (name === null || (await app.registry.accounts.user(name)) === null) {
    throw new CommandFailure(EXIT.refused, `there is no user '${wish.user}' in ${dataFolder}`);
  }
  const passwordHash = await app.access.hashPassword(wish.password);
  await app.registry.accounts.modify({ kind: "system", reason: "password set offline" }, name, { passwordHash });
  log.flush();
}

/** The house for a command that works in the data folder itself; only what goes wrong is told, on standard error. */
export async function openQuietHouse(
  config: Config,
  { io, version }: Pick<OfflineParts, "io" | "version">,
): Promise<App> {
  return openHouse(config, worldOf(version, false, quietLog(io)));
}

/** Says only what went wrong or is missing. */
function quietLog(io: Io): Log {
  const sink = terminalSink((text) => io.err(text.trimEnd()));
  return openLog({ format: "human", level: "warn", sink, isColoured: false, now });
}
