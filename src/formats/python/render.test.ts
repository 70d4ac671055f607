import assert from "node:assert/strict";
import { test } from "node:test";
import { Parser } from "htmlparser2";
import { factsOf, type ListedFile, type Listing, type ProjectName } from "#core";
import { aFile, aListing, anOffer, sha256 } from "../../../tests/support/index-desk.ts";
import { toAttributes } from "./attributes.ts";
import { renderListHtml, renderProjectHtml } from "./render-html.ts";
import { renderListJson, renderProjectJson } from "./render-json.ts";
import { filePath, upstreamDirectory } from "./render-paths.ts";

const WHEEL = "foo-1.0-py3-none-any.whl";
const UP = "../../";

interface ParsedPage {
  readonly anchors: readonly { readonly attributes: Readonly<Record<string, string>>; readonly text: string }[];
  readonly metas: Readonly<Record<string, string>>;
}

/** As a browser reads it. */
function parse(html: string): ParsedPage {
  const anchors: { attributes: Record<string, string>; text: string }[] = [];
  const metas: Record<string, string> = {};
  let isInAnchor = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      isInAnchor = name === "a";
      if (isInAnchor) anchors.push({ attributes: { ...attributes }, text: "" });
      if (name === "meta") metas[attributes["name"] ?? ""] = attributes["content"] ?? "";
    },
    ontext(text) {
      const last = anchors.at(-1);
      if (isInAnchor && last !== undefined) last.text += text;
    },
    onclosetag() {
      isInAnchor = false;
    },
  });
  parser.end(html);
  return { anchors, metas };
}

