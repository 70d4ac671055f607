import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Artifact,
  factsOf,
  type Instant,
  type JsonObject,
  type Principal,
  type ProjectName,
  parseRepositoryName,
  type Repository,
  type RepositoryName,
  type Sealed,
  type UserName,
} from "#core";
import type { Candidate, Desk, Page } from "#formats";
import { type NewRepository, openRegistry, type Registry, type RegistryParts } from "#registry";
import type { BlobStore, MetadataStore, SharedState } from "#stores";
import { openUpstreams } from "#upstream";
import { genericFormat } from "../../src/formats/generic/index.ts";
import { pythonFormat } from "../../src/formats/python/index.ts";
import { openFilesystemBlobs } from "../../src/stores/filesystem/index.ts";
import { openSqliteStore } from "../../src/stores/sqlite/index.ts";
import { type FakeUpstream, openFakeUpstream } from "./fake-upstream.ts";
import { ALICE, NEW_USER, NOBODY } from "./registry-tools.ts";

export { ALICE, BOB, limit, NOBODY, ROOT, refusal, token, user } from "./registry-tools.ts";

const SYSTEM: Principal = { kind: "system", reason: "test" };

/** A registry over SQLite, a folder of blobs and a fake upstream, with a clock that the test moves. Alice and Bob have accounts. */
export interface RegistryWorld extends AsyncDisposable {
  readonly registry: Registry;
  readonly metadata: MetadataStore;
  readonly state: SharedState;
  readonly blobs: BlobStore;
  readonly fake: FakeUpstream;
  tick(seconds: number): void;
  now(): Instant;
  /** Volatile, and alice publishes to it. */
  local(name: string, change?: Omit<NewRepository & { kind: "local" }, "kind">): Promise<Repository>;
  /** A remote of the fake upstream. */
  remote(name: string, change?: Omit<NewRepository & { kind: "remote" }, "kind">): Promise<Repository>;
  virtual(
    name: string,
    members: readonly string[],
    change?: Omit<NewRepository & { kind: "virtual" }, "kind" | "members">,
  ): Promise<Repository>;
  /** Changes settings, as the installation itself. */
  change(name: string, to: (current: Repository) => Repository): Promise<Repository>;
  /** Another process: a second registry over the same folder. */
  elsewhere(): Promise<{ readonly registry: Registry } & AsyncDisposable>;
  desk(name: string, principal?: Principal): Promise<Desk>;
  publish(repository: string, file: AFile, principal?: Principal): ReturnType<Desk["publish"]>;
  /** The names of the files that a project shows; `null`: it is not there. */
  files(repository: string, project: string, principal?: Principal): Promise<readonly string[] | null>;
  /** A page that shows the names of the files; `made` counts how often pages were made. */
  page(repository: string, project: string, principal?: Principal): Promise<Page | null>;
  readonly made: number;
}

export interface AFile {
  readonly project: string;
  readonly version?: string;
  readonly filename?: string;
  readonly text?: string;
  readonly displayName?: string;
  readonly versionAttributes?: JsonObject;
  readonly companions?: Readonly<Record<string, string>>;
}

export interface RegistryWorldOptions {
  readonly settings?: Partial<RegistryParts["settings"]>;
  /** Puts something between the registry and its blobs. */
  readonly wrapBlobs?: (blobs: BlobStore) => BlobStore;
  /** What happens while the registry waits; by default nothing, and no time passes. */
  readonly wait?: RegistryParts["wait"];
}

