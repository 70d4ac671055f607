import type { WhoAmI } from "../api-types.ts";
import type { CommandRow } from "../command.ts";
import { card } from "../table.ts";

/** Whether the credentials work, and for whom. */
export const whoami: CommandRow = {
  path: ["whoami"],
  summary: "Say who the server takes you for",
  positionals: [],
  options: [],
  examples: [{ line: "vivarium whoami --user alice", does: "tries the password" }],
  talksTo: "server",
  hasJson: true,
  async run(_typed, { client }) {
    const me = await client.ask<WhoAmI>("GET", ["whoami"]);
    const text = card([
      ["user", me.user ?? "nobody (not signed in)"],
      ["signed in with", me.kind === "anonymous" ? null : me.kind === "user" ? "password" : me.kind],
      ["token", me.token?.id ?? null],
      ["groups", me.groups.length === 0 ? null : me.groups.join(", ")],
      ["root", me.isRoot ? "yes" : null],
      ["admin", me.isAdmin && !me.isRoot ? "yes" : null],
    ]);
    return { json: me, text };
  },
};
