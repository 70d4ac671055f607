import assert from "node:assert/strict";
import { test } from "node:test";
import { readAuthorization } from "./credentials.ts";

test("blanks around a scheme and its value mean nothing", () => {
  const secret = { kind: "secret", user: "", secret: "a token" };
  assert.deepEqual(readAuthorization("  Bearer \t a token  "), secret);
  assert.deepEqual(readAuthorization("bearer a token"), secret);
  assert.equal(readAuthorization("Bearer  ").kind, "unreadable");
  assert.equal(readAuthorization(" \t ").kind, "none");
});

test("a header of nothing but blanks takes no time", () => {
  const startedAt = performance.now();
  for (let round = 0; round < 20; round += 1) {
    assert.equal(readAuthorization(`Basic  x${" ".repeat(8000)}x`).kind, "unreadable");
  }
  assert.ok(performance.now() - startedAt < 500);
});
