import assert from "node:assert/strict";
import { test } from "node:test";
import type { InjectedReply } from "#http";
import { aWheelFile } from "../support/archives.ts";
import { docForm, docZip } from "../support/documentation.ts";
import { openTestApp, type TestApp, type Visitor } from "../support/test-app.ts";

/** Documentation and test results of a release, from their upload to the removal of what they are about. */

const WHEEL = aWheelFile({ name: "hello", version: "1.0" });
const REPORT =
  '{"host": "h",  "testenvs": {"py": {"test": [{"command": ["pytest"], "retcode": "0", "output": "ok"}]}}}\n';
const JSON_ONLY = { accept: "application/json" };

interface Link {
  readonly rel: string;
  readonly href: string;
  readonly for_href?: string;
  readonly log: readonly { readonly what: string; readonly who: string | null }[];
}

async function openHouse(settings: Record<string, unknown> = {}): Promise<{ house: TestApp; alice: Visitor }> {
  const house = await openTestApp();
  await house.user("alice");
  await house.index("alice/dev", { mutability: "volatile", ...settings });
  const alice = house.as("alice");
  assert.equal((await alice.publish("alice/dev", WHEEL, { name: "hello", version: "1.0" })).status, 200);
  return { house, alice };
}

async function document(
  visitor: Visitor,
  pages: Readonly<Record<string, string>>,
  {
    version = "1.0",
    index = "alice/dev",
    name = "hello",
  }: { version?: string | null; index?: string; name?: string } = {},
): Promise<InjectedReply> {
  const { contentType, body } = await docForm(name, version, docZip(pages));
  return visitor.ask("POST", `/${index}/`, { body, headers: { "content-type": contentType } });
}

async function links(visitor: Visitor, index = "alice/dev", version = "1.0"): Promise<readonly Link[]> {
  const reply = await visitor.get(`/${index}/hello/${version}`, JSON_ONLY);
  assert.equal(reply.status, 200, textOf(reply));
  return (JSON.parse(textOf(reply)) as { result: { "+links": Link[] } }).result["+links"];
}

function textOf({ body }: InjectedReply): string {
  return body.toString();
}

function pathOf(href: string): string {
  return new URL(href).pathname;
}

async function testFile(visitor: Visitor, report = REPORT): Promise<InjectedReply> {
  const [release] = await links(visitor);
  return visitor.ask("POST", pathOf(release?.href ?? ""), {
    body: report,
    headers: { "content-type": "application/json", ...JSON_ONLY },
  });
}

test("documentation is served page by page under its version, latest and stable", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;
  await document(alice, { "index.html": "<h1>old</h1>", "sub/index.html": "sub", "_static/a.js": "1" });
  await document(alice, { "index.html": "<h1>new</h1>" }, { version: "2.0rc1" });

  const page = await house.anyone().get("/alice/dev/hello/1.0/+doc/index.html");
  assert.equal(textOf(page), "<h1>old</h1>");
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  const texts = await Promise.all(
    ["latest/+doc/index.html", "stable/+doc/index.html", "1.0/+doc/sub/"].map(async (path) => {
      const reply = await house.anyone().get(`/alice/dev/hello/${path}`);
      return textOf(reply);
    }),
  );
  assert.deepEqual(texts, ["<h1>new</h1>", "<h1>old</h1>", "sub"]);
  const script = await house.anyone().get("/alice/dev/hello/1.0/+doc/_static/a.js");
  assert.equal(script.headers["content-type"], "text/javascript; charset=utf-8");
});

