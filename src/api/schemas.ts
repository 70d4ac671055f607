import { z } from "zod";
import { governingAnswers, governingBodies } from "./governing-schemas.ts";
import { readingAnswers } from "./reading-schemas.ts";
import { instant, name, repositoryName, text } from "./schema-words.ts";
import { sessionAnswers, sessionBodies } from "./session-schemas.ts";
import { statusAnswers } from "./status-schemas.ts";

// The words of the API, checked on the way in and printed into docs/openapi.json. Loaded with the first request that
// needs it, because starting the server must not wait for it.

const customData = z
  .union([z.record(z.string(), z.unknown()), z.string().max(100_000)])
  .nullable()
  .describe("Whatever the owner keeps here; the server does not read it");
const projectName = z.string().min(1).max(200);
const specs = z
  .array(z.string().min(1).max(200))
  .max(1000)
  .describe("User names, `:group`, `:ANONYMOUS:` (everybody) or `:AUTHENTICATED:` (everybody who is signed in)");
const password = z.string().min(1).max(4096);

const limit = z.strictObject({
  action: z.enum([
    "*",
    "read",
    "annotate",
    "publish",
    "overwrite",
    "yank",
    "remove",
    "fill-cache",
    "upload-test-result",
    "administer",
  ]),
  repository: z.string().min(1).max(401).describe("`owner/name`, `owner/*` or `*`"),
  projects: z.array(projectName).max(1000).nullable().default(null).describe("`null`: all"),
});

const patterns = z.array(z.string().max(1024)).max(200);

const describing = { title: text.nullable(), description: text.nullable(), customData };

const common = {
  ...describing,
  readers: specs.describe("Who may read; the owner and root always may"),
  mutability: z
    .enum(["immutable", "volatile"])
    .describe(
      "`immutable`, the default of local repositories: a published file is not replaced, and removed only by force",
    ),
  constraints: z
    .array(z.string().max(8192))
    .max(10_000)
    .nullable()
    .describe("Lines of a constraints file: only what they admit is seen here; a line `*` keeps out all others"),
  includes: patterns.describe("Ant patterns on paths: what none of them fits is neither taken nor shown; none: all"),
  excludes: patterns.describe("Ant patterns on paths: what one of them fits is neither taken nor shown"),
  hasPriority: z
    .boolean()
    .describe("In a virtual repository: where a member with priority has a project, only such members are asked"),
  isBlackedOut: z.boolean().describe("Neither read nor written, as if it were empty; its names stay held"),
};

const merging = {
  resolution: z.enum(["shadow", "merge"]).describe("`shadow`: a project held locally hides its namesakes in remotes"),
  remotes: z.enum(["first", "union"]).describe("Of several remotes that have a project: the first, or all united"),
  whitelist: z.array(projectName).max(10_000).describe("Projects for which remotes are opened although held; `*`: all"),
  whitelistInheritance: z.enum(["intersection", "union"]),
};

const local = {
  ...common,
  ...merging,
  bases: z.array(repositoryName).max(100).describe("Looked into after its own files, in order of trust"),
  publishers: specs.describe("Who may publish"),
  testResultWriters: specs.describe("Who may attach test results"),
  validation: z.enum(["strict", "legacy"]).describe("`legacy` also takes old archive types and devpi's `submit`"),
  reserved: z.array(projectName).max(10_000).describe("Names that belong to this house; `acme-*` is a prefix"),
  quotaBytes: z.int().min(0).nullable().describe("All its files together may have so many bytes; `null`: no limit"),
};

const remote = {
  ...common,
  url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .describe("Where the upstream's project pages are"),
  freshForSeconds: z.int().min(0).max(31_536_000),
  missingForSeconds: z.int().min(0).max(31_536_000),
  noProjectList: z.boolean(),
  useExternalUrls: z.boolean().describe("Send clients to the upstream's own addresses"),
  layout: z.enum(["simple", "flat"]).describe("`flat`: one page of links (find-links)"),
  webUrlFormat: z.string().max(2000).nullable().describe("The upstream's page of a project, with `{name}` in it"),
  ignoreSerialHeader: z.boolean(),
  providesCoreMetadata: z.boolean().nullable().describe("Kept for devpi's clients; metadata is always offered here"),
  isOffline: z.boolean().describe("The upstream is never asked; what is here already is shown"),
  failsHard: z
    .boolean()
    .describe("`false`: where a virtual repository merges, it goes on without this one while the upstream is down"),
  assumedOfflineSeconds: z
    .int()
    .min(0)
    .max(31_536_000)
    .nullable()
    .describe("After the upstream gave no answer it is not asked for so long; `null`: as the server is set"),
  storesFiles: z.boolean().describe("`false`: files pass through and are not kept"),
  unusedForHours: z.int().min(0).max(87_600).describe("Copies that nobody read for so long are dropped; 0: never"),
  proxy: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .describe("The proxy to reach this upstream through; `null`: as the server is set"),
  timeoutMilliseconds: z
    .int()
    .min(1)
    .max(600_000)
    .nullable()
    .describe("The upstream's answer may take so long to begin; `null`: as the server is set"),
};

