import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem, RepositoryName } from "#core";
import { messageOf, problemHeaders, reasonOf, statusOf } from "./problems.ts";

const repository = "alice/dev" as RepositoryName;

test("clients get the statuses that they act on", () => {
  const exists: Problem = { code: "file-exists", repository, filename: "foo-1.0.tar.gz" };
  assert.equal(statusOf(exists, "native"), 409);
  assert.match(messageOf(exists), /already exists/);
  assert.equal(statusOf({ code: "not-signed-in", because: "x" }, "native"), 401);
  assert.equal(statusOf({ code: "wrong-credentials", because: "x" }, "devpi"), 401);
  const down: Problem = { code: "upstream-unavailable", repository, retryAfterSeconds: 2.3, because: "x" };
  assert.equal(statusOf(down, "native"), 502);
  assert.equal(statusOf({ code: "not-publishable", repository, because: "x" }, "native"), 405);
  assert.equal(statusOf({ code: "not-publishable", repository, because: "x" }, "devpi"), 404);
});

test("who may sign in is challenged, and who should wait is told for how many whole seconds", () => {
  assert.match(problemHeaders({ code: "not-signed-in", because: "x" })["www-authenticate"] ?? "", /^Basic realm=/);
  assert.match(problemHeaders({ code: "wrong-credentials", because: "x" })["www-authenticate"] ?? "", /^Basic realm=/);
  assert.deepEqual(problemHeaders({ code: "too-many-attempts", retryAfterSeconds: 2.3 }), { "retry-after": "3" });
  assert.deepEqual(problemHeaders({ code: "shutting-down", retryAfterSeconds: 0 }), { "retry-after": "1" });
  const wrong: Problem = { code: "method-not-allowed", method: "PUT", allowed: ["GET", "HEAD"], because: "x" };
  assert.deepEqual(problemHeaders(wrong), { allow: "GET, HEAD" });
});

test("a message fits into a status line, whatever is in it", () => {
  assert.equal(reasonOf("bad name 'Жук'\r\nSet-Cookie: a=b"), "bad name '???' Set-Cookie: a=b");
  assert.equal(reasonOf("x".repeat(1000)).length, 300);
});