test("addresses of documentation without a page lead to one, or nowhere", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;
  await document(alice, { "index.html": "top", "sub/index.html": "sub" });

  for (const [path, to] of [
    ["/alice/dev/hello/1.0/+doc", "/alice/dev/hello/1.0/+doc/index.html"],
    ["/alice/dev/hello/1.0/+doc/", "/alice/dev/hello/1.0/+doc/index.html"],
    ["/alice/dev/hello/1.0/+doc/sub", "/alice/dev/hello/1.0/+doc/sub/"],
    ["/alice/dev/hello/latest/+d/sub/index.html", "/alice/dev/hello/latest/+doc/sub/index.html"],
    ["/alice/dev/Hello/1.0/+doc/index.html", "/alice/dev/hello/1.0/+doc/index.html"],
  ] as const) {
    const reply = await house.anyone().get(path);
    assert.equal(reply.status, 302, path);
    assert.equal(pathOf(String(reply.headers["location"])), to);
  }
  for (const path of ["1.0/+doc/none.html", "1.0/+doc/../index.html", "7.0/+doc/index.html", "1.0/+doc/index.html/x"]) {
    const reply = await house.anyone().get(`/alice/dev/hello/${path}`);
    assert.equal(reply.status, 404, path);
  }
});

test("uploaded pages run in a sandbox, so that they cannot act as who reads them", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;
  await document(alice, { "index.html": "<script>fetch('/alice')</script>", "picture.svg": "<svg/>", "odd.bin": "?" });

  for (const path of ["index.html", "picture.svg", "odd.bin"]) {
    const { headers } = await house.anyone().get(`/alice/dev/hello/1.0/+doc/${path}`);
    const policy = String(headers["content-security-policy"]);
    assert.match(policy, /(^|; )sandbox allow-scripts/);
    assert.doesNotMatch(policy, /allow-same-origin|allow-top-navigation/);
    assert.equal(headers["x-content-type-options"], "nosniff");
  }
});

test("a form in a sandboxed page changes nothing, whoever's browser sends it", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;
  const { contentType, body } = await docForm("hello", "1.0", docZip({ "index.html": "x" }));
  const headers = { "content-type": contentType, origin: "null" };

  const upload = await alice.ask("POST", "/alice/dev/", { body, headers });
  assert.equal(upload.status, 400);
  const push = await alice.ask("POST", "/alice/dev", { json: {}, headers: { origin: "null" } });
  assert.match(textOf(push), /pages in a sandbox/);
  assert.equal((await links(alice)).length, 1);
});

test("a page of documentation is not sent again to who has it, and parts of it can be asked for", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;
  await document(alice, { "index.html": "0123456789" });
  const path = "/alice/dev/hello/1.0/+doc/index.html";
  const { headers } = await house.anyone().get(path);

  const again = await house.anyone().get(path, { "if-none-match": String(headers["etag"]) });
  assert.equal(again.status, 304);
  const part = await house.anyone().get(path, { range: "bytes=3-5" });
  assert.deepEqual([part.status, textOf(part)], [206, "345"]);
  await document(alice, { "index.html": "other" });
  const after = await house.anyone().get(path, { "if-none-match": String(headers["etag"]) });
  assert.deepEqual([after.status, textOf(after)], [200, "other"]);
});

test("documentation of a closed index is for its readers only, and for nobody's cache", async () => {
  const { house, alice } = await openHouse({ readers: ["alice"] });
  await using _ = house;
  await document(alice, { "index.html": "secret" });

  const stranger = await house.anyone().get("/alice/dev/hello/1.0/+doc/index.html");
  assert.equal(stranger.status, 401);
  const page = await alice.get("/alice/dev/hello/1.0/+doc/index.html");
  assert.equal(textOf(page), "secret");
  assert.match(String(page.headers["cache-control"]), /private/);
  assert.equal(page.headers["access-control-allow-origin"], undefined);
});

test("documentation without a version is about the newest there is; of a project without any it is refused", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;

  assert.equal((await document(alice, { "index.html": "1" }, { version: null })).status, 200);
  const [, doc] = await links(alice);
  assert.equal(
    pathOf(doc?.href ?? "")
      .split("/")
      .at(-1),
    "hello-1.0.doc.zip",
  );

  const refused = await document(alice, { "index.html": "1" }, { version: null, name: "nothing" });
  assert.equal(refused.status, 400);
  assert.match(textOf(refused) + refused.reason, /no releases to derive one from/);
});