const virtual = {
  ...common,
  ...merging,
  members: z.array(repositoryName).max(100).describe("In order of trust"),
  publishTo: repositoryName.nullable().describe("The member that uploads are handed to"),
};

const credentials = z
  .string()
  .max(4096)
  .regex(/^[^:]+:/, "must be user:password")
  .nullable()
  .describe("`user:password` for the upstream; never shown again");

const format = name.describe("What it holds: `python` packages, or `generic` for any files; it cannot change");

const user = { email: text.nullable(), ...describing };
const isAdmin = z.boolean().describe("May do everything, as root may; only administrators say so");
const kinds = { local: z.literal("local"), remote: z.literal("remote"), virtual: z.literal("virtual") };
const stored = { name: repositoryName, key: name, format, createdAt: instant };

const properties = z.record(z.string().min(1).max(255), z.array(z.string().max(4000)).max(1000));

const policy = {
  description: text.nullable().default(null),
  isEnabled: z.boolean().default(true).describe("Whether it runs by itself, where `everyHours` says how often"),
  repositories: z
    .array(z.string().min(1).max(200))
    .max(200)
    .describe("Keys of repositories, or patterns with `*`; of remotes it clears copies"),
  includes: patterns.default([]).describe("Ant patterns on paths: only what one of them fits; none: all"),
  excludes: patterns.default([]).describe("Ant patterns on paths: what one of them fits stays"),
  projects: z.array(projectName).max(200).default([]).describe("Normalised names, or patterns with `*`; none: all"),
  olderThanDays: z.number().min(0).nullable().default(null).describe("Published longer ago than so many days"),
  unusedForDays: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("Not downloaded for so many days, nor published within them"),
  keepVersions: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("The newest so many versions of each project stay; with `onlyPreReleases`, of its pre-releases"),
  onlyPreReleases: z.boolean().default(false),
  largerThanBytes: z.int().min(0).nullable().default(null),
  withProperties: properties
    .default({})
    .describe("Only files that have one of the values of every key; no values: any value"),
  withoutProperties: properties.default({}).describe("Files that have one of the values of any key stay"),
  skipsTrash: z.boolean().default(false).describe("Files are gone at once"),
  everyHours: z.int().min(1).nullable().default(null).describe("Runs by itself so often; `null`: only when asked"),
};

/** What clients send. Unknown fields are refused. */
export const bodies = {
  NewUser: z
    .strictObject({ ...user, isAdmin })
    .partial()
    .extend({ name, password: password.nullable().optional() }),
  UserChange: z
    .strictObject({ ...user, isAdmin })
    .partial()
    .extend({ password: password.nullable().optional() }),
  NewToken: z.strictObject({
    name: z.string().min(1).max(100),
    expiresAt: instant.nullable().default(null).describe("`null`: never"),
    limits: z.array(limit).min(1).max(100).optional().describe("At most this; left out: all that its owner may do"),
  }),
  NewRepository: z.discriminatedUnion("kind", [
    z
      .strictObject({ ...local, format })
      .partial()
      .extend({ kind: kinds.local }),
    z
      .strictObject({ ...remote, format, credentials })
      .partial()
      .extend({ kind: kinds.remote }),
    z
      .strictObject({ ...virtual, format })
      .partial()
      .extend({ kind: kinds.virtual }),
  ]),
  LocalChange: z.strictObject({ kind: kinds.local, ...local }).partial(),
  RemoteChange: z.strictObject({ kind: kinds.remote, ...remote, credentials }).partial(),
  VirtualChange: z.strictObject({ kind: kinds.virtual, ...virtual }).partial(),
  Yank: z.strictObject({ reason: z.string().max(1000).nullable().default("") }),
  Status: z.strictObject({
    status: z.enum(["active", "archived", "deprecated", "quarantined"]).describe("PEP 792"),
    reason: z.string().max(1000).nullable().default(null),
  }),
  Promotion: z.strictObject({ to: repositoryName }),
  ...governingBodies,
  ...sessionBodies,
  PolicyWish: z.strictObject(policy).describe("Every condition that is given must hold"),
  Restoring: z.strictObject({
    to: z
      .strictObject({ repository: repositoryName, path: z.string().min(1).max(1024) })
      .nullable()
      .default(null)
      .describe("Another place; `null`: where it was. A file of a package keeps its name"),
  }),
};

