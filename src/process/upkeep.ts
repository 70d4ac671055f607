import { setTimeout as pause } from "node:timers/promises";
import type { Registry, Upkeep } from "#registry";
import type { Jobs } from "./jobs.ts";
import type { Log } from "./log.ts";

/** A kill loses the downloads that were counted since. */
const SAVE_EVERY_MS = 5000;
/** Policies say in hours how often they run, so this is often enough. */
const TICK_EVERY_MS = 15 * 60 * 1000;

type Kept = Pick<Registry, "saveDownloads" | "retention">;

/**
 * What is done now and then without being asked: counted downloads are written down, policies that are due run, and the
 * trash and remotes are cleared of what has had its time. Stops, and has stopped, when it is disposed. `wait`: resolves
 * after so many milliseconds, or soon after the signal is aborted.
 */
export function startUpkeep(
  { saveDownloads, retention }: Kept,
  log: Pick<Log, "note">,
  jobs: Jobs,
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void> = waitQuietly,
): AsyncDisposable {
  const controller = new AbortController();
  const { signal } = controller;
  const saving = jobs.follow("write counted downloads down", SAVE_EVERY_MS);
  const clearing = jobs.follow("run retention policies, clear the trash and unused copies", TICK_EVERY_MS);
  let isFailing = false;

  async function save(): Promise<void> {
    saving.began();
    try {
      await saveDownloads();
      saving.ended("written");
      isFailing = false;
    } catch (failure) {
      // Told once, and not every few seconds for as long as a disk is full. Nothing is lost: it is counted on.
      if (!isFailing) log.note("warn", "counted downloads could not be written down", {}, failure);
      isFailing = true;
      saving.failed();
    }
  }

  async function tick(): Promise<void> {
    clearing.began();
    try {
      const upkeep = await retention.tick(signal);
      tell(log, upkeep);
      if (upkeep.failures.length > 0) clearing.failed();
      else clearing.ended(outcomeOf(upkeep));
    } catch (failure) {
      log.note("warn", "what is due to be cleared away could not be", {}, failure);
      clearing.failed();
    }
  }

  async function again(everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await wait(everyMs, signal);
      if (!signal.aborted) await work();
    }
  }

  const ended = Promise.all([again(SAVE_EVERY_MS, save), again(TICK_EVERY_MS, tick)]);
  return {
    async [Symbol.asyncDispose]() {
      controller.abort();
      await ended;
    },
  };
}

async function waitQuietly(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Aborting is how it ends: no failure.
  await pause(milliseconds, undefined, { signal, ref: false }).catch(() => {});
}

function outcomeOf({ runs, trash, copies }: Upkeep): string {
  const files = runs.reduce((sum, { count }) => sum + count, trash.files + copies.files);
  return files === 0 ? "nothing was due" : `${files} files cleared away`;
}

function tell(log: Pick<Log, "note">, { runs, trash, copies, failures }: Upkeep): void {
  for (const { policy, count, sizeBytes } of runs) {
    log.note("info", "a retention policy has run", { policy, files: count, bytes: sizeBytes });
  }
  const cleared = { "cleared the trash": trash, "dropped copies that nobody used": copies };
  for (const [what, { files, sizeBytes }] of Object.entries(cleared)) {
    if (files > 0) log.note("info", what, { files, bytes: sizeBytes });
  }
  for (const { what, cause } of failures) log.note("warn", `${what} could not be cleared`, {}, cause);
}
