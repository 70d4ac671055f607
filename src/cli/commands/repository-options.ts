import type { FieldOption } from "./fields.ts";

/** A setting of a repository, and the kinds that have it. */
export interface SettingOption extends FieldOption {
  readonly kinds: readonly Kind[];
}

export type Kind = "local" | "remote" | "virtual";
export const KINDS: readonly Kind[] = ["local", "remote", "virtual"];

const EVERY = { kinds: KINDS, group: "Every kind:" } as const;
const MERGING = { kinds: ["local", "virtual"], group: "Local and virtual:" } as const;
const LOCAL = { kinds: ["local"], group: "Local:" } as const;
const REMOTE = { kinds: ["remote"], group: "Remote:" } as const;
const VIRTUAL = { kinds: ["virtual"], group: "Virtual:" } as const;
const YES_NO = { placeholder: "yes|no", choices: ["yes", "no"] } as const;
const LIST = { kind: "list", isRepeatable: true } as const;

/** Everything that can be set, as options of `index create` and `index modify`. */
export const SETTING_OPTIONS: readonly SettingOption[] = [
  text("title", "title", "text", "A line about it", EVERY),
  text("description", "description", "text", "More about it", EVERY),
  {
    ...text("custom-data", "customData", "json", "Whatever you keep here; the server does not read it", EVERY),
    kind: "json",
  },
  {
    ...text(
      "reader",
      "readers",
      "who",
      "Who may read: a user, :group, :ANONYMOUS: (everybody) or :AUTHENTICATED:",
      EVERY,
    ),
    ...LIST,
  },
  {
    ...text(
      "constraint",
      "constraints",
      "line",
      "Show only what this line of a constraints file admits (foo<2); * keeps out what no line names",
      EVERY,
    ),
    ...LIST,
  },
  {
    ...text(
      "include",
      "includes",
      "pattern",
      "Take and show only paths that an Ant pattern fits (acme/**/*.whl)",
      EVERY,
    ),
    ...LIST,
  },
  {
    ...text("exclude", "excludes", "pattern", "Neither take nor show paths that this Ant pattern fits", EVERY),
    ...LIST,
  },
  {
    ...text("priority", "hasPriority", "yes|no", "As a member: where it has a project, others are not asked", EVERY),
    ...YES_NO,
    kind: "yes-no",
  },
  {
    ...text("blacked-out", "isBlackedOut", "yes|no", "Neither read nor written, as if it were empty", EVERY),
    ...YES_NO,
    kind: "yes-no",
  },
  choice(
    "mutability",
    "mutability",
    ["immutable", "volatile"],
    "Whether a published file may be replaced; a new local repository is immutable",
    EVERY,
  ),

  choice(
    "resolution",
    "resolution",
    ["shadow", "merge"],
    "shadow: what is held locally hides its namesakes in remotes",
    MERGING,
  ),
  choice("remotes", "remotes", ["first", "union"], "Of several remotes: the first that has a project, or all", MERGING),
  {
    ...text(
      "whitelist",
      "whitelist",
      "project",
      "Open remotes for this project although it is held locally; * for all",
      MERGING,
    ),
    ...LIST,
  },
  choice(
    "whitelist-inheritance",
    "whitelistInheritance",
    ["intersection", "union"],
    "How whitelists on the way combine",
    MERGING,
  ),

  { ...text("base", "bases", "repository", "Look here after its own files, in order of trust", LOCAL), ...LIST },
  { ...text("publisher", "publishers", "who", "Who may publish", LOCAL), ...LIST },
  { ...text("test-result-writer", "testResultWriters", "who", "Who may attach test results", LOCAL), ...LIST },
  choice("validation", "validation", ["strict", "legacy"], "legacy also takes old archive types", LOCAL),
  {
    ...text(
      "reserved",
      "reserved",
      "name",
      "A project name that belongs to this house (acme-* is a prefix): never asked upstream",
      LOCAL,
    ),
    ...LIST,
  },
  {
    ...text("quota", "quotaBytes", "size", "All its files together may have so many bytes: 500M, 20G", LOCAL),
    kind: "size",
  },

  text("upstream", "url", "url", "Where the upstream's project pages are", REMOTE),
  {
    ...text("fresh-for", "freshForSeconds", "time", "How long a page is fresh: 90 (seconds), 30m, 12h", REMOTE),
    kind: "duration",
  },
  {
    ...text(
      "missing-for",
      "missingForSeconds",
      "time",
      "How long the upstream's 'not found' is believed: 90 (seconds), 30m",
      REMOTE,
    ),
    kind: "duration",
  },
  {
    ...text("project-list", "noProjectList", "yes|no", "Whether the upstream has a list of projects", REMOTE),
    ...YES_NO,
    kind: "no-yes",
  },
  {
    ...text("external-urls", "useExternalUrls", "yes|no", "Send clients to the upstream's own addresses", REMOTE),
    ...YES_NO,
    kind: "yes-no",
  },
  choice("layout", "layout", ["simple", "flat"], "flat: one page of links (find-links)", REMOTE),
  text("web-page", "webUrlFormat", "url", "The upstream's page of a project for people, with {name} in it", REMOTE),
  {
    ...text("ignore-serial-header", "ignoreSerialHeader", "yes|no", "Do not compare the upstream's serials", REMOTE),
    ...YES_NO,
    kind: "yes-no",
  },

  {
    ...text("offline", "isOffline", "yes|no", "Never ask the upstream; show what is here already", REMOTE),
    ...YES_NO,
    kind: "yes-no",
  },
  {
    ...text(
      "hard-fail",
      "failsHard",
      "yes|no",
      "no: a virtual repository that merges goes on without it while the upstream is down",
      REMOTE,
    ),
    ...YES_NO,
    kind: "yes-no",
  },
  {
    ...text(
      "assumed-offline",
      "assumedOfflineSeconds",
      "time",
      "How long an upstream that gave no answer is left alone",
      REMOTE,
    ),
    kind: "duration",
  },
  {
    ...text("store-files", "storesFiles", "yes|no", "no: files pass through and are not kept", REMOTE),
    ...YES_NO,
    kind: "yes-no",
  },
  {
    ...text(
      "unused-for",
      "unusedForHours",
      "time",
      "Drop copies that nobody read for so long: 30d, 12h; 0 for never",
      REMOTE,
    ),
    kind: "hours",
  },
  text("proxy", "proxy", "url", "The proxy to reach the upstream through; '' for the server's own", REMOTE),
  {
    ...text(
      "timeout",
      "timeoutMilliseconds",
      "time",
      "How long the upstream's answer may take to begin: 15 (seconds)",
      REMOTE,
    ),
    kind: "milliseconds",
  },

  { ...text("member", "members", "repository", "One of its members, in order of trust", VIRTUAL), ...LIST },
  text("publish-to", "publishTo", "repository", "The member that uploads are handed to", VIRTUAL),
];

/** What a repository of this kind does not have, of what was given. */
export function strangersTo(kind: Kind, given: ReadonlySet<string>): readonly SettingOption[] {
  return SETTING_OPTIONS.filter(({ name, kinds }) => given.has(name) && !kinds.includes(kind));
}

/** The kind that the given options speak of; `local` where they say nothing; `null` where they contradict each other. */
export function kindMeant(given: ReadonlySet<string>): Kind | null {
  const possible = KINDS.filter((kind) => strangersTo(kind, given).length === 0);
  return possible[0] ?? null;
}

type Where = Pick<SettingOption, "kinds" | "group">;

function text(name: string, field: string, placeholder: string, description: string, where: Where): SettingOption {
  return { name, field, placeholder, description, kind: "text", ...where };
}

function choice(
  name: string,
  field: string,
  choices: readonly string[],
  description: string,
  where: Where,
): SettingOption {
  return { name, field, placeholder: choices.join("|"), choices, description, kind: "choice", ...where };
}
