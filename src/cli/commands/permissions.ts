import type { Permission, Permissions, Why } from "../api-types.ts";
import type { CommandOption, CommandRow, PositionalRow } from "../command.ts";
import { EXIT } from "../io.ts";
import { card, table } from "../table.ts";
import { many, positional, type Typed, usage } from "../typed.ts";
import { CLEARING, somethingIn } from "./fields.ts";

type Grants = Permission["users"];

const NAME: PositionalRow = { name: "target", description: "Its name" };
const GRANTS = ["read", "annotate", "publish", "remove", "administer"] as const;
const ACTIONS = [
  "read",
  "annotate",
  "publish",
  "overwrite",
  "yank",
  "remove",
  "fill-cache",
  "upload-test-result",
  "administer",
];

const OPTIONS: readonly CommandOption[] = [
  repeated("repository", "key", "Where: a repository's key, a pattern (pypi-*), or ANY, 'ANY LOCAL', 'ANY REMOTE'"),
  repeated("include", "pattern", "Only paths that this Ant pattern fits (team/**)"),
  repeated("exclude", "pattern", "No paths that this Ant pattern fits"),
  repeated("grant", "who=what", `To an account, or to everybody (anonymous): ${GRANTS.join(", ")}, with commas`),
  repeated("grant-group", "group=what", "The same to a group"),
];

/** `vivarium permission …`: who may do what on which paths of which repositories. */
export const permissionCommands: readonly CommandRow[] = [
  {
    path: ["permission", "list"],
    summary: "List all permission targets",
    positionals: [],
    options: [],
    examples: [{ line: "vivarium permission list --user root", does: "who is granted what, and where" }],
    talksTo: "server",
    hasJson: true,
    async run(_typed, { client }) {
      const answer = await client.ask<Permissions>("GET", ["permissions"]);
      const rows = answer.items.map((target) => [
        target.name,
        target.repositories.join(", "),
        pathsText(target) ?? "all",
        [...grantTexts(target.users, ""), ...grantTexts(target.groups, ":")].join("; "),
      ]);
      return { json: answer, text: table(["NAME", "WHERE", "PATHS", "WHO"], rows, "There are no permission targets.") };
    },
  },
  {
    path: ["permission", "show"],
    summary: "Show a permission target",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium permission show team --user root", does: "all of it" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const target = await client.ask<Permission>("GET", ["permissions", positional(typed, 0)]);
      return { json: target, text: cardOf(target) };
    },
  },
  {
    path: ["permission", "create"],
    summary: "Make a permission target: who may do what on which paths of which repositories",
    more:
      "Targets add up, with one another and with the repositories' own lists of readers and publishers; nothing is denied " +
      "but by --exclude, and that within the one target. Replacing a file needs publish and remove. On a remote, read " +
      "gives what is here already; to have new files fetched needs publish.",
    positionals: [NAME],
    options: OPTIONS,
    examples: [
      {
        line: "vivarium permission create team --repository pypi-local --grant-group dev=read,publish --user root",
        does: "the group dev reads and publishes there",
      },
      {
        line: "vivarium permission create web --repository ANY --include 'web-*/**' --grant carol=read --user root",
        does: "carol sees the web team's files, wherever they are",
      },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      const wish = changeFrom(typed);
      if (wish["repositories"] === undefined)
        throw usage("--repository is missing: say where it holds; ANY is everywhere");
      const target = await client.ask<Permission>("POST", ["permissions"], { ...wish, name });
      return { json: target, text: `The permission target ${target.name} is made.\n` };
    },
  },
  {
    path: ["permission", "modify"],
    summary: "Change a permission target",
    more: `${CLEARING} --grant and --grant-group, once given, say all that is granted to accounts or to groups.`,
    positionals: [NAME],
    options: OPTIONS,
    examples: [
      {
        line: "vivarium permission modify team --grant-group dev=read --user root",
        does: "dev only reads from now on",
      },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      const change = somethingIn(changeFrom(typed), name);
      const target = await client.ask<Permission>("PATCH", ["permissions", name], change);
      return { json: target, text: cardOf(target) };
    },
  },
  {
    path: ["permission", "remove"],
    summary: "Remove a permission target; what it granted ends at once",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium permission remove team --user root", does: "nobody has anything by it any more" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      await client.ask("DELETE", ["permissions", name]);
      return { json: { removed: name }, text: `The permission target ${name} is removed.\n` };
    },
  },
  {
    path: ["why"],
    summary: "Say whether an account may do something, and by which rule",
    more: "The exit code is 1 where it may not. About others than oneself only administrators and owners may ask.",
    positionals: [
      { name: "account", description: "Who; anonymous is a stranger" },
      { name: "action", description: "What", choices: ACTIONS },
      { name: "repository", description: "Where: owner/name, or the repository's key" },
      { name: "path", description: "One path in it; any when left out", isOptional: true },
    ],
    options: [],
    examples: [
      { line: "vivarium why bob publish alice/dev --user root", does: "may bob publish there, and why" },
      { line: "vivarium why bob read pypi-local team/1.0/team-1.0.tar.gz --user bob", does: "one file" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const path = typed.positionals[3] ?? null;
      const answer = await client.ask<Why>("GET", ["why"], undefined, {
        user: positional(typed, 0),
        action: positional(typed, 1),
        repository: positional(typed, 2),
        ...(path === null ? {} : { path }),
      });
      const verdict = answer.isAllowed ? "yes" : "no";
      return {
        json: answer,
        text: `${verdict}: ${answer.because}\n`,
        exitCode: answer.isAllowed ? EXIT.done : EXIT.refused,
      };
    },
  },
];

