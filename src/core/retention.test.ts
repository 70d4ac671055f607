import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, ProjectName } from "./names.ts";
import { type AgingFile, compileRetention, countsVersion, policyFault } from "./retention.ts";
import type { RetentionPolicy } from "./targets.ts";
import { NO_PROJECT } from "./tree.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = (1000 * DAY) as Instant;

function aPolicy(change: Partial<RetentionPolicy> = {}): RetentionPolicy {
  return {
    name: "clean",
    description: null,
    isEnabled: true,
    repositories: ["*"],
    includes: [],
    excludes: [],
    projects: [],
    olderThanDays: null,
    unusedForDays: null,
    keepVersions: null,
    onlyPreReleases: false,
    largerThanBytes: null,
    withProperties: {},
    withoutProperties: {},
    skipsTrash: false,
    everyHours: null,
    ...change,
  };
}

function aFile(change: Partial<AgingFile> = {}): AgingFile {
  return {
    path: "foo/1.0/foo-1.0.tar.gz",
    project: "foo" as ProjectName,
    version: "1.0",
    sizeBytes: 1000,
    publishedAt: (NOW - 40 * DAY) as Instant,
    lastDownloadAt: null,
    properties: {},
    ...change,
  };
}

function whyGone(
  policy: Partial<RetentionPolicy>,
  file: Partial<AgingFile> = {},
  circumstances: { readonly isPreRelease?: boolean; readonly newerVersions?: number | null } = {},
): string | null {
  const rule = compileRetention(aPolicy(policy));
  return rule.whyGone(aFile(file), { now: NOW, isPreRelease: false, newerVersions: 0, ...circumstances });
}

test("a file goes when it is older than the policy says, and not a moment before", () => {
  assert.equal(whyGone({ olderThanDays: 30 }), "published 40 days ago");
  assert.equal(whyGone({ olderThanDays: 40 }), null);
  assert.equal(whyGone({ olderThanDays: 40 }, { publishedAt: (NOW - 40 * DAY - 1) as Instant }) !== null, true);
});

test("a download, or the publication itself, keeps a file that would go for not being used", () => {
  const policy = { unusedForDays: 30 };
  assert.equal(whyGone(policy), "never downloaded");
  assert.equal(whyGone(policy, { lastDownloadAt: (NOW - 31 * DAY) as Instant }), "downloaded last 31 days ago");
  assert.equal(whyGone(policy, { lastDownloadAt: (NOW - 29 * DAY) as Instant }), null);
  assert.equal(whyGone(policy, { publishedAt: (NOW - 29 * DAY) as Instant }), null);
});

test("the newest versions stay, and so does what is of no version", () => {
  const policy = { keepVersions: 2 };
  assert.equal(whyGone(policy, {}, { newerVersions: 1 }), null);
  assert.equal(whyGone(policy, {}, { newerVersions: 2 }), "2 versions are newer");
  assert.equal(whyGone(policy, { version: null }, { newerVersions: null }), null);
});

test("where only pre-releases go, only they are counted and releases stay", () => {
  const policy = aPolicy({ onlyPreReleases: true, keepVersions: 1 });
  assert.deepEqual([countsVersion(policy, true), countsVersion(policy, false)], [true, false]);
  assert.equal(whyGone(policy, {}, { isPreRelease: true, newerVersions: 1 }), "a pre-release, 1 version is newer");
  assert.equal(whyGone(policy, {}, { isPreRelease: true, newerVersions: 0 }), null);
  assert.equal(whyGone(policy, {}, { isPreRelease: false, newerVersions: 9 }), null);
});

test("everything that a policy asks for must hold", () => {
  const policy = { olderThanDays: 30, largerThanBytes: 500 };
  assert.equal(whyGone(policy), "published 40 days ago, larger than 500 bytes");
  assert.equal(whyGone(policy, { sizeBytes: 500 }), null);
  assert.equal(whyGone(policy, { publishedAt: NOW }), null);
});

test("files must have all properties that are asked for, and none of those that keep", () => {
  const policy = { withProperties: { stage: ["dev", "test"], built: [] } };
  assert.equal(
    whyGone(policy, { properties: { stage: ["dev"], built: ["x"] } }),
    "has the property stage, has the property built",
  );
  assert.equal(whyGone(policy, { properties: { stage: ["dev"] } }), null);
  assert.equal(whyGone(policy, { properties: { stage: ["prod"], built: ["x"] } }), null);
  const kept = { olderThanDays: 1, withoutProperties: { keep: [], stage: ["prod"] } };
  assert.equal(whyGone(kept, { properties: { stage: ["dev"] } }), "published 40 days ago");
  assert.equal(whyGone(kept, { properties: { stage: ["dev", "prod"] } }), null);
  assert.equal(whyGone(kept, { properties: { keep: [""] } }), null);
  assert.equal(whyGone({ withProperties: { constructor: [] } }), null);
});

test("a policy is about the paths and projects that it names", () => {
  const { covers } = compileRetention(
    aPolicy({ includes: ["**/*.whl"], excludes: ["keep/**"], projects: ["acme-*", "foo"] }),
  );
  const foo = "foo" as ProjectName;
  assert.equal(covers({ path: "foo/1.0/foo-1.0.whl", project: foo }), true);
  assert.equal(covers({ path: "acme/1.0/acme.whl", project: "acme-web" as ProjectName }), true);
  assert.equal(covers({ path: "foo/1.0/foo-1.0.tar.gz", project: foo }), false);
  assert.equal(covers({ path: "keep/foo-1.0.whl", project: foo }), false);
  assert.equal(covers({ path: "bar/1.0/bar.whl", project: "bar" as ProjectName }), false);
  assert.equal(covers({ path: "a.whl", project: NO_PROJECT }), false);
  assert.equal(compileRetention(aPolicy()).covers({ path: "a", project: NO_PROJECT }), true);
});

test("a policy that would clear everything, or makes no sense, is refused in words", () => {
  assert.equal(policyFault(aPolicy({ olderThanDays: 0 })), null);
  assert.match(policyFault(aPolicy()) ?? "", /everything there would go; give at least one of olderThanDays/);
  assert.match(policyFault(aPolicy({ withoutProperties: { keep: [] } })) ?? "", /everything there would go/);
  const faults: readonly (readonly [Partial<RetentionPolicy>, RegExp])[] = [
    [{ name: "../x" }, /name/],
    [{ repositories: [] }, /names no repositories/],
    [{ includes: ["a/../b"] }, /'a\/\.\.\/b'/],
    [{ olderThanDays: -1 }, /olderThanDays/],
    [{ unusedForDays: Number.NaN }, /unusedForDays/],
    [{ keepVersions: 0 }, /keepVersions/],
    [{ largerThanBytes: 0.5 }, /largerThanBytes/],
    [{ everyHours: 0 }, /everyHours/],
  ];
  for (const [change, expected] of faults)
    assert.match(policyFault(aPolicy({ olderThanDays: 1, ...change })) ?? "", expected);
});