function html(files: readonly ListedFile[], change: Partial<Listing> = {}): ParsedPage {
  return parse(renderProjectHtml(aListing(files, change), UP));
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at JSON as clients get it.
function json(files: readonly ListedFile[], change: Partial<Listing> = {}): any {
  return JSON.parse(renderProjectJson(aListing(files, change), UP));
}

const LISTED = [{ project: "foo-bar" as ProjectName, displayName: "Foo.Bar" }];

test("HTML-1, JSON-1: every page says its version, HTML as a document", () => {
  for (const page of [renderProjectHtml(aListing([]), UP), [...renderListHtml([])].join("")]) {
    assert.match(page, /^<!DOCTYPE html>/);
    assert.equal(parse(page).metas["pypi:repository-version"], "1.4");
  }
  assert.equal(json([]).meta["api-version"], "1.4");
  assert.equal(JSON.parse([...renderListJson([])].join("")).meta["api-version"], "1.4");
});

test("HTML-2: the list has one anchor for each project: its name, and the address of its page", () => {
  const { anchors } = parse([...renderListHtml(LISTED)].join(""));
  assert.deepEqual(anchors, [{ attributes: { href: "foo-bar/" }, text: "Foo.Bar" }]);
});

test("JSON-2: the list has the name of each project", () => {
  assert.deepEqual(JSON.parse([...renderListJson(LISTED)].join("")).projects, [{ name: "Foo.Bar" }]);
});

test("HTML-3, HTML-11: a page has one anchor for each file and no other, named as its address ends", () => {
  const names = [WHEEL, "foo-1.0+cu121-cp312-cp312-linux_x86_64.whl", "foo-1!1.0.tar.gz"];
  const { anchors } = html(names.map((name) => aFile(name)));
  assert.deepEqual(
    anchors.map((anchor) => anchor.text),
    names,
  );
  for (const { attributes, text } of anchors) {
    const url = new URL(attributes["href"] ?? "", "https://packages.example/alice/dev/simple/foo/");
    assert.equal(decodeURIComponent(url.pathname.split("/").at(-1) ?? ""), text);
    assert.match(url.pathname, /^\/alice\/dev\/\+f\/[0-9a-f]{3}\/[0-9a-f]{13}\/[^/]+$/);
  }
});

test("HTML-4, JSON-5: addresses are relative and carry the hash they mean", () => {
  const hash = sha256(WHEEL);
  const path = `../../+f/${hash.slice(0, 3)}/${hash.slice(3, 16)}/${WHEEL}`;
  assert.equal(html([aFile(WHEEL)]).anchors[0]?.attributes["href"], `${path}#sha256=${hash}`);
  const [file] = json([aFile(WHEEL)]).files;
  assert.equal(file.url, path);
  assert.deepEqual(file.hashes, { sha256: hash });
  assert.equal(file.size, 1234);
});

test("VER-3: a plus in a file name survives decoding of any kind", () => {
  const path = filePath(aFile("foo-1.0+cu121.tar.gz"));
  assert.match(path, /\/foo-1\.0%2Bcu121\.tar\.gz$/);
});

test("JSON-5: a file of an upstream without hashes has an address made of the upstream's, and empty hashes", () => {
  const offer = anOffer(WHEEL, { url: `http://user:pw@localhost:8080/pkg/a%20b/${WHEEL}?sig=x`, digests: {} });
  assert.equal(filePath(offer), `+e/http_localhost_8080_pkg_a_20b/${WHEEL}`);
  assert.deepEqual(json([offer]).files[0].hashes, {});
  assert.equal(html([offer]).anchors[0]?.attributes["href"], `../../+e/http_localhost_8080_pkg_a_20b/${WHEEL}`);
});

test("an upstream address makes one safe path segment, whatever it is", () => {
  assert.equal(upstreamDirectory("https://upstream.example/f.zip"), "https_upstream.example");
  for (const url of [
    "https://u.example/a/../../b/..%2f/f",
    "http://[::1]:80/é/f",
    `https://u.example/${"a/".repeat(500)}f`,
  ]) {
    assert.match(upstreamDirectory(url), /^https?_[A-Za-z0-9._-]{1,200}$/);
  }
});

test("HTML-4: only an algorithm that Python guarantees is shown, SHA-256 before others", () => {
  const offer = anOffer(WHEEL, {
    digests: { md5: "a".repeat(32), blake2b_256: "b".repeat(64), sha256: "c".repeat(64) },
  });
  assert.match(html([offer]).anchors[0]?.attributes["href"] ?? "", /#sha256=c{64}$/);
  assert.deepEqual(Object.keys(json([offer]).files[0].hashes), ["sha256", "md5"]);
  const old = anOffer(WHEEL, { digests: { md5: "a".repeat(32) } });
  assert.match(html([old]).anchors[0]?.attributes["href"] ?? "", /#md5=a{32}$/);
});

test("HTML-5, JSON-7: requires-python is escaped in HTML, plain in JSON, and left out when there is none", () => {
  const attributes = toAttributes({ requiresPython: `>=3.8,<4 & "x"` });
  assert.match(
    renderProjectHtml(aListing([aFile(WHEEL, { attributes })]), UP),
    /data-requires-python="&gt;=3.8,&lt;4 &amp; &quot;x&quot;"/,
  );
  assert.equal(json([aFile(WHEEL, { attributes })]).files[0]["requires-python"], `>=3.8,<4 & "x"`);
  for (const none of [{}, { requiresPython: "" }]) {
    const file = aFile(WHEEL, { attributes: toAttributes(none) });
    assert.ok(!("data-requires-python" in (html([file]).anchors[0]?.attributes ?? {})));
    assert.ok(!("requires-python" in json([file]).files[0]));
  }
});

test("HTML-6, JSON-8, YANK-1: a yank is there with its reason, without one, or not at all", () => {
  const shown = (yanked: string | null): unknown[] => [
    html([aFile(WHEEL, { yanked })]).anchors[0]?.attributes["data-yanked"],
    json([aFile(WHEEL, { yanked })]).files[0].yanked,
  ];
  assert.deepEqual(shown(null), [undefined, false]);
  assert.deepEqual(shown(""), ["", true]);
  assert.deepEqual(shown(`"><script>`), [`"><script>`, `"><script>`]);
});

test("YANK-2: a yanked file of an upstream is shown as yanked", () => {
  assert.equal(json([anOffer(WHEEL, { yanked: "broken" })]).files[0].yanked, "broken");
});

test("HTML-7, JSON-9, MET-2: core metadata is announced under both names with the same value", () => {
  const attributes = toAttributes({ coreMetadata: { sha256: "d".repeat(64) } });
  const { attributes: anchor = {} } = html([aFile(WHEEL, { attributes })]).anchors[0] ?? {};
  assert.equal(anchor["data-core-metadata"], `sha256=${"d".repeat(64)}`);
  assert.equal(anchor["data-dist-info-metadata"], anchor["data-core-metadata"]);
  const [file] = json([aFile(WHEEL, { attributes })]).files;
  assert.deepEqual(file["core-metadata"], { sha256: "d".repeat(64) });
  assert.deepEqual(file["dist-info-metadata"], file["core-metadata"]);
  assert.ok(!("data-dist-info-metadata" in file));
});

test("MET-2, MET-6: a wheel of an upstream without metadata has some here, made on demand", () => {
  const [file] = json([anOffer(WHEEL)]).files;
  assert.equal(file["core-metadata"], true);
  assert.equal(html([anOffer(WHEEL)]).anchors[0]?.attributes["data-core-metadata"], "true");
});

test("MET-3: an sdist's metadata is announced only where somebody vouches for it", () => {
  assert.equal(json([anOffer("foo-1.0.tar.gz")]).files[0]["core-metadata"], false);
  const attributes = toAttributes({ coreMetadata: true });
  assert.equal(json([anOffer("foo-1.0.tar.gz", { attributes })]).files[0]["core-metadata"], true);
  assert.equal(json([aFile("foo-1.0.tar.gz")]).files[0]["core-metadata"], false);
});

test("HTML-8: signatures are not announced, as none are kept", () => {
  const file = anOffer(WHEEL, { attributes: toAttributes({ hasSignature: true }) });
  assert.ok(!("data-gpg-sig" in (html([file]).anchors[0]?.attributes ?? {})));
});

test("HTML-9, JSON-11: an upstream's provenance keeps its absolute address", () => {
  const file = anOffer(WHEEL, { attributes: toAttributes({ provenance: "https://upstream.example/p?a=1&b=2" }) });
  assert.equal(html([file]).anchors[0]?.attributes["data-provenance"], "https://upstream.example/p?a=1&b=2");
  assert.equal(json([file]).files[0].provenance, "https://upstream.example/p?a=1&b=2");
});

test("HTML-10, JSON-10, STA-2: the status stands in the head, or at top level, with its reason", () => {
  const change = { status: "archived", statusReason: `moved to "bar" <b>` } as const;
  const { metas } = html([], change);
  assert.equal(metas["pypi:project-status"], "archived");
  assert.equal(metas["pypi:project-status-reason"], `moved to "bar" <b>`);
  assert.deepEqual(json([], change)["project-status"], { status: "archived", reason: `moved to "bar" <b>` });
  assert.deepEqual(json([])["project-status"], { status: "active" });
});

test("STA-1: a quarantined project has a page with a marker and no files; an archived one offers its files", () => {
  assert.deepEqual(json([aFile(WHEEL)], { status: "quarantined" }).files, []);
  assert.deepEqual(html([aFile(WHEEL)], { status: "quarantined" }).anchors, []);
  assert.equal(json([aFile(WHEEL)], { status: "archived" }).files.length, 1);
});

test("JSON-1: keys of our own begin with an underscore", () => {
  assert.equal(json([], { upstreamSerial: "123" }).meta["_last-serial"], 123);
  assert.ok(!("_last-serial" in json([], { upstreamSerial: "1; x" }).meta));
});

test("JSON-3: the name is the normal form", () => {
  assert.equal(json([]).name, "foo");
});

test("JSON-4: versions are those of files and those without, each release once, ascending", () => {
  const files = [aFile("a", { version: "1.10" }), aFile("b", { version: "1.9" }), aFile("c", { version: null })];
  assert.deepEqual(json(files, { versions: ["1.9.0", "2.0RC1"] }).versions, ["1.9.0", "1.10", "2.0rc1"]);
});

test("JSON-6: the upload time is UTC and left out where nobody knows it", () => {
  assert.equal(json([aFile(WHEEL)]).files[0]["upload-time"], "2026-08-01T12:00:00.000Z");
  assert.ok(!("upload-time" in json([anOffer(WHEEL, { publishedAt: null })]).files[0]));
});

test("JSON-12, MRG-6: a page that lacks a size does not promise the version that demands it", () => {
  const page = json([aFile(WHEEL), anOffer("foo-2.0-py3-none-any.whl", { sizeBytes: null })]);
  assert.equal(page.meta["api-version"], "1.0");
  assert.ok(!("size" in page.files[1]));
  assert.ok(!("namespaces" in page));
});

test("JSON-13: HTML and JSON list the same files in the same order", () => {
  const files = [aFile("foo-2.0.tar.gz"), anOffer(WHEEL), aFile("foo-1.0.tar.gz")];
  const names = files.map((file) => factsOf(file).filename);
  assert.deepEqual(
    html(files).anchors.map((anchor) => anchor.text),
    names,
  );
  assert.deepEqual(
    json(files).files.map((file: { filename: string }) => file.filename),
    names,
  );
});

test("SIM-7: nothing that a file or a project is called gets into HTML as markup", () => {
  const text = `<img src=x onerror=alert(1)>"'&.whl`;
  const page = renderProjectHtml(aListing([aFile(text)], { statusReason: text }), UP);
  assert.doesNotMatch(page, /<img/);
  assert.equal(parse(page).anchors[0]?.text, text);
  assert.doesNotMatch([...renderListHtml([{ project: "foo" as ProjectName, displayName: text }])].join(""), /<img/);
});

test("a page of 10,000 files is rendered in well under a second", () => {
  const files = Array.from({ length: 10_000 }, (_, index) =>
    anOffer(`foo-1.${index}-py3-none-any.whl`, { version: `1.${index}` }),
  );
  const listing = aListing(files);
  const start = performance.now();
  renderProjectHtml(listing, UP);
  renderProjectJson(listing, UP);
  // Generous, for busy machines: what it guards against is work that grows with the square.
  assert.ok(performance.now() - start < 3000);
});

test("both pages name files where a dialect serves them, with the same hash", () => {
  const addressOf = (file: ListedFile): string => `packages/${factsOf(file).filename}`;
  const listing = aListing([aFile(WHEEL), anOffer("foo-1.1.tar.gz", { digests: {} })]);
  const page = parse(renderProjectHtml(listing, UP, addressOf));
  assert.match(page.anchors[0]?.attributes["href"] ?? "", new RegExp(`^../../packages/${WHEEL}#sha256=[0-9a-f]{64}$`));
  assert.equal(page.anchors[1]?.attributes["href"], "../../packages/foo-1.1.tar.gz");
  const { files } = JSON.parse(renderProjectJson(listing, UP, addressOf)) as { files: { url: string }[] };
  assert.deepEqual(
    files.map(({ url }) => url),
    [`../../packages/${WHEEL}`, "../../packages/foo-1.1.tar.gz"],
  );
});