function repeated(name: string, placeholder: string, description: string): CommandOption {
  return { name, placeholder, description, isRepeatable: true };
}

/** The fields that were given; an empty value clears. */
function changeFrom(typed: Typed): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [option, field] of [
    ["repository", "repositories"],
    ["include", "includes"],
    ["exclude", "excludes"],
  ] as const) {
    const values = many(typed, option);
    if (values !== null) fields[field] = values;
  }
  for (const [option, field] of [
    ["grant", "users"],
    ["grant-group", "groups"],
  ] as const) {
    const values = many(typed, option);
    if (values !== null) fields[field] = grantsFrom(option, values);
  }
  return fields;
}

function grantsFrom(option: string, values: readonly string[]): Grants {
  const grants: Record<string, Grants[string]> = {};
  for (const value of values) {
    const equals = value.lastIndexOf("=");
    const who = value.slice(0, Math.max(0, equals));
    const wanted = value.slice(equals + 1).split(",");
    const granted = GRANTS.filter((grant) => wanted.includes(grant));
    if (who === "" || granted.length < new Set(wanted).size) {
      throw usage(
        `--${option} ${value}: write who=what, for example bob=read,publish; there are: ${GRANTS.join(", ")}`,
      );
    }
    grants[who] = [...new Set([...(grants[who] ?? []), ...granted])];
  }
  return grants;
}

function cardOf(target: Permission): string {
  return card([
    ["name", target.name],
    ["repositories", target.repositories.length === 0 ? "none" : target.repositories.join(", ")],
    ["paths", pathsText(target) ?? "all"],
    ["accounts", textOr(grantTexts(target.users, ""))],
    ["groups", textOr(grantTexts(target.groups, ""))],
    ["made", target.createdAt],
    ["changed", target.modifiedAt],
  ]);
}

function textOr(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.join("; ");
}

function grantTexts(grants: Grants, mark: string): readonly string[] {
  return Object.entries(grants).map(([name, granted]) => `${mark}${name} ${granted.join(",")}`);
}

/** `null`: every path. */
function pathsText({ includes, excludes }: Permission): string | null {
  const without = excludes.filter((pattern) => pattern !== "").map((pattern) => `not ${pattern}`);
  const all = [...includes, ...without];
  return all.length === 0 ? null : all.join(", ");
}
