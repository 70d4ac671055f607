import type { OptionRow } from "#cli";
import {
  oneOf,
  type ReadValue,
  readDays,
  readHost,
  readHostAndPort,
  readMode,
  readPath,
  readPort,
  readProxyPeer,
  readPublicUrl,
  readSeconds,
  readSize,
  readSocketPath,
  readSwitch,
  readUpstream,
} from "./config-values.ts";

/** Everything that can be set by flag, environment and file; see {@link SETTINGS} for what each means. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly unixSocket: string | null;
  readonly unixSocketMode: number;
  readonly dataFolder: string;
  /** `null`: in the data folder. */
  readonly keyFile: string | null;
  /** Without a slash at the end. */
  readonly publicUrl: string | null;
  readonly trustedProxies: readonly string[];
  readonly signUp: "open" | "closed" | "loopback";
  readonly uploadSizeBytesMax: number;
  /** Of formats that know no projects. */
  readonly plainFileSizeBytesMax: number;
  readonly memoryBytesMax: number;
  /** `none`, an address, or `null`: what this machine's installers use. */
  readonly upstream: string | null;
  readonly upstreamSeconds: number;
  readonly graceSeconds: number;
  readonly restrictModify: readonly string[] | null;
  /** 0: removed files are gone at once. */
  readonly trashDays: number;
  /** `name` or `name:port`. */
  readonly pushHosts: readonly string[];
  readonly isLockedDown: boolean;
  readonly logFormat: "human" | "json" | "auto";
  readonly logLevel: "error" | "warn" | "info" | "debug";
}

/** One row of the table: how it is given, how it is read, what it is when nobody gave it. */
export interface Setting<Value> extends OptionRow {
  readonly fallback: string | null;
  /** From one text, or from several where it is repeatable. `folder`: what relative paths are relative to. */
  read(texts: readonly string[], folder: string): Value;
}

type Row = Omit<OptionRow, "defaultText" | "env"> & { readonly defaultText?: string; readonly fallback?: string };

const SERVE = ["serve"] as const;
const SERVING = ["serve", "doctor"] as const;
const ALL = ["serve", "init", "doctor", "move"] as const;
const TAKING = ["serve", "move"] as const;

