import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Offer, ProjectName } from "#core";
import type { UpstreamListing } from "#formats";
import { pythonAttributes } from "./attributes.ts";
import { pythonReader } from "./reader.ts";

const FOO = "foo" as ProjectName;
const URL_OF_PAGE = "https://upstream.example/simple/foo/";
const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const WHEEL = "foo-1.0-py3-none-any.whl";
const HASH = "ab".repeat(32);

function html(body: string, contentType = "text/html", url = URL_OF_PAGE): UpstreamListing {
  return pythonReader.readProject({ url, contentType, bytes: Buffer.from(`<!DOCTYPE html>${body}`) }, FOO);
}

function json(body: unknown, contentType = JSON_TYPE): UpstreamListing {
  return pythonReader.readProject({ url: URL_OF_PAGE, contentType, bytes: Buffer.from(JSON.stringify(body)) }, FOO);
}

function file(change: Record<string, unknown> = {}): Offer {
  const [offer] = json({ files: [{ filename: WHEEL, url: `../../f/${WHEEL}`, hashes: {}, ...change }] }).offers;
  assert.ok(offer !== undefined);
  return offer;
}

function anchor(attributes: string, fragment = ""): Offer {
  const [offer] = html(`<a href="${WHEEL}${fragment}" ${attributes}>x</a>`).offers;
  assert.ok(offer !== undefined);
  return offer;
}

test("an upstream is asked as pip asks, at the project's page with its slash", () => {
  assert.match(pythonReader.accept, /^application\/vnd\.pypi\.simple\.v1\+json, .*text\/html; q=0\.01$/);
  assert.equal(pythonReader.projectAddress(FOO), "foo/");
});

test("MRG-8: a JSON page becomes offers with all that it says", () => {
  const listing = json({
    meta: { "api-version": "1.4" },
    name: "Foo",
    "project-status": { status: "deprecated", reason: "use bar" },
    versions: ["1.0", "0.9"],
    files: [
      {
        filename: WHEEL,
        url: `../../files/${WHEEL}#egg=foo`,
        hashes: { SHA256: HASH.toUpperCase(), md5: "zz", made_up: "aa" },
        size: 42,
        "upload-time": "2026-08-01T12:00:00.123456Z",
        "requires-python": ">=3.8",
        yanked: "broken",
        "core-metadata": { sha256: HASH },
        provenance: "https://upstream.example/provenance",
      },
    ],
  });
  assert.equal(listing.displayName, "Foo");
  assert.deepEqual([listing.status, listing.statusReason], ["deprecated", "use bar"]);
  assert.deepEqual(listing.versions, ["1.0", "0.9"]);
  const [offer] = listing.offers;
  assert.deepEqual(offer, {
    project: "foo",
    filename: WHEEL,
    version: "1.0",
    url: `https://upstream.example/files/${WHEEL}`,
    digests: { sha256: HASH },
    sizeBytes: 42,
    publishedAt: Date.UTC(2026, 7, 1, 12, 0, 0, 123),
    yanked: "broken",
    attributes: offer?.attributes,
  });
  const attributes = pythonAttributes(offer.attributes);
  assert.equal(attributes.requiresPython, ">=3.8");
  assert.deepEqual(attributes.coreMetadata, { sha256: HASH });
  assert.equal(attributes.provenance, "https://upstream.example/provenance");
  assert.deepEqual([attributes.packageType, attributes.pythonVersion], ["bdist_wheel", "py3"]);
});

