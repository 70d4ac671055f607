import assert from "node:assert/strict";
import { test } from "node:test";
import type { Repository } from "../../../../src/cli/api-types.ts";
import { changeOf, faultsOf, newValues, type RepositoryValues, valuesOf, wishOf } from "./repository-values.ts";

function aRemote(): RepositoryValues {
  return { ...newValues("alice"), kind: "remote", shortName: "up", url: "https://upstream.example/simple/" };
}

test("a new repository is asked for with the fields of its kind only", () => {
  const local = wishOf({ ...newValues("alice"), shortName: "dev", url: "https://elsewhere.example/" });
  assert.equal("url" in local, false);
  assert.equal(local.kind === "local" && local.mutability, "immutable");

  const remote = wishOf(aRemote());
  assert.equal("publishers" in remote || "mutability" in remote || "credentials" in remote, false);
  assert.equal(remote.kind === "remote" && remote.url, "https://upstream.example/simple/");
});

test("of a changed repository only what was changed is sent, so that others' changes stay", () => {
  const before = aRemote();
  assert.deepEqual(changeOf(before, { ...before }), {});
  assert.deepEqual(changeOf(before, { ...before, title: "Up", url: "" }), { title: "Up", url: null });
});

test("a login at the upstream is sent when it was typed, taken away when it was said, and else left alone", () => {
  const before = aRemote();
  assert.deepEqual(changeOf(before, { ...before, credentials: "me:secret" }), { credentials: "me:secret" });
  assert.deepEqual(changeOf(before, { ...before, credentials: "" }), { credentials: null });
  assert.deepEqual(changeOf(before, { ...before, kind: "local", credentials: "me:secret" }), {});
});

test("the form opens with what there is, and has nothing to send then", () => {
  const { kind, format, owner: _, shortName: __, credentials: ___, ...settings } = aRemote();
  const shown = {
    ...settings,
    kind,
    format,
    name: "alice/up",
    key: "alice.up",
    createdAt: "2026-11-25T08:00:00Z",
    customData: null,
    hasCredentials: true,
  } as Repository;
  const values = valuesOf(shown);
  assert.deepEqual([values.owner, values.shortName, values.credentials], ["alice", "up", null]);
  assert.deepEqual(changeOf(values, values), {});
});

test("only the shape is judged before the server is asked", () => {
  assert.deepEqual(Object.keys(faultsOf(newValues("alice"), true)), ["shortName"]);
  assert.deepEqual(faultsOf(newValues("alice"), false), {});
  const wrong = { ...aRemote(), url: "ftp://upstream.example/", proxy: "proxy", credentials: "no colon" };
  assert.deepEqual(Object.keys(faultsOf(wrong, true)), ["url", "proxy", "credentials"]);
});