export async function openRegistryWorld(options: RegistryWorldOptions = {}): Promise<RegistryWorld> {
  let time = Date.UTC(2026, 10, 1);
  let made = 0;
  const now = (): Instant => time as Instant;
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "vivarium-registry-"));
  opened.defer(() => rm(folder, { recursive: true }));
  const fake = opened.use(await openFakeUpstream());
  const process = opened.use(await openProcess(folder, now, options));
  const { registry, metadata, state, blobs } = process;
  for (const name of ["root", "alice", "bob"]) {
    await registry.accounts.create(SYSTEM, { ...NEW_USER, name: name as UserName });
  }
  const desk = (name: string, principal: Principal = ALICE): Promise<Desk> =>
    registry.desk(nameOf(name), principal, "publish");
  const create = (name: string, settings: NewRepository): Promise<Repository> =>
    registry.repositoriesAdmin.create(SYSTEM, nameOf(name), settings);
  const closing = opened.move();

  return {
    registry,
    metadata,
    state,
    blobs,
    fake,
    tick(seconds) {
      time += seconds * 1000;
    },
    now,
    local: (name, change = {}) =>
      create(name, { kind: "local", mutability: "volatile", publishers: ["alice"], ...change }),
    remote: (name, change = {}) => create(name, { kind: "remote", url: fake.url, ...change }),
    virtual: (name, members, change = {}) => create(name, { kind: "virtual", members: members.map(nameOf), ...change }),
    change: (name, to) => registry.repositoriesAdmin.modify(SYSTEM, nameOf(name), to),
    elsewhere: () => openProcess(folder, now, options),
    desk,
    async publish(repository, file, principal = ALICE) {
      return publishThrough(await desk(repository, principal), file);
    },
    async files(repository, project, principal = NOBODY) {
      const listing = await (await desk(repository, principal)).listing(project as ProjectName);
      return listing?.files.map((file) => factsOf(file).filename) ?? null;
    },
    async page(repository, project, principal = NOBODY) {
      const seen = await desk(repository, principal);
      return seen.page(`simple:${project}`, "text", project as ProjectName, async () => {
        made += 1;
        const listing = await seen.listing(project as ProjectName);
        if (listing === null) return null;
        const text = listing.files.map((file) => `${factsOf(file).filename} ${factsOf(file).yanked ?? ""}`).join("\n");
        return { contentType: "text/plain", text, validUntil: listing.validUntil };
      });
    },
    get made() {
      return made;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

type Process = Pick<RegistryWorld, "registry" | "metadata" | "state" | "blobs"> & AsyncDisposable;

async function openProcess(
  folder: string,
  now: () => Instant,
  { settings, wrapBlobs, wait = async () => {} }: RegistryWorldOptions,
): Promise<Process> {
  await using opened = new AsyncDisposableStack();
  const { metadata, state } = opened.use(await openSqliteStore({ folder, now }));
  const onDisk = opened.use(await openFilesystemBlobs({ folder: join(folder, "blobs") }));
  const blobs = wrapBlobs?.(onDisk) ?? onDisk;
  const limits = { retryMilliseconds: 1, failuresMax: 1_000 };
  const upstreams = opened.use(openUpstreams({ now, random: () => 0.5, userAgent: "vivarium/test", limits }));
  const formats = [pythonFormat(), genericFormat()];
  const registry = opened.use(
    await openRegistry({
      metadata,
      state,
      blobs,
      upstreams,
      formats: new Map(formats.map((format) => [format.name, format])),
      open: (sealed: Sealed) => sealed.replace("sealed ", ""),
      now,
      wait,
      settings: {
        fileSizeBytesMax: 1 << 24,
        memoryBytesMax: 1 << 24,
        restrictModify: null,
        trashMilliseconds: 0,
        ...settings,
      },
    }),
  );
  const closing = opened.move();
  return { registry, metadata, state, blobs, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

export function nameOf(text: string): RepositoryName {
  const name = parseRepositoryName(text);
  if (name === null) throw new TypeError(`${text} is no repository's name`);
  return name;
}

/** Receives and publishes as an upload route does. */
export async function publishThrough(
  desk: Desk,
  file: AFile,
): Promise<{ readonly artifact: Artifact; readonly created: boolean }> {
  await using received = await desk.receive(chunksOf(file.text ?? "some bytes"));
  // Awaited here: what was received is forgotten at the end of this block.
  return await desk.publish(candidateOf(file, received));
}

export function candidateOf(file: AFile, received: Candidate["received"]): Candidate {
  const { project, version = "1.0" } = file;
  return {
    project: project as ProjectName,
    displayName: file.displayName ?? project,
    version,
    filename: file.filename ?? `${project}-${version}.tar.gz`,
    received,
    attributes: {},
    versionAttributes: file.versionAttributes ?? {},
    companions: Object.fromEntries(
      Object.entries(file.companions ?? {}).map(([suffix, text]) => [suffix, Buffer.from(text)]),
    ),
  };
}

export async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
