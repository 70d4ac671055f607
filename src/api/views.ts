import {
  factsOf,
  hexOf,
  type Instant,
  type JournalEntry,
  type JsonObject,
  keyOf,
  type ListedFile,
  type Listing,
  type Properties,
  type RemoteRepository,
  type Repository,
  type RepositoryName,
  type Token,
  type User,
} from "#core";
import type { Answers } from "./schemas.ts";

/** How facts are shown. Secrets, also sealed ones, are left out here and nowhere else. */

export function instantView(at: Instant): string {
  return new Date(at).toISOString();
}

export function propertiesView(properties: Properties): Record<string, string[]> {
  return Object.fromEntries(Object.entries(properties).map(([key, values]) => [key, [...values]]));
}

/** `isSelf`: for the user and root; others see what is no secret. */
export function userView(user: User, isSelf: boolean): Answers["User"] {
  return {
    name: user.name,
    email: isSelf ? user.email : null,
    title: user.title,
    description: user.description,
    customData: isSelf ? user.customData : null,
    createdAt: instantView(user.createdAt),
    modifiedAt: orNull(user.modifiedAt),
    hasPassword: isSelf ? user.passwordHash !== null : null,
    isAdmin: isSelf ? user.name === "root" || user.isAdmin === true : null,
  };
}

export function tokenView(token: Token): Answers["Token"] {
  return {
    id: token.id,
    owner: token.owner,
    name: token.name,
    limits: token.limits.map((limit) => ({ ...limit, projects: limit.projects === null ? null : [...limit.projects] })),
    createdAt: instantView(token.createdAt),
    expiresAt: orNull(token.expiresAt),
  };
}

export function repositoryView(repository: Repository): Answers["Repository"] {
  // What other systems' clients want back is theirs only.
  const { kept: _, ...settings } = repository;
  const shown = {
    ...settings,
    key: keyOf(repository.name),
    constraints: repository.constraints ?? null,
    includes: repository.includes ?? [],
    excludes: repository.excludes ?? [],
    hasPriority: repository.hasPriority ?? false,
    isBlackedOut: repository.isBlackedOut ?? false,
    ...(repository.kind === "local" ? { quotaBytes: repository.quotaBytes ?? null } : {}),
    createdAt: instantView(repository.createdAt),
  };
  if (shown.kind !== "remote") return shown as unknown as Answers["Repository"];
  const { credentials, ...rest } = shown;
  const remote = { ...rest, ...remoteDefaults(rest), hasCredentials: credentials !== null };
  return remote as unknown as Answers["Repository"];
}

/** What was not given, as what it means. */
function remoteDefaults(remote: Omit<RemoteRepository, "credentials" | "createdAt">) {
  return {
    providesCoreMetadata: remote.providesCoreMetadata ?? null,
    isOffline: remote.isOffline ?? false,
    failsHard: remote.failsHard ?? true,
    assumedOfflineSeconds: remote.assumedOfflineSeconds ?? null,
    storesFiles: remote.storesFiles ?? true,
    unusedForHours: remote.unusedForHours ?? 0,
    proxy: remote.proxy ?? null,
    timeoutMilliseconds: remote.timeoutMilliseconds ?? null,
  };
}

/** `address` makes the file's full address out of its path below the repository. */
export function fileView(file: ListedFile, url: string): Answers["Files"]["items"][number] {
  const { filename, project, version, sizeBytes, publishedAt, yanked } = factsOf(file);
  const sha256 = file.kind === "artifact" ? hexOf(file.artifact.blob) : (file.offer.digests["sha256"] ?? null);
  return {
    filename,
    project,
    version,
    sizeBytes,
    sha256,
    publishedAt: orNull(publishedAt),
    yanked,
    member: file.member,
    url,
  };
}

/** Every version of a listing, also those without files, newest first. */
export function versionViews(
  listing: Listing,
  compare: (a: string, b: string) => number,
): Answers["Versions"]["items"] {
  const byVersion = Map.groupBy(listing.files, (file) => factsOf(file).version);
  const versions = new Set([...listing.versions, ...byVersion.keys()].filter((version) => version !== null));
  return [...versions]
    .sort((a, b) => compare(b, a))
    .map((version) => {
      const files = byVersion.get(version) ?? [];
      return { version, files: files.length, ...summaryOf(files) };
    });
}

/** What all files of a version have in common. */
export function summaryOf(files: readonly ListedFile[]): Pick<Answers["VersionDetail"], "yanked" | "publishedAt"> {
  const facts = files.map(factsOf);
  const times = facts.map(({ publishedAt }) => publishedAt).filter((time) => time !== null);
  return {
    yanked: facts.length > 0 && facts.every(({ yanked }) => yanked !== null) ? (facts[0]?.yanked ?? null) : null,
    publishedAt: times.length === 0 ? null : instantView(Math.min(...times) as Instant),
  };
}

export function journalView({ seq, at, by, event }: JournalEntry): Answers["Journal"]["items"][number] {
  return { seq, at: instantView(at), by: { ...by }, event: withoutSecrets(event as unknown as JsonObject) };
}

export function projectView(
  repository: RepositoryName,
  listing: Listing,
  compare: (a: string, b: string) => number,
): Answers["Project"] {
  return {
    repository,
    project: listing.project,
    displayName: listing.displayName,
    status: listing.status,
    statusReason: listing.statusReason,
    members: [...listing.members],
    staleSince: orNull(listing.staleSince),
    versions: versionViews(listing, compare),
    files: listing.files.length,
  };
}

/** Names of the journal's sealed fields, wherever they stand. */
const SEALED_FIELDS: ReadonlySet<string> = new Set(["passwordHash", "secretHash", "credentials"]);

function withoutSecrets(event: JsonObject): Answers["Journal"]["items"][number]["event"] {
  const text = JSON.stringify(event, (key, value: unknown) => (SEALED_FIELDS.has(key) ? undefined : value));
  return JSON.parse(text) as Answers["Journal"]["items"][number]["event"];
}

function orNull(at: Instant | null): string | null {
  return at === null ? null : instantView(at);
}
