import { dirname, join, resolve } from "node:path";
import type { Flags, OptionRow } from "#cli";
import { readConfigFile } from "./config-file.ts";
import { CONFIG_ROW, OPTION_ROWS, SETTINGS, type Setting, type Settings } from "./config-settings.ts";
import { nearest, readProxyAddress } from "./config-values.ts";

/** What the server is told, read and checked once; nothing else reads flags, environment or files. */
export interface Config extends Omit<Settings, "keyFile"> {
  readonly keyFile: string;
  /** For the first start; `null`: one is made. */
  readonly rootPassword: string | null;
  readonly proxy: {
    readonly httpProxy: string | null;
    readonly httpsProxy: string | null;
    readonly noProxy: string | null;
  };
}

/** Where settings come from. */
export interface ConfigSources {
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `null`: there is no such file. */
  readonly readFile: (path: string) => Promise<string | null>;
  readonly workingFolder: string;
}

export interface ConfigFault {
  /** On the command line it is a mistake in typing, elsewhere one of the machine. */
  readonly from: "flag" | "environment" | "file";
  /** One sentence that names where it came from. */
  readonly text: string;
}

/** The configuration and what is wrong with it; where a value is wrong, `config` has the default. */
export interface LoadedConfig {
  readonly config: Config;
  readonly faults: readonly ConfigFault[];
  /** Nothing wrong, but perhaps not what was meant. */
  readonly notes: readonly string[];
}

export const configOptions: readonly OptionRow[] = OPTION_ROWS;

const DEFAULT_FILE = "vivarium.yaml";
/** Variables of the first start and of the commands that are clients. */
const OTHER_VARIABLES = [
  "VIVARIUM_ROOT_PASSWORD",
  "VIVARIUM_URL",
  "VIVARIUM_TOKEN",
  "VIVARIUM_USER",
  "VIVARIUM_PASSWORD",
  "VIVARIUM_DEVPI_PASSWORD",
];

/** Flags win over the environment, the environment over the file, the file over the defaults. */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const faults: ConfigFault[] = [];
  const file = await fileOf(sources, faults);
  const given = (row: OptionRow): Given | null => fromFlags(row, sources) ?? fromEnv(row, sources) ?? file(row.name);

  function settled<Value>(setting: Setting<Value>): Value {
    const found = given(setting);
    const fallback = () => setting.read(setting.fallback === null ? [] : [setting.fallback], sources.workingFolder);
    if (found === null) return fallback();
    try {
      return setting.read(found.texts, found.folder);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const shown = setting.name === SETTINGS.upstream.name ? "" : ` '${found.texts.join(", ")}'`;
      faults.push({ from: found.from, text: `${found.where}${shown} is not valid: ${error.message}.` });
      return fallback();
    }
  }

  const settings = Object.fromEntries(
    Object.entries(SETTINGS).map(([field, setting]) => [field, settled(setting as Setting<unknown>)]),
  ) as unknown as Settings;
  const config: Config = {
    ...settings,
    keyFile: settings.keyFile ?? join(settings.dataFolder, "secret.key"),
    rootPassword: sources.env["VIVARIUM_ROOT_PASSWORD"] || null,
    proxy: proxiesOf(sources.env, faults),
  };
  return { config: Object.freeze(config), faults, notes: notesOf(sources.env) };
}

interface Given {
  readonly from: ConfigFault["from"];
  /** In words: `--port`, `VIVARIUM_PORT`, `port in /etc/vivarium.yaml`. */
  readonly where: string;
  readonly texts: readonly string[];
  readonly folder: string;
}

function fromFlags({ name }: OptionRow, { flags, workingFolder: folder }: ConfigSources): Given | null {
  const value = flags[name];
  if (value === undefined) return null;
  // A switch has no value: to name it is to say yes.
  return { from: "flag", where: `--${name}`, texts: value === true ? ["yes"] : [value].flat(), folder };
}

/** An empty variable counts as not set, as compose files and units like to have it. */
function fromEnv({ env: name }: OptionRow, { env, workingFolder: folder }: ConfigSources): Given | null {
  const value = name === null ? undefined : env[name];
  return name === null || value === undefined || value === ""
    ? null
    : { from: "environment", where: name, texts: [value], folder };
}

async function fileOf(sources: ConfigSources, faults: ConfigFault[]): Promise<(name: string) => Given | null> {
  const named = fromFlags(CONFIG_ROW, sources) ?? fromEnv(CONFIG_ROW, sources);
  const path = resolve(sources.workingFolder, named?.texts.at(-1) ?? DEFAULT_FILE);
  const fault = (text: string): void => void faults.push({ from: named?.from ?? "file", text });
  const text = await sources.readFile(path).catch((error: unknown) => {
    fault(`the configuration file ${path} cannot be read: ${(error as Error).message}.`);
    return null;
  });
  if (text === null) {
    if (named !== null && faults.length === 0) {
      fault(`the configuration file ${path}, named by ${named.where}, is not there.`);
    }
    return () => null;
  }
  const read = await readConfigFile(text);
  for (const each of read.faults) faults.push({ from: "file", text: `the configuration file ${path} ${each}.` });
  const known = Object.values(SETTINGS).map(({ name }) => name);
  for (const name of read.values.keys()) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const hint = meant === null ? `it may hold ${known.join(", ")}` : `'${meant}' is probably meant`;
    faults.push({ from: "file", text: `the configuration file ${path} has an unknown key '${name}'; ${hint}.` });
  }
  return (name) => {
    const texts = read.values.get(name);
    return texts === undefined ? null : { from: "file", where: `${name} in ${path}`, texts, folder: dirname(path) };
  };
}

/** Small letters win, as curl has it. */
function proxiesOf(env: ConfigSources["env"], faults: ConfigFault[]): Config["proxy"] {
  function addressOf(...names: readonly string[]): string | null {
    const name = names.find((candidate) => (env[candidate] ?? "") !== "");
    if (name === undefined) return null;
    try {
      return readProxyAddress(env[name] ?? "");
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // Not shown: there may be a password in it.
      faults.push({ from: "environment", text: `${name} is not valid: ${error.message}.` });
      return null;
    }
  }
  return {
    httpProxy: addressOf("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
    httpsProxy: addressOf("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
    noProxy: env["no_proxy"] || env["NO_PROXY"] || null,
  };
}

function notesOf(env: ConfigSources["env"]): readonly string[] {
  const known = [...OTHER_VARIABLES, ...OPTION_ROWS.flatMap((row) => row.env ?? [])];
  return Object.keys(env)
    .filter((name) => name.startsWith("VIVARIUM_") && !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `${name} is set and means nothing here${meant === null ? "" : `; ${meant} is probably meant`}.`;
    });
}
