import { URL_DEFAULT } from "./client.ts";
import type { CommandOption, CommandRow } from "./command.ts";
import { applyingCommands } from "./commands/applying.ts";
import { completion } from "./commands/completion.ts";
import { copyCommands } from "./commands/copies.ts";
import { genConfig } from "./commands/gen-config.ts";
import { groupCommands } from "./commands/groups.ts";
import { loginCommands } from "./commands/login.ts";
import { movingCommands } from "./commands/moving.ts";
import { permissionCommands } from "./commands/permissions.ts";
import { policyCommands } from "./commands/policies.ts";
import { releaseCommands } from "./commands/releases.ts";
import { repositoryCommands } from "./commands/repositories.ts";
import { serverCommands, settingsFor } from "./commands/server.ts";
import { tokenCommands } from "./commands/tokens.ts";
import { trashCommands } from "./commands/trash.ts";
import { userCommands } from "./commands/users.ts";
import { whoami } from "./commands/whoami.ts";
import type { OptionRow } from "./io.ts";

/** Every command, in the order of help. */
export function allCommands(settings: readonly OptionRow[]): readonly CommandRow[] {
  const rows: readonly CommandRow[] = [
    ...serverCommands(settings),
    genConfig(settingsFor("serve", settings)),
    ...loginCommands,
    ...movingCommands(settingsFor("move", settings)),
    ...userCommands,
    ...groupCommands,
    ...repositoryCommands,
    ...copyCommands,
    ...tokenCommands,
    ...permissionCommands,
    ...releaseCommands,
    ...trashCommands,
    ...policyCommands,
    ...applyingCommands,
    whoami,
    completion(() => rows),
  ];
  return rows;
}

/** A word that only gathers commands. */
export interface GroupRow {
  readonly name: string;
  readonly alias: string | null;
  readonly summary: string;
}

export const GROUPS: readonly GroupRow[] = [
  { name: "import", alias: null, summary: "Moving in from other servers" },
  { name: "export", alias: null, summary: "Moving out" },
  { name: "user", alias: null, summary: "Accounts" },
  { name: "group", alias: null, summary: "Accounts that are given rights together" },
  { name: "index", alias: "repository", summary: "Repositories: local, remote and virtual" },
  { name: "token", alias: null, summary: "Tokens, which machines sign in with" },
  { name: "permission", alias: null, summary: "Who may do what, and where" },
  { name: "trash", alias: null, summary: "Removed files, while they rest" },
  { name: "policy", alias: null, summary: "Which files are cleared away, and when" },
];

/** Other names of commands: what users of other tools would type. */
export const COMMAND_ALIASES: Readonly<Record<string, string>> = {
  "token create": "issue",
  "index remove": "delete",
  "user remove": "delete",
};

const SERVER = "Server and account:";

const CONNECTION: readonly CommandOption[] = [
  {
    name: "url",
    placeholder: "url",
    description: `Which server (default: ${URL_DEFAULT}, env: VIVARIUM_URL)`,
    group: SERVER,
  },
  { name: "user", placeholder: "name", description: "Who to be (env: VIVARIUM_USER)", group: SERVER },
  {
    name: "password-file",
    placeholder: "file",
    description:
      "The password, first line of this file (- is standard input); else VIVARIUM_PASSWORD, else it is asked for",
    group: SERVER,
  },
  {
    name: "token",
    placeholder: "token",
    description:
      "A token instead of name and password; others on this machine can see it, so better: env VIVARIUM_TOKEN",
    group: SERVER,
  },
];

const JSON_OPTION: CommandOption = { name: "json", placeholder: null, description: "Print JSON, for programs" };

/** The command's own options and those that it has with all its kind. */
export function optionsOf(row: CommandRow): readonly CommandOption[] {
  return [...row.options, ...(row.hasJson ? [JSON_OPTION] : []), ...(row.talksTo === "server" ? CONNECTION : [])];
}
