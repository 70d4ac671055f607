import assert from "node:assert/strict";
import { test } from "node:test";
import { aCall } from "../../../../tests/support/fake-call.ts";
import { formOf } from "./form.ts";

const bytes = (text: string) => Buffer.from(text);

test("a form, JSON, and JSON that says it is a form are read alike", async () => {
  const wanted = { username: "a b", scope: "x" };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  for (const wish of [
    { bytes: bytes("username=a+b&scope=x"), headers: form },
    { bytes: bytes("username=a%20b&scope=x") },
    { json: wanted, headers: { "content-type": "application/json; charset=utf-8" } },
    { bytes: bytes(` ${JSON.stringify(wanted)}`), headers: form },
  ]) {
    assert.deepEqual({ ...(await formOf(aCall(wish))) }, wanted);
  }
});

test("no body is an empty form", async () => {
  assert.deepEqual({ ...(await formOf(aCall())) }, {});
  assert.deepEqual({ ...(await formOf(aCall({ headers: { "content-type": "application/json" } }))) }, {});
});

test("a body without end, and one that is neither, are refused", async () => {
  await assert.rejects(formOf(aCall({ bytes: Buffer.alloc(100_000, "a") })), /too-large/);
  await assert.rejects(formOf(aCall({ bytes: bytes("{nonsense") })), /request-invalid/);
});
