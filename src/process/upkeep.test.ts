import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import type { Upkeep } from "#registry";
import { openJobs } from "./jobs.ts";
import { startUpkeep } from "./upkeep.ts";

const NONE = { files: 0, folders: 0, sizeBytes: 0 };
const NOTHING: Upkeep = { runs: [], trash: NONE, copies: NONE, failures: [] };

/** Time passes only when the test says so: `pass` ends the waits of that length, and all that follows from it. */
function openWorld(work: { readonly save?: () => Promise<void>; readonly tick?: () => Promise<Upkeep> }) {
  const waiting = new Map<number, () => void>();
  const notes: string[] = [];
  const jobs = openJobs(() => 0 as Instant);
  const registry = {
    saveDownloads: work.save ?? (async () => {}),
    retention: { tick: work.tick ?? (async () => NOTHING) },
  };
  const upkeep = startUpkeep(
    registry as never,
    { note: (level, message) => void notes.push(`${level}: ${message}`) },
    jobs,
    (milliseconds, signal) =>
      new Promise((resolve) => {
        waiting.set(milliseconds, resolve);
        signal.addEventListener("abort", () => resolve());
      }),
  );
  return {
    upkeep,
    jobs,
    notes,
    async pass(milliseconds: number) {
      waiting.get(milliseconds)?.();
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    },
  };
}

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;

test("downloads are written down every few seconds, and a failure is told once until it works again", async () => {
  let isFull = false;
  let saves = 0;
  const { upkeep, notes, pass } = openWorld({
    async save() {
      saves += 1;
      if (isFull) throw new Error("the disk is full");
    },
  });
  await using _ = upkeep;
  await pass(5 * SECONDS);
  for (const state of [true, true, false, true]) {
    isFull = state;
    await pass(5 * SECONDS);
  }
  assert.equal(saves, 5);
  assert.deepEqual(notes, Array(2).fill("warn: counted downloads could not be written down"));
});

test("what was cleared away is told, and so is what could not be", async () => {
  const run = { policy: "nightly", isDry: false, files: [], count: 3, sizeBytes: 30 };
  const results: (() => Promise<Upkeep>)[] = [
    async () => NOTHING,
    async () => ({ ...NOTHING, runs: [run], trash: { ...NONE, files: 1 } }),
    async () => ({ ...NOTHING, failures: [{ what: "the policy dust", cause: new Error("no") }] }),
    () => Promise.reject(new Error("the database is locked")),
  ];
  const { upkeep, jobs, notes, pass } = openWorld({ tick: () => results.shift()?.() ?? Promise.resolve(NOTHING) });
  await using _ = upkeep;
  const outcomes: unknown[] = [];
  for (let times = 0; times < 4; times += 1) {
    await pass(15 * MINUTES);
    outcomes.push(jobs.all()[1]?.outcome);
  }
  const FAILED = "failed; the log says why";
  assert.deepEqual(outcomes, ["nothing was due", "4 files cleared away", FAILED, FAILED]);
  assert.deepEqual(notes, [
    "info: a retention policy has run",
    "info: cleared the trash",
    "warn: the policy dust could not be cleared",
    "warn: what is due to be cleared away could not be",
  ]);
});

test("it has stopped when it is disposed, also in the middle of a run", async () => {
  let isRunning = false;
  const { upkeep, pass } = openWorld({
    async tick() {
      isRunning = true;
      await new Promise(setImmediate);
      isRunning = false;
      return NOTHING;
    },
  });
  await pass(15 * MINUTES);
  const passing = pass(15 * MINUTES);
  await upkeep[Symbol.asyncDispose]();
  assert.equal(isRunning, false);
  await passing;
});
