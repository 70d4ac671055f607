import { parseRepositoryName } from "#core";
import type { Tally, TrashedFile, TrashedFiles, TreeFile } from "../api-types.ts";
import type { Client } from "../client.ts";
import type { CommandOption, CommandRow, PositionalRow } from "../command.ts";
import { sizeText } from "../moving/report.ts";
import { table } from "../table.ts";
import { has, one, positional, usage } from "../typed.ts";

const ID: PositionalRow = { name: "id", description: "As 'vivarium trash list' shows it" };
const FROM: CommandOption = {
  name: "repository",
  placeholder: "repository",
  description: "Only what was removed from this one: owner/name",
};
const PAGE_LENGTH = "1000";

/** `vivarium trash …`: removed files, while they rest. */
export const trashCommands: readonly CommandRow[] = [
  {
    path: ["trash", "list"],
    summary: "List removed files, oldest first",
    positionals: [],
    options: [FROM],
    examples: [{ line: "vivarium trash list --repository alice/dev", does: "what can be brought back to it" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const items = await allTrashed(client, one(typed, FROM.name));
      const rows = items.map(({ id, repository, path, sizeBytes, trashedBy, trashedAt, until }) => [
        id,
        `${repository}/${path}`,
        sizeText(sizeBytes),
        `${trashedAt}${trashedBy === "" ? "" : ` by ${trashedBy}`}`,
        until,
      ]);
      const text = table(["ID", "FILE", "SIZE", "REMOVED", "KEPT UNTIL"], rows, "There is nothing in the trash.");
      return { json: { items }, text };
    },
  },
  {
    path: ["trash", "restore"],
    summary: "Bring a removed file back with all it had",
    positionals: [ID],
    options: [
      {
        name: "to",
        placeholder: "place",
        description: "Another place, owner/name/path; where it was when left out. A file of a package keeps its name",
      },
    ],
    examples: [
      { line: "vivarium trash restore 0mg3x1k2a-5f0c2e", does: "it is there again" },
      {
        line: "vivarium trash restore 0mg3x1k2a-5f0c2e --to alice/old/foo/1.0/foo-1.0.tar.gz",
        does: "in another repository",
      },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const to = one(typed, "to");
      const body = to === null ? {} : { to: placeFrom(to) };
      const file = await client.ask<TreeFile>("POST", ["trash", positional(typed, 0), "restore"], body);
      return { json: file, text: `${file.repository}/${file.path} is there again.\n` };
    },
  },
  {
    path: ["trash", "clear"],
    summary: "Clear one file out of the trash; it is gone for good",
    positionals: [ID],
    options: [],
    examples: [{ line: "vivarium trash clear 0mg3x1k2a-5f0c2e", does: "nobody can restore it any more" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const id = positional(typed, 0);
      await client.ask("DELETE", ["trash", id]);
      return { json: { cleared: id }, text: `${id} is gone for good.\n` };
    },
  },
  {
    path: ["trash", "empty"],
    summary: "Empty the trash, or the part of it that came from one repository",
    positionals: [],
    options: [FROM, { name: "all", placeholder: null, description: "All of it, whatever repository it came from" }],
    examples: [
      { line: "vivarium trash empty --repository alice/dev", does: "what was removed from it is gone for good" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const repository = one(typed, FROM.name);
      // What is gone is gone, so nobody shall say it by leaving something out.
      if ((repository === null) !== has(typed, "all")) {
        throw usage("say what goes: --repository owner/name, or --all for the whole trash");
      }
      const query = repository === null ? {} : { repository };
      const tally = await client.ask<Tally>("DELETE", ["trash"], undefined, query);
      return { json: tally, text: `${filesText(tally)} gone for good.\n` };
    },
  },
];

async function allTrashed(client: Client, repository: string | null): Promise<readonly TrashedFile[]> {
  const items: TrashedFile[] = [];
  const which = repository === null ? {} : { repository };
  for (let after: string | null = ""; after !== null; ) {
    const query: Record<string, string> = { ...which, limit: PAGE_LENGTH, ...(after === "" ? {} : { after }) };
    const page: TrashedFiles = await client.ask<TrashedFiles>("GET", ["trash"], undefined, query);
    items.push(...page.items);
    after = page.next;
  }
  return items;
}

/** `owner/name/path` */
function placeFrom(text: string): { readonly repository: string; readonly path: string } {
  const [owner = "", name = "", ...path] = text.split("/");
  const repository = `${owner}/${name}`;
  if (path.length > 0 && parseRepositoryName(repository) !== null) return { repository, path: path.join("/") };
  throw usage(`'${text}' is no place: write owner/name/path, for example alice/dev/foo/1.0/foo-1.0.tar.gz`);
}

export function filesText({ files, sizeBytes }: Tally): string {
  return `${files === 1 ? "1 file is" : `${files} files (${sizeText(sizeBytes)}) are`}`;
}
