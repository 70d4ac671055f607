import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, Json, JsonObject, PermissionTarget } from "#core";
import { changedResource, readAccess, showAccess, withResource } from "./permission-access-json.ts";
import { readV1, readV2, showV1, showV2, type TargetWish } from "./permission-json.ts";

const V1: JsonObject = {
  name: "p",
  includesPattern: "a/**,b/**",
  excludesPattern: "a/secret/**",
  repositories: ["libs", "ANY LOCAL"],
  principals: { users: { alice: ["r", "w", "mxm"] }, groups: { devs: ["r", "n", "w", "d", "m"] } },
};

const V2: JsonObject = {
  name: "p",
  repo: {
    "include-patterns": ["a/**", "b/**"],
    "exclude-patterns": ["a/secret/**"],
    repositories: ["libs", "ANY LOCAL"],
    actions: {
      users: { alice: ["read", "write", "managedXrayMeta"] },
      groups: { devs: ["read", "annotate", "write", "delete", "manage"] },
    },
  },
};

const patterns = { include_patterns: ["a/**", "b/**"], exclude_patterns: ["a/secret/**"] };
const ACCESS: JsonObject = {
  name: "p",
  resources: {
    artifact: {
      actions: {
        users: { alice: ["READ", "WRITE", "MANAGED_XRAY_META"] },
        groups: { devs: ["READ", "ANNOTATE", "WRITE", "DELETE", "MANAGE"] },
      },
      targets: { libs: patterns, "ANY LOCAL": patterns },
    },
  },
};

function saved(wish: TargetWish): PermissionTarget {
  return { ...wish, createdAt: 0 as Instant, modifiedAt: null };
}

test("the three forms say the same, and each comes back as it was sent", () => {
  const wish = readV1("p", V1, null);
  assert.deepEqual(readV2("p", V2), wish);
  assert.deepEqual(readAccess("p", ACCESS), wish);
  assert.deepEqual(wish.users, { alice: ["read", "publish"] });
  assert.deepEqual(wish.groups, { devs: ["read", "annotate", "publish", "remove", "administer"] });
  assert.deepEqual([showV1(saved(wish)), showV2(saved(wish)), showAccess(wish)], [V1, V2, ACCESS]);
});

test("an exclude pattern of nothing excludes nothing, and no include pattern includes all", () => {
  const repo = { "include-patterns": [""], "exclude-patterns": [""], repositories: ["libs"], actions: {} };
  const wish = readV2("p", { name: "p", repo });
  assert.deepEqual([wish.includes, wish.excludes], [["**"], []]);
  const v1 = readV1("p", { repositories: ["libs"], excludesPattern: "" }, null);
  assert.deepEqual([v1.includes, v1.excludes], [["**"], []]);
});

test("parts about builds and bundles come back, and do not make a part about files", () => {
  const build = { "include-patterns": ["**"], repositories: ["artifactory-build-info"], actions: {} };
  const body: JsonObject = { name: "p", build };
  const wish = readV2("p", body);
  assert.deepEqual(wish.repositories, []);
  assert.deepEqual(showV2(saved(wish)), body);
  const replaced = readV1("p", V1, saved(wish));
  assert.deepEqual(showV2(saved(replaced))["build"], build, "v1 has no words to take it away");
});

test("a resource is replaced, changed and taken away by itself", () => {
  const bundle = { actions: {}, targets: { x: patterns } };
  const wish = withResource(readAccess("p", ACCESS), "release_bundle", bundle);
  const { resources } = showAccess(wish) as { resources: Record<string, Json> };
  assert.deepEqual(Object.keys(resources), ["artifact", "release_bundle"]);
  const change = { actions: { users: { alice: [], bob: ["READ"] } }, targets: { "ANY LOCAL": null } };
  const changed = changedResource(wish, "artifact", change);
  assert.deepEqual(changed.users, { bob: ["read"] });
  assert.deepEqual(changed.groups, wish.groups);
  assert.deepEqual(changed.repositories, ["libs"]);
  assert.deepEqual(showAccess(withResource(changed, "artifact", null))["resources"], { release_bundle: bundle });
});

for (const [what, body] of [
  ["an action that is none", { repositories: ["libs"], principals: { users: { alice: ["q"] } } }],
  ["actions that are no list", { repositories: ["libs"], principals: { users: { alice: 1 } } }],
  ["principals that are no object", { repositories: ["libs"], principals: [] }],
  ["repositories that are no list", { repositories: "libs" }],
  ["no repositories", {}],
  ["another name", { name: "q", repositories: ["libs"] }],
  ["a field that is none", { repositories: ["libs"], principal: {} }],
] as const) {
  test(`a permission target with ${what} is refused`, () => {
    assert.throws(() => readV1("p", body, null), /setting-invalid/);
  });
}

test("patterns that differ from repository to repository are refused, not mixed", () => {
  const targets = { a: { include_patterns: ["x/**"] }, b: { include_patterns: ["y/**"] } };
  assert.throws(() => readAccess("p", { resources: { artifact: { actions: {}, targets } } }), /same patterns/);
});

test("what is only kept has a limit", () => {
  const build = { filler: "x".repeat(70_000) };
  assert.throws(() => readV2("p", { name: "p", build }), /mean nothing here/);
});
