import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  Artifact,
  Attachment,
  Digest,
  Instant,
  Json,
  ListedFile,
  Offer,
  ProjectName,
  RepositoryName,
  Version,
} from "#core";
import { mirrorVersionData, stageVersionData } from "./version-data.ts";

const DEV = "alice/dev" as RepositoryName;
const PROJECT = "hello" as ProjectName;
const SHA256 = "ad6be29b8f8759ed".padEnd(64, "0");

test("a stage's version has every field of the metadata, its files, and what happened to them", () => {
  const record: Version = {
    repository: DEV,
    project: PROJECT,
    version: "1.0",
    attributes: { summary: "Hi", classifiers: ["A", "B"], provides_extra: ["fast"], requires_python: ">=3.8" },
  };

  const data = stageVersionData(record, "Hello", [uploaded()], () => "https://here.example/alice/dev/+f/x");

  assert.equal(data["name"], "Hello");
  assert.equal(data["version"], "1.0");
  assert.equal(data["summary"], "Hi");
  assert.equal(data["author"], "");
  assert.deepEqual(data["classifiers"], ["A", "B"]);
  assert.deepEqual(data["provides_extras"], ["fast"]);
  assert.deepEqual(data["requires_dist"], []);
  assert.deepEqual(data["+links"], [
    {
      rel: "releasefile",
      href: "https://here.example/alice/dev/+f/x",
      hash_spec: `sha256=${SHA256}`,
      hashes: { sha256: SHA256 },
      log: [
        { what: "overwrite", who: null, when: [2026, 11, 24, 10, 42, 18], count: 2 },
        { what: "upload", who: "alice", when: [2026, 11, 24, 10, 42, 18], dst: DEV },
        { what: "push", who: "bob", when: [2026, 11, 24, 10, 42, 18], dst: DEV, src: "alice/stable" },
      ],
    },
  ]);
});

test("documentation and test results follow the files, each with what happened to it", () => {
  const record: Version = { repository: DEV, project: PROJECT, version: "1.0", attributes: {} };
  const at = Date.UTC(2026, 10, 24, 10, 42, 18) as Instant;
  const attached: Attachment = {
    repository: DEV,
    project: PROJECT,
    version: "1.0",
    kind: "test-result",
    filename: "hello-1.0.tar.gz.toxresult-20261124104218-0",
    about: "hello-1.0.tar.gz",
    blob: `sha256:${SHA256}` as Digest,
    sizeBytes: 3,
    attachedAt: at,
    log: [{ what: "upload", who: null, at, from: null, to: DEV }],
  };
  const documentation: Attachment = { ...attached, kind: "documentation", about: null, log: [] };

  const data = stageVersionData(record, "Hello", [uploaded()], () => "file", [
    { attachment: attached, href: "result", forHref: "file" },
    { attachment: documentation, href: "zip", forHref: null },
  ]);

  const hashed = { hash_spec: `sha256=${SHA256}`, hashes: { sha256: SHA256 } };
  assert.deepEqual((data["+links"] as Json[]).slice(1), [
    {
      rel: "toxresult",
      href: "result",
      ...hashed,
      for_href: "file",
      log: [{ what: "upload", who: null, when: [2026, 11, 24, 10, 42, 18], dst: DEV }],
    },
    { rel: "doczip", href: "zip", ...hashed, log: [] },
  ]);
});

test("links come in the order in which they came, and of one moment each file before its results", () => {
  const record: Version = { repository: DEV, project: PROJECT, version: "1.0", attributes: {} };
  const artifact = (filename: string, at: number): ListedFile => {
    const { artifact: sample } = uploaded() as ListedFile & { readonly kind: "artifact" };
    const log = [{ what: "upload", who: "alice", at: at as Instant, from: null, to: DEV }] as const;
    return { kind: "artifact", member: DEV, artifact: { ...sample, filename, log } };
  };
  const link = (href: string, about: string | null, at: number) => {
    const attachment = { about, attachedAt: at as Instant, log: [], blob: `sha256:${SHA256}` as Digest } as unknown;
    return { attachment: attachment as Attachment, href, forHref: about };
  };

  const data = stageVersionData(
    record,
    "Hello",
    [artifact("a", 1), artifact("b", 1), artifact("late", 9)],
    (file) => (file.kind === "artifact" ? file.artifact.filename : ""),
    [link("doc", null, 5), link("doc at once", null, 1), link("of b", "b", 1), link("of a", "a", 1)],
  );

  assert.deepEqual(
    (data["+links"] as { href: string }[]).map(({ href }) => href),
    ["a", "of a", "b", "of b", "doc at once", "doc", "late"],
  );
});

test("a mirror's version says only what its page tells", () => {
  const data = mirrorVersionData("Hello", "1.0", [offered({ sha256: SHA256 }), offered({})], () => "href");

  assert.deepEqual(data, {
    name: "Hello",
    version: "1.0",
    requires_python: ">=3.8",
    yanked: "broken",
    "+links": [
      { rel: "releasefile", href: "href", hash_spec: `sha256=${SHA256}`, hashes: { sha256: SHA256 } },
      { rel: "releasefile", href: "href" },
    ],
  });
});

test("a mirror's version that is yanked without a reason says so", () => {
  assert.equal(mirrorVersionData("Hello", "1.0", [offered({}, "")], () => "href")["yanked"], true);
  assert.equal("yanked" in mirrorVersionData("Hello", "1.0", [offered({}, null)], () => "href"), false);
});

function uploaded(): ListedFile {
  const at = Date.UTC(2026, 10, 24, 10, 42, 18) as Instant;
  const artifact: Artifact = {
    repository: DEV,
    project: PROJECT,
    filename: "hello-1.0.tar.gz",
    version: "1.0",
    blob: `sha256:${SHA256}` as Digest,
    sizeBytes: 3,
    publishedAt: at,
    yanked: null,
    attributes: {},
    companions: {},
    log: [
      { what: "upload", who: "alice", at, from: null, to: DEV },
      { what: "push", who: "bob", at, from: "alice/stable" as RepositoryName, to: DEV },
      { what: "overwrite", who: null, at, from: null, to: DEV, count: 2 },
    ],
  };
  return { kind: "artifact", member: DEV, artifact };
}

function offered(digests: Offer["digests"], yanked: string | null = "broken"): ListedFile {
  const offer: Offer = {
    project: PROJECT,
    filename: "hello-1.0.tar.gz",
    version: "1.0",
    url: "https://upstream.example/files/hello-1.0.tar.gz",
    digests,
    sizeBytes: null,
    publishedAt: null,
    yanked,
    attributes: { requiresPython: ">=3.8" },
  };
  return { kind: "offer", member: "root/pypi" as RepositoryName, offer };
}
