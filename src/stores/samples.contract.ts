import type {
  Actor,
  Artifact,
  Attachment,
  Digest,
  FormatName,
  Instant,
  JournalEntry,
  JournalEvent,
  LocalRepository,
  ProjectName,
  RepositoryName,
  Sealed,
  Seq,
  Token,
  User,
  UserName,
} from "#core";
import type { MetadataStore } from "./metadata-store.ts";

/** Facts for the contract suites: whole, and different where the test says so. */

export const SOMEBODY: Actor = { kind: "user", name: "alice", tokenId: "t1" };
export const DEV = "alice/dev" as RepositoryName;
export const FOO = "foo" as ProjectName;

export function digestOf(digit: string): Digest {
  return `sha256:${digit.repeat(64)}` as Digest;
}

export function aUser(name: string): User {
  return {
    name: name as UserName,
    email: `${name}@example.org`,
    title: null,
    description: null,
    customData: { lucky: [7, null, true] },
    createdAt: 1 as Instant,
    modifiedAt: null,
    passwordHash: "sealed" as Sealed,
  };
}

export function aToken(id: string, owner: string): Token {
  return {
    id,
    owner: owner as UserName,
    name: `token ${id}`,
    limits: [{ action: "publish", repository: DEV, projects: ["foo"] }],
    createdAt: 1 as Instant,
    expiresAt: 2 as Instant,
    secretHash: "sealed" as Sealed,
  };
}

export function aRepository(name: string): LocalRepository {
  return {
    kind: "local",
    name: name as RepositoryName,
    format: "python" as FormatName,
    title: null,
    description: null,
    customData: null,
    readers: [":ANONYMOUS:"],
    mutability: "immutable",
    createdAt: 1 as Instant,
    bases: [],
    publishers: ["alice"],
    testResultWriters: [],
    validation: "strict",
    reserved: [],
    resolution: "shadow",
    remotes: "first",
    whitelist: [],
    whitelistInheritance: "intersection",
  };
}

export function anArtifact(filename: string, more: Partial<Artifact> = {}): Artifact {
  return {
    repository: DEV,
    project: FOO,
    filename,
    version: "1.0",
    blob: digestOf("a"),
    sizeBytes: 100,
    publishedAt: 5 as Instant,
    yanked: null,
    attributes: { requiresPython: ">=3.8", text: "ünï\u{1F600}", nested: { list: [1, 2.5, null] } },
    companions: {},
    log: [{ what: "upload", who: "alice", at: 5 as Instant, from: null, to: DEV }],
    ...more,
  };
}

export function someDocumentation(more: Partial<Attachment> = {}): Attachment {
  return {
    repository: DEV,
    project: FOO,
    version: "1.0",
    kind: "documentation",
    filename: "foo-1.0.doc.zip",
    about: null,
    blob: digestOf("d"),
    sizeBytes: 300,
    attachedAt: 6 as Instant,
    log: [{ what: "upload", who: "alice", at: 6 as Instant, from: null, to: DEV }],
    ...more,
  };
}

export function aTestResult(about: string, more: Partial<Attachment> = {}): Attachment {
  const filename = `${about}.toxresult-20261124090807-0`;
  return someDocumentation({ kind: "test-result", filename, about, blob: digestOf("e"), sizeBytes: 40, ...more });
}

export function attached(attachment: Attachment): JournalEvent {
  return { type: "attachment.saved", attachment };
}

export function published(filename: string, more: Partial<Artifact> = {}): JournalEvent {
  return { type: "artifact.published", artifact: anArtifact(filename, more), promotedFrom: null };
}

export function registered(project: string, repository: RepositoryName = DEV): JournalEvent {
  return { type: "project.registered", repository, project: project as ProjectName, displayName: project };
}

export function saved(name: string): JournalEvent {
  return { type: "repository.saved", repository: aRepository(name) };
}

export function removed(filename: string, project: ProjectName = FOO): JournalEvent {
  return { type: "artifact.removed", ref: { repository: DEV, project, filename } };
}

/** At least one event of each type; together they leave rows in every table. */
export const ONE_OF_EACH: readonly JournalEvent[] = [
  { type: "user.saved", user: aUser("alice") },
  { type: "user.saved", user: aUser("bob") },
  { type: "user.removed", name: "bob" as UserName },
  { type: "token.issued", token: aToken("t1", "alice") },
  { type: "token.issued", token: aToken("t2", "alice") },
  { type: "token.revoked", id: "t2", owner: "alice" as UserName },
  saved(DEV),
  saved("alice/old"),
  { type: "repository.removed", name: "alice/old" as RepositoryName },
  registered("foo"),
  registered("gone"),
  { type: "project.status", repository: DEV, project: FOO, status: "deprecated", reason: "use bar" },
  { type: "project.released", repository: DEV, project: "gone" as ProjectName },
  {
    type: "version.saved",
    version: { repository: DEV, project: FOO, version: "1.0", attributes: { summary: "it's foo" } },
  },
  { type: "version.saved", version: { repository: DEV, project: FOO, version: "0.1", attributes: {} } },
  { type: "version.removed", repository: DEV, project: FOO, version: "0.1" },
  published("foo-1.0.tar.gz", { companions: { ".metadata": { blob: digestOf("b"), sizeBytes: 7 } } }),
  published("foo-0.1.tar.gz"),
  published("foo-1.0.zip", { version: null }),
  {
    type: "artifact.replaced",
    artifact: anArtifact("foo-1.0.zip", { blob: digestOf("c"), sizeBytes: 200 }),
    promotedFrom: "alice/stage" as RepositoryName,
  },
  {
    type: "artifact.yanked",
    ref: { repository: DEV, project: FOO, filename: "foo-1.0.tar.gz" },
    reason: "broken on Windows",
  },
  attached(someDocumentation()),
  attached(aTestResult("foo-1.0.tar.gz")),
  attached(aTestResult("foo-0.1.tar.gz")),
  attached(aTestResult("foo-1.0.zip")),
  {
    type: "attachment.removed",
    repository: DEV,
    project: FOO,
    version: "1.0",
    filename: "foo-1.0.zip.toxresult-20261124090807-0",
  },
  removed("foo-0.1.tar.gz"),
];

/** Writes the events as one and resolves to the position of the last. */
export async function append(store: MetadataStore, ...events: readonly JournalEvent[]): Promise<Seq> {
  const { seq } = await store.write(SOMEBODY, async (tx) => {
    for (const event of events) tx.append(event);
  });
  return seq;
}

export const seqs = (entries: readonly JournalEntry[]): number[] => entries.map(({ seq }) => seq);
