import assert from "node:assert/strict";
import { test } from "node:test";
import { reportPage } from "./test-report.ts";

const COMMAND = { command: ["pytest", "-q"], retcode: "0", output: "3 passed" };

function page(testenvs: unknown): string {
  return reportPage("A run", JSON.stringify({ host: "box", platform: "linux", testenvs }));
}

test("a report shows where it ran, and of each environment what came of it", () => {
  const text = page({
    py312: { python: { version: "3.12.1 (main)" }, setup: [COMMAND], test: [COMMAND] },
    py313: { test: [{ ...COMMAND, retcode: 1, output: "1 failed" }] },
    docs: { setup: [{ ...COMMAND, retcode: "2" }], test: [] },
    lint: {},
  });

  assert.match(text, /box, linux/);
  assert.match(text, /<h2>py312, 3\.12\.1 \(main\): tests passed<\/h2>/);
  assert.match(text, /<h2>py313: tests failed<\/h2>/);
  assert.match(text, /<h2>docs: setup failed<\/h2>/);
  assert.match(text, /<h2>lint: no tests were run<\/h2>/);
  assert.match(text, /<details open><summary>failed: <code>pytest -q<\/code><\/summary><pre>1 failed<\/pre>/);
  assert.match(text, /<details><summary>passed: /);
});

test("what a report says stays text", () => {
  const evil = "<script>alert(1)</script>";
  const text = page({ [evil]: { python: { version: evil }, test: [{ command: evil, retcode: 0, output: evil }] } });
  assert.doesNotMatch(text, /<script/);
  assert.doesNotMatch(reportPage(evil, evil), /<script/);
});

test("what is no report of tox is shown as it is", () => {
  assert.match(reportPage("A run", "[1, 2]"), /<pre>\[1, 2\]<\/pre>/);
  assert.match(reportPage("A run", "no json"), /<pre>no json<\/pre>/);
  assert.match(page(["odd"]), /<pre>/);
  assert.match(page({ py: { test: "odd", setup: [null] } }), /py: setup failed/);
});