test("MRG-8: an HTML page becomes offers with all that it says", () => {
  const listing = html(`
    <meta name="pypi:repository-version" content="1.1"><meta name="pypi:project-status" content="archived">
    <a href="../../files/${WHEEL}#sha256=${HASH}" data-requires-python="&gt;=3.8" data-yanked="bro&quot;ken"
       data-core-metadata="sha256=${HASH}" data-gpg-sig="true">${WHEEL}</a>`);
  assert.equal(listing.status, "archived");
  const [offer] = listing.offers;
  assert.equal(offer?.url, `https://upstream.example/files/${WHEEL}`);
  assert.deepEqual(offer?.digests, { sha256: HASH });
  assert.deepEqual([offer?.sizeBytes, offer?.publishedAt, offer?.yanked], [null, null, 'bro"ken']);
  const attributes = pythonAttributes(offer?.attributes ?? {});
  assert.equal(attributes.requiresPython, ">=3.8");
  assert.deepEqual(attributes.coreMetadata, { sha256: HASH });
  assert.equal(attributes.hasSignature, true);
});

test("MRG-8: links are relative to the final address, or to what the page calls its base", () => {
  assert.equal(html(`<a href="/x/${WHEEL}">a</a>`).offers[0]?.url, `https://upstream.example/x/${WHEEL}`);
  assert.equal(html(`<a href="//cdn.example/${WHEEL}">a</a>`).offers[0]?.url, `https://cdn.example/${WHEEL}`);
  const based = `<base href="https://cdn.example/a/"><base href="https://second.example/"><a href="b/${WHEEL}">a</a>`;
  assert.equal(html(based).offers[0]?.url, `https://cdn.example/a/b/${WHEEL}`);
  assert.equal(
    html(`<base href="../up/"><a href="${WHEEL}">a</a>`).offers[0]?.url,
    `https://upstream.example/simple/up/${WHEEL}`,
  );
});

test("a file is called what the end of its address says, decoded, whatever the link's text is", () => {
  const name = "foo-1.0+cu121-py3-none-any.whl";
  for (const href of [name, encodeURIComponent(name), `${name}?token=a/b`]) {
    const [offer] = html(`<a href="${href}">something…</a>`).offers;
    assert.equal(offer?.filename, name);
    assert.equal(offer?.version, "1.0+cu121");
  }
});

test("SIM-7: links that lead nowhere good are left out", () => {
  const bad = [
    `javascript:alert(1)//${WHEEL}`,
    `file:///etc/${WHEEL}`,
    `data:text/html,${WHEEL}`,
    `ftp://upstream.example/${WHEEL}`,
    `http://[broken/${WHEEL}`,
    `..%2F..%2F${WHEEL}`,
    `a%5C${WHEEL}`,
    `%00${WHEEL}`,
    `%ff-${WHEEL}`,
    `${WHEEL}.metadata`,
    `${WHEEL}.asc`,
    "../",
    "",
    "bar-1.0-py3-none-any.whl",
    "foo.html",
  ];
  const links = bad.map((href) => `<a href="${href}">x</a>`).join("");
  assert.deepEqual(html(`<title>Links for foo</title>${links}`).offers, []);
  const entries = bad.map((url) => ({ filename: WHEEL, url }));
  assert.deepEqual(json({ files: entries.slice(0, 5) }).offers, []);
  const names = [
    "../foo-1.0.zip",
    "a/foo-1.0.zip",
    "foo-1.0\\.zip",
    "foo-1.0.zip\n",
    "..",
    "",
    "\ud800foo-1.0.zip",
    7,
    null,
  ];
  assert.deepEqual(json({ files: names.map((filename) => ({ filename, url: WHEEL })) }).offers, []);
});

test("credentials in an upstream's links do not travel on", () => {
  assert.equal(file({ url: `https://user:pw@cdn.example/${WHEEL}` }).url, `https://cdn.example/${WHEEL}`);
});

test("a fragment is no part of an offer's address, also when it is empty", () => {
  assert.equal(file({ url: `https://cdn.example/${WHEEL}#` }).url, `https://cdn.example/${WHEEL}`);
});

test("MRG-5: a file name stands once, and the first one counts", () => {
  const twice = [1, 2].map((size) => ({ filename: WHEEL, url: `https://cdn.example/${size}/${WHEEL}`, size }));
  assert.deepEqual(
    json({ files: twice }).offers.map((offer) => offer.sizeBytes),
    [1],
  );
});

