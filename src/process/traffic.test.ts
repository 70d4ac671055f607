import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import type { RequestRecord } from "#http";
import { openTraffic } from "./traffic.ts";

const START = Date.UTC(2026, 10, 24, 10, 42, 18);

function record(seconds: number, status = 200, path = "/"): RequestRecord {
  return {
    at: (START + seconds * 1000) as Instant,
    id: `r${seconds}`,
    method: "GET",
    path,
    status,
    milliseconds: 2,
    sentBytes: 10,
    remoteAddress: "127.0.0.1",
    principal: "alice",
    userAgent: null,
    cause: new Error("a secret of the house"),
  };
}

test("requests are counted by the minute, and what was refused and what failed apart", () => {
  const traffic = openTraffic();
  for (const [seconds, status] of [[0], [1, 404], [50], [51, 503]] as const) traffic.note(record(seconds, status));
  const { total, minutes } = traffic.figures((START + 60_000) as Instant);
  assert.deepEqual(total, { requests: 4, refusals: 1, failures: 1, sentBytes: 40, milliseconds: 8, at: 0 });
  assert.deepEqual(
    minutes.map(({ at, requests }) => [new Date(at).toISOString(), requests]),
    [
      ["2026-11-24T10:42:00.000Z", 2],
      ["2026-11-24T10:43:00.000Z", 2],
    ],
  );
});

test("an hour is remembered, however long the server runs or is silent", () => {
  const traffic = openTraffic();
  for (let minute = 0; minute < 200; minute += 1) traffic.note(record(minute * 60));
  assert.equal(traffic.figures((START + 199 * 60_000) as Instant).minutes.length, 60);
  assert.equal(traffic.figures((START + 300 * 60_000) as Instant).minutes.length, 0);
});

test("the last failures are told, newest first, without what lies behind them", () => {
  const traffic = openTraffic();
  for (let second = 0; second < 60; second += 1) traffic.note(record(second, 500, `/${"x".repeat(1000)}`));
  const { failed } = traffic.figures(START as Instant);
  assert.equal(failed.length, 50);
  assert.equal(failed[0]?.id, "r59");
  assert.equal(failed[0]?.path.length, 300);
  assert.doesNotMatch(JSON.stringify(failed), /secret/);
});
