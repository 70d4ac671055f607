import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listing, Offer, ProjectName, RepositoryName, Seq } from "#core";
import { plainFormat } from "../../tests/support/plain-format.ts";
import { openPatterning } from "./path-patterns.ts";

const { admits, admitsProject, narrowed, narrowedNames } = openPatterning();
const ACME = "acme-billing" as ProjectName;
const DEMO = "demo" as ProjectName;

const including = (...includes: readonly string[]) => ({ includes, excludes: [] });
const excluding = (...excludes: readonly string[]) => ({ includes: [], excludes });

test("a path passes all pairs on the way, or none of it is seen", () => {
  const way = [including("acme/**"), excluding("**/*.exe")];
  assert.ok(admits(way, "acme/tool.bin"));
  assert.ok(!admits(way, "acme/tool.exe"));
  assert.ok(!admits(way, "other/tool.bin"));
  assert.ok(admits([], "anything"));
});

test("of two names of one place each may include it, and each may exclude it", () => {
  assert.ok(admits([including("Django/**")], "django/4.2/d.whl", "Django/4.2/d.whl"));
  assert.ok(!admits([excluding("Django/**")], "django/4.2/d.whl", "Django/4.2/d.whl"));
});

test("an excluded project is known by each of the ways in which teams exclude one", () => {
  for (const pattern of [
    "acme-*/**",
    "acme-*/",
    "**/acme-*",
    "**/acme-*/**",
    "simple/acme-*/**",
    ".pypi/acme-*",
    "**",
  ]) {
    assert.ok(!admitsProject([excluding(pattern)], ACME), pattern);
  }
  for (const pattern of ["acme/**", "**/*.exe", "acme-*/1.0/*", ""]) {
    assert.ok(admitsProject([excluding(pattern)], ACME), pattern);
  }
});

test("a project that no include can mean is known before its name leaves the house", () => {
  for (const pattern of ["demo/**", "Demo/*/*.whl", "**/*.whl", "simple/**", "d*/**", "**", ""]) {
    assert.ok(admitsProject([including(pattern)], DEMO), pattern);
  }
  assert.ok(!admitsProject([including("acme-*/**", "other/**")], DEMO));
  assert.ok(admitsProject([including("other/**", "demo/**")], DEMO));
  assert.ok(admitsProject([including("Acme_Billing/**")], ACME), "folders are spelled as people spell the project");
});

test("a listing keeps the files that pass, and stays the same object where all do", () => {
  const listing = listingOf("demo-1.0.zip", "demo-1.0.exe");
  assert.equal(narrowed(plainFormat, [], listing), listing);
  assert.equal(narrowed(plainFormat, [including("demo/**")], listing), listing);
  const left = narrowed(plainFormat, [excluding("**/*.exe")], listing);
  assert.deepEqual(
    left.files.map((file) => file.kind === "offer" && file.offer.filename),
    ["demo-1.0.zip"],
  );
});

test("a version of which nothing is left is not named, and one that never had a file is", () => {
  const listing = { ...listingOf("demo-1.0.zip"), versions: ["1.0", "0.1"] };
  assert.deepEqual(narrowed(plainFormat, [excluding("**/*.zip")], listing).versions, ["0.1"]);
});

test("names that are kept out are not listed", async () => {
  const names = [ACME, DEMO].map((project) => ({ project, displayName: project }));
  assert.deepEqual([...(await narrowedNames([excluding("acme-*/**")], names))], names.slice(1));
  assert.equal(await narrowedNames([], names), names);
});

function listingOf(...filenames: readonly string[]): Listing {
  const offers = filenames.map(
    (filename): Offer => ({
      project: DEMO,
      filename,
      version: "1.0",
      url: `https://upstream.example/${filename}`,
      digests: {},
      sizeBytes: null,
      publishedAt: null,
      yanked: null,
      attributes: {},
    }),
  );
  const member = "root/up" as RepositoryName;
  return {
    project: DEMO,
    displayName: "Demo",
    status: "active",
    statusReason: null,
    versions: ["1.0"],
    files: offers.map((offer) => ({ kind: "offer", member, offer })),
    members: [member],
    seq: 0 as Seq,
    upstreamSerial: null,
    validUntil: null,
    staleSince: null,
  };
}
