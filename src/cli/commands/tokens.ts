import type { IssuedToken, Limit, NewToken, Tokens } from "../api-types.ts";
import type { CommandOption, CommandRow } from "../command.ts";
import { expiry } from "../durations.ts";
import { table } from "../table.ts";
import { many, one, positional, type Typed, usage } from "../typed.ts";

const OWNER: CommandOption = {
  name: "owner",
  placeholder: "user",
  description: "Whose tokens; your own when left out",
};

const PERMISSIONS: readonly Limit["action"][] = [
  "read",
  "publish",
  "overwrite",
  "yank",
  "annotate",
  "remove",
  "fill-cache",
  "upload-test-result",
  "administer",
  "*",
];

/** `vivarium token …`: what machines sign in with. */
export const tokenCommands: readonly CommandRow[] = [
  {
    path: ["token", "list"],
    summary: "List tokens, without their secrets",
    positionals: [],
    options: [OWNER],
    examples: [{ line: "vivarium token list --user alice", does: "what alice has issued" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const owner = one(typed, OWNER.name) ?? (await client.account());
      const answer = await client.ask<Tokens>("GET", ["users", owner, "tokens"]);
      const rows = answer.items.map(({ id, name, limits, createdAt, expiresAt }) => [
        id,
        name,
        limits.map(limitText).join("; "),
        createdAt,
        expiresAt ?? "never",
      ]);
      const none = `${owner} has no tokens.`;
      return { json: answer, text: table(["ID", "NAME", "GOOD FOR", "MADE", "EXPIRES"], rows, none) };
    },
  },
  {
    path: ["token", "create"],
    summary: "Issue a token; its secret is shown this once",
    more:
      "The secret goes to standard output by itself, so that a script can keep it; everything else goes to standard " +
      "error. Clients take it as a password with the user name __token__ (or the owner's), or as a Bearer token. " +
      "Without limits it is good for all that its owner may do; several repositories and permissions combine.",
    positionals: [{ name: "name", description: "What you will know it by" }],
    options: [
      OWNER,
      {
        name: "repository",
        placeholder: "repository",
        description: "Only for this one: owner/name, or owner/* for all of an owner's",
        isRepeatable: true,
      },
      {
        name: "permission",
        placeholder: "what",
        description: "Only for this; whoever may do anything to a repository may read it",
        choices: PERMISSIONS,
        isRepeatable: true,
      },
      { name: "project", placeholder: "name", description: "Only for this project", isRepeatable: true },
      {
        name: "expires",
        placeholder: "when",
        description: "After a time (12h, 90d, 2w, 1y), on a day (2027-01-31), or never, which is the default",
      },
    ],
    examples: [
      {
        line: "vivarium token create ci --repository alice/dev --permission publish --expires 90d --user alice",
        does: "for a pipeline that publishes",
      },
      { line: "vivarium token create laptop --permission read --expires 1y --user alice", does: "for installing only" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { io, client }) {
      const limits = limitsFrom(typed);
      const expires = one(typed, "expires");
      const wish: NewToken = {
        name: positional(typed, 0),
        expiresAt: expires === null ? null : expiry("expires", expires, io.now()),
        ...(limits === null ? {} : { limits }),
      };
      const owner = one(typed, OWNER.name) ?? (await client.account());
      const { token, secret } = await client.ask<IssuedToken>("POST", ["users", owner, "tokens"], wish);
      const goodFor = token.limits.map(limitText).join("; ");
      const until = token.expiresAt === null ? "it does not expire" : `it expires ${token.expiresAt}`;
      return {
        json: { token, secret },
        text: `${secret}\n`,
        notes: [`Token ${token.name} of ${owner} (${token.id}), good for ${goodFor}; ${until}. It is shown this once.`],
      };
    },
  },
  {
    path: ["token", "revoke"],
    summary: "Revoke a token; it stops working at once",
    positionals: [{ name: "id", description: "As 'vivarium token list' shows it" }],
    options: [OWNER],
    examples: [{ line: "vivarium token revoke 6f1c2d --user alice", does: "whoever has it is nobody now" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const id = positional(typed, 0);
      const owner = one(typed, OWNER.name) ?? (await client.account());
      await client.ask("DELETE", ["users", owner, "tokens", id]);
      return { json: { revoked: id }, text: `Token ${id} of ${owner} is revoked.\n` };
    },
  },
];

/** Every permission on every repository; `null`: no limits. */
function limitsFrom(typed: Typed): readonly Limit[] | null {
  const [repositories, permissions, projects] = [
    many(typed, "repository"),
    many(typed, "permission"),
    many(typed, "project"),
  ];
  for (const [option, values] of Object.entries({
    repository: repositories,
    permission: permissions,
    project: projects,
  })) {
    // An empty value must not turn a limited token into one for everything: a shell variable was not set.
    if (values?.length === 0) throw usage(`--${option} is empty: leave it out, or say what it is limited to`);
  }
  if (repositories === null && permissions === null && projects === null) return null;
  return (repositories ?? ["*"]).flatMap((repository) =>
    (permissions ?? ["*"]).map((action) => ({ action: action as Limit["action"], repository, projects })),
  );
}

function limitText({ action, repository, projects }: Limit): string {
  const what = action === "*" ? "everything" : action;
  const where = repository === "*" ? "all repositories" : repository;
  return `${what} on ${where}${projects === null ? "" : ` (${projects.join(", ")})`}`;
}
