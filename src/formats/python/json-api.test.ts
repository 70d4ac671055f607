import assert from "node:assert/strict";
import { test } from "node:test";
import { hexOf, type ListedFile, type Listing, type Reply, refuse } from "#core";
import type { Desk } from "#formats";
import {
  aFile,
  aListing,
  anOffer,
  ask,
  indexDesk,
  REPOSITORY,
  storedFile,
  textOf,
} from "../../../tests/support/index-desk.ts";
import { toAttributes } from "./attributes.ts";
import { jsonApiRoutes } from "./json-api.ts";

const WHEEL = "foo-1.0-py3-none-any.whl";

function get(
  address: string,
  files: readonly ListedFile[] = [aFile(WHEEL)],
  change: Partial<Listing> = {},
): Promise<Reply> {
  return ask(jsonApiRoutes, indexDesk([aListing(files, change)]), address);
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at JSON as clients get it.
async function body(address: string, files?: readonly ListedFile[], change?: Partial<Listing>): Promise<any> {
  return JSON.parse(textOf(await get(address, files, change)));
}

async function refusedWith(code: string, reply: Promise<Reply>): Promise<void> {
  await assert.rejects(reply, (error: { problem?: { code: string } }) => error.problem?.code === code);
}

function of(version: string, change: { yanked?: string } = {}): ListedFile {
  return aFile(`foo-${version}.tar.gz`, { version, ...change });
}

test("JAPI-1: a project and each of its versions are described, with and without a slash", async () => {
  for (const address of [
    "/pypi/foo/json",
    "/pypi/foo/json/",
    "/pypi/foo/1.0/json",
    "/pypi/foo/1.0/json/",
    "/foo/json",
  ]) {
    assert.equal((await body(address)).info.version, "1.0", address);
  }
});

test("JAPI-1: another spelling of the name is a redirect, of the version the same release", async () => {
  const redirects = {
    "/pypi/Foo/json": "/alice/dev/pypi/foo/json",
    "/pypi/FOO/json/": "/alice/dev/pypi/foo/json/",
    "/pypi/Foo/1.0/json": "/alice/dev/pypi/foo/1.0/json",
    "/Foo/json": "/alice/dev/foo/json",
  };
  for (const [from, to] of Object.entries(redirects)) {
    const reply = await get(from);
    assert.ok(reply.kind === "redirect" && reply.status === 301);
    assert.equal(new URL(reply.to, `https://packages.example/alice/dev${from}`).pathname, to);
  }
  assert.equal((await body("/pypi/foo/1.0.0/json")).info.version, "1.0");
  assert.equal((await body("/pypi/foo/v1/json")).urls.length, 1);
});

test("JAPI-1: what is not there is not found", async () => {
  await refusedWith("project-not-found", get("/pypi/bar/json"));
  await refusedWith("project-not-found", get("/pypi/-bad-/json"));
  await refusedWith("version-not-found", get("/pypi/foo/2.0/json"));
  await refusedWith("project-not-found", get("/pypi/foo/json", []));
});

test("JAPI-2: releases stand in the form without a version only", async () => {
  const keys = ["info", "last_serial", "ownership", "urls", "vulnerabilities"];
  assert.deepEqual(Object.keys(await body("/pypi/foo/1.0/json")).sort(), keys);
  const all = await body("/pypi/foo/json", [of("1.0"), of("2.0")], { versions: ["3.0"] });
  assert.deepEqual(Object.keys(all).sort(), [...keys, "releases"].sort());
  assert.deepEqual(Object.keys(all.releases).sort(), ["1.0", "2.0", "3.0"]);
  assert.deepEqual(all.releases["3.0"], []);
  assert.equal(all.releases["1.0"][0].filename, "foo-1.0.tar.gz");
});

test("JAPI-3, YANK-3: the release shown is not yanked, final, and the highest, in this order", async () => {
  const shown = async (...files: ListedFile[]): Promise<string> => (await body("/pypi/foo/json", files)).info.version;
  assert.equal(await shown(of("1.9"), of("1.10"), of("2.0rc1")), "1.10");
  assert.equal(await shown(of("1.0"), of("2.0", { yanked: "" })), "1.0");
  assert.equal(await shown(of("1.0a1"), of("2.0", { yanked: "bad" })), "1.0a1");
  assert.equal(await shown(of("1.0a1"), of("1.0a2")), "1.0a2");
  assert.equal(await shown(of("1.0", { yanked: "" }), of("2.0a1", { yanked: "" })), "1.0");
});

test("JAPI-3: a yanked release says so, and why", async () => {
  const { info, urls } = await body("/pypi/foo/1.0/json", [of("1.0", { yanked: "bad" })]);
  assert.deepEqual([info.yanked, info.yanked_reason], [true, "bad"]);
  assert.deepEqual([urls[0].yanked, urls[0].yanked_reason], [true, "bad"]);
  const silent = await body("/pypi/foo/1.0/json", [of("1.0", { yanked: "" })]);
  assert.deepEqual([silent.info.yanked, silent.info.yanked_reason], [true, null]);
});

test("JAPI-4: a file has the public index's keys, with an absolute address", async () => {
  const hashes = { md5: "a".repeat(32), blake2b_256: "b".repeat(64), sha256: "c".repeat(64) };
  const file = aFile(WHEEL, {
    attributes: toAttributes({
      packageType: "bdist_wheel",
      pythonVersion: "py3",
      requiresPython: ">=3.8",
      coreMetadata: { sha256: "d".repeat(64) },
      hashes,
      comment: "hi",
    }),
  });
  const sha256 = hexOf(file.artifact.blob);
  assert.deepEqual((await body("/pypi/foo/json", [file])).urls, [
    {
      packagetype: "bdist_wheel",
      python_version: "py3",
      "core-metadata": { sha256: "d".repeat(64) },
      comment_text: "hi",
      digests: { blake2b_256: hashes.blake2b_256, md5: hashes.md5, sha256 },
      downloads: -1,
      filename: WHEEL,
      has_sig: false,
      md5_digest: hashes.md5,
      requires_python: ">=3.8",
      size: 1234,
      upload_time: "2026-08-01T12:00:00",
      upload_time_iso_8601: "2026-08-01T12:00:00.000Z",
      url: `https://packages.example/prefix/alice/dev/%2Bf/${sha256.slice(0, 3)}/${sha256.slice(3, 16)}/${WHEEL}`,
      yanked: false,
      yanked_reason: null,
    },
  ]);
});

test("JAPI-4: an address is spelled as pip spells those of the simple page, by which pip-tools finds the digest", async () => {
  const { urls } = await body("/pypi/foo/json", [of("1!2.0+x")]);
  assert.match(urls[0].url, /\/alice\/dev\/%2Bf\/[0-9a-f]{3}\/[0-9a-f]{13}\/foo-1%212\.0%2Bx\.tar\.gz$/);
});

test("JAPI-4: a file of an upstream is described by what is known of it", async () => {
  const { urls } = await body("/pypi/foo/json", [anOffer("foo-1.0.tar.gz", { publishedAt: null, sizeBytes: null })]);
  assert.equal(urls[0].packagetype, "sdist");
  assert.deepEqual([urls[0].upload_time, urls[0].size, urls[0].md5_digest], [null, null, null]);
});

test("JAPI-5: the metadata is the shown release's, in the public index's shape", async () => {
  const metadata = {
    summary: "A thing",
    keywords: "a, b ,c",
    requires_dist: ["bar>=1"],
    project_urls: ["Docs, https://docs.example/a,b", "nonsense"],
    classifiers: ["Topic :: Software Development"],
    requires_python: ">=3.8",
  };
  const { info } = await body("/pypi/foo/json", [aFile(WHEEL, { attributes: toAttributes({ metadata }) })]);
  assert.equal(info.name, "Foo");
  assert.equal(info.summary, "A thing");
  assert.equal(info.keywords, "a,b,c");
  assert.deepEqual(info.requires_dist, ["bar>=1"]);
  assert.deepEqual(info.project_urls, { Docs: "https://docs.example/a,b" });
  assert.deepEqual(info.classifiers, ["Topic :: Software Development"]);
  assert.deepEqual(info.downloads, { last_day: -1, last_month: -1, last_week: -1 });
});

test("JAPI-5: the description comes from the metadata file, also of an upstream's wheel", async () => {
  const metadata = storedFile(
    "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nSummary: S\nRequires-Dist: bar\n\nLong.\n",
  );
  const desk = indexDesk([aListing([anOffer(WHEEL)])], { files: { [`${WHEEL}.metadata`]: metadata } });
  const { info } = JSON.parse(textOf(await ask(jsonApiRoutes, desk, "/pypi/foo/json")));
  assert.deepEqual([info.description.trim(), info.summary, info.requires_dist], ["Long.", "S", ["bar"]]);
});

test("JAPI-5: metadata that an upstream cannot give just now is left out, and asked for again soon", async () => {
  const refusal = refuse({ code: "upstream-invalid", repository: REPOSITORY, because: "it lies" });
  let validUntil: number | null | undefined;
  const quiet = indexDesk([aListing([anOffer(WHEEL)])]);
  const desk: Desk = {
    ...quiet,
    companion: () => Promise.reject(refusal),
    page: (name, variant, project, make) =>
      quiet.page(name, variant, project, async () => {
        const made = await make();
        validUntil = made?.validUntil;
        return made;
      }),
  };
  const { info, urls } = JSON.parse(textOf(await ask(jsonApiRoutes, desk, "/pypi/foo/json")));
  assert.deepEqual([info.summary, urls.length], ["", 1]);
  assert.equal(validUntil, Date.UTC(2026, 7, 1, 12, 0, 30));
});

test("JAPI-5: what nobody gave is null or empty", async () => {
  const { info } = await body("/pypi/foo/json");
  assert.deepEqual([info.requires_dist, info.project_urls, info.bugtrack_url], [null, null, null]);
  assert.deepEqual([info.summary, info.author, info.keywords], ["", "", ""]);
});

test("STA-1: a quarantined project is described without files", async () => {
  const all = await body("/pypi/foo/json", [of("1.0")], { status: "quarantined" });
  assert.deepEqual([all.urls, all.releases], [[], { "1.0": [] }]);
});

test("JAPI-2: the serial is the upstream's, or the journal's", async () => {
  assert.equal((await body("/pypi/foo/json")).last_serial, 7);
  assert.equal((await body("/pypi/foo/json", undefined, { upstreamSerial: "99" })).last_serial, 99);
});
