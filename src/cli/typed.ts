import { CommandFailure, EXIT } from "./io.ts";

/** What was typed after a command's name. */
export interface Typed {
  /** In order; `null`: left out. */
  readonly positionals: readonly (string | null)[];
  /** By long name without dashes; `true` for a switch; not there: not given. */
  readonly options: Readonly<Record<string, string | readonly string[] | true>>;
}

/** The value of an option; `null`: not given. */
export function one(typed: Typed, name: string): string | null {
  const value = typed.options[name];
  return typeof value === "string" ? value : null;
}

/** The values of a repeatable option; `null`: not given. An empty value stands for "none at all". */
export function many(typed: Typed, name: string): readonly string[] | null {
  const value = typed.options[name];
  return typeof value === "object" ? value.filter((each) => each !== "") : null;
}

/** Whether a switch was given. */
export function has(typed: Typed, name: string): boolean {
  return typed.options[name] === true;
}

/** A positional argument that the parser insists on. */
export function positional(typed: Typed, index: number): string {
  return typed.positionals[index] ?? "";
}

/** The command line cannot be understood. */
export function usage(message: string): CommandFailure {
  return new CommandFailure(EXIT.usage, message);
}
