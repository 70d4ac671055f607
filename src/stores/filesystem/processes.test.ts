import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { thisMachine } from "./processes.ts";

test("this process knows itself, and that it runs, by a name that may be a folder's", () => {
  const processes = thisMachine();
  assert.equal(processes.isRunning(processes.own), true);
  assert.equal(processes.isRunning(`${processes.own}-more`), true, "what is added behind the name changes nothing");
  assert.match(processes.own, /^[0-9a-f]{12}-\d+-\d+$/);
  assert.equal(thisMachine().own, processes.own);
});

test("a process that has ended is not running, and neither is its number under another process", () => {
  const processes = thisMachine();
  const [place, pid] = processes.own.split("-");
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  assert.equal(processes.isRunning(`${place}-${ended}-1`), false);
  assert.equal(processes.isRunning(`${place}-${pid}-1`), process.platform === "linux" ? false : null);
  assert.equal(processes.isRunning(`${place}-0-0`), false);
  assert.equal(processes.isRunning(`${place}-nonsense`), false);
});

test("about a process of another machine or container nothing is known", () => {
  const processes = thisMachine();
  assert.equal(processes.isRunning("0123456789ab-1-1"), null);
  assert.equal(processes.isRunning("lost+found"), null);
});
