import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, ProjectName, Reply } from "#core";
import { aFile, aListing, ask, indexDesk, textOf } from "../../../tests/support/index-desk.ts";
import { simpleRoutes } from "./simple-routes.ts";

const WHEEL = "foo-1.0-py3-none-any.whl";
const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const foo = aListing([aFile(WHEEL)]);

function get(address: string, accept?: string, desk = indexDesk([foo])): Promise<Reply> {
  return ask(simpleRoutes, desk, address, accept === undefined ? {} : { accept });
}

function locationOf(reply: Reply, from: string): string {
  assert.equal(reply.kind, "redirect");
  const url = new URL(reply.to, `https://packages.example/alice/dev${from}`);
  assert.equal(url.origin, "https://packages.example");
  return `${url.pathname}${url.search}`;
}

async function refusedWith(code: string, reply: Promise<Reply>): Promise<void> {
  await assert.rejects(reply, (error: { problem?: { code: string } }) => error.problem?.code === code);
}

test("SIM-1: there is a list of projects and a page of each, in both representations", async () => {
  assert.match(textOf(await get("/simple/")), /<a href="foo\/">Foo<\/a>/);
  assert.deepEqual(JSON.parse(textOf(await get("/simple/", JSON_TYPE))).projects, [{ name: "Foo" }]);
  assert.match(textOf(await get("/simple/foo/")), new RegExp(WHEEL));
  assert.equal(JSON.parse(textOf(await get("/simple/foo/", JSON_TYPE))).files[0].filename, WHEEL);
});

test("SIM-1: an address without its slash leads to the one with it, and the query comes along", async () => {
  assert.equal(locationOf(await get("/simple"), "/simple"), "/alice/dev/simple/");
  assert.equal(locationOf(await get("/simple/foo"), "/simple/foo"), "/alice/dev/simple/foo/");
  const query = "?format=text%2Fhtml";
  assert.equal(locationOf(await get(`/simple/foo${query}`), "/simple/foo"), `/alice/dev/simple/foo/${query}`);
});

test("SIM-2: another spelling of the name leads to the normal one, at once", async () => {
  assert.equal(locationOf(await get("/simple/Foo_.Bar/"), "/simple/Foo_.Bar/"), "/alice/dev/simple/foo-bar/");
  assert.equal(locationOf(await get("/simple/Foo"), "/simple/Foo"), "/alice/dev/simple/foo/");
});

test("SIM-8: no address makes a redirect leave the repository", async () => {
  for (const name of ["%2F%2Fother.example", "%5C%5Cother.example", "..", "https:%2F%2Fother.example", "%0d%0aX:y"]) {
    await refusedWith("project-not-found", get(`/simple/${name}`));
    await refusedWith("project-not-found", get(`/simple/${name}/`));
  }
  const reply = await get("/simple/foo?next=//other.example/%0d%0aX:y");
  assert.ok(locationOf(reply, "/simple/foo").startsWith("/alice/dev/simple/foo/?"));
  assert.doesNotMatch(reply.kind === "redirect" ? reply.to : "", /[\r\n]/);
});

test("devpi's header makes the links absolute, whatever it says, by the address that the client used", async () => {
  const desk = indexDesk([foo]);
  for (const value of ["", "yes"]) {
    const headers = { accept: JSON_TYPE, "x-devpi-absolute-urls": value };
    const reply = await ask(simpleRoutes, desk, "/+simple/foo/", headers);
    const [file] = JSON.parse(textOf(reply)).files;
    assert.match(
      file.url,
      /^https:\/\/packages\.example\/prefix\/alice\/dev\/\+f\/[0-9a-f]{3}\/[0-9a-f]{13}\/foo-1\.0/,
    );
    assert.deepEqual(reply.kind === "bytes" && reply.cache, { kind: "none" });
  }
  await refusedWith("project-not-found", ask(simpleRoutes, desk, "/+simple/bar/", { "x-devpi-absolute-urls": "" }));
});

test("SIM-3: an unknown project is not found; one without files is an empty page", async () => {
  await refusedWith("project-not-found", get("/simple/bar/"));
  await refusedWith("project-not-found", get("/simple/bar/", JSON_TYPE));
  const empty = indexDesk([aListing([])]);
  assert.deepEqual(JSON.parse(textOf(await get("/simple/foo/", JSON_TYPE, empty))).files, []);
});

test("SIM-4, NEG-1: the content type is what was negotiated", async () => {
  const types = { "text/html": "text/html; charset=utf-8", [JSON_TYPE]: JSON_TYPE };
  for (const [accept, contentType] of Object.entries(types)) {
    for (const address of ["/simple/", "/simple/foo/"]) {
      const reply = await get(address, accept);
      assert.equal(reply.kind === "bytes" && reply.contentType, contentType);
    }
  }
});

