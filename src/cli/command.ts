import type { Client } from "./client.ts";
import type { Io, Offline, OptionRow } from "./io.ts";
import type { Typed } from "./typed.ts";

/** One command as data: the parser, the help and the shells' completions are made from these rows. */
export interface CommandRow {
  /** `["user", "create"]` */
  readonly path: readonly [string] | readonly [string, string];
  /** One sentence without a full stop. */
  readonly summary: string;
  /** What one must know to use it well; paragraphs. */
  readonly more?: string;
  readonly positionals: readonly PositionalRow[];
  readonly options: readonly CommandOption[];
  /** What help shows: a whole command line and what it does. */
  readonly examples: readonly Example[];
  /** `server`: also takes `--url`, `--user`, …. */
  readonly talksTo: "server" | "nobody";
  /** Whether `--json` is there; `false` where the output is no data. */
  readonly hasJson: boolean;
  run(typed: Typed, tools: Tools): Promise<Outcome>;
}

export interface PositionalRow {
  readonly name: string;
  readonly description: string;
  readonly isOptional?: boolean;
  readonly choices?: readonly string[];
}

/** Like a setting of the server, but for one command. */
export interface CommandOption extends Pick<OptionRow, "name" | "short" | "placeholder" | "description"> {
  readonly isRepeatable?: boolean;
  readonly choices?: readonly string[];
  /** Heading in help; `Options` when not given. */
  readonly group?: string;
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

/** What a command works with. */
export interface Tools {
  readonly io: Io;
  readonly offline: Offline;
  /** Asks for a password, where one is needed, only with the first request. */
  readonly client: Client;
}

/** What a command has to say. */
export interface Outcome {
  /** For `--json`. */
  readonly json: unknown;
  /** For people; lines, each with its line break. */
  readonly text: string;
  /** To stderr, also with `--json`: what must not end up in a pipe. */
  readonly notes?: readonly string[];
  /** 0 when not given. */
  readonly exitCode?: number;
}
