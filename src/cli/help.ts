import { URL_DEFAULT } from "./client.ts";
import type { CommandRow, Example } from "./command.ts";
import { EXIT } from "./io.ts";

export const DESCRIPTION =
  "The package repository that a Python team runs itself: host, cache and merge packages behind one address.";

const FIRST_STEPS: readonly Example[] = [
  { line: "vivarium serve", does: `start the server: ${URL_DEFAULT}, data in ./data` },
  { line: "vivarium user create alice", does: "an account; asks for its password" },
  { line: "vivarium index create alice/dev --base root/pypi --user alice", does: "a repository to publish to" },
  {
    line: "vivarium token create ci --repository alice/dev --permission publish --expires 90d --user alice",
    does: "for a pipeline",
  },
  { line: "vivarium doctor", does: "what is wrong here, and how to mend it" },
];

const EXIT_TEXTS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.done, "done"],
  [EXIT.refused, "the server refused, or doctor found a fault"],
  [EXIT.usage, "the command line cannot be understood"],
  [EXIT.environment, "something on this machine: files, rights, configuration, ports"],
  [EXIT.unreachable, "the server cannot be reached, or something else answers"],
  [EXIT.bug, "a fault of vivarium itself"],
];

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["VIVARIUM_URL", `the server that commands talk to; ${URL_DEFAULT} when not set`],
  ["VIVARIUM_TOKEN", "a token to sign in with"],
  ["VIVARIUM_USER", "a name to sign in with"],
  ["VIVARIUM_PASSWORD", "its password; asked for at the terminal when not set"],
  ["VIVARIUM_ROOT_PASSWORD", "root's password when a data folder is made"],
];

/** What stands below the list of commands in `vivarium --help`. */
export function programHelp(): string {
  const parts = [
    `First steps:\n${examplesText(FIRST_STEPS)}`,
    `Environment:\n${columns(ENVIRONMENT)}\n  The server's settings have variables of their own: vivarium serve --help`,
    `Exit codes:\n${columns(EXIT_TEXTS.map(([code, meaning]) => [String(code), meaning]))}`,
    "'vivarium COMMAND --help' explains a command.",
  ];
  return `\n${parts.join("\n\n")}`;
}

/** What stands below a command's options. */
export function commandHelp({ more, examples }: CommandRow): string {
  const paragraphs = [more === undefined ? [] : [wrapped(more)], [`Examples:\n${examplesText(examples)}`]].flat();
  return `\n${paragraphs.join("\n\n")}`;
}

function examplesText(examples: readonly Example[]): string {
  return examples.map(({ line, does }) => `  # ${does}\n  ${line}`).join("\n");
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join("\n");
}

const LINE_LENGTH_MAX = 80;

function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH_MAX) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines.join("\n");
}
