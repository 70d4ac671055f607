import { z } from "zod";
import { instant, repositoryName } from "./schema-words.ts";

// How the server is, and how much it holds.

const tally = {
  requests: z.int(),
  refusals: z.int().describe("Answered with 4xx"),
  failures: z.int().describe("Answered with 5xx"),
  sentBytes: z.int(),
  milliseconds: z.number().describe("That all of them together took"),
};

/** What the wiring knows of the running server. */
const serverFigures = {
  startedAt: instant,
  at: instant.describe("The server's own clock, now"),
  traffic: z.strictObject({
    ...tally,
    uploads: z.int(),
    minutes: z
      .array(z.strictObject({ at: instant, ...tally }))
      .describe("The last hour, oldest first, without gaps' zeros"),
  }),
  caches: z.array(
    z.strictObject({
      name: z
        .enum(["answers", "pages", "remotes"])
        .describe("Whole answers and pages in memory; what remotes have brought here"),
      hits: z.int(),
      misses: z.int(),
      stale: z.int().describe("Answered from a copy past its time, because the upstream failed"),
      sizeBytes: z.int().nullable().describe("In memory; `null` for remotes, whose copies are on disk"),
    }),
  ),
  stored: z
    .strictObject({
      projects: z.int(),
      files: z.int(),
      sizeBytes: z.int(),
    })
    .describe("In local repositories"),
  disk: z
    .strictObject({ freeBytes: z.int(), sizeBytes: z.int() })
    .nullable()
    .describe("Where the data folder is; `null`: it does not tell"),
  upstreams: z.array(
    z.strictObject({
      origin: z.string().describe("Scheme, host and port"),
      requests: z.int(),
      underWay: z.int(),
      failures: z.int().describe("In a row, up to now"),
      isResting: z.boolean().describe("It failed so often that it is left alone for a while"),
      lastFailureAt: instant.nullable(),
    }),
  ),
  process: z.strictObject({ memoryBytes: z.int(), heapBytes: z.int(), cpuSeconds: z.number() }),
  failedRequests: z
    .array(z.strictObject({ at: instant, id: z.string(), method: z.string(), path: z.string(), status: z.int() }))
    .describe("The last ones that were answered with 5xx, newest first; the log tells more, under the same id"),
  jobs: z.array(
    z.strictObject({
      name: z.string(),
      everySeconds: z.number(),
      isRunning: z.boolean(),
      lastAt: instant.nullable(),
      lastMilliseconds: z.int().nullable(),
      outcome: z.string().nullable(),
      hasFailed: z.boolean(),
    }),
  ),
};

export const statusAnswers = {
  ServerStatus: z.strictObject({
    version: z.string(),
    installationId: z.string(),
    head: z.int().describe("Serial of the journal's last entry"),
    lastWriteAt: instant.nullable(),
    ...serverFigures,
  }),
  Usage: z.strictObject({
    at: instant,
    items: z.array(
      z.strictObject({
        repository: repositoryName,
        kind: z.enum(["local", "remote", "virtual"]),
        format: z.string(),
        files: z.int().describe("Of a remote: the copies that are here"),
        folders: z.int(),
        sizeBytes: z.int(),
        quotaBytes: z.int().nullable(),
      }),
    ),
  }),
};
