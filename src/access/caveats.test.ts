import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action, Instant, Limit } from "#core";
import { describeLimits, readCaveats } from "./caveats.ts";

const normalize = (name: string) => name.toLowerCase().replaceAll("_", "-");

function read(...caveats: readonly string[]) {
  const allowance = readCaveats(caveats, normalize);
  assert.ok(allowance !== null, caveats.join(" "));
  return allowance;
}

function actionsOf(...caveats: readonly string[]): readonly Action[] {
  return [...new Set(read(...caveats).limits.map(({ action }) => action as Action))].sort();
}

test("without restrictions a token is good for every index, and for no account: no limit is for everything", () => {
  const { limits, expiresAt, notBefore } = read();

  assert.deepEqual([expiresAt, notBefore], [null, null]);
  assert.ok(
    limits.every(({ action, repository, projects }) => action !== "*" && repository === "*" && projects === null),
  );
  for (const action of ["read", "publish", "remove", "administer", "upload-test-result"]) {
    assert.ok(
      limits.some((limit) => limit.action === action),
      action,
    );
  }
});

test("restrictions of the same kind leave what they have in common", () => {
  assert.deepEqual(actionsOf("allowed=upload,pkg_read", "allowed=pkg_read,del_entry"), ["fill-cache", "read"]);
  const { limits } = read(
    "allowed=toxresult_upload",
    "indexes=a/x,a/y",
    "indexes=a/y, b/z",
    "projects=Foo_Bar,x",
    '[1, ["foo-bar"]]',
  );
  assert.deepEqual(limits, [{ action: "upload-test-result", repository: "a/y", projects: ["foo-bar"] }]);
  assert.deepEqual(read("projects=foo", "projects=bar").limits[0]?.projects, []);
});

test("the earliest end and the latest beginning count", () => {
  const { expiresAt, notBefore } = read(
    "expires=200",
    "expires=never",
    "not_before=50",
    '{"nbf": 60, "exp": 150}',
    "[0, 170, 40]",
  );

  assert.deepEqual([expiresAt, notBefore], [150_000, 60_000]);
});

test("the rights over an index as a whole count only together: we do not tell them apart", () => {
  assert.deepEqual(actionsOf("allowed=index_create,index_delete,index_modify"), ["administer"]);
  assert.deepEqual(read("allowed=index_modify").limits, []);
  assert.deepEqual(read("allowed=user_modify").limits, []);
  assert.deepEqual(read("allowed=constructor,toString").limits, []);
});

test("tokens of the public index' kind are understood", () => {
  assert.deepEqual(read('{"version": 1, "permissions": {"projects": ["Foo"]}}').limits[0]?.projects, ["foo"]);
  assert.equal(read('{"version": 1, "permissions": "user"}').limits[0]?.projects, null);
});

for (const caveat of [
  "",
  "surprise=1",
  "expires",
  "expires=soon",
  "not_before=-1",
  "{",
  "[]",
  "[0, 5]",
  "[0, 5, 1, 1]",
  "[2, 5]",
  '[1, "foo"]',
  "{}",
  '{"version": 2, "permissions": "user"}',
  '{"version": 1, "permissions": {"projects": null}}',
  '{"nbf": 1}',
]) {
  test(`nobody can say that '${caveat}' holds, so nothing is left of the token`, () => {
    assert.equal(readCaveats(["expires=never", caveat], normalize), null);
  });
}

test("what a token is good for is told in devpi-tokens' words", () => {
  const caveats = ["allowed=toxresult_upload,upload", "expires=100", "indexes=a/x,a/y", "projects=bar,foo"];
  const { limits, expiresAt } = read(...caveats);
  assert.deepEqual(describeLimits(limits, expiresAt), caveats);

  const everything: readonly Limit[] = [{ action: "*", repository: "*", projects: null }];
  assert.deepEqual(describeLimits(everything, null), ["expires=never"]);
  assert.deepEqual(describeLimits(read().limits, 5_000 as Instant), ["expires=5"]);
});