const shownLimit = limit.required();
const shownUser = z.strictObject({
  name,
  ...user,
  createdAt: instant,
  modifiedAt: instant.nullable(),
  hasPassword: z.boolean().nullable().describe("`null`: not for you to know"),
  isAdmin: isAdmin.nullable().describe("By itself, not by a group; `null`: not for you to know"),
});
const shownToken = z.strictObject({
  id: name,
  owner: name,
  name: z.string(),
  limits: z.array(shownLimit),
  createdAt: instant,
  expiresAt: instant.nullable(),
});
const shownRepository = z.discriminatedUnion("kind", [
  z.strictObject({ kind: kinds.local, ...stored, ...local }),
  z.strictObject({ kind: kinds.remote, ...stored, ...remote, hasCredentials: z.boolean() }),
  z.strictObject({ kind: kinds.virtual, ...stored, ...virtual }),
]);
const file = z.strictObject({
  filename: z.string(),
  project: projectName,
  version: z.string().nullable(),
  sizeBytes: z.int().nullable(),
  sha256: z.string().nullable(),
  publishedAt: instant.nullable(),
  yanked: z.string().nullable().describe("`null`: not yanked; else the reason, perhaps empty"),
  member: repositoryName.describe("The repository that contributes it"),
  url: z.url(),
});
const attachment = z.strictObject({
  filename: z.string(),
  kind: z.enum(["documentation", "test-result"]),
  project: projectName,
  version: z.string(),
  about: z.string().nullable().describe("The file that a test result is about"),
  sizeBytes: z.int(),
  sha256: z.string(),
  attachedAt: instant,
  member: repositoryName.describe("The repository that holds it"),
  url: z.url(),
  pages: z.url().nullable().describe("Where documentation can be read"),
});
const version = z.strictObject({
  version: z.string(),
  files: z.int(),
  yanked: z.string().nullable().describe("Not `null`: all files of the version are yanked"),
  publishedAt: instant.nullable(),
});
const shownPolicy = z.strictObject({ name, ...policy }).required();
const trashedFile = z.strictObject({
  id: name,
  repository: repositoryName,
  path: z.string().describe("Where it stood"),
  project: projectName.nullable().describe("`null`: it belonged to no package"),
  version: z.string().nullable(),
  sizeBytes: z.int(),
  sha256: z.string(),
  properties,
  publishedAt: instant,
  trashedAt: instant,
  trashedBy: z.string(),
  until: instant.describe("From then on it is cleared away"),
});
const project = z.strictObject({ project: projectName, displayName: z.string() });
const next = z.string().nullable().describe("Send it as `after` to get the next page; `null`: this is the last");