test("SIM-7: odd names are not found, whatever they are", async () => {
  for (const name of ["%00", "%2e%2e", "a".repeat(5000), "%3Cscript%3E", "é", "f%C3%A9"]) {
    await refusedWith("project-not-found", get(`/simple/${encodeURI(decodeURI(name))}/`));
  }
});

test("NEG-5: what nobody can make is refused, and says what there is", async () => {
  await refusedWith("not-acceptable", get("/simple/foo/", "image/png"));
  await refusedWith("not-acceptable", get("/simple/?format=yaml"));
});

test("NEG-5: a project that is not there is not found, whatever representation was asked for", async () => {
  await refusedWith("project-not-found", get("/simple/nothing/", "application/json"));
  await refusedWith("not-acceptable", get("/simple/foo/", "application/json"));
});

test("NEG-7: the query can name the format", async () => {
  const reply = await get(`/simple/foo/?format=${encodeURIComponent(JSON_TYPE)}`, "text/html");
  assert.equal(reply.kind === "bytes" && reply.contentType, JSON_TYPE);
});

test("NEG-8: every answer says that it varies, redirects too", async () => {
  for (const address of ["/simple/", "/simple/foo/", "/simple/foo", "/simple/Foo/", "/simple"]) {
    const reply = await get(address);
    assert.equal("headers" in reply && reply.headers?.["vary"], "Accept", address);
  }
});

test("HTTP-1: each representation has its own validator and comes from the page cache", async () => {
  const desk = indexDesk([foo]);
  const replies = [await get("/simple/foo/", JSON_TYPE, desk), await get("/simple/foo/", "text/html", desk)];
  const etags = replies.map((reply) => reply.kind === "bytes" && reply.finished?.etag);
  assert.notEqual(etags[0], etags[1]);
  await get("/simple/foo/", `${JSON_TYPE}, text/html;q=0.1`, desk);
  await get("/simple/foo/", "application/vnd.pypi.simple.v1+html", desk);
  assert.deepEqual(desk.made, ["simple:foo json", "simple:foo html"]);
});

test("HTTP-2: pages are asked for again each time, and shared caches keep only what everybody may read", async () => {
  const open = await get("/simple/foo/");
  assert.deepEqual(open.kind === "bytes" && open.cache, { kind: "revalidate", isPrivate: false });
  const closed = await get("/simple/foo/", undefined, indexDesk([foo], { readers: ["alice"] }));
  assert.deepEqual(closed.kind === "bytes" && closed.cache, { kind: "revalidate", isPrivate: true });
});

test("HTTP-2: the upstream's serial is passed on", async () => {
  const reply = await get("/simple/foo/", undefined, indexDesk([aListing([], { upstreamSerial: "42" })]));
  assert.equal(reply.kind === "bytes" && reply.headers?.["x-pypi-last-serial"], "42");
  const odd = await get("/simple/foo/", undefined, indexDesk([aListing([], { upstreamSerial: "1\r\nx: y" })]));
  assert.equal(odd.kind === "bytes" && odd.headers?.["x-pypi-last-serial"], undefined);
});

test("a stale page says so, and since when", async () => {
  const staleSince = Date.UTC(2026, 7, 2) as Instant;
  const reply = await get("/simple/foo/", undefined, indexDesk([aListing([], { staleSince })]));
  assert.equal(reply.kind === "bytes" && reply.headers?.["warning"], '110 - "Response is Stale"');
  assert.equal(reply.kind === "bytes" && reply.headers?.["x-vivarium-stale-since"], "2026-08-02T00:00:00.000Z");
});

test("devpi's and hatch's alias shows the same page, also with an escaped plus", async () => {
  const own = textOf(await get("/simple/foo/"));
  assert.equal(textOf(await get("/+simple/foo/")), own);
  assert.equal(textOf(await get("/%2Bsimple/foo/")), own);
  assert.equal(locationOf(await get("/+simple/Foo"), "/+simple/Foo"), "/alice/dev/+simple/foo/");
  assert.equal(locationOf(await get("/+simple"), "/+simple"), "/alice/dev/+simple/");
});

test("hatch finds uploaded files by their anchors", async () => {
  assert.match(textOf(await get("/+simple/foo/", "*/*")), new RegExp(`<a [^>]*>${WHEEL}</a>`));
});

test("pipenv's doubled slash shows the page, with links that lead to the files", async () => {
  const [, href = ""] = /href="([^"]+)"/.exec(textOf(await get("/simple//foo/", "*/*"))) ?? [];
  const url = new URL(href, "https://packages.example/alice/dev/simple//foo/");
  assert.match(url.pathname, /^\/alice\/dev\/\+f\//);
  assert.equal(locationOf(await get("/simple//Foo/"), "/simple//Foo/"), "/alice/dev/simple//foo/");
});

test("a name that is no name is not asked of anybody", async () => {
  const desk = indexDesk([aListing([], { project: "bar" as ProjectName })]);
  await refusedWith("project-not-found", get("/simple/-bar-/", undefined, desk));
  assert.deepEqual(desk.listed, []);
});
