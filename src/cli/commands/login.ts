import type { IssuedToken, NewToken, Repository } from "../api-types.ts";
import { clientFor } from "../client.ts";
import type { CommandRow, Tools } from "../command.ts";
import { expiry } from "../durations.ts";
import { CommandFailure, EXIT, type Io } from "../io.ts";
import { type LoginAddress, loginAddressOf } from "../login/address.ts";
import { changesOfLogin, changesOfLogout, changeText, type FileChange } from "../login/changes.ts";
import type { RepositoryLogin } from "../login/edits.ts";
import { TOOL_NAMES, type ToolName } from "../login/places.ts";
import { has, many, one, positional, type Typed, usage } from "../typed.ts";

const ADDRESS = { name: "url", description: "Of the repository: https://packages.example.com/alice/dev" };
const REPOSITORY = {
  name: "repository",
  placeholder: "owner/name",
  description: "Which repository, where the address is the server's",
};
const PLAN = { name: "plan", placeholder: null, description: "Show what would be written, and write nothing" };
const LIFETIME_DEFAULT = "1y";

/** `vivarium login` and `vivarium logout`: this machine's tools, set up for a repository. */
export const loginCommands: readonly CommandRow[] = [
  {
    path: ["login"],
    summary: "Set this machine's tools up to install from a repository and to publish there",
    more: `Makes a token of your account for this machine, good for reading and publishing, and writes it and the repository's address into the files of ${TOOL_NAMES.join(", ")}. What is written stands between marks; every other line stays as it is, and 'vivarium logout' takes exactly those lines out again. A tool that is set up for another index already is left alone.`,
    positionals: [ADDRESS],
    options: [
      REPOSITORY,
      {
        name: "for",
        placeholder: "tool",
        description: `${TOOL_NAMES.join(", ")}; left out: those that are here`,
        choices: TOOL_NAMES,
        isRepeatable: true,
      },
      { name: "read-only", placeholder: null, description: "A token that cannot publish" },
      {
        name: "expires",
        placeholder: "when",
        description: `When the token ends: after a time, on a day, or never (default: ${LIFETIME_DEFAULT})`,
      },
      PLAN,
    ],
    examples: [
      { line: "vivarium login https://packages.example.com/alice/dev --user alice", does: "asks for the password" },
      {
        line: "vivarium login http://localhost:3141/alice/dev --for pip --for uv --plan",
        does: "what would be written",
      },
    ],
    talksTo: "server",
    hasJson: true,
    run: login,
  },
  {
    path: ["logout"],
    summary: "Take out again what login has written",
    more: "Of one repository, or of all of a server where the address is the server's. A file in which nothing else stands is removed. The token stays good until it ends or is revoked: 'vivarium token list' shows it.",
    positionals: [ADDRESS],
    options: [REPOSITORY, PLAN],
    examples: [{ line: "vivarium logout https://packages.example.com/alice/dev", does: "the files are as before" }],
    talksTo: "nobody",
    hasJson: true,
    async run(typed, { io }) {
      const address = loginAddressOf(positional(typed, 0), one(typed, REPOSITORY.name));
      const changes = await changesOfLogout(io, address);
      const none = "Nothing of a login to this address stands in the files of this machine.\n";
      return told(io, typed, changes, changes.length === 0 ? none : "");
    },
  },
];

async function login(typed: Typed, { io }: Tools) {
  const address = loginAddressOf(positional(typed, 0), one(typed, REPOSITORY.name));
  const { server, repository } = address;
  if (one(typed, "url") !== null) throw usage("the address says which server it is: leave out --url");
  if (repository === null) {
    throw usage(`${server} is a server: say of which repository, as in ${server}/alice/dev, or with --repository`);
  }
  const named = many(typed, "for") as readonly ToolName[] | null;
  if (named?.length === 0) throw usage("--for is empty: leave it out, or say for which tool");
  const planned = await changesOfLogin(io, { server, repository, token: "TOKEN" }, named);
  const notes = planned.left.map(({ tool, because }) => `${tool}: ${because}`);
  if (planned.changes.length === 0) {
    const why = notes.length === 0 ? ["none of the tools is on this machine"] : notes;
    throw new CommandFailure(EXIT.environment, `${why.join("; ")}: say with --for which to set up`);
  }
  if (has(typed, "plan")) return { ...(await told(io, typed, planned.changes, "")), notes };
  const issued = await issue(typed, io, address);
  const whole: RepositoryLogin = { server, repository, token: issued.secret };
  const { changes } = await changesOfLogin(io, whole, named);
  const { token } = issued;
  const until = token.expiresAt === null ? "does not end" : `ends ${token.expiresAt}`;
  const made = `Token ${token.name} of ${token.owner} (${token.id}) is made; it ${until}.`;
  return { ...(await told(io, typed, changes, "")), notes: [made, ...notes] };
}

/** The token of this machine. Whether the repository is there is asked first: a wrong address makes no token. */
async function issue(typed: Typed, io: Io, { server, repository }: LoginAddress): Promise<IssuedToken> {
  const client = clientFor(io, { ...typed, options: { ...typed.options, url: server } });
  const owner = await client.account();
  await client.ask<Repository>("GET", ["repositories", ...(repository ?? "").split("/")]);
  const expires = expiry("expires", one(typed, "expires") ?? LIFETIME_DEFAULT, io.now());
  const actions = has(typed, "read-only")
    ? (["read", "fill-cache"] as const)
    : (["read", "fill-cache", "publish"] as const);
  const wish: NewToken = {
    name: `login on ${io.hostName}`,
    expiresAt: expires,
    // One machine has one entry for a server in netrc, so the token serves all of its repositories.
    limits: actions.map((action) => ({ action, repository: "*", projects: null })),
  };
  return client.ask<IssuedToken>("POST", ["users", owner, "tokens"], wish);
}

/** Writes the changes, unless they are only to be shown, and says what has become of which file. */
async function told(io: Io, typed: Typed, changes: readonly FileChange[], none: string) {
  const isPlan = has(typed, "plan");
  if (!isPlan) for (const { path, after, isSecret } of changes) await io.writeFile(path, after, isSecret);
  const json = changes.map(({ tool, path, before, after }) => ({
    tool,
    path,
    becomes: after === null ? "removed" : before === null ? "made" : before === after ? "unchanged" : "changed",
  }));
  const lines = isPlan
    ? changes.map(changeText)
    : json.map(({ tool, path, becomes }) => `${tool}: ${path} ${becomes}\n`);
  return { json, text: none === "" ? lines.join("") : none };
}
