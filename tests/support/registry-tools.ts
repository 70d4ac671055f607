import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Artifact,
  type Digest,
  type Instant,
  type JournalEvent,
  type Limit,
  type Principal,
  type ProblemCode,
  type ProjectName,
  RegistryError,
  type RepositoryName,
  type Sealed,
  type Seq,
  type UserName,
} from "#core";
import { openUpstreams } from "#upstream";
import { pythonFormat } from "../../src/formats/python/index.ts";
import { openAccounts } from "../../src/registry/accounts.ts";
import { openCatalog } from "../../src/registry/catalog.ts";
import { openDownloadCounts } from "../../src/registry/download-counts.ts";
import { openRemotes } from "../../src/registry/open-remotes.ts";
import type { Accounts, RegistrySettings, Releases, RepositoriesAdmin } from "../../src/registry/registry.ts";
import { openReleases } from "../../src/registry/releases.ts";
import { openRepositoriesAdmin } from "../../src/registry/repositories-admin.ts";
import { openRulebook } from "../../src/registry/rulebook.ts";
import type { Tools } from "../../src/registry/tools.ts";
import { openSqliteStore } from "../../src/stores/sqlite/index.ts";
import { type MemoryBlobs, memoryBlobs } from "./memory-stores.ts";

export const ROOT: Principal = user("root");
export const ALICE: Principal = user("alice");
export const BOB: Principal = user("bob");
export const NOBODY: Principal = { kind: "anonymous" };

/** What administers the registry, over SQLite in a temporary folder, with a clock that the test moves. */
export interface ToolsWorld extends AsyncDisposable {
  readonly tools: Tools;
  readonly blobs: MemoryBlobs;
  readonly accounts: Accounts;
  readonly admin: RepositoriesAdmin;
  readonly releases: Releases;
  /** Whether the sweeper leaves a blob alone because of a claim or a copy. */
  holds(digest: Digest): Promise<boolean>;
  tick(seconds: number): void;
  /** Makes accounts that can sign in. */
  users(...names: readonly string[]): Promise<void>;
  /** Publishes a file as an upload would, into a project that it registers. */
  publish(repository: string, file: { name: string; version: string; text: string }): Promise<Artifact>;
  artifacts(repository: string, name: string): Promise<readonly Artifact[]>;
  /** What has been journalled since the last call. */
  news(): Promise<readonly JournalEvent[]>;
}

export async function openToolsWorld(settings: Partial<RegistrySettings> = {}): Promise<ToolsWorld> {
  let time = Date.UTC(2026, 10, 1);
  const now = (): Instant => time as Instant;
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vivarium-tools-"));
  opened.defer(() => rm(folder, { recursive: true }));
  const store = opened.use(await openSqliteStore({ folder, now }));
  const blobs = memoryBlobs();
  const limits = { retryMilliseconds: 1, failuresMax: 1_000 };
  const upstreams = opened.use(openUpstreams({ now, random: () => 0.5, userAgent: "vivarium/test", limits }));
  const format = pythonFormat();
  const parts = {
    metadata: store.metadata,
    state: store.state,
    blobs,
    upstreams,
    formats: new Map([[format.name, format]]),
    open: (sealed: Sealed) => sealed.replace("sealed ", ""),
    now,
    wait: async () => {},
    settings: {
      fileSizeBytesMax: 1 << 30,
      memoryBytesMax: 1 << 24,
      restrictModify: null,
      trashMilliseconds: 0,
      ...settings,
    },
  };
  const catalog = opened.use(await openCatalog(store.metadata));
  const remotes = opened.use(openRemotes(parts));
  const downloads = opened.use(openDownloadCounts(parts));
  const rules = opened.use(await openRulebook(store.metadata));
  const tools: Tools = { ...parts, catalog, remotes, downloads, rules, noteWritten: () => {} };
  const accounts = openAccounts(tools);
  let seen = 0 as Seq;
  const closing = opened.move();
  return {
    tools,
    blobs,
    accounts,
    admin: openRepositoriesAdmin(tools),
    releases: openReleases(tools),
    holds: (digest) => store.state.holdsBlob(digest),
    tick(seconds) {
      time += seconds * 1000;
    },
    async users(...names) {
      for (const name of names) {
        const system: Principal = { kind: "system", reason: "test" };
        await accounts.create(system, { ...NEW_USER, name: name as UserName });
      }
    },
    publish: (repository, file) => publish(tools, repository as RepositoryName, file),
    artifacts: (repository, name) =>
      store.metadata.read((view) => view.artifacts(repository as RepositoryName, name as ProjectName)),
    async news() {
      const entries = await store.metadata.read((view) => view.entries(seen, 1000));
      seen = entries.at(-1)?.seq ?? seen;
      return entries.map(({ event }) => event);
    },
    [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose](),
  };
}

export const NEW_USER = {
  name: "carol" as UserName,
  email: null,
  title: null,
  description: null,
  customData: null,
  passwordHash: "sealed hash" as Sealed,
};

export function user(name: string): Principal {
  return { kind: "user", name: name as UserName, groups: [] };
}

/** A token of the account, good for what the limits say. */
export function token(owner: string, ...limits: readonly Limit[]): Principal {
  return { kind: "token", owner: owner as UserName, id: "t1", groups: [], limits };
}

export function limit(action: Limit["action"], repository: string, projects: readonly string[] | null = null): Limit {
  return { action, repository, projects };
}

/** For `assert.rejects`: a refusal with this code, and with words that the sentence has. */
export function refusal(code: ProblemCode, words: RegExp = /(?:)/): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof RegistryError)) throw error;
    if (error.problem.code === code && words.test(error.message)) return true;
    throw new Error(`refused with: ${error.message}`, { cause: error });
  };
}

async function publish(
  { metadata, blobs, now }: Tools,
  repository: RepositoryName,
  { name, version, text }: { name: string; version: string; text: string },
): Promise<Artifact> {
  const project = name as ProjectName;
  const bytes = Buffer.from(text);
  const draft = await blobs.begin({ sizeBytesMax: 1 << 20 });
  await draft.write(bytes);
  await draft.finish();
  const { digest, sizeBytes } = await draft.keep();
  const artifact: Artifact = {
    repository,
    project,
    filename: `${name}-${version}.tar.gz`,
    version,
    blob: digest,
    sizeBytes,
    publishedAt: now(),
    yanked: null,
    attributes: {},
    companions: {},
    log: [{ what: "upload", who: "alice", at: now(), from: null, to: repository }],
  };
  await metadata.write({ kind: "system", name: "test", tokenId: null }, async (tx) => {
    tx.append({ type: "project.registered", repository, project, displayName: name });
    tx.append({ type: "version.saved", version: { repository, project, version, attributes: { summary: text } } });
    tx.append({ type: "artifact.published", artifact, promotedFrom: null });
  });
  return artifact;
}
