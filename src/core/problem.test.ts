import assert from "node:assert/strict";
import { test } from "node:test";
import { assertNever } from "./json.ts";
import { RegistryError, refuse } from "./problem.ts";

test("a refusal says what went wrong in the log, and carries the problem for the client", () => {
  const error = refuse({ code: "upload-invalid", because: "foo-1.0.whl is not a zip archive" });

  assert.ok(error instanceof RegistryError);
  assert.equal(error.message, "upload-invalid: foo-1.0.whl is not a zip archive");
  assert.deepEqual(error.problem, { code: "upload-invalid", because: "foo-1.0.whl is not a zip archive" });
  assert.equal("cause" in error, false);
});

test("a refusal without a sentence of its own is named by its code, and keeps what caused it", () => {
  const cause = new Error("ENOSPC");
  const error = refuse({ code: "shutting-down", retryAfterSeconds: 5 }, cause);

  assert.equal(error.message, "shutting-down");
  assert.equal(error.cause, cause);
});

test("a member of a union that nobody thought of is a bug, and says which", () => {
  assert.throws(() => assertNever({ kind: "new" } as never), /unexpected value: \{"kind":"new"\}/);
});
