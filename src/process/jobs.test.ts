import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import { openJobs } from "./jobs.ts";

test("a job tells that it waits, that it runs, and how it ended", () => {
  let time = 1000;
  const jobs = openJobs(() => time as Instant);
  const tale = jobs.follow("sweep", 60_000);
  assert.deepEqual(jobs.all(), [
    {
      name: "sweep",
      everySeconds: 60,
      isRunning: false,
      lastAt: null,
      lastMilliseconds: null,
      outcome: null,
      hasFailed: false,
    },
  ]);
  tale.began();
  assert.equal(jobs.all()[0]?.isRunning, true);
  time += 50;
  tale.ended("2 files");
  const [swept] = jobs.all();
  assert.deepEqual(
    [swept?.isRunning, swept?.lastAt, swept?.lastMilliseconds, swept?.outcome],
    [false, 1000, 50, "2 files"],
  );
  tale.began();
  tale.failed();
  assert.equal(jobs.all()[0]?.hasFailed, true);
});
