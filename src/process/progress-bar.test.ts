import assert from "node:assert/strict";
import { test } from "node:test";
import { barText, openProgressBar } from "./progress-bar.ts";

const STEP = { phase: "copying", done: 250, total: 1000, unit: "files", bytes: 12_000_000 };

test("a bar tells how much is done and how long the rest takes at that pace", () => {
  assert.equal(barText(STEP, 10), "copying [######------------------] 250 of 1000 files, 12.0 MB, 30 s left");
  assert.equal(barText({ ...STEP, done: 0, total: 0, bytes: 0 }, 0), `copying [${"#".repeat(24)}] 0 of 0 files`);
});

test("it is drawn seldom, over itself, and gone in the end; where nobody looks nothing is written", () => {
  const written: string[] = [];
  let time = 0;
  {
    using bar = openProgressBar(
      (text) => written.push(text),
      () => time,
    );
    bar.show(STEP);
    time = 50;
    bar.show({ ...STEP, done: 251 });
    time = 200;
    bar.show({ ...STEP, done: 252 });
  }
  assert.equal(written.length, 3);
  assert.ok(written.every((text) => text.startsWith("\r")));
  assert.match(written.at(-1) ?? "", /^\r +\r$/);
  using silent = openProgressBar(null);
  silent.show(STEP);
});
