import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Access, type AccessParts, openAccess, openSealer, readOrMakeKey } from "#access";
import { nativeApi } from "#api";
import type { Instant } from "#core";
import { keepSweeping } from "#followers";
import { type FrontDoor, openFrontDoor } from "#http";
import { openRegistry, type Registry } from "#registry";
import type { BlobStore, MetadataStore } from "#stores";
import { openUpstreams, type UpstreamLimits, type Upstreams } from "#upstream";
import { openPages } from "#web";
import { artifactoryDialect } from "./dialects/artifactory/index.ts";
import { devpiDialect } from "./dialects/devpi/index.ts";
import { genericFormat } from "./formats/generic/index.ts";
import { pythonFormat } from "./formats/python/index.ts";
import type { Config } from "./process/config.ts";
import { refuseUnusable, whyNotUsable } from "./process/data-folder.ts";
import { refuseBereft, refuseOtherKey } from "./process/earlier-data.ts";
import { type Jobs, openJobs } from "./process/jobs.ts";
import type { Log } from "./process/log.ts";
import { metricsText, type ProcessFigures } from "./process/metrics.ts";
import { serverFigures } from "./process/status.ts";
import { openTraffic } from "./process/traffic.ts";
import { startUpkeep } from "./process/upkeep.ts";
import { openFilesystemBlobs } from "./stores/filesystem/index.ts";
import { openSqliteStore } from "./stores/sqlite/index.ts";

/** What the house takes from the world around it; tests hand in their own. */
export interface World {
  readonly now: () => Instant;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly version: string;
  /** A person started the server, at a terminal. */
  readonly isTerminal: boolean;
  readonly log: Log;
  readonly process: ProcessFigures;
  /** What a password hash costs; the recommendation when not given. */
  readonly hashingCost?: NonNullable<AccessParts["hashingCost"]>;
  /** Where the built pages are, or will be; not given: browsers are shown none. */
  readonly pagesFolder?: string;
  /** What is asked of upstreams beyond the configuration. */
  readonly upstreamLimits?: Partial<UpstreamLimits>;
}

/** The whole house, opened. Disposing it closes everything, in the reverse order of opening. */
export interface App extends AsyncDisposable {
  readonly registry: Registry;
  readonly access: Access;
  readonly frontDoor: FrontDoor;
  readonly metadata: MetadataStore;
  readonly blobs: BlobStore;
  readonly upstreams: Upstreams;
}

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000;
const SWEEP_EVERY_MS = 6 * 60 * 60 * 1000;
/** Of the memory for finished bytes: pages and hot files are the registry's, whole answers the front door's. */
const FRONT_DOOR_SHARE = 1 / 3;

/** The folder below the data folder that holds the blobs. */
export function blobFolderOf({ dataFolder }: Pick<Config, "dataFolder">): string {
  return join(dataFolder, "blobs");
}