test("YANK-2, HTML-6: an attribute yanks by being there", () => {
  assert.equal(anchor("data-yanked").yanked, "");
  assert.equal(anchor('data-yanked=""').yanked, "");
  assert.equal(anchor('data-yanked="why"').yanked, "why");
  assert.equal(anchor("").yanked, null);
});

test("YANK-2, JSON-8: true yanks, a reason yanks, and nothing else does", () => {
  assert.deepEqual(
    [true, "why", false, "", null, undefined].map((yanked) => file({ yanked }).yanked),
    ["", "why", null, null, null, null],
  );
  assert.equal(file({ yanked: "x".repeat(100_000) }).yanked?.length, 4096);
});

test("HTML-7, JSON-9: core metadata is understood in every spelling that is about", () => {
  const of = (offer: Offer) => pythonAttributes(offer.attributes).coreMetadata;
  const known = { sha256: HASH };
  assert.deepEqual(of(file({ "core-metadata": known })), known);
  assert.deepEqual(of(file({ "dist-info-metadata": known })), known);
  assert.deepEqual(of(file({ "data-dist-info-metadata": known })), known);
  assert.deepEqual(of(file({ "core-metadata": false, "dist-info-metadata": true })), null);
  assert.deepEqual(of(file({ "core-metadata": true })), true);
  assert.deepEqual(of(file({ "core-metadata": { md5: "aa" } })), true);
  assert.deepEqual(of(file({ "core-metadata": "yes" })), null);
  assert.deepEqual(of(anchor(`data-dist-info-metadata="sha256=${HASH}"`)), known);
  assert.deepEqual(of(anchor('data-core-metadata="true"')), true);
  for (const nothing of ["", "false", "sha256=", "sha256=xyz"]) {
    assert.deepEqual(of(anchor(`data-core-metadata="${nothing}"`)), null, nothing);
  }
});

test("JSON-6: an upload time keeps its milliseconds, and what is none is not guessed", () => {
  const at = (text: unknown): number | null => file({ "upload-time": text }).publishedAt;
  assert.equal(at("2026-08-01T12:00:00.123999Z"), Date.UTC(2026, 7, 1, 12, 0, 0, 123));
  assert.equal(at("2026-08-01T12:00:00Z"), Date.UTC(2026, 7, 1, 12));
  assert.equal(at("2026-08-01T14:00:00+02:00"), Date.UTC(2026, 7, 1, 12));
  assert.equal(at("2026-08-01T12:00:00"), Date.UTC(2026, 7, 1, 12));
  for (const nonsense of ["yesterday", "2026-13-01T00:00:00Z", 1234, null, ""]) assert.equal(at(nonsense), null);
});

test("JSON-5, JSON-7: sizes and requirements that make no sense are unknown", () => {
  for (const size of [-1, 1.5, "12", null, Number.MAX_VALUE]) assert.equal(file({ size }).sizeBytes, null);
  assert.equal(file({ size: 0 }).sizeBytes, 0);
  for (const text of ["", "  ", null, 3, "x".repeat(5000)]) {
    assert.equal(pythonAttributes(file({ "requires-python": text }).attributes).requiresPython, null);
  }
});

test("JSON-10, STA-1: the status is read at top level and below meta; what is none of the four is active", () => {
  const flat = { "project-status": "quarantined", "project-status-reason": "bad" };
  const listing = json({ meta: flat, files: [] });
  assert.deepEqual([listing.status, listing.statusReason], ["quarantined", "bad"]);
  assert.equal(json({ files: [], "project-status": { status: "sleeping" } }).status, "active");
  assert.equal(json({ files: [], "project-status": 7 }).status, "active");
});

