import { Argument, Command, Option } from "commander";
import { COMMAND_ALIASES, GROUPS, optionsOf } from "./all-commands.ts";
import type { CommandOption, CommandRow, PositionalRow } from "./command.ts";
import { commandHelp, DESCRIPTION, programHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { type Typed, usage } from "./typed.ts";

/** The parser. `run` is called with the command that was typed; help and mistakes end in a `CommanderError`. */
export function programFrom(
  rows: readonly CommandRow[],
  version: string,
  io: Io,
  run: (row: CommandRow, typed: Typed) => Promise<void>,
): Command {
  const program = new Command("vivarium")
    .description(DESCRIPTION)
    .version(`vivarium ${version}`, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Show help")
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, "vivarium: ").replace(NO_SUCH_COMMAND, HELP_HINT)),
      // Widths of terminals and colours are the terminal's; help reads the same everywhere.
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText("after", programHelp);
  const groups = new Map(GROUPS.map((group) => [group.name, groupOf(program, group)]));
  for (const row of rows) {
    const [first, second] = row.path;
    const parent = second === undefined ? program : groups.get(first);
    if (parent === undefined) throw new TypeError(`no group is called ${first}`);
    addCommand(parent, row, run);
  }
  return inOrderOf(program, rows);
}

const HELP_WIDTH = 110;
/** Where nothing alike was found to suggest. */
const NO_SUCH_COMMAND = /unknown command '.*'(?=\n$)/;
const HELP_HINT = "$&; 'vivarium --help' lists what there is";

function groupOf(program: Command, { name, alias, summary }: (typeof GROUPS)[number]): Command {
  const group = program.command(name).description(`${summary}.`).summary(summary).helpCommand(false);
  return alias === null ? group : group.alias(alias);
}

function addCommand(parent: Command, row: CommandRow, run: (row: CommandRow, typed: Typed) => Promise<void>): void {
  const command = parent
    .command(row.path.at(-1) ?? "")
    .description(`${row.summary}.`)
    .summary(row.summary);
  const alias = COMMAND_ALIASES[row.path.join(" ")];
  if (alias !== undefined) command.alias(alias);
  for (const each of row.positionals) command.addArgument(argumentFrom(each));
  const options = optionsOf(row).map((each) => [each, optionFrom(each)] as const);
  for (const [, option] of options) command.addOption(option);
  command.addHelpText("after", () => commandHelp(row));
  command.action(async () => {
    await run(row, typedFrom(command, row, options));
  });
}

function argumentFrom({ name, description, isOptional = false, choices }: PositionalRow): Argument {
  const argument = new Argument(isOptional ? `[${name}]` : `<${name}>`, description);
  return choices === undefined ? argument : argument.choices(choices);
}

function optionFrom({
  name,
  short,
  placeholder,
  description,
  choices,
  isRepeatable = false,
  group,
}: CommandOption): Option {
  const flags = `${short === undefined ? "" : `-${short}, `}--${name}${placeholder === null ? "" : ` <${placeholder}>`}`;
  const option = new Option(flags, isRepeatable ? `${description}; may be repeated` : description);
  if (group !== undefined) option.helpGroup(group);
  if (placeholder === null) return option;
  return option.argParser<string | readonly string[] | undefined>((value, previous) => {
    if (choices !== undefined && value !== "" && !choices.includes(value)) {
      throw usage(`--${name} ${value}: it is one of ${choices.join(", ")}`);
    }
    return isRepeatable ? [...(typeof previous === "object" ? previous : []), value] : value;
  });
}

function typedFrom(command: Command, row: CommandRow, options: readonly (readonly [CommandOption, Option])[]): Typed {
  const given: Record<string, string | readonly string[] | true> = {};
  for (const [{ name }, option] of options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (typeof value === "string" || value === true || Array.isArray(value)) given[name] = value;
  }
  return { positionals: row.positionals.map((_each, index) => command.args[index] ?? null), options: given };
}

/** Help lists commands as `rows` has them, groups among them. */
function inOrderOf(program: Command, rows: readonly CommandRow[]): Command {
  const order = [...new Set(rows.map(({ path }) => path[0]))];
  return program.configureHelp({
    visibleCommands: (command) =>
      command.parent === null
        ? [...command.commands].sort((a, b) => order.indexOf(a.name()) - order.indexOf(b.name()))
        : [...command.commands],
  });
}