/** Opens the implementations and hands the parts to the rooms. */
export async function openApp(config: Config, world: World): Promise<App> {
  await using opened = new AsyncDisposableStack();
  const { now } = world;
  await refuseUnusable(config.dataFolder);
  const places = { dataFolder: config.dataFolder, blobFolder: blobFolderOf(config), keyFile: config.keyFile };
  await refuseBereft(places);
  const { metadata, state } = opened.use(await openSqliteStore({ folder: config.dataFolder, now }));
  const blobs = opened.use(await openFilesystemBlobs({ folder: blobFolderOf(config), now }));
  // Once something was written there are secrets sealed with the key, and a new one would open none of them.
  const sealer = openSealer(await readOrMakeKey(config.keyFile, { mayMake: metadata.head === 0 }));
  await refuseOtherKey(metadata, sealer.open, places);
  const upstreams = opened.use(openUpstreamsFor(config, world));
  const python = pythonFormat();
  const registry = opened.use(
    await openRegistry({
      metadata,
      blobs,
      state,
      formats: new Map([python, genericFormat()].map((format) => [format.name, format])),
      upstreams,
      open: sealer.open,
      now,
      wait: (milliseconds) => pause(milliseconds),
      settings: {
        fileSizeBytesMax: config.uploadSizeBytesMax,
        plainFileSizeBytesMax: config.plainFileSizeBytesMax,
        memoryBytesMax: Math.floor(config.memoryBytesMax * (1 - FRONT_DOOR_SHARE)),
        restrictModify: config.restrictModify,
        trashMilliseconds: Math.round(config.trashDays * MILLISECONDS_PER_DAY),
      },
    }),
  );
  const access = opened.use(
    openAccess({
      metadata,
      state,
      accounts: registry.accounts,
      sealer,
      signUp: { policy: config.signUp, isLoopbackOnly: isLoopbackOnly(config), isTerminal: world.isTerminal },
      now,
      normalizeProject: (project) => python.normalize(project) ?? project,
      ...(world.hashingCost === undefined ? {} : { hashingCost: world.hashingCost }),
    }),
  );
  const jobs = openJobs(now);
  opened.use(startSweeping({ metadata, blobs, state, now }, registry.forgetGoneRemotes, world.log, jobs));
  opened.use(startUpkeep(registry, world.log, jobs));
  const traffic = openTraffic();
  const parts = { registry, access, installationId: metadata.installationId, version: world.version };
  const status = () =>
    serverFigures({
      ...{ metadata, upstreams, traffic, jobs, now },
      process: world.process,
      dataFolder: config.dataFolder,
      registryFigures: () => registry.figures(),
      hotFigures: () => frontDoor.hotFigures(),
    });
  const server = serverFactsOf(config);
  const frontDoor = await openFrontDoor({
    registry,
    access,
    dialects: [nativeApi({ ...parts, status }), devpiDialect({ ...parts, server }), artifactoryDialect(parts)],
    settings: {
      publicUrl: config.publicUrl,
      trustedProxies: config.trustedProxies,
      bodySizeBytesMax: Math.max(bodySizeBytesMax(config.uploadSizeBytesMax), config.plainFileSizeBytesMax),
      packageBodySizeBytesMax: bodySizeBytesMax(config.uploadSizeBytesMax),
      memoryBytesMax: Math.floor(config.memoryBytesMax * FRONT_DOOR_SHARE),
      isLockedDown: config.isLockedDown,
    },
    now,
    record(record) {
      traffic.note(record);
      world.log.request(record);
    },
    whyNotReady: () => whyNotReady(metadata, config.dataFolder),
    moreMetrics: () => metricsText({ metadata, upstreams, version: world.version, process: world.process }),
    ...(world.pagesFolder === undefined ? {} : { pages: openPages(world.pagesFolder) }),
  });
  opened.defer(() => frontDoor.close(config.graceSeconds * 1000));
  const closing = opened.move();
  return {
    registry,
    access,
    frontDoor,
    metadata,
    blobs,
    upstreams,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Whether only this machine can reach the server. */
export function isLoopbackOnly({ host, unixSocket }: Pick<Config, "host" | "unixSocket">): boolean {
  return unixSocket !== null || host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** What the server tells of itself to who speaks devpi. */
function serverFactsOf({ dataFolder, host, port, publicUrl, isLockedDown }: Config) {
  return { dataFolder, host, port, publicUrl, isLockedDown };
}

/** A form around the largest file. */
function bodySizeBytesMax(uploadSizeBytesMax: number): number {
  const FORM_BYTES = 16 * 1024 * 1024;
  return uploadSizeBytesMax + FORM_BYTES;
}

function openUpstreamsFor(config: Config, world: World): Upstreams {
  return openUpstreams({
    now: world.now,
    random: world.random,
    userAgent: `vivarium/${world.version}`,
    proxy: config.proxy,
    sendHosts: config.pushHosts,
    limits: { answerMilliseconds: config.upstreamSeconds * 1000, ...world.upstreamLimits },
  });
}

/** Stops, and has stopped, when it is disposed. */
function startSweeping(
  parts: Parameters<typeof keepSweeping>[0],
  prepare: () => Promise<void>,
  log: Log,
  jobs: Jobs,
): AsyncDisposable {
  const controller = new AbortController();
  const tale = jobs.follow("sweep files that nothing names", SWEEP_EVERY_MS);
  const ended = keepSweeping(parts, {
    everyMs: SWEEP_EVERY_MS,
    prepare() {
      tale.began();
      return prepare();
    },
    signal: controller.signal,
    async wait(milliseconds, signal) {
      // Aborting is how it ends: no failure.
      await pause(milliseconds, undefined, { signal, ref: false }).catch(() => {});
    },
    report(result) {
      if ("failure" in result) {
        log.note("warn", "files that nothing names could not be swept", {}, result.failure);
        tale.failed();
        return;
      }
      tale.ended(result.blobs === 0 ? "found none" : `${result.blobs} files swept`);
      if (result.blobs > 0) {
        log.note("info", "swept files that nothing names", { files: result.blobs, bytes: result.sizeBytes });
      }
    },
  });
  return {
    async [Symbol.asyncDispose]() {
      controller.abort();
      await ended;
    },
  };
}

async function whyNotReady(metadata: MetadataStore, dataFolder: string): Promise<string | null> {
  try {
    await metadata.read((view) => view.entries(metadata.head, 1));
  } catch {
    return "the database cannot be read";
  }
  const because = await whyNotUsable(dataFolder);
  return because === null ? null : `the data folder ${because}`;
}
