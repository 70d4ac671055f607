import type { User, Users } from "../api-types.ts";
import type { CommandRow, Outcome, PositionalRow, Tools } from "../command.ts";
import { NEW_PASSWORD_OPTION, newPassword } from "../credentials.ts";
import { card, table } from "../table.ts";
import { has, one, positional, type Typed, usage } from "../typed.ts";
import { CLEARING, type FieldOption, fieldsFrom, somethingIn } from "./fields.ts";

const NAME: PositionalRow = { name: "name", description: "The account" };
const OWN_NAME: PositionalRow = { name: "name", description: "The account; your own when left out", isOptional: true };

const FIELDS: readonly FieldOption[] = [
  { name: "email", field: "email", kind: "text", placeholder: "address", description: "Shown to the user and root" },
  { name: "title", field: "title", kind: "text", placeholder: "text", description: "A line about the user" },
  { name: "description", field: "description", kind: "text", placeholder: "text", description: "More about the user" },
  {
    name: "admin",
    field: "isAdmin",
    kind: "yes-no",
    placeholder: "yes|no",
    choices: ["yes", "no"],
    description: "May do everything, as root may; only administrators say so",
  },
  {
    name: "custom-data",
    field: "customData",
    kind: "json",
    placeholder: "json",
    description: "Whatever you keep here; the server does not read it",
  },
];

const TOKENS_ONLY = {
  name: "tokens-only",
  placeholder: null,
  description: "Have no password: the account signs in with tokens only",
};

const DATA = {
  name: "data",
  placeholder: "folder",
  description:
    "Write to this data folder instead of asking the server, which must be stopped: for root's lost password",
};

/** `vivarium user …`: accounts. */
export const userCommands: readonly CommandRow[] = [
  {
    path: ["user", "list"],
    summary: "List all accounts",
    positionals: [],
    options: [],
    examples: [{ line: "vivarium user list --user root", does: "as root, who sees the addresses too" }],
    talksTo: "server",
    hasJson: true,
    async run(_typed, { client }) {
      const answer = await client.ask<Users>("GET", ["users"]);
      const rows = answer.items.map(({ name, email, title, createdAt }) => [name, email ?? "", createdAt, title ?? ""]);
      return { json: answer, text: table(["NAME", "EMAIL", "MADE", "TITLE"], rows, "There are no accounts.") };
    },
  },
  {
    path: ["user", "create"],
    summary: "Make an account",
    more:
      "root makes accounts; everybody does where the server's sign-up is open, and then no --user is needed. The " +
      "password is asked for at the terminal, or read from --new-password-file; it is never typed on the command line.",
    positionals: [NAME],
    options: [...FIELDS, NEW_PASSWORD_OPTION, TOKENS_ONLY],
    examples: [
      { line: "vivarium user create alice --email alice@example.com", does: "asks for alice's password" },
      { line: "vivarium user create ci --tokens-only --user root", does: "an account for machines" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { io, client }) {
      const name = positional(typed, 0);
      const isTokensOnly = has(typed, TOKENS_ONLY.name);
      if (isTokensOnly && one(typed, NEW_PASSWORD_OPTION.name) !== null) throw contradiction();
      const password = isTokensOnly ? null : await newPassword(io, typed, name);
      const made = await client.ask<User>("POST", ["users"], { name, ...fieldsFrom(typed, FIELDS), password });
      return { json: made, text: `The account ${made.name} is made.\n` };
    },
  },
  {
    path: ["user", "show"],
    summary: "Show an account",
    positionals: [OWN_NAME],
    options: [],
    examples: [{ line: "vivarium user show alice", does: "what is known of alice" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = typed.positionals[0] ?? (await client.account());
      const user = await client.ask<User>("GET", ["users", name]);
      return { json: user, text: cardOf(user) };
    },
  },
  {
    path: ["user", "modify"],
    summary: "Change what is written about an account",
    more: CLEARING,
    positionals: [NAME],
    options: FIELDS,
    examples: [{ line: "vivarium user modify alice --title 'Alice, web team' --user alice", does: "a new title" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      const fields = somethingIn(fieldsFrom(typed, FIELDS), name);
      const user = await client.ask<User>("PATCH", ["users", name], fields);
      return { json: user, text: cardOf(user) };
    },
  },
  {
    path: ["user", "password"],
    summary: "Change an account's password",
    more: "Signing in needs the old password (or root's); a token cannot change its owner's password.",
    positionals: [OWN_NAME],
    options: [NEW_PASSWORD_OPTION, TOKENS_ONLY, DATA],
    examples: [
      { line: "vivarium user password --user alice", does: "asks for the old and the new one" },
      { line: "vivarium user password bob --user root", does: "root gives bob a new one" },
      { line: "vivarium user password root --data /srv/vivarium", does: "at the stopped server: root's is lost" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { io, offline, client }) {
      const isTokensOnly = has(typed, TOKENS_ONLY.name);
      if (isTokensOnly && one(typed, NEW_PASSWORD_OPTION.name) !== null) throw contradiction();
      const folder = one(typed, DATA.name);
      if (folder !== null) return setOffline(folder, typed, { io, offline });
      const name = typed.positionals[0] ?? (await client.account());
      const password = isTokensOnly ? null : await newPassword(io, typed, name);
      const user = await client.ask<User>("PATCH", ["users", name], { password });
      const what = isTokensOnly ? `${name} signs in with tokens only now.` : `The password of ${name} is changed.`;
      return { json: user, text: `${what}\n` };
    },
  },
  {
    path: ["user", "remove"],
    summary: "Remove an account with its repositories and tokens",
    more: "The server refuses it while one of the repositories is immutable and not empty.",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium user remove alice --user root", does: "alice and all of alice's are gone" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      await client.ask("DELETE", ["users", name]);
      return { json: { removed: name }, text: `The account ${name} is removed.\n` };
    },
  },
];

async function setOffline(
  folder: string,
  typed: Typed,
  { io, offline }: Pick<Tools, "io" | "offline">,
): Promise<Outcome> {
  const [name = null] = typed.positionals;
  if (name === null) throw usage("--data needs the account's name: there is no server that knows who you are");
  if (has(typed, TOKENS_ONLY.name)) throw usage("--data gives a new password: leave out --tokens-only");
  await offline.setPassword({ data: folder }, name, await newPassword(io, typed, name));
  return { json: { changed: name }, text: `The password of ${name} in ${folder} is changed.\n` };
}

function contradiction(): Error {
  return usage(`--${TOKENS_ONLY.name} and --${NEW_PASSWORD_OPTION.name} contradict each other: give one of them`);
}

function cardOf(user: User): string {
  return card([
    ["name", user.name],
    ["email", user.email],
    ["title", user.title],
    ["description", user.description],
    ["custom-data", user.customData === null ? null : JSON.stringify(user.customData)],
    ["made", user.createdAt],
    ["changed", user.modifiedAt],
    ["admin", user.isAdmin === true ? "yes" : null],
    ["password", user.hasPassword === null ? null : user.hasPassword ? "yes" : "none: tokens only"],
  ]);
}
