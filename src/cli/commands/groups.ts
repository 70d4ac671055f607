import type { Group, Groups } from "../api-types.ts";
import type { CommandRow, PositionalRow } from "../command.ts";
import { card, table } from "../table.ts";
import { positional } from "../typed.ts";
import { CLEARING, type FieldOption, fieldsFrom, somethingIn } from "./fields.ts";

const NAME: PositionalRow = { name: "group", description: "Its name" };
const ACCOUNT: PositionalRow = { name: "account", description: "Who" };

const FIELDS: readonly FieldOption[] = [
  {
    name: "description",
    field: "description",
    kind: "text",
    placeholder: "text",
    description: "A line about the group",
  },
  {
    name: "member",
    field: "members",
    kind: "list",
    placeholder: "account",
    description: "Its members, all of them",
    isRepeatable: true,
  },
  {
    name: "joins-new",
    field: "joinsNew",
    kind: "yes-no",
    placeholder: "yes|no",
    choices: ["yes", "no"],
    description: "New accounts become members",
  },
  {
    name: "admin",
    field: "isAdmin",
    kind: "yes-no",
    placeholder: "yes|no",
    choices: ["yes", "no"],
    description: "Its members may do everything",
  },
];

/** `vivarium group …`: accounts that are given rights together. */
export const groupCommands: readonly CommandRow[] = [
  {
    path: ["group", "list"],
    summary: "List all groups",
    positionals: [],
    options: [],
    examples: [{ line: "vivarium group list --user root", does: "the groups and how many are in them" }],
    talksTo: "server",
    hasJson: true,
    async run(_typed, { client }) {
      const answer = await client.ask<Groups>("GET", ["groups"]);
      const rows = answer.items.map(({ name, members, joinsNew, isAdmin, description }) => [
        name,
        String(members.length),
        joinsNew ? "yes" : "",
        isAdmin ? "yes" : "",
        description ?? "",
      ]);
      const headings = ["NAME", "MEMBERS", "JOINS NEW", "ADMIN", "DESCRIPTION"];
      return { json: answer, text: table(headings, rows, "There are no groups.") };
    },
  },
  {
    path: ["group", "show"],
    summary: "Show a group with its members",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium group show dev --user root", does: "who is in it" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const group = await client.ask<Group>("GET", ["groups", positional(typed, 0)]);
      return { json: group, text: cardOf(group) };
    },
  },
  {
    path: ["group", "create"],
    summary: "Make a group",
    more:
      "Permission targets grant rights to it ('vivarium permission create'), and lists of readers and publishers name it " +
      "with a colon in front (:dev).",
    positionals: [NAME],
    options: FIELDS,
    examples: [
      { line: "vivarium group create dev --member alice --member bob --user root", does: "with its first members" },
      { line: "vivarium group create everyone --joins-new yes --user root", does: "whoever gets an account is in it" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const wish = { ...fieldsFrom(typed, FIELDS), name: positional(typed, 0) };
      const group = await client.ask<Group>("POST", ["groups"], wish);
      return { json: group, text: `The group ${group.name} is made.\n` };
    },
  },
  {
    path: ["group", "modify"],
    summary: "Change a group",
    more: CLEARING,
    positionals: [NAME],
    options: FIELDS,
    examples: [{ line: "vivarium group modify ops --admin yes --user root", does: "its members may do everything" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      const change = somethingIn(fieldsFrom(typed, FIELDS), name);
      const group = await client.ask<Group>("PATCH", ["groups", name], change);
      return { json: group, text: cardOf(group) };
    },
  },
  membership("join", "Make an account a member of a group", "is a member of"),
  membership("leave", "Take an account out of a group", "is no member of"),
  {
    path: ["group", "remove"],
    summary: "Remove a group; permission targets lose it too",
    positionals: [NAME],
    options: [],
    examples: [
      { line: "vivarium group remove dev --user root", does: "its members have nothing of its rights any more" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      await client.ask("DELETE", ["groups", name]);
      return { json: { removed: name }, text: `The group ${name} is removed.\n` };
    },
  },
];

function membership(verb: "join" | "leave", summary: string, now: string): CommandRow {
  return {
    path: ["group", verb],
    summary,
    positionals: [NAME, ACCOUNT],
    options: [],
    examples: [{ line: `vivarium group ${verb} dev carol --user root`, does: `carol ${now} dev` }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const [name, account] = [positional(typed, 0), positional(typed, 1)];
      const group = await client.ask<Group>("PATCH", ["groups", name], { [verb]: [account] });
      return { json: group, text: `${account} ${now} ${group.name} now.\n` };
    },
  };
}

function cardOf({ name, description, members, joinsNew, isAdmin, createdAt }: Group): string {
  return card([
    ["name", name],
    ["description", description],
    ["members", members.length === 0 ? "nobody" : members.join(", ")],
    ["joins new", joinsNew ? "yes" : null],
    ["admin", isAdmin ? "yes" : null],
    ["made", createdAt],
  ]);
}
