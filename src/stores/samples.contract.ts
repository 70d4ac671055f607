import assert from "node:assert/strict";
import {
  type Actor,
  type Artifact,
  type Attachment,
  type Digest,
  type Folder,
  type FormatName,
  type Group,
  type Instant,
  type JournalEntry,
  type JournalEvent,
  type LocalRepository,
  NO_PROJECT,
  type PermissionTarget,
  type ProjectName,
  type Properties,
  placeOf,
  type RepositoryName,
  type RetentionPolicy,
  type Sealed,
  type Seq,
  type Token,
  type User,
  type UserName,
} from "#core";
import type { MetadataStore, MetadataView } from "./metadata-store.ts";
import { type Place, promise } from "./place.contract.ts";

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
  const artifact: Artifact = {
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
  return { ...artifact, path: placeOf(artifact) };
}

/** A file that belongs to no project. */
export function aFile(path: string, more: Partial<Artifact> = {}): Artifact {
  return anArtifact(path, { project: NO_PROJECT, version: null, path, ...more });
}

export function aGroup(name: string, more: Partial<Group> = {}): Group {
  return {
    name,
    description: "those who release",
    members: ["alice" as UserName],
    joinsNew: false,
    isAdmin: false,
    kept: { realm: "internal" },
    createdAt: 7 as Instant,
    ...more,
  };
}

export function aPermissionTarget(name: string, more: Partial<PermissionTarget> = {}): PermissionTarget {
  return {
    name,
    repositories: ["alice.*", "ANY REMOTE"],
    includes: ["**"],
    excludes: ["secret/**"],
    users: { alice: ["read", "publish"] },
    groups: { releasers: ["read"] },
    createdAt: 7 as Instant,
    modifiedAt: null,
    ...more,
  };
}

export function aPolicy(name: string, more: Partial<RetentionPolicy> = {}): RetentionPolicy {
  return {
    name,
    description: null,
    isEnabled: true,
    repositories: ["*"],
    includes: ["**"],
    excludes: [],
    projects: [],
    olderThanDays: 30,
    unusedForDays: null,
    keepVersions: 3,
    onlyPreReleases: true,
    largerThanBytes: null,
    withProperties: { stage: ["dev"] },
    withoutProperties: { keep: [] },
    skipsTrash: false,
    everyHours: 24,
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

export function fileAt(path: string, more: Partial<Artifact> = {}): JournalEvent {
  return { type: "artifact.published", artifact: aFile(path, more), promotedFrom: null };
}

export function properties(path: string, values: Properties, repository: RepositoryName = DEV): JournalEvent {
  return { type: "properties.set", repository, path, properties: values };
}

export function folderMade(path: string, more: Partial<Folder> = {}): JournalEvent {
  const folder = { repository: DEV, path, createdAt: 9 as Instant, createdBy: "bob", ...more };
  return { type: "folder.made", folder };
}

export function folderRemoved(path: string, repository: RepositoryName = DEV): JournalEvent {
  return { type: "folder.removed", repository, path };
}

export function trashed(id: string, { repository, project, filename }: Artifact): JournalEvent {
  return { type: "artifact.trashed", ref: { repository, project, filename }, id, until: 5000 as Instant };
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
  { type: "group.saved", group: aGroup("releasers") },
  { type: "group.saved", group: aGroup("gone") },
  { type: "group.removed", name: "gone" },
  { type: "permission.saved", target: aPermissionTarget("release") },
  { type: "permission.saved", target: aPermissionTarget("gone") },
  { type: "permission.removed", name: "gone" },
  { type: "policy.saved", policy: aPolicy("old") },
  { type: "policy.saved", policy: aPolicy("gone") },
  { type: "policy.removed", name: "gone" },
  fileAt("docs/guide/intro.md", { digests: { sha1: "1".repeat(40), md5: "2".repeat(32) } }),
  fileAt("docs/old.md", { companions: { ".sig": { blob: digestOf("f"), sizeBytes: 3 } } }),
  fileAt("docs/older.md"),
  folderMade("empty/inner"),
  folderMade("gone/inner"),
  folderRemoved("gone"),
  properties("", { team: ["red"] }),
  properties("docs/guide/intro.md", { stage: ["dev", "test"], "it's": ["ünï"] }),
  properties("docs/old.md", { stage: ["old"] }),
  trashed("trash-1", aFile("docs/old.md")),
  trashed("trash-2", aFile("docs/older.md")),
  { type: "trash.removed", id: "trash-2" },
];

/** Writes the events as one and resolves to the position of the last. */
export async function append(store: MetadataStore, ...events: readonly JournalEvent[]): Promise<Seq> {
  const { seq } = await store.write(SOMEBODY, async (tx) => {
    for (const event of events) tx.append(event);
  });
  return seq;
}

export const seqs = (entries: readonly JournalEntry[]): number[] => entries.map(({ seq }) => seq);

/** Appends events to a new store and asks it something. */
export function after(
  make: () => Promise<Place<MetadataStore>>,
  name: string,
  events: readonly JournalEvent[],
  ask: (view: MetadataView) => Promise<unknown>,
  expected: unknown,
): void {
  promise(name, make, async (place) => {
    await using store = await place.open();
    await store.write(SOMEBODY, async (tx) => {
      for (const event of events) tx.append(event);
    });
    assert.deepEqual(await store.read(ask), expected);
  });
}
