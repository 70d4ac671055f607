import { userInfo } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Flags, Io, Setup } from "#cli";
import { CONFIG_ROW, OPTION_ROWS } from "./config-settings.ts";
import { readConfig, withoutFaults } from "./start.ts";

/** Settings that name a place; services start elsewhere, so they get the whole path. */
const PATHS = ["data", "key-file", "unix-socket"] as const;

/** How a service would run the server that these flags describe. */
export async function setupOf(flags: Flags, io: Io, workingFolder: string): Promise<Setup> {
  const config = withoutFaults(await readConfig(flags, io));
  const places: Readonly<Record<string, string | null>> = {
    data: config.dataFolder,
    "key-file": config.keyFile,
    "unix-socket": config.unixSocket,
  };
  const named = flags[CONFIG_ROW.name] ?? io.env[CONFIG_ROW.env ?? ""];
  const file = resolve(workingFolder, typeof named === "string" && named !== "" ? named : "vivarium.yaml");
  const hasFile = (await io.readFile(file)) !== null;
  const given = Object.entries(flags).filter(([name]) => name !== CONFIG_ROW.name && name !== "data");
  const words = given.flatMap(([name, value]) =>
    wordsOf(name, PATHS.some((one) => one === name) ? (places[name] ?? value) : value),
  );
  const script = fileURLToPath(new URL("../../scripts/vivarium.mjs", import.meta.url));
  return {
    command: [
      process.execPath,
      script,
      "serve",
      ...(hasFile ? ["--config", file] : []),
      "--data",
      config.dataFolder,
      ...words,
    ],
    user: userInfo().username,
    workingFolder,
    dataFolder: config.dataFolder,
    host: config.host,
    port: config.port,
    unixSocket: config.unixSocket,
    publicUrl: config.publicUrl,
    graceSeconds: config.graceSeconds,
    fromEnvironment: OPTION_ROWS.flatMap(({ name, env }) =>
      env !== null && name !== CONFIG_ROW.name && flags[name] === undefined && (io.env[env] ?? "") !== "" ? [env] : [],
    ),
  };
}

function wordsOf(name: string, value: string | readonly string[] | true): readonly string[] {
  if (value === true) return [`--${name}`];
  return [value].flat().flatMap((each) => [`--${name}`, each]);
}
