import assert from "node:assert/strict";
import { test } from "node:test";
import { readScope } from "./token-scope.ts";

for (const [text, scope] of [
  ["applied-permissions/user", { kind: "user" }],
  ["applied-permissions/admin", { kind: "admin" }],
  ["jfrt@01abc:admin", { kind: "admin" }],
  ["applied-permissions/groups:a,b", { kind: "groups", groups: ["a", "b"] }],
  ['applied-permissions/groups:"a b","c"', { kind: "groups", groups: ["a b", "c"] }],
  ['"applied-permissions/groups:a,a"', null],
  ["member-of-groups:a, b", null],
  ['member-of-groups:"a, b"', { kind: "groups", groups: ["a", "b"] }],
  ["member-of-groups:* api:*", { kind: "user" }],
  ["api:*", { kind: "user" }],
  ["member-of-groups:a api:*", { kind: "groups", groups: ["a"] }],
  ["applied-permissions/groups:", null],
  ["applied-permissions/roles:p:Developer", null],
  ["artifact:repo/path:r,w", null],
  ["applied-permissions/user artifact:repo/path:r", null],
  ["system:metrics:r", null],
  ["x".repeat(501), null],
] as const) {
  test(`the scope ${text.slice(0, 60)} is ${scope === null ? "refused" : scope.kind}`, () => {
    if (scope === null) assert.throws(() => readScope(text), /setting-invalid/);
    else assert.deepEqual(readScope(text), scope);
  });
}

test("a long scope of quotation marks is read in no time", () => {
  assert.throws(() => readScope('"'.repeat(500)), /setting-invalid/);
});
