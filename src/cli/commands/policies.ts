import type { Policies, Policy, PolicyWish, RetentionRun } from "../api-types.ts";
import type { CommandOption, CommandRow, PositionalRow } from "../command.ts";
import { durationSeconds } from "../durations.ts";
import { sizeText } from "../moving/report.ts";
import { sizeBytesFrom } from "../sizes.ts";
import { card, table } from "../table.ts";
import { has, many, one, positional, type Typed, usage } from "../typed.ts";

const NAME: PositionalRow = { name: "policy", description: "Its name" };
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

const OPTIONS: readonly CommandOption[] = [
  repeated("repository", "key", "Where: a repository's key, or a pattern (*, pypi-*, alice.*)"),
  repeated("include", "pattern", "Only paths that this Ant pattern fits (**/*.whl)"),
  repeated("exclude", "pattern", "Never paths that this Ant pattern fits"),
  repeated("project", "name", "Only this project, or a pattern (acme-*)"),
  { name: "older-than", placeholder: "time", description: "What was published longer ago: 90d, 2w" },
  { name: "unused-for", placeholder: "time", description: "What nobody has downloaded for so long: 90d, 1y" },
  { name: "keep-versions", placeholder: "number", description: "The newest so many versions of each project stay" },
  { name: "pre-releases-only", placeholder: null, description: "Only versions that are no final releases" },
  { name: "larger-than", placeholder: "size", description: "What is larger than 500M, 2G" },
  repeated("property", "key=value", "What has this property; the key alone: with any value"),
  repeated("keep-property", "key=value", "What has this property stays"),
  { name: "skip-trash", placeholder: null, description: "Gone at once, without resting in the trash" },
  {
    name: "every",
    placeholder: "time",
    description: "Run by itself so often: 24h, 7d; only when asked where left out",
  },
  { name: "disabled", placeholder: null, description: "Do not run it by itself for now" },
  { name: "description", placeholder: "text", description: "A line about it" },
];

/** `vivarium policy …`: which files are cleared away, and when. */
export const policyCommands: readonly CommandRow[] = [
  {
    path: ["policy", "list"],
    summary: "List retention policies",
    positionals: [],
    options: [],
    examples: [{ line: "vivarium policy list", does: "what clears files away" }],
    talksTo: "server",
    hasJson: true,
    async run(_typed, { client }) {
      const answer = await client.ask<Policies>("GET", ["policies"]);
      const rows = answer.items.map((policy) => [
        policy.name,
        policy.repositories.join(", "),
        conditionsText(policy),
        whenText(policy),
      ]);
      return { json: answer, text: table(["NAME", "WHERE", "WHAT", "WHEN"], rows, "There are no retention policies.") };
    },
  },
  {
    path: ["policy", "show"],
    summary: "Show a retention policy",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium policy show nightly --json", does: "all of it, for programs" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const policy = await client.ask<Policy>("GET", ["policies", positional(typed, 0)]);
      return { json: policy, text: cardOf(policy) };
    },
  },
  {
    path: ["policy", "save"],
    summary: "Make or replace a retention policy",
    more:
      "A file goes when all that is said about it holds. Try what a policy would do with 'vivarium policy preview' before it " +
      "runs by itself. It clears immutable repositories, too; of remotes it drops copies.",
    positionals: [NAME],
    options: OPTIONS,
    examples: [
      {
        line: "vivarium policy save nightly --repository alice.dev --pre-releases-only --keep-versions 5 --every 24h",
        does: "of nightly builds the last five stay",
      },
      {
        line: "vivarium policy save dust --repository '*' --unused-for 1y --keep-property release.keep",
        does: "what nobody needs, but what is marked",
      },
    ],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const saved = await client.ask<Policy>("PUT", ["policies", positional(typed, 0)], wishFrom(typed));
      return { json: saved, text: `The policy ${saved.name} is saved.\n${cardOf(saved)}` };
    },
  },
  {
    path: ["policy", "preview"],
    summary: "Show what a policy would clear away now; nothing is removed",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium policy preview nightly", does: "which files, why, and how many bytes" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const run = await client.ask<RetentionRun>("GET", ["policies", positional(typed, 0), "preview"]);
      return { json: run, text: runText(run) };
    },
  },
  {
    path: ["policy", "run"],
    summary: "Clear away now what a policy says",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium policy run nightly", does: "into the trash, unless the policy skips it" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const run = await client.ask<RetentionRun>("POST", ["policies", positional(typed, 0), "run"]);
      return { json: run, text: runText(run) };
    },
  },
  {
    path: ["policy", "remove"],
    summary: "Remove a retention policy; what it has cleared away stays so",
    positionals: [NAME],
    options: [],
    examples: [{ line: "vivarium policy remove nightly", does: "files stay from now on" }],
    talksTo: "server",
    hasJson: true,
    async run(typed, { client }) {
      const name = positional(typed, 0);
      await client.ask("DELETE", ["policies", name]);
      return { json: { removed: name }, text: `The policy ${name} is removed.\n` };
    },
  },
];

