import { COMMAND_ALIASES, GROUPS, optionsOf } from "../all-commands.ts";
import type { CommandOption, CommandRow } from "../command.ts";

/** One point of the command line: what may follow there. */
export interface Place {
  /** The words that lead here; none: the beginning. */
  readonly path: readonly string[];
  /** Other last words that lead here too. */
  readonly aliases: readonly string[];
  readonly words: readonly Word[];
  readonly options: readonly PlaceOption[];
}

export interface Word {
  readonly word: string;
  readonly description: string;
}

export interface PlaceOption {
  readonly name: string;
  readonly short: string | null;
  readonly description: string;
  readonly value: "none" | "text" | "file" | readonly string[];
}

/** All places, the beginning first. */
export function placesOf(rows: readonly CommandRow[]): readonly Place[] {
  const tops = [...new Set(rows.map(({ path }) => path[0]))];
  const start: Place = {
    path: [],
    aliases: [],
    words: tops.map((word) => ({ word, description: summaryOf(word, rows) })),
    options: [HELP, { ...HELP, name: "version", short: "V", description: "Print the version" }],
  };
  const groups = GROUPS.map(({ name, alias }) => ({
    path: [name],
    aliases: alias === null ? [] : [alias],
    words: rows
      .filter(({ path }) => path[0] === name && path[1] !== undefined)
      .map(({ path, summary }) => ({ word: path[1] ?? "", description: summary })),
    options: [HELP],
  }));
  return [start, ...groups, ...rows.map(placeOf)];
}

const HELP: PlaceOption = { name: "help", short: "h", description: "Show help", value: "none" };

function summaryOf(word: string, rows: readonly CommandRow[]): string {
  const row = rows.find(({ path }) => path[0] === word && path[1] === undefined);
  return row?.summary ?? GROUPS.find(({ name }) => name === word)?.summary ?? "";
}

function placeOf(row: CommandRow): Place {
  const alias = COMMAND_ALIASES[row.path.join(" ")];
  return {
    path: row.path,
    aliases: alias === undefined ? [] : [alias],
    words: row.positionals.flatMap(({ choices = [], description }) => choices.map((word) => ({ word, description }))),
    options: [...optionsOf(row).map(placeOption), HELP],
  };
}

function placeOption({ name, short, description, placeholder, choices }: CommandOption): PlaceOption {
  return { name, short: short ?? null, description, value: valueAfter(placeholder, choices) };
}

const FILE_PLACEHOLDERS: ReadonlySet<string> = new Set(["file", "folder", "path", "dir"]);

function valueAfter(placeholder: string | null, choices: readonly string[] | undefined): PlaceOption["value"] {
  if (placeholder === null) return "none";
  // A lone * would become the files of the folder in one shell or another.
  if (choices !== undefined) return choices.filter((choice) => choice !== "*");
  return FILE_PLACEHOLDERS.has(placeholder) ? "file" : placeholder.includes("|") ? placeholder.split("|") : "text";
}

/** `" index create"`: how the scripts name a place. */
export function keyOf({ path }: Pick<Place, "path">): string {
  return path.map((word) => ` ${word}`).join("");
}

/** Every way to type the last word of a place, with the key of where it is typed. */
export function waysTo({ path, aliases }: Place): readonly string[] {
  const before = keyOf({ path: path.slice(0, -1) });
  return [path.at(-1) ?? "", ...aliases].map((word) => `${before} ${word}`);
}

/** `--kind` and, where there is one, `-k`. */
export function namesOf({ name, short }: PlaceOption): readonly string[] {
  return short === null ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** A word in single quotes, for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
