import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem, RepositoryName } from "#core";
import { aCall } from "../../../tests/support/fake-call.ts";
import { renderFault, renderProblem } from "./envelope.ts";

const REPOSITORY = "root/libs" as RepositoryName;

interface Envelope {
  readonly errors: readonly Readonly<Record<string, unknown>>[];
  readonly error?: string;
  readonly error_description?: string;
}

function rendered(problem: Problem, path: string, status: number): Envelope {
  const { contentType, body } = renderProblem(problem, "ours", aCall({ path }), status);
  assert.equal(contentType, "application/json");
  return JSON.parse(body) as Envelope;
}

test("a refusal tells the status and one sentence", () => {
  const problem: Problem = { code: "user-not-found", user: "x" };
  const envelope = rendered(problem, "/artifactory/api/security/users/x", 404);
  assert.deepEqual(envelope, { errors: [{ status: 404, message: "ours" }] });
});

test("the access API tells code and detail too, and tokens an error as OAuth has it", () => {
  const problem: Problem = { code: "setting-invalid", because: "why" };
  const access = rendered(problem, "/access/api/v2/users", 400);
  assert.deepEqual(access, { errors: [{ status: 400, code: "BAD_REQUEST", message: "ours", detail: "ours" }] });
  for (const path of ["/artifactory/access/api/v1/tokens", "/artifactory/api/security/token"]) {
    const token = rendered(problem, path, 400);
    assert.deepEqual([token.error, token.error_description], ["invalid_request", "ours"], path);
  }
});

for (const [problem, path, text] of [
  [
    { code: "file-not-found", repository: REPOSITORY, filename: "a" },
    "/artifactory/api/storage/libs/a",
    /^Unable to find item/,
  ],
  [{ code: "file-not-found", repository: REPOSITORY, filename: "a" }, "/artifactory/libs/a", /^File not found/],
  [
    { code: "file-exists", repository: REPOSITORY, filename: "a" },
    "/artifactory/libs/a",
    /^Not enough permissions to delete\/overwrite/,
  ],
  [{ code: "wrong-credentials", because: "why" }, "/artifactory/libs/a", /^Bad credentials/],
  [{ code: "not-signed-in", because: "why" }, "/artifactory/libs/a", /^Authentication is required/],
  [
    { code: "repository-exists", repository: "libs", because: "why" },
    "/artifactory/api/repositories/libs",
    /^Case insensitive repository key already exists/,
  ],
  [
    { code: "route-not-found", path: "/artifactory/api/build/x" },
    "/artifactory/api/build/x",
    /does not offer build information/,
  ],
] as const) {
  test(`clients find their words where ${problem.code} is refused at ${path}`, () => {
    assert.match(String(rendered(problem, path, 404).errors[0]?.["message"]), text);
  });
}

test("a fault of ours comes in the envelope", () => {
  const { errors } = JSON.parse(renderFault("ours", 500).body) as Envelope;
  assert.deepEqual([errors[0]?.["status"], errors[0]?.["message"]], [500, "ours"]);
});
