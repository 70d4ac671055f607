import { CommanderError } from "commander";
import { RegistryError } from "#core";
import { allCommands } from "./all-commands.ts";
import { clientFor } from "./client.ts";
import type { CommandRow } from "./command.ts";
import { CommandFailure, EXIT, type Io, type Offline } from "./io.ts";
import { programFrom } from "./program.ts";
import { has, type Typed } from "./typed.ts";

/**
 * Runs one command line, without the program's name, and returns the exit code. Whatever goes wrong is one line on
 * stderr; only a fault of ours shows more.
 */
export async function run(argv: readonly string[], io: Io, offline: Offline): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = programFrom(allCommands(offline.options), offline.version, io, async (row, typed) => {
    exitCode = await perform(row, typed, io, offline);
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return exitCodeFor(error, io);
  }
}

async function perform(row: CommandRow, typed: Typed, io: Io, offline: Offline): Promise<number> {
  const outcome = await row.run(typed, { io, offline, client: clientFor(io, typed) });
  for (const note of outcome.notes ?? []) io.err(note);
  const text = has(typed, "json") && row.hasJson ? `${JSON.stringify(outcome.json, null, 2)}\n` : outcome.text;
  if (text !== "") io.out(text);
  return outcome.exitCode ?? EXIT.done;
}

function exitCodeFor(error: unknown, io: Io): number {
  // Help and version end as errors of exit code 0; mistakes have been told by then.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof CommandFailure) {
    io.err(`vivarium: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof RegistryError) {
    // What the server's own rooms refuse while it starts: a setting, the data folder.
    io.err(`vivarium: ${"because" in error.problem ? error.problem.because : error.message}`);
    return EXIT.environment;
  }
  if (isSystemError(error)) {
    io.err(`vivarium: ${error.message}`);
    return EXIT.environment;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`vivarium: this is a fault of vivarium itself, please report it:\n${stack}`);
  return EXIT.bug;
}

/** What the operating system refused: no such file, permission denied, disk full. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "code" in error;
}