test("SIM-4: a page is read by its type, or where that says nothing, by what it looks like", () => {
  assert.equal(json({ files: [] }, "application/json; charset=utf-8").offers.length, 0);
  assert.equal(json({ files: [] }, "").offers.length, 0);
  assert.equal(json({ files: [] }, "application/octet-stream").offers.length, 0);
  for (const type of ["", "text/plain", "text/html; charset=ISO-8859-1", "text/html; charset=nonsense"]) {
    assert.equal(html(`<a href="${WHEEL}">x</a>`, type).offers.length, 1, type);
  }
});

test("what is no page of an index is refused rather than taken for an empty one", () => {
  for (const body of [[], 7, null, {}, { files: {} }, { files: null }, { meta: { "api-version": "2.0" }, files: [] }]) {
    assert.throws(() => json(body), SyntaxError, JSON.stringify(body));
  }
  const page = (contentType: string, text: string) => ({ url: URL_OF_PAGE, contentType, bytes: Buffer.from(text) });
  for (const [type, text] of [
    [JSON_TYPE, '{"files": ['],
    [JSON_TYPE, "\u00ff<html>"],
    ["text/html", ""],
    ["text/html", "PK\u0003\u0004"],
    ["text/html", '<meta name="pypi:repository-version" content="2.0">'],
  ] as const) {
    assert.throws(() => pythonReader.readProject(page(type, text), FOO), SyntaxError, text);
  }
});

test("a page that only says that something else answered is refused, so that no project vanishes behind a sign-in", () => {
  const portals = [
    '<html><head><title>Welcome</title></head><body><a href="/login">Sign in</a></body></html>',
    "<html><body><h1>Down for maintenance</h1></body></html>",
    '<form action="/login"><input name="user"></form>',
  ];
  for (const text of portals) {
    assert.throws(() => html(text), { name: "SyntaxError", message: /no page of an index/ }, text);
    const page = { url: URL_OF_PAGE, contentType: "text/html", bytes: Buffer.from(text) };
    assert.throws(() => pythonReader.readFlat(page), SyntaxError, text);
  }
});

test("a project without files is a page that calls itself one of an index: by its version, title or heading", () => {
  for (const text of [
    '<meta name="pypi:repository-version" content="1.0"><title>x</title>',
    "<html><head><title>Links for foo</title></head><body><h1>Links for foo</h1></body></html>",
    "<h1>foo: links</h1>",
    '<html><head><title>Index of /simple/foo/</title></head><body><a href="../">../</a></body></html>',
    "<title>Foo</title>",
    "<h1>Simple index</h1>",
  ]) {
    assert.deepEqual(html(text).offers, [], text);
  }
});

test("entries that are junk do not spoil the others", () => {
  const listing = json({
    files: [
      null,
      7,
      [],
      {},
      { filename: WHEEL },
      { url: WHEEL },
      { filename: WHEEL, url: WHEEL, hashes: [1], size: {} },
    ],
    versions: ["1.0", 7, null, "", "x".repeat(5000)],
  });
  assert.deepEqual(
    listing.offers.map((offer) => offer.filename),
    [WHEEL],
  );
  assert.deepEqual(listing.versions, ["1.0"]);
});

test("HTML is read as browsers do: unclosed, nested, upper case, with comments", () => {
  const listing = html(`<!-- <a href="foo-9.zip">no</a> --><A HREF=foo-1.0.zip>one<a href='foo-2.0.zip'>two</a>
    <p><a name=x>no href</a><a href="foo-3.0.zip">three`);
  assert.deepEqual(
    listing.offers.map((offer) => offer.version),
    ["1.0", "2.0", "3.0"],
  );
});

test("no page whatever makes the reader fail in another way than with SyntaxError", () => {
  const soup = fc.array(
    fc.constantFrom("<a ", "href=", '"', ">", "</a>", WHEEL, "#sha256=", "&", "<base href=x:>", "\0", "<"),
  );
  fc.assert(
    fc.property(soup, (parts) => {
      try {
        html(parts.join(""));
      } catch (error) {
        assert.ok(error instanceof SyntaxError);
      }
    }),
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => void json({ files: [value], versions: [value], meta: value })));
});

