import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { temporaryFolder } from "../../tests/support/databases.ts";
import { fileSink } from "./log-sink.ts";

test("every line comes, in its order, however fast they come", async () => {
  await using temporary = await temporaryFolder();
  const path = join(temporary.folder, "log");
  const file = openSync(path, "w");
  const sink = fileSink(file);
  const lines = Array.from({ length: 5_000 }, (_, number) => `line ${number} ${"é".repeat(number % 50)}\n`);

  for (const line of lines) sink.write(line);
  sink.flush();

  assert.equal(readFileSync(path, "utf8"), lines.join(""));
  closeSync(file);
});

test("a single line does not wait for more to come", async () => {
  await using temporary = await temporaryFolder();
  const path = join(temporary.folder, "log");
  const file = openSync(path, "w");
  const sink = fileSink(file);

  sink.write("alone\n");
  const deadline = Date.now() + 10_000;
  // What the sink's own clock does cannot be awaited, only asked for.
  while (readFileSync(path, "utf8") === "" && Date.now() < deadline) await pause(10);

  assert.equal(readFileSync(path, "utf8"), "alone\n");
  closeSync(file);
});

test("a log whose reader is gone is given up at once, and its last words are none", () => {
  let tries = 0;
  const sink = fileSink(1, () => {
    tries += 1;
    throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  });
  for (let number = 0; number < 3; number += 1) {
    sink.write("nobody hears it\n");
    sink.flush();
  }
  assert.equal(tries, 1);
});

test("a full pipe is tried again, what it took is not said twice, and last words do not wait for ever", () => {
  const taken: string[] = [];
  let room = 3;
  const sink = fileSink(1, (_fileDescriptor, bytes) => {
    if (room === 0) throw Object.assign(new Error("write EAGAIN"), { code: "EAGAIN" });
    const piece = bytes.subarray(0, room);
    room -= piece.length;
    taken.push(piece.toString());
    return piece.length;
  });
  sink.write("one\ntwo\n");
  sink.flush();
  assert.equal(taken.join(""), "one");
  room = 100;
  sink.write("three\n");
  sink.flush();
  assert.equal(taken.join(""), "one\ntwo\nthree\n");
});
