import { statfs } from "node:fs/promises";
import type { ServerFigures } from "#api";
import type { Instant } from "#core";
import type { HotFigures } from "#http";
import type { RegistryFigures } from "#registry";
import type { MetadataStore } from "#stores";
import type { Upstreams } from "#upstream";
import type { Jobs } from "./jobs.ts";
import type { ProcessFigures } from "./metrics.ts";
import type { Minute, Traffic } from "./traffic.ts";

export interface StatusParts {
  readonly metadata: MetadataStore;
  readonly upstreams: Upstreams;
  readonly process: ProcessFigures;
  readonly traffic: Traffic;
  readonly jobs: Jobs;
  readonly dataFolder: string;
  readonly registryFigures: () => RegistryFigures;
  readonly hotFigures: () => HotFigures;
  readonly now: () => Instant;
}

/** How the running server is, as our API tells it. */
export async function serverFigures(parts: StatusParts): Promise<ServerFigures> {
  const now = parts.now();
  const [totals, disk] = await Promise.all([parts.metadata.read((view) => view.totals()), diskOf(parts.dataFolder)]);
  const registry = parts.registryFigures();
  const { total, minutes, failed } = parts.traffic.figures(now);
  const memory = parts.process.memory();
  return {
    startedAt: told(parts.process.startedAtSeconds * 1000),
    at: told(now),
    traffic: { ...tallyOf(total), uploads: registry.uploads, minutes: minutes.map(minuteOf) },
    caches: cachesOf(registry, parts.hotFigures()),
    stored: { projects: totals.projects, files: totals.artifacts, sizeBytes: totals.sizeBytes },
    disk,
    upstreams: parts.upstreams.figures().map(({ origin, requests, underWay, failures, isOpen, lastFailureAt }) => ({
      origin,
      requests,
      underWay,
      failures,
      isResting: isOpen,
      lastFailureAt: lastFailureAt === null ? null : told(lastFailureAt),
    })),
    process: { memoryBytes: memory.rss, heapBytes: memory.heapUsed, cpuSeconds: parts.process.cpuSeconds() },
    failedRequests: failed.map(({ at, ...rest }) => ({ at: told(at), ...rest })),
    jobs: parts.jobs.all().map((job) => ({ ...job, lastAt: job.lastAt === null ? null : told(job.lastAt) })),
  };
}

function minuteOf(minute: Minute) {
  return { at: told(minute.at), ...tallyOf(minute) };
}

function tallyOf({ requests, refusals, failures, sentBytes, milliseconds }: Omit<Minute, "at">) {
  return { requests, refusals, failures, sentBytes, milliseconds };
}

function cachesOf(registry: RegistryFigures, hot: HotFigures): ServerFigures["caches"] {
  const { pageHits, pageMisses, pageBytes, remoteHits, remoteMisses, remoteStale } = registry;
  return [
    { name: "answers", hits: hot.hits, misses: hot.misses, stale: 0, sizeBytes: hot.sizeBytes },
    { name: "pages", hits: pageHits, misses: pageMisses, stale: 0, sizeBytes: pageBytes },
    { name: "remotes", hits: remoteHits, misses: remoteMisses, stale: remoteStale, sizeBytes: null },
  ];
}

/** What the file system tells of the place of the data folder; some tell nothing. */
async function diskOf(folder: string): Promise<ServerFigures["disk"]> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return blocks === 0 ? null : { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
  } catch {
    return null;
  }
}

function told(at: number): string {
  return new Date(at).toISOString();
}
