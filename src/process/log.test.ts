import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import type { RequestRecord } from "#http";
import { type LogOptions, openLog } from "./log.ts";
import { terminalSink } from "./log-sink.ts";

const RECORD: RequestRecord = {
  at: Date.UTC(2026, 10, 24, 10, 42, 18) as Instant,
  id: "r-1",
  method: "GET",
  path: "/alice/dev/simple/demo/",
  status: 200,
  milliseconds: 1.23456,
  sentBytes: 3400,
  remoteAddress: "127.0.0.1",
  principal: "alice",
  userAgent: "pip/26.3",
};

function logTo(lines: string[], change: Partial<LogOptions> = {}) {
  return openLog({
    format: "json",
    level: "info",
    sink: { write: (text) => void lines.push(text), flush() {} },
    isColoured: false,
    now: () => RECORD.at,
    ...change,
  });
}

test("a request is one line of JSON with everything that one looks for", async () => {
  const lines: string[] = [];
  logTo(lines).request(RECORD);
  assert.equal(lines.length, 1);
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    level: "info",
    time: "2026-11-24T10:42:18.000Z",
    msg: "request",
    id: "r-1",
    method: "GET",
    path: "/alice/dev/simple/demo/",
    status: 200,
    milliseconds: 1.235,
    sentBytes: 3400,
    remoteAddress: "127.0.0.1",
    principal: "alice",
    userAgent: "pip/26.3",
  });
});

test("a request is one line for people, and cannot move their terminal", async () => {
  const lines: string[] = [];
  const log = logTo(lines, { format: "human" });
  log.request(RECORD);
  log.request({ ...RECORD, path: "/a\x1b[2J\nb", principal: "" });
  assert.match(
    lines[0] ?? "",
    /^\d\d:\d\d:\d\d 200 GET {2}\/alice\/dev\/simple\/demo\/ 1\.2 ms 3\.4 kB alice 127\.0\.0\.1\n$/,
  );
  assert.match(lines[1] ?? "", /\/a\\x1b\[2J\\x0ab/);
});

test("what lies behind a failure is told with where it arose, what was foreseen without", async () => {
  const lines: string[] = [];
  const log = logTo(lines);
  const foreseen = Object.assign(new Error("the upstream is down"), { name: "UpstreamFailure" });
  log.request({ ...RECORD, status: 500, cause: new Error("a bug", { cause: foreseen }) });
  const line = JSON.parse(lines[0] ?? "");
  assert.equal(line.level, "error");
  assert.match(line.cause.stack, /log\.test\.ts/);
  assert.deepEqual(line.cause.cause, {
    type: "UpstreamFailure",
    message: "the upstream is down",
    stack: null,
    cause: null,
  });
});

test("fields that libraries hang on errors, headers for example, stay out of the log", async () => {
  const lines: string[] = [];
  const cause = Object.assign(new Error("failed"), { headers: { authorization: "Basic c2VjcmV0" } });
  for (const format of ["json", "human"] as const) logTo(lines, { format }).note("error", "it failed", {}, cause);
  assert.equal(lines.length, 2);
  assert.doesNotMatch(lines.join(""), /c2VjcmV0/);
});

test("lines below the level are not made", async () => {
  for (const format of ["json", "human"] as const) {
    const lines: string[] = [];
    const log = logTo(lines, { format, level: "warn" });
    log.request(RECORD);
    log.note("info", "nothing of interest");
    log.note("warn", "look here", { where: "there" });
    assert.equal(lines.length, 1, format);
    assert.match(lines[0] ?? "", /look here/);
  }
});

test("to a terminal, the lines of one turn are one write, and a flush leaves none behind", async () => {
  const writes: string[] = [];
  const sink = terminalSink((text) => void writes.push(text));
  sink.write("a\n");
  sink.write("b\n");
  await new Promise(setImmediate);
  sink.write("c\n");
  sink.flush();
  assert.deepEqual(writes, ["a\nb\n", "c\n"]);
});