/** The one table of settings: `--help`, the environment, the file and doctor all read it. */
export const SETTINGS: { readonly [Field in keyof Settings]: Setting<Settings[Field]> } = {
  host: one(readHost, {
    name: "host",
    placeholder: "address",
    description: "address to listen at; 0.0.0.0 for all",
    fallback: "127.0.0.1",
    commands: SERVING,
  }),
  port: one(readPort, {
    name: "port",
    short: "p",
    placeholder: "number",
    description: "port to listen at; 0 for any free one",
    fallback: "3141",
    commands: SERVING,
  }),
  unixSocket: optional(readSocketPath, {
    name: "unix-socket",
    placeholder: "path",
    description: "listen at this Unix socket instead of host and port",
    commands: SERVING,
  }),
  unixSocketMode: one(readMode, {
    name: "unix-socket-mode",
    placeholder: "mode",
    description:
      "who may connect to the Unix socket, as chmod takes it: 600 for this user, 660 for its group, 666 for all",
    fallback: "660",
    commands: SERVE,
  }),
  dataFolder: one(readPath, {
    name: "data",
    short: "d",
    placeholder: "folder",
    description: "folder that everything is kept in; made when it is missing",
    fallback: "data",
    defaultText: "./data",
    commands: ALL,
  }),
  keyFile: optional(readPath, {
    name: "key-file",
    placeholder: "path",
    description: "file with the key that seals secrets; made when it is missing",
    defaultText: "secret.key in the data folder",
    commands: ALL,
  }),
  publicUrl: optional(readPublicUrl, {
    name: "public-url",
    placeholder: "url",
    description: "where clients reach this server, with the path prefix if a proxy adds one",
    commands: SERVING,
  }),
  trustedProxies: list(readProxyPeer, {
    name: "trusted-proxy",
    placeholder: "address",
    description: "address or range of a proxy whose X-Forwarded-… headers are believed; 'unix' for the Unix socket",
    commands: SERVE,
  }),
  signUp: one(oneOf("open", "closed", "loopback"), {
    name: "signup",
    placeholder: "who",
    description: "who may make an account without having one: open, closed, or loopback (you, at this machine)",
    fallback: "loopback",
    commands: SERVE,
  }),
  uploadSizeBytesMax: one(readSize, {
    name: "max-upload-size",
    placeholder: "size",
    description: "largest package that is taken in, by upload or from upstream",
    fallback: "2G",
    commands: TAKING,
  }),
  plainFileSizeBytesMax: one(readSize, {
    name: "max-file-size",
    placeholder: "size",
    description: "largest file of a repository for files of any kind (generic)",
    fallback: "100G",
    commands: TAKING,
  }),
  memoryBytesMax: one(readSize, {
    name: "cache-memory",
    placeholder: "size",
    description: "memory for finished pages and small files that are asked for often",
    fallback: "96M",
    commands: SERVE,
  }),
  upstream: optional(readUpstream, {
    name: "upstream",
    placeholder: "url",
    description: "simple index that root/pypi reads from when it is made; none for none, now and at later starts",
    defaultText: "what uv or pip use on this machine",
    commands: ["serve", "init"],
  }),
  upstreamSeconds: one(readSeconds, {
    name: "request-timeout",
    placeholder: "seconds",
    description: "how long to wait for the beginning of an upstream's answer",
    fallback: "10",
    commands: TAKING,
  }),
  graceSeconds: one(readSeconds, {
    name: "grace",
    placeholder: "seconds",
    description: "how long running requests may take to finish when the server stops",
    fallback: "30",
    commands: SERVE,
  }),
  restrictModify: {
    ...rowOf({
      name: "restrict-modify",
      placeholder: "users",
      description: "only these users and :groups, separated by commas, may create, change and remove users and indexes",
      defaultText: "everybody their own",
      commands: SERVE,
      isRepeatable: true,
    }),
    read: (texts) =>
      texts.length === 0 ? null : texts.flatMap((text) => text.split(/[\s,]+/).filter((name) => name !== "")),
  },
  trashDays: one(readDays, {
    name: "trash-days",
    placeholder: "days",
    description: "how long removed files rest in the trash, from where they can be restored; 0 for not at all",
    fallback: "14",
    commands: SERVE,
  }),
  pushHosts: list(readHostAndPort, {
    name: "push-host",
    placeholder: "host",
    description: "host, or host:port, that versions may be pushed to although it is on this machine itself",
    defaultText: "other machines only",
    commands: SERVE,
  }),
  isLockedDown: one(readSwitch, {
    name: "lockdown",
    placeholder: null,
    description: "answer nobody who has not signed in, but for health, discovery and login",
    fallback: "no",
    defaultText: "what is open is readable by everybody",
    commands: SERVE,
  }),
  logFormat: one(oneOf("human", "json", "auto"), {
    name: "log-format",
    placeholder: "format",
    description: "human, json, or auto: human on a terminal, JSON lines elsewhere",
    fallback: "auto",
    commands: SERVE,
  }),
  logLevel: one(oneOf("error", "warn", "info", "debug"), {
    name: "log-level",
    placeholder: "level",
    description: "error, warn, info (a line for each request) or debug",
    fallback: "info",
    commands: SERVE,
  }),
};

/** Where the file is named; it cannot be named in itself. */
export const CONFIG_ROW: OptionRow = {
  name: "config",
  short: "c",
  placeholder: "path",
  description: "YAML file with these settings, by their long names",
  defaultText: "vivarium.yaml in the current folder, if it is there",
  env: "VIVARIUM_CONFIG",
  commands: ALL,
};

export const OPTION_ROWS: readonly OptionRow[] = [CONFIG_ROW, ...Object.values(SETTINGS)];

function one<Value>(read: ReadValue<Value>, row: Row & { readonly fallback: string }): Setting<Value> {
  return { ...rowOf(row), read: (texts, folder) => read(texts.at(-1) ?? row.fallback, folder) };
}

function optional<Value>(read: ReadValue<Value>, row: Row): Setting<Value | null> {
  return {
    ...rowOf(row),
    read(texts, folder) {
      const text = texts.at(-1);
      return text === undefined ? null : read(text, folder);
    },
  };
}

function list<Value>(read: ReadValue<Value>, row: Row): Setting<readonly Value[]> {
  return {
    ...rowOf({ ...row, isRepeatable: true }),
    read: (texts, folder) =>
      texts.flatMap((text) => text.split(/[\s,]+/).filter((part) => part !== "")).map((part) => read(part, folder)),
  };
}

function rowOf(row: Row): OptionRow & { readonly fallback: string | null } {
  return {
    ...row,
    fallback: row.fallback ?? null,
    defaultText: row.defaultText ?? row.fallback ?? null,
    env: `VIVARIUM_${row.name.toUpperCase().replaceAll("-", "_")}`,
  };
}
