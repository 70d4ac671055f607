import type { Instant } from "#core";
import type { Probes } from "./doctor/probes.ts";
import type { Setup } from "./gen-config/setup.ts";
import type { Moves } from "./moving/answers.ts";

/** What commands do to the world around them; `main.ts` hands in the real one, tests their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** To standard output, as it is: whoever calls ends the last line. */
  out(text: string): void;
  /** Errors and notes, to standard error; the line break at the end is added. */
  err(text: string): void;
  /** All of standard input. */
  input(): Promise<string>;
  /** Asks at the terminal without showing what is typed; `null`: there is no terminal. */
  askSecret(question: string): Promise<string | null>;
  readonly fetch: typeof globalThis.fetch;
  /** `null`: there is no such file. */
  readFile(path: string): Promise<string | null>;
  /**
   * Writes a file of the user's, whole or not at all; `null` removes it. `isSecret`: nobody else may read it, as nobody
   * may read one that is new.
   */
  writeFile(path: string, text: string | null, isSecret: boolean): Promise<void>;
  /** Whether a program can be started by its name. */
  hasProgram(name: string): Promise<boolean>;
  readonly homeFolder: string;
  readonly hostName: string;
  readonly platform: NodeJS.Platform;
  now(): Instant;
}

/** Flags of the commands that work in the data folder, as they were typed: by long name without dashes; `true` for a switch. */
export type Flags = Readonly<Record<string, string | readonly string[] | true>>;

/** One setting of the server, from the configuration's table: a flag of `serve`, an environment variable, a line of the file. */
export interface OptionRow {
  /** Long name without dashes: `public-url`. */
  readonly name: string;
  /** One letter without the dash. */
  readonly short?: string;
  /** What stands for the value in help: `url`; `null`: a switch. */
  readonly placeholder: string | null;
  /** Half a sentence. */
  readonly description: string;
  /** As help shows it; `null`: none. */
  readonly defaultText: string | null;
  /** The environment variable of the same meaning; `null`: none. */
  readonly env: string | null;
  readonly isRepeatable?: boolean;
  /** The commands that take it; `move`: those that move in and out. */
  readonly commands: readonly ("serve" | "init" | "doctor" | "move")[];
}

/** What needs more than a client of the API: the server itself and its data folder. */
export interface Offline {
  readonly version: string;
  readonly options: readonly OptionRow[];
  /** Runs the server until it is told to stop; returns the exit code. */
  serve(flags: Flags): Promise<number>;
  /** Makes the data folder without serving. */
  init(flags: Flags): Promise<InitAnswer>;
  /** Gives an account a new password in the data folder itself: for a lost password of root. */
  setPassword(flags: Flags, user: string, password: string): Promise<void>;
  /** What `doctor` looks with. */
  probes(flags: Flags): Promise<Probes>;
  readonly moves: Moves;
  /** How a service would run the server; for `gen-config`. */
  setup(flags: Flags): Promise<Setup>;
}

export interface InitAnswer {
  readonly dataFolder: string;
  /** `false`: it was there already and is as it should be. */
  readonly created: boolean;
  /** Shown once; `null`: it was given, or was there before. */
  readonly rootPassword: string | null;
}

/** Exit codes, printed by `--help`. */
export const EXIT = {
  done: 0,
  /** The server said no, or doctor found a fault. */
  refused: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** This machine: files, rights, configuration, ports. */
  environment: 3,
  /** The server cannot be reached. */
  unreachable: 4,
  /** A fault of this program itself (EX_SOFTWARE). */
  bug: 70,
} as const;

/** Ends a command with one line on stderr. */
export class CommandFailure extends Error {
  override readonly name: string = "CommandFailure";
  readonly exitCode: number;
  constructor(exitCode: number, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