/** What the server answers. */
export const answers = {
  Version: z.strictObject({
    name: z.literal("vivarium"),
    version: z.string(),
    api: z.literal("v1"),
    installationId: z.string(),
    head: z.int().describe("The journal's last serial"),
  }),
  WhoAmI: z.strictObject({
    kind: z.enum(["anonymous", "user", "token", "workload", "replica", "system"]),
    user: name.nullable(),
    groups: z.array(z.string()),
    token: z.strictObject({ id: z.string(), limits: z.array(shownLimit) }).nullable(),
    isRoot: z.boolean(),
    isAdmin: z.boolean().describe("May do everything: root, or who is made so, and nothing narrows it"),
  }),
  ...governingAnswers,
  ...readingAnswers,
  User: shownUser,
  Users: z.strictObject({ items: z.array(shownUser) }),
  Token: shownToken,
  Tokens: z.strictObject({ items: z.array(shownToken) }),
  IssuedToken: z.strictObject({ token: shownToken, secret: z.string().describe("Shown this once") }),
  Repository: shownRepository,
  Repositories: z.strictObject({ items: z.array(shownRepository) }),
  Projects: z.strictObject({ items: z.array(project), next, staleSince: instant.nullable() }),
  Project: z.strictObject({
    ...project.shape,
    repository: repositoryName,
    status: z.enum(["active", "archived", "deprecated", "quarantined"]),
    statusReason: z.string().nullable(),
    members: z.array(repositoryName).describe("The repositories that contribute, in order"),
    staleSince: instant.nullable().describe("Not `null`: an upstream failed and this is the copy of that time"),
    versions: z.array(version).describe("Newest first"),
    files: z.int(),
  }),
  Versions: z.strictObject({ items: z.array(version).describe("Newest first"), next }),
  VersionDetail: z.strictObject({
    ...version.shape,
    files: z.array(file),
    attributes: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe("The version's record, where this repository has it"),
  }),
  File: file,
  Attachment: attachment,
  Attachments: z.strictObject({ items: z.array(attachment).describe("In the order in which they came") }),
  VersionSummary: version,
  Limit: shownLimit,
  Files: z.strictObject({ items: z.array(file), next }),
  Yanked: z.strictObject({ yanked: z.string().nullable(), files: z.array(z.string()) }),
  Promoted: z.strictObject({
    to: repositoryName,
    steps: z.array(
      z.strictObject({ kind: z.enum(["register", "file", "test-result", "documentation"]), what: z.string() }),
    ),
  }),
  Policy: shownPolicy,
  Policies: z.strictObject({ items: z.array(shownPolicy) }),
  RetentionRun: z.strictObject({
    policy: name,
    isDry: z.boolean().describe("Nothing was removed"),
    files: z
      .array(
        z.strictObject({
          repository: repositoryName,
          path: z.string(),
          sizeBytes: z.int(),
          publishedAt: instant,
          because: z.string(),
        }),
      )
      .describe("At most 1000 of them"),
    count: z.int().describe("Of all files, also of those that are not listed"),
    sizeBytes: z.int(),
  }),
  TrashedFile: trashedFile,
  TrashedFiles: z.strictObject({ items: z.array(trashedFile).describe("Oldest first"), next }),
  TreeFile: z.strictObject({
    repository: repositoryName,
    path: z.string(),
    sizeBytes: z.int(),
    sha256: z.string().nullable(),
  }),
  Copies: z.strictObject({
    items: z.array(
      z.strictObject({
        path: z.string().describe("In the remote's tree"),
        sizeBytes: z.int(),
        sha256: z.string().nullable(),
        copiedFrom: z.string().nullable(),
        copiedAt: instant,
      }),
    ),
    next,
  }),
  Resolution: z.strictObject({
    repository: repositoryName,
    project: projectName,
    members: z
      .array(
        z.strictObject({
          member: repositoryName,
          kind: z.enum(["local", "remote"]),
          verdict: z
            .enum(["answers", "is-asked", "has-none", "outranked", "not-asked", "kept-out", "withheld", "not-readable"])
            .describe("What it has to do with the answer; no upstream is asked to find out"),
          because: z.string().describe("The rule that decided, in one sentence"),
        }),
      )
      .describe("In order of trust; virtual ones have dissolved into their members"),
  }),
  Tally: z.strictObject({ files: z.int(), sizeBytes: z.int() }),
  Downloads: z.strictObject({
    count: z.int(),
    lastAt: instant.nullable(),
    lastBy: z.string().nullable().describe("`null`: somebody who had not signed in, or nobody yet"),
  }),
  Journal: z.strictObject({
    items: z.array(
      z.strictObject({
        seq: z.int(),
        at: instant,
        by: z.strictObject({ kind: z.string(), name: z.string(), tokenId: z.string().nullable() }),
        event: z.looseObject({ type: z.string() }),
      }),
    ),
    head: z.int(),
    next: z
      .int()
      .nullable()
      .describe("What `after`, or newest first `before`, is on the next page; `null`: that was all"),
  }),
  ...sessionAnswers,
  ...statusAnswers,
  /** RFC 9457, with `code` for programs. */
  Problem: z.looseObject({
    type: z.string(),
    title: z.string(),
    detail: z.string().describe("One sentence for people"),
    code: z.string().describe("For programs; never changes its meaning"),
  }),
};

export type Bodies = { [Name in keyof typeof bodies]: z.infer<(typeof bodies)[Name]> };
export type Answers = { [Name in keyof typeof answers]: z.infer<(typeof answers)[Name]> };

/** Reads a body by its schema; `because` names the first field that is wrong. */
export function readBody<Name extends keyof Bodies>(
  bodyName: Name,
  value: unknown,
): { readonly body: Bodies[Name] } | { readonly because: string } {
  const parsed = bodies[bodyName].safeParse(value);
  if (parsed.success) return { body: parsed.data as Bodies[Name] };
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  return {
    because: path === "" ? `the body is wrong: ${issue?.message}` : `field '${path}' is wrong: ${issue?.message}`,
  };
}