async function listed(contentType: string, text: string, pieceBytes = 7) {
  async function* pieces() {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.byteLength; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
  }
  const page = { url: "https://upstream.example/simple/", contentType, pieces: pieces() };
  return (await Array.fromAsync(pythonReader.readProjects(page))).flat();
}

test("the list of projects has each under its normal name, as it is spelled", async () => {
  const projects = [
    { name: "Foo.Bar", "_last-serial": 1 },
    { name: "foo-bar" },
    { name: "-bad-" },
    {},
    { name: "baz" },
  ];
  const expected = [
    { project: "foo-bar", displayName: "Foo.Bar" },
    { project: "foo-bar", displayName: "foo-bar" },
    { project: "baz", displayName: "baz" },
  ];
  assert.deepEqual(await listed(JSON_TYPE, JSON.stringify({ meta: {}, projects })), expected);
  const text =
    '<a href="foo-bar/">Foo.Bar</a><a href="/simple/foo-bar">foo-bar</a><a href="../baz/?x">» baz «</a><a href="../">..</a>';
  assert.deepEqual(await listed("text/html", text), expected);
});

test("a JSON list is read in whatever pieces it comes, and whatever stands around it", async () => {
  const names = Array.from({ length: 9_000 }, (_, index) => `p-${index}`);
  const projects = names.map((name) => ({ name, note: '],[{"\\"é', deep: [[{}], []] }));
  const decoy = { '"projects": [': [1], other: { projects: [{ name: "no" }] }, projects, after: [[]] };
  for (const pieceBytes of [1_000, 65_536, 1 << 24]) {
    const found = await listed(JSON_TYPE, ` ${JSON.stringify(decoy, null, 1)}`, pieceBytes);
    assert.deepEqual(
      found.map(({ project }) => project),
      names,
    );
  }
});

test("what is no list of projects is refused, also when it is only cut short", async () => {
  for (const text of [
    "{}",
    '{"projects":{}}',
    '{"projects":[{"name":"a"}',
    '{"projects":[}]}',
    '{"projects":[{"name":"a"}]',
    "[]",
    '{"meta":{"api-version":"2.0"},"projects":[]}',
    '{"x":{"projects":[]}}',
  ]) {
    await assert.rejects(listed(JSON_TYPE, text), SyntaxError, text);
  }
});

test("a flat page offers every package file that it links to, each for its own project", () => {
  const text = `<base href="https://cdn.example/"><a href="${WHEEL}#sha256=${HASH}">a</a><a href="bar_baz-2.0.tar.gz">b</a>
    <a href="readme.html">c</a><a href="old-1.0-py2.7.egg">d</a>`;
  const offers = pythonReader.readFlat({ url: URL_OF_PAGE, contentType: "text/html", bytes: Buffer.from(text) });
  assert.deepEqual(
    offers.map((offer) => [offer.project, offer.version, offer.url]),
    [
      ["foo", "1.0", `https://cdn.example/${WHEEL}`],
      ["bar-baz", "2.0", "https://cdn.example/bar_baz-2.0.tar.gz"],
      ["old", "1.0", "https://cdn.example/old-1.0-py2.7.egg"],
    ],
  );
});

test("MET-6: the metadata file is where PEP 658 puts it, and only where the upstream announced it", () => {
  const of = (offer: Offer) => pythonReader.companionAt(offer, ".metadata");
  assert.deepEqual(of(file({ "core-metadata": { sha256: HASH } })), {
    url: `https://upstream.example/f/${WHEEL}.metadata`,
    sha256: HASH,
  });
  const signed = file({ "core-metadata": true, url: `https://cdn.example/${WHEEL}?sig=a/b` });
  assert.deepEqual(of(signed), { url: `https://cdn.example/${WHEEL}.metadata?sig=a/b`, sha256: null });
  assert.equal(of(file()), null);
  assert.equal(pythonReader.companionAt(signed, ".asc"), null);
});