test("what is no safe zip is refused as documentation, and nothing is kept", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ["not a zip file", Buffer.from("hello")],
    ["leads out of the archive", docZip({ "../evil.html": "x" })],
    ["no file in it", docZip({})],
  ];
  for (const [reason, zip] of bad) {
    const { contentType, body } = await docForm("hello", "1.0", zip);
    const reply = await alice.ask("POST", "/alice/dev/", { body, headers: { "content-type": contentType } });
    assert.equal(reply.status, 400, reason);
    assert.match(textOf(reply) + reply.reason, new RegExp(reason));
  }
  assert.equal((await links(alice)).length, 1);
});

test("in an immutable index documentation is sent once, and the same again is no error", async () => {
  const { house, alice } = await openHouse();
  await using _ = house;
  await house.index("alice/prod", { mutability: "immutable" });
  const send = async (text: string) => (await document(alice, { "index.html": text }, { index: "alice/prod" })).status;

  assert.deepEqual([await send("one"), await send("one"), await send("two")], [200, 200, 409]);
  const page = await house.anyone().get("/alice/prod/hello/1.0/+doc/index.html");
  assert.equal(textOf(page), "one");
});

test("who may not publish leaves no documentation", async () => {
  const { house } = await openHouse();
  await using _ = house;
  await house.user("bob");

  assert.equal((await document(house.anyone(), { "index.html": "x" })).status, 401);
  assert.equal((await document(house.as("bob"), { "index.html": "x" })).status, 403);
});

