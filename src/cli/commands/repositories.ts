import type { Repositories, Repository } from "../api-types.ts";
import type { CommandOption, CommandRow, Tools } from "../command.ts";
import { readSecret } from "../credentials.ts";
import { card, table } from "../table.ts";
import { one, positional, type Typed, usage } from "../typed.ts";
import { CLEARING, fieldsFrom, somethingIn } from "./fields.ts";
import { halvesOf, REPOSITORY } from "./names.ts";
import { KINDS, type Kind, kindMeant, SETTING_OPTIONS, strangersTo } from "./repository-options.ts";

const UPSTREAM_LOGIN: readonly CommandOption[] = [
  {
    name: "upstream-user",
    placeholder: "name",
    description: "Who to be at the upstream; '' for nobody",
    group: "Remote:",
  },
  {
    name: "upstream-password-file",
    placeholder: "file",
    description: "The password for the upstream, first line of this file (- is standard input); else it is asked for",
    group: "Remote:",
  },
];

const FORMATS = ["python", "generic"];

/** `vivarium index …`: repositories of all three kinds. */
export const repositoryCommands: readonly CommandRow[] = [
  {
    path: ["index", "list"],
    summary: "List the repositories that you may read",
    positionals: [{ name: "owner", description: "Only those of this account", isOptional: true }],
    options: [],
    examples: [{ line: "vivarium index list alice", does: "what alice has" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const answer = await client.ask<Repositories>("GET", ["repositories"]);
      const [owner = null] = typed.positionals;
      const items = answer.items.filter(({ name }) => owner === null || halvesOf(name)[0] === owner);
      const rows = items.map((each) => [each.name, each.kind, sourceOf(each), each.readers.join(", ")]);
      const none = owner === null ? "There are no repositories that you may read." : `${owner} has none.`;
      return { json: { items }, text: table(["NAME", "KIND", "FROM", "READERS"], rows, none) };
    },
  },
  {
    path: ["index", "create"],
    summary: "Make a repository",
    more:
      "The kind is read from the options where --kind is left out: --upstream makes a remote, --member a virtual " +
      "repository, anything else a local one. What is not given gets its default.",
    positionals: [REPOSITORY],
    options: [
      { name: "kind", placeholder: KINDS.join("|"), choices: KINDS, description: "What it is" },
      {
        name: "format",
        placeholder: FORMATS.join("|"),
        choices: FORMATS,
        description: "What it holds: Python packages where it is left out, or any files",
      },
      ...SETTING_OPTIONS,
      ...UPSTREAM_LOGIN,
    ],
    examples: [
      { line: "vivarium index create alice/dev --base root/pypi", does: "a place to publish to, which looks upstream" },
      {
        line: "vivarium index create root/torch --upstream https://packages.example.com/simple/ --fresh-for 1h",
        does: "a cache of another server",
      },
      {
        line: "vivarium index create alice/all --member alice/dev --member root/pypi --publish-to alice/dev",
        does: "several as one",
      },
      { line: "vivarium index create alice/tools --format generic", does: "a place for files of any kind" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, tools) {
      const name = positional(typed, 0);
      const kind = kindFrom(typed);
      const format = one(typed, "format");
      const what = format === null ? { kind } : { kind, format };
      const body = { ...what, ...fieldsFrom(typed, SETTING_OPTIONS), ...(await credentialsFrom(typed, tools)) };
      const made = await tools.client.ask<Repository>("PUT", ["repositories", ...halvesOf(name)], body);
      return { json: made, text: `${made.name} is made.\n${cardOf(made)}` };
    },
  },
  {
    path: ["index", "show"],
    summary: "Show a repository's settings",
    positionals: [REPOSITORY],
    options: [],
    examples: [{ line: "vivarium index show alice/dev --json", does: "all of them, for programs" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const found = await client.ask<Repository>("GET", ["repositories", ...halvesOf(positional(typed, 0))]);
      return { json: found, text: cardOf(found) };
    },
  },
  {
    path: ["index", "modify"],
    summary: "Change a repository's settings",
    more: `${CLEARING} A repeatable option replaces the whole list. The kind cannot change.`,
    positionals: [REPOSITORY],
    options: [...SETTING_OPTIONS, ...UPSTREAM_LOGIN],
    examples: [
      { line: "vivarium index modify alice/dev --reader alice --reader bob", does: "close it to everybody else" },
      { line: "vivarium index modify alice/dev --base ''", does: "take its bases away" },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, tools) {
      const name = positional(typed, 0);
      const path = ["repositories", ...halvesOf(name)];
      const fields = { ...fieldsFrom(typed, SETTING_OPTIONS), ...(await credentialsFrom(typed, tools)) };
      somethingIn(fields, name);
      const given = givenSettings(typed);
      // Which settings there are follows from its kind, and the server knows our options' names only by its own.
      if (KINDS.some((kind) => strangersTo(kind, given).length > 0)) {
        refuseStrangers((await tools.client.ask<Repository>("GET", path)).kind, given);
      }
      const changed = await tools.client.ask<Repository>("PATCH", path, fields);
      return { json: changed, text: cardOf(changed) };
    },
  },
  {
    path: ["index", "remove"],
    summary: "Remove a repository with everything in it",
    more: "The server refuses it while the repository is immutable and not empty.",
    positionals: [REPOSITORY],
    options: [],
    examples: [{ line: "vivarium index remove alice/dev", does: "it is gone, and so are its files" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      await client.ask("DELETE", ["repositories", ...halvesOf(name)]);
      return { json: { removed: name }, text: `${name} is removed.\n` };
    },
  },
  {
    path: ["index", "refresh"],
    summary: "Forget what a remote remembers of a project, so that the next reader asks the upstream",
    positionals: [REPOSITORY, { name: "project", description: "The project whose page is forgotten" }],
    options: [],
    examples: [{ line: "vivarium index refresh root/pypi requests", does: "see a release of a minute ago" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const [name, project] = [positional(typed, 0), positional(typed, 1)];
      await client.ask("POST", ["repositories", ...halvesOf(name), "projects", project, "refresh"]);
      return {
        json: { refreshed: `${name}/${project}` },
        text: `${project} of ${name} is asked upstream next time.\n`,
      };
    },
  },
];

function kindFrom(typed: Typed): Kind {
  const given = givenSettings(typed);
  const named = KINDS.find((kind) => kind === one(typed, "kind")) ?? null;
  const kind = named ?? kindMeant(given);
  if (kind === null) throw usage("these options belong to different kinds of repository: --help groups them by kind");
  refuseStrangers(kind, given);
  return kind;
}

function givenSettings(typed: Typed): ReadonlySet<string> {
  const given = new Set(Object.keys(typed.options));
  // The login belongs to the address.
  if (given.has("upstream-user") || given.has("upstream-password-file")) given.add("upstream");
  return given;
}

function refuseStrangers(kind: Kind, given: ReadonlySet<string>): void {
  const [stranger] = strangersTo(kind, given);
  if (stranger === undefined) return;
  throw usage(`--${stranger.name} is no setting of a ${kind} repository: it belongs to ${stranger.kinds.join(", ")}`);
}

/** `user:password` for the upstream; nothing where nothing about it was given. */
async function credentialsFrom(typed: Typed, { io }: Tools): Promise<{ readonly credentials?: string | null }> {
  const user = one(typed, "upstream-user");
  const file = one(typed, "upstream-password-file");
  if (user === null && file === null) return {};
  if (user === "") return { credentials: null };
  if (user === null) throw usage("--upstream-password-file needs --upstream-user");
  if (user.includes(":")) throw usage(`--upstream-user ${user}: there must be no colon in it`);
  if (file === "-" && one(typed, "password-file") === "-") {
    throw usage("--password-file and --upstream-password-file cannot both be standard input");
  }
  const password = file === null ? await io.askSecret(`Password of ${user} at the upstream: `) : null;
  if (file === null && password === null) {
    throw usage("no password for the upstream: give --upstream-password-file FILE (- is standard input)");
  }
  return { credentials: `${user}:${password ?? (file === null ? "" : await readSecret(io, file))}` };
}

function sourceOf(repository: Repository): string {
  switch (repository.kind) {
    case "local":
      return repository.bases.join(", ");
    case "remote":
      return repository.url ?? "(no upstream yet)";
    case "virtual":
      return repository.members.join(", ");
  }
}

/** Every setting by the name of its option, so that one sees what to type to change it. */
function cardOf(repository: Repository): string {
  const values: Readonly<Record<string, unknown>> = repository;
  const settings = SETTING_OPTIONS.filter(({ kinds }) => kinds.includes(repository.kind)).map(
    ({ name, field, kind }) => [name, shown(kind, values[field])] as const,
  );
  return card([
    ["name", repository.name],
    ["kind", repository.kind],
    ["format", repository.format],
    ["short address", `/${repository.key}/`],
    ["made", repository.createdAt],
    ...settings,
    ["upstream login", repository.kind === "remote" ? (repository.hasCredentials ? "yes" : "none") : null],
  ]);
}

function shown(kind: (typeof SETTING_OPTIONS)[number]["kind"], value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : value.join(", ");
  if (typeof value === "boolean") return value === (kind === "yes-no") ? "yes" : "no";
  if (typeof value === "number") return amountOf(kind, value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function amountOf(kind: (typeof SETTING_OPTIONS)[number]["kind"], value: number): string {
  switch (kind) {
    case "hours":
      return `${value} hours`;
    case "size":
      return `${value} bytes`;
    case "milliseconds":
      return `${value / 1000} seconds`;
    default:
      return `${value} seconds`;
  }
}
