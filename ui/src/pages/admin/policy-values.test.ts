import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "../../../../src/cli/api-types.ts";
import { policyValuesOf, policyWishOf } from "./policy-values.ts";

test("a policy comes out of the form as it went in, with properties of several values and of any", () => {
  const policy: Policy = {
    name: "old",
    description: "Old builds",
    isEnabled: true,
    repositories: ["alice.dev"],
    includes: [],
    excludes: ["keep/**"],
    projects: [],
    olderThanDays: 30,
    unusedForDays: null,
    keepVersions: 3,
    onlyPreReleases: false,
    largerThanBytes: null,
    withProperties: { stage: ["test", "a=b"], built: [] },
    withoutProperties: { keep: ["yes"] },
    skipsTrash: false,
    everyHours: 24,
  };
  const { name: _, ...wish } = policy;
  const values = policyValuesOf(policy);
  assert.deepEqual(values.withProperties, ["stage=test", "stage=a=b", "built"]);
  assert.deepEqual(policyWishOf(values), wish);
});
