import type { Copies, Tally } from "../api-types.ts";
import type { CommandRow } from "../command.ts";
import { sizeText } from "../moving/report.ts";
import { table } from "../table.ts";
import { has, positional, usage } from "../typed.ts";
import { halvesOf, REPOSITORY } from "./names.ts";
import { filesText } from "./trash.ts";

const PAGE_LENGTH = "1000";

/** `vivarium index copies` and `index drop-copies`: what a remote has copied of its upstream. */
export const copyCommands: readonly CommandRow[] = [
  {
    path: ["index", "copies"],
    summary: "List the files that a remote has copied, by path",
    positionals: [REPOSITORY, { name: "folder", description: "Only those below this folder", isOptional: true }],
    options: [],
    examples: [{ line: "vivarium index copies root/pypi requests", does: "which files of it are here" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const [name, below] = [positional(typed, 0), typed.positionals[1] ?? ""];
      const items: Copies["items"][number][] = [];
      for (let after: string | null = ""; after !== null; ) {
        const query: Record<string, string> = { below, limit: PAGE_LENGTH, ...(after === "" ? {} : { after }) };
        const path = ["repositories", ...halvesOf(name), "copies"];
        const page: Copies = await client.ask<Copies>("GET", path, undefined, query);
        items.push(...page.items);
        after = page.next;
      }
      const rows = items.map(({ path, sizeBytes, copiedAt }) => [path, sizeText(sizeBytes), copiedAt]);
      return { json: { items }, text: table(["PATH", "SIZE", "COPIED"], rows, `${name} has no copies there.`) };
    },
  },
  {
    path: ["index", "drop-copies"],
    summary: "Drop a copy, or all below a folder; who asks next has it fetched again",
    positionals: [REPOSITORY, { name: "path", description: "Of the file or the folder", isOptional: true }],
    options: [{ name: "all", placeholder: null, description: "All copies of the remote" }],
    examples: [{ line: "vivarium index drop-copies root/pypi requests/2.32.0", does: "that version is fetched anew" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      const path = typed.positionals[1] ?? null;
      if ((path === null) !== has(typed, "all")) throw usage("say which copies go: a path, or --all");
      const query = { path: path ?? "" };
      const address = ["repositories", ...halvesOf(name), "copies"];
      const tally = await client.ask<Tally>("DELETE", address, undefined, query);
      return { json: tally, text: `${filesText(tally)} gone; they are fetched again when somebody asks.\n` };
    },
  },
];
