import type { Project, Status, Yanked } from "../api-types.ts";
import type { CommandOption, CommandRow, PositionalRow } from "../command.ts";
import { card } from "../table.ts";
import { one, positional, type Typed, usage } from "../typed.ts";
import { halvesOf, REPOSITORY } from "./names.ts";

const PROJECT: PositionalRow = { name: "project", description: "The project's name" };
const VERSION: PositionalRow = { name: "version", description: "One of its versions" };
const REASON: CommandOption = { name: "reason", placeholder: "text", description: "Shown to whoever installs it" };
const STATUSES: readonly Status["status"][] = ["active", "archived", "deprecated", "quarantined"];

/** `yank`, `unyank` and `status`: what is said about published things. */
export const releaseCommands: readonly CommandRow[] = [
  {
    path: ["yank"],
    summary: "Yank a version: installers skip it unless it is pinned",
    positionals: [REPOSITORY, PROJECT, VERSION],
    options: [REASON],
    examples: [
      { line: "vivarium yank alice/dev hello 1.0 --reason 'broken on Windows'", does: "1.0 is skipped from now on" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const body = { reason: one(typed, REASON.name) ?? "" };
      const answer = await client.ask<Yanked>("PUT", yankPath(typed), body);
      return { json: answer, text: `${versionText(typed)} is yanked: ${filesText(answer)}.\n` };
    },
  },
  {
    path: ["unyank"],
    summary: "Take a yank back",
    positionals: [REPOSITORY, PROJECT, VERSION],
    options: [],
    examples: [{ line: "vivarium unyank alice/dev hello 1.0", does: "1.0 is installed again" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const answer = await client.ask<Yanked>("DELETE", yankPath(typed));
      return { json: answer, text: `${versionText(typed)} is not yanked any more: ${filesText(answer)}.\n` };
    },
  },
  {
    path: ["status"],
    summary: "Show or set a project's status",
    more:
      "active: as usual. archived: no more uploads. deprecated: installers warn. quarantined: nothing of it is offered " +
      "or taken.",
    positionals: [
      REPOSITORY,
      PROJECT,
      {
        name: "status",
        description: "The new status; shows the present one when left out",
        isOptional: true,
        choices: STATUSES,
      },
    ],
    options: [REASON],
    examples: [
      { line: "vivarium status alice/dev hello", does: "how it stands" },
      { line: "vivarium status alice/dev hello archived --reason 'use hello2'", does: "no more uploads" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const path = projectPath(typed);
      const status = typed.positionals[2] ?? null;
      const reason = one(typed, REASON.name);
      if (status === null && reason !== null)
        throw usage("--reason goes with a new status: name one, for example archived");
      if (status !== null) {
        await client.ask("PUT", [...path, "status"], { status, reason });
        return { json: { status, statusReason: reason }, text: `${positional(typed, 1)} is ${status} now.\n` };
      }
      const found = await client.ask<Project>("GET", path);
      const { status: present, statusReason } = found;
      const rows = [
        ["project", found.displayName],
        ["status", present],
        ["reason", statusReason],
      ] as const;
      return { json: { status: present, statusReason }, text: card(rows) };
    },
  },
];

function projectPath(typed: Typed): readonly string[] {
  return ["repositories", ...halvesOf(positional(typed, 0)), "projects", positional(typed, 1)];
}

function yankPath(typed: Typed): readonly string[] {
  return [...projectPath(typed), "versions", positional(typed, 2), "yank"];
}

function versionText(typed: Typed): string {
  return `${positional(typed, 1)} ${positional(typed, 2)}`;
}

function filesText({ files }: Yanked): string {
  return files.length === 0 ? "no file had to change" : files.join(", ");
}