test("a test result is kept byte for byte and shown with the file that it is about", async () => {
  const { house, alice } = await openHouse({ testResultWriters: [":ANONYMOUS:"] });
  await using _ = house;

  const posted = await testFile(house.anyone());
  assert.equal(posted.status, 200, textOf(posted));
  const { type, result } = JSON.parse(textOf(posted)) as { type: string; result: string };
  assert.equal(type, "toxresultpath");
  assert.match(result, /^alice\/dev\/\+f\/.{3}\/.{13}\/hello-1\.0-.*\.whl\.toxresult-20261124104218-0#sha256=/);
  const [release, tox] = await links(alice);
  assert.deepEqual([tox?.rel, tox?.for_href], ["toxresult", release?.href]);
  const stored = await house.anyone().get(pathOf(tox?.href ?? ""));
  assert.equal(textOf(stored), REPORT);
  assert.equal((await testFile(alice)).status, 200);
  assert.match((await links(alice))[2]?.href ?? "", /toxresult-20261124104218-1$/);
});

test("test results can be read below the version, by people and by programs", async () => {
  const { house } = await openHouse({ testResultWriters: [":ANONYMOUS:"] });
  await using _ = house;
  await testFile(house.anyone(), REPORT.replace('"ok"', '"<b>ok</b>"'));
  const base = `/alice/dev/hello/1.0/+toxresults/${WHEEL.filename}`;

  const listed = await house.anyone().get(base, JSON_ONLY);
  const [first] = (JSON.parse(textOf(listed)) as { result: { href: string }[] }).result;
  const raw = await house.anyone().get(pathOf(first?.href ?? ""));
  assert.equal(raw.headers["content-type"], "application/json");
  const list = await house.anyone().get(base, { accept: "text/html" });
  assert.match(textOf(list), /\+toxresults\/hello-1\.0/);
  const page = await house.anyone().get(pathOf(first?.href ?? ""), { accept: "text/html" });
  assert.match(textOf(page), /tests passed/);
  assert.doesNotMatch(textOf(page), /<b>ok/);
});

test("test results are refused without the right, of unknown files, and when they are no JSON", async () => {
  const { house, alice } = await openHouse({ testResultWriters: ["alice"] });
  await using _ = house;

  const stranger = await testFile(house.anyone());
  assert.equal(stranger.status, 403);
  assert.match(textOf(stranger), /No permission to upload tox results/);
  assert.equal((await testFile(alice, "no json")).status, 400);
  const unknown = await alice.ask("POST", `/alice/dev/+f/000/0000000000000/${WHEEL.filename}`, { body: "{}" });
  assert.equal(unknown.status, 404);
  assert.equal((await links(alice)).length, 1);
});

test("a file, a version and a project take along what belongs to them", async () => {
  const { house, alice } = await openHouse({ testResultWriters: ["alice"] });
  await using _ = house;
  await testFile(alice);
  await document(alice, { "index.html": "x" });
  const [release] = await links(alice);

  assert.equal((await alice.ask("DELETE", pathOf(release?.href ?? ""))).status, 200);
  assert.deepEqual(
    (await links(alice)).map(({ rel }) => rel),
    ["doczip"],
  );
  const [doc] = await links(alice);
  assert.equal((await alice.ask("DELETE", pathOf(doc?.href ?? ""))).status, 200);
  assert.equal((await alice.get("/alice/dev/hello/1.0", JSON_ONLY)).status, 404);

  await alice.publish("alice/dev", WHEEL, { name: "hello", version: "1.0" });
  assert.equal((await links(alice)).length, 1);
  await document(alice, { "index.html": "x" });
  assert.equal((await alice.ask("DELETE", "/alice/dev/hello/1.0")).status, 200);
  assert.equal((await house.anyone().get("/alice/dev/hello/latest/+doc/index.html")).status, 404);
});

test("a push takes test results and documentation along, or leaves documentation out, or takes only that", async () => {
  const { house, alice } = await openHouse({ testResultWriters: ["alice"] });
  await using _ = house;
  await testFile(alice);
  await document(alice, { "index.html": "x" });
  const push = async (name: string, more: Record<string, unknown>): Promise<readonly unknown[][]> => {
    await house.index(`alice/${name}`, { mutability: "immutable" });
    const reply = await alice.ask("POST", "/alice/dev", {
      json: { name: "hello", version: "1.0", targetindex: `alice/${name}`, ...more },
      headers: JSON_ONLY,
    });
    return (JSON.parse(textOf(reply)) as { result: unknown[][] }).result;
  };

  const all = await push("all", {});
  assert.deepEqual(
    all.map(([, what]) => what),
    ["register", "store_releasefile", "store_toxresult", "store_doczip"],
  );
  assert.deepEqual(all[3], [200, "store_doczip", "hello", "1.0", "->", "alice/all"]);
  assert.deepEqual(
    (await links(alice, "alice/all")).map(({ rel }) => rel),
    ["releasefile", "toxresult", "doczip"],
  );
  const tox = (await links(alice, "alice/all"))[1];
  assert.deepEqual(
    tox?.log.map(({ what }) => what),
    ["upload", "push"],
  );
  assert.equal(textOf(await house.anyone().get(pathOf(tox?.href ?? ""))), REPORT);
  const none = await push("none", { no_docs: true });
  assert.deepEqual(
    none.map(([, what]) => what),
    ["register", "store_releasefile", "store_toxresult"],
  );
  const only = await push("only", { only_docs: true });
  assert.deepEqual(
    only.map(([, what]) => what),
    ["register", "store_doczip"],
  );
});

test("documentation and test results of a base are read through the index above it", async () => {
  const { house, alice } = await openHouse({ testResultWriters: ["alice"] });
  await using _ = house;
  await document(alice, { "index.html": "below" });
  await house.index("alice/above", { bases: ["alice/dev"] });

  const page = await house.anyone().get("/alice/above/hello/latest/+doc/index.html");
  assert.equal(textOf(page), "below");
});

test("what was attached outlives a restart", async () => {
  const { house, alice } = await openHouse({ testResultWriters: ["alice"] });
  await using _ = house;
  await testFile(alice);
  await document(alice, { "index.html": "x" });

  await house.restart();

  assert.deepEqual(
    (await links(house.as("alice"))).map(({ rel }) => rel),
    ["releasefile", "toxresult", "doczip"],
  );
  assert.equal(textOf(await house.anyone().get("/alice/dev/hello/1.0/+doc/index.html")), "x");
});
