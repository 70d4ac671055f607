import type { NewRepository, Repository } from "../../../../src/cli/api-types.ts";

export type Kind = Repository["kind"];
type Local = Extract<Repository, { kind: "local" }>;
type Remote = Extract<Repository, { kind: "remote" }>;
type Virtual = Extract<Repository, { kind: "virtual" }>;

/** What cannot be typed: the repository has it, and the form does not. */
type Fixed = "kind" | "name" | "key" | "format" | "createdAt" | "customData" | "hasCredentials";
type Settings = Omit<Local, Fixed> & Omit<Remote, Fixed> & Omit<Virtual, Fixed>;

/** Everything that the form holds, of all three kinds: who changes the kind while typing loses nothing. */
export type RepositoryValues = { -readonly [Key in keyof Settings]: Settings[Key] } & {
  kind: Kind;
  format: string;
  owner: string;
  shortName: string;
  /** `null`: as they are. */
  credentials: string | null;
};

const COMMON = [
  "title",
  "description",
  "readers",
  "mutability",
  "constraints",
  "includes",
  "excludes",
  "hasPriority",
  "isBlackedOut",
] as const;
const MERGING = ["resolution", "remotes", "whitelist", "whitelistInheritance"] as const;

/** The fields that there are of each kind, as the API has them. */
const FIELDS = {
  local: [...COMMON, ...MERGING, "bases", "publishers", "testResultWriters", "validation", "reserved", "quotaBytes"],
  remote: [
    ...COMMON,
    "url",
    "freshForSeconds",
    "missingForSeconds",
    "noProjectList",
    "useExternalUrls",
    "layout",
    "webUrlFormat",
    "ignoreSerialHeader",
    "isOffline",
    "failsHard",
    "assumedOfflineSeconds",
    "storesFiles",
    "unusedForHours",
    "proxy",
    "timeoutMilliseconds",
  ],
  virtual: [...COMMON, ...MERGING, "members", "publishTo"],
} as const satisfies Record<Kind, readonly (keyof Settings)[]>;

/** As the server makes a repository of whom nothing is said. */
export function newValues(owner: string): RepositoryValues {
  return {
    kind: "local",
    format: "python",
    owner,
    shortName: "",
    title: null,
    description: null,
    readers: [":ANONYMOUS:"],
    mutability: "immutable",
    constraints: null,
    includes: [],
    excludes: [],
    hasPriority: false,
    isBlackedOut: false,
    resolution: "shadow",
    remotes: "first",
    whitelist: [],
    whitelistInheritance: "intersection",
    bases: [],
    publishers: owner === "" ? [] : [owner],
    testResultWriters: [":ANONYMOUS:"],
    validation: "strict",
    reserved: [],
    quotaBytes: null,
    url: null,
    credentials: null,
    freshForSeconds: 1800,
    missingForSeconds: 300,
    noProjectList: false,
    useExternalUrls: false,
    layout: "simple",
    webUrlFormat: null,
    ignoreSerialHeader: false,
    providesCoreMetadata: null,
    isOffline: false,
    failsHard: true,
    assumedOfflineSeconds: null,
    storesFiles: true,
    unusedForHours: 0,
    proxy: null,
    timeoutMilliseconds: null,
    members: [],
    publishTo: null,
  };
}

/** What is there, to be changed. */
export function valuesOf(repository: Repository): RepositoryValues {
  const [owner = "", shortName = ""] = repository.name.split("/");
  const { customData: _, createdAt: __, name: ___, key: ____, ...settings } = repository;
  return { ...newValues(owner), ...settings, owner, shortName };
}

/** The body that makes it; what belongs to other kinds stays in the form. */
export function wishOf(values: RepositoryValues): NewRepository {
  const { kind, format } = values;
  const fields = Object.fromEntries(FIELDS[kind].map((field) => [field, sent(values[field])]));
  // What is open to no one else, or not given, is the server's to say: of others than local ones it is volatile.
  if (kind !== "local") delete fields["mutability"];
  return { ...fields, kind, format, ...credentialsOf(values) } as NewRepository;
}

/** What differs from what was there when the form was opened, so that others' changes are not undone. */
export function changeOf(before: RepositoryValues, after: RepositoryValues): Readonly<Record<string, unknown>> {
  const changed = FIELDS[after.kind].filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return {
    ...Object.fromEntries(changed.map((field) => [field, sent(after[field])])),
    ...credentialsOf(after),
  };
}

function credentialsOf({ kind, credentials }: RepositoryValues): { readonly credentials?: string | null } {
  if (kind !== "remote" || credentials === null) return {};
  return { credentials: credentials === "" ? null : credentials };
}

/** An emptied field means: none. */
function sent(value: unknown): unknown {
  return value === "" ? null : value;
}

/** Wrong before the server is asked, in shape only. */
export function faultsOf(values: RepositoryValues, isNew: boolean): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  if (isNew && values.owner.trim() === "") faults["owner"] = "Say whose it is";
  if (isNew && values.shortName.trim() === "") faults["shortName"] = "Give it a name";
  if (values.kind === "remote") {
    for (const field of ["url", "proxy"] as const) {
      const text = values[field] ?? "";
      if (text !== "" && !isWebAddress(text))
        faults[field] = "This has to be an address that begins with http:// or https://";
    }
    const { credentials } = values;
    if (credentials !== null && credentials !== "" && !/^[^:]+:/.test(credentials)) {
      faults["credentials"] = "Write it as user:password";
    }
  }
  return faults;
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