function repeated(name: string, placeholder: string, description: string): CommandOption {
  return { name, placeholder, description, isRepeatable: true };
}

function wishFrom(typed: Typed): PolicyWish {
  const repositories = many(typed, "repository") ?? [];
  if (repositories.length === 0) throw usage("say where: --repository with a key or a pattern, '*' for all");
  const every = one(typed, "every");
  const keep = one(typed, "keep-versions");
  if (keep !== null && !/^[1-9]\d{0,5}$/.test(keep)) throw usage(`--keep-versions ${keep}: write a number, at least 1`);
  const larger = one(typed, "larger-than");
  return {
    description: one(typed, "description"),
    isEnabled: !has(typed, "disabled"),
    repositories,
    includes: many(typed, "include") ?? [],
    excludes: many(typed, "exclude") ?? [],
    projects: many(typed, "project") ?? [],
    olderThanDays: daysFrom(typed, "older-than"),
    unusedForDays: daysFrom(typed, "unused-for"),
    keepVersions: keep === null ? null : Number(keep),
    onlyPreReleases: has(typed, "pre-releases-only"),
    largerThanBytes: larger === null ? null : sizeBytesFrom("larger-than", larger),
    withProperties: propertiesFrom(many(typed, "property") ?? []),
    withoutProperties: propertiesFrom(many(typed, "keep-property") ?? []),
    skipsTrash: has(typed, "skip-trash"),
    everyHours: every === null ? null : Math.max(1, Math.round(spanSeconds("every", every) / HOUR_SECONDS)),
  };
}

function daysFrom(typed: Typed, name: string): number | null {
  const text = one(typed, name);
  return text === null ? null : spanSeconds(name, text) / DAY_SECONDS;
}

/** A bare number is seconds elsewhere; here it is rather a slip for days, and files would go. */
function spanSeconds(name: string, text: string): number {
  if (/^\d+$/.test(text)) throw usage(`--${name} ${text}: write a span with its unit: 12h, 90d, 2w, 1y`);
  return durationSeconds(name, text);
}

/** Several values of one key come together. */
function propertiesFrom(texts: readonly string[]): Record<string, string[]> {
  const properties: Record<string, string[]> = {};
  for (const text of texts) {
    const equals = text.indexOf("=");
    const key = equals < 0 ? text : text.slice(0, equals);
    const values = Object.hasOwn(properties, key) ? (properties[key] ?? []) : [];
    properties[key] = equals < 0 ? values : [...values, text.slice(equals + 1)];
  }
  return properties;
}

function conditionsText(policy: Policy): string {
  const { olderThanDays, unusedForDays, keepVersions, largerThanBytes } = policy;
  const texts = [
    olderThanDays === null ? null : `older than ${olderThanDays} days`,
    unusedForDays === null ? null : `unused for ${unusedForDays} days`,
    keepVersions === null ? null : `all but ${keepVersions} versions`,
    policy.onlyPreReleases ? "pre-releases" : null,
    largerThanBytes === null ? null : `larger than ${sizeText(largerThanBytes)}`,
    propertiesText("with", policy.withProperties),
    propertiesText("without", policy.withoutProperties),
  ];
  return texts.filter((text) => text !== null).join(", ");
}

function propertiesText(word: string, properties: Policy["withProperties"]): string | null {
  const keys = Object.keys(properties);
  return keys.length === 0 ? null : `${word} ${keys.join(", ")}`;
}

function whenText({ isEnabled, everyHours }: Policy): string {
  if (everyHours === null) return "when asked";
  return isEnabled ? `every ${everyHours} h` : "disabled";
}

function cardOf(policy: Policy): string {
  const { includes, excludes, projects } = policy;
  const list = (items: readonly string[]): string | null => (items.length === 0 ? null : items.join(", "));
  return card([
    ["name", policy.name],
    ["description", policy.description],
    ["where", policy.repositories.join(", ")],
    ["paths", list(includes)],
    ["but not", list(excludes)],
    ["projects", list(projects)],
    ["what", conditionsText(policy)],
    ["when", whenText(policy)],
    ["trash", policy.skipsTrash ? "skipped" : null],
  ]);
}

function runText({ files, count, sizeBytes, isDry }: RetentionRun): string {
  const rows = files.map((file) => [`${file.repository}/${file.path}`, sizeText(file.sizeBytes), file.because]);
  const shown = rows.length === 0 ? "" : table(["FILE", "SIZE", "BECAUSE"], rows, "");
  const more = count > files.length ? `… and ${count - files.length} more\n` : "";
  const what = count === 1 ? "1 file" : `${count} files`;
  return `${shown}${more}${what} (${sizeText(sizeBytes)}) ${isDry ? "would go" : count === 1 ? "is cleared away" : "are cleared away"}.\n`;
}
