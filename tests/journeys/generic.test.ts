import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ANONYMOUS, type RepositoryName } from "#core";
import { aWheelFile } from "../support/archives.ts";
import { openFakeUpstream } from "../support/fake-upstream.ts";
import { expectStatus, JSON_PAGE, jsonOf, openTestApp, type TestApp } from "../support/test-app.ts";

const TOOLS = "alice/tools";
const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

test("any file is kept under any path, and read by each of the repository's addresses", async () => {
  await using app = await openToolsApp();
  const path = "a b/1+1/ü#%41;v=1/tool.bin";
  const address = path.split("/").map(encodeURIComponent).join("/");
  const body = Buffer.from("some bytes");

  const put = expectStatus(await app.as("alice").ask("PUT", `/alice/tools/${address}`, { body }), 201);
  assert.deepEqual(jsonOf<{ path: string; checksums: unknown }>(put).path, path);

  for (const repository of ["alice/tools", "alice.tools"]) {
    const got = expectStatus(await app.anyone().get(`/${repository}/${address}`), 200);
    assert.deepEqual(got.body, body);
    assert.equal(got.headers["etag"], `"${sha256(body)}"`);
    assert.equal(got.headers["accept-ranges"], "bytes");
    assert.match(got.headers["last-modified"] ?? "", /GMT$/);
    assert.equal(got.headers["content-length"], String(body.byteLength));
  }
});

test("a download goes on where it broke off, and what is known is not sent again", async () => {
  await using app = await openToolsApp();
  const url = "/alice/tools/a.bin";
  await put(app, url, "0123456789");

  const part = expectStatus(await app.anyone().get(url, { range: "bytes=4-" }), 206);
  assert.equal(part.body.toString(), "456789");
  assert.equal(part.headers["content-range"], "bytes 4-9/10");
  const etag = part.headers["etag"] ?? "";
  expectStatus(await app.anyone().get(url, { "if-none-match": etag }), 304);
  const changed = await app.anyone().get(url, { range: "bytes=4-", "if-range": '"other"' });
  assert.equal(expectStatus(changed, 200).body.toString(), "0123456789");
  const head = expectStatus(await app.anyone().ask("HEAD", url), 200);
  assert.deepEqual([head.body.byteLength, head.headers["content-length"]], [0, "10"]);
});

test("what is there outlasts a restart", async () => {
  await using app = await openToolsApp();
  await put(app, "/alice/tools/a/b.bin", "kept");
  await app.restart();
  assert.equal(expectStatus(await app.anyone().get("/alice/tools/a/b.bin"), 200).body.toString(), "kept");
});

test("bytes that are not those that were announced leave nothing", async () => {
  await using app = await openToolsApp();
  const wrong = sha256("other");
  for (const headers of [
    { "x-checksum-sha256": wrong },
    { "x-checksum-sha1": "0".repeat(40) },
    { "x-checksum-md5": "0".repeat(32) },
    { "content-digest": `sha-256=:${Buffer.from(wrong, "hex").toString("base64")}:` },
  ]) {
    const reply = await app.as("alice").ask("PUT", "/alice/tools/a/b.bin", { body: "hello", headers });
    expectStatus(reply, 400);
    expectStatus(await app.anyone().get("/alice/tools/a/b.bin"), 404);
  }
  const headers = {
    "x-checksum-sha256": sha256("hello").toUpperCase(),
    "x-checksum-sha1": createHash("sha1").update("hello").digest("hex"),
    "x-checksum-md5": createHash("md5").update("hello").digest("hex"),
  };
  expectStatus(await app.as("alice").ask("PUT", "/alice/tools/a/b.bin", { body: "hello", headers }), 201);
});

test("folders come with their files, or are made, and are shown to people and programs", async () => {
  await using app = await openToolsApp();
  await put(app, "/alice/tools/a/b.bin", "x");
  expectStatus(await app.as("alice").ask("PUT", "/alice/tools/a/empty/"), 201);

  const listing = await app.anyone().get("/alice/tools/a/", { accept: "application/json" });
  assert.deepEqual(jsonOf(expectStatus(listing, 200)), {
    path: "a",
    entries: [
      { name: "b.bin", kind: "file" },
      { name: "empty", kind: "folder" },
    ],
    next: null,
  });
  const rest = await app.anyone().get("/alice/tools/a/?after=b.bin", { accept: "application/json" });
  assert.deepEqual(jsonOf<{ entries: unknown }>(rest).entries, [{ name: "empty", kind: "folder" }]);
  const page = expectStatus(await app.anyone().get("/alice/tools/"), 200);
  assert.match(page.body.toString(), /<a href="\.\/a\/">a\/<\/a>/);
  for (const [from, to] of [
    ["/alice/tools", "./tools/"],
    ["/alice/tools/a", "./a/"],
    ["/alice.tools", "./alice.tools/"],
  ] as const) {
    assert.equal(expectStatus(await app.anyone().get(from), 302).headers["location"], to);
  }
  expectStatus(await app.anyone().get("/alice/tools/nothing/"), 404);
  assert.deepEqual(
    jsonOf<{ entries: unknown[] }>(await app.anyone().get("/alice/tools/a/empty/", { accept: "application/json" }))
      .entries,
    [],
  );
});

test("a file is replaced where that is allowed, and never where a repository keeps what it has", async () => {
  await using app = await openToolsApp();
  await app.index("alice/kept", { format: "generic", mutability: "immutable" });
  for (const repository of ["tools", "kept"]) await put(app, `/alice/${repository}/a.bin`, "first");

  const again = (repository: string, body: string) =>
    app.as("alice").ask("PUT", `/alice/${repository}/a.bin`, { body });
  expectStatus(await again("kept", "first"), 200);
  expectStatus(await again("kept", "second"), 409);
  expectStatus(await again("tools", "second"), 201);
  assert.equal((await app.anyone().get("/alice/kept/a.bin")).body.toString(), "first");
  assert.equal((await app.anyone().get("/alice/tools/a.bin")).body.toString(), "second");
});

test("the page of a folder is never older than the write that was answered before", async () => {
  await using app = await openToolsApp();
  await put(app, "/alice/tools/a.bin", "x");
  const names = async () => (await app.anyone().get("/alice/tools/")).body.toString();
  assert.doesNotMatch(await names(), /b\.bin/);
  await put(app, "/alice/tools/b.bin", "x");
  assert.match(await names(), /b\.bin/);
});

test("files and whole folders are removed, and the repository is not by its address", async () => {
  await using app = await openToolsApp();
  for (const name of ["a/1", "a/b/2", "c"]) await put(app, `/alice/tools/${name}`, "x");
  const remove = (path: string) => app.as("alice").ask("DELETE", `/alice/tools/${path}`);

  expectStatus(await remove("c"), 204);
  expectStatus(await remove("c"), 404);
  expectStatus(await app.anyone().get("/alice/tools/c"), 404);
  expectStatus(await remove("a/"), 204);
  for (const path of ["a/1", "a/b/2", "a/"]) expectStatus(await app.anyone().get(`/alice/tools/${path}`), 404);
  expectStatus(await remove(""), 400);
});

test("a file cannot be a folder, nor a folder a file", async () => {
  await using app = await openToolsApp();
  await put(app, "/alice/tools/a/b", "x");
  const at = (path: string) => app.as("alice").ask("PUT", `/alice/tools/${path}`, { body: "y" });
  assert.equal((await at("a")).status >= 400 && (await at("a")).status < 500, true);
  assert.equal((await at("a/b/c")).status >= 400 && (await at("a/b/c")).status < 500, true);
  assert.equal((await app.anyone().get("/alice/tools/a/b")).body.toString(), "x");
});

test("only who may write writes, and only who may read reads", async () => {
  await using app = await openToolsApp();
  await app.user("bob");
  await app.index("alice/closed", { format: "generic", readers: ["alice"] });
  await put(app, "/alice/closed/a.bin", "secret");

  expectStatus(await app.anyone().ask("PUT", "/alice/tools/a.bin", { body: "x" }), 401);
  expectStatus(await app.as("bob").ask("PUT", "/alice/tools/a.bin", { body: "x" }), 403);
  expectStatus(await app.anyone().get("/alice/closed/a.bin"), 401);
  expectStatus(await app.as("bob").get("/alice/closed/a.bin"), 403);
  expectStatus(await app.as("bob").get("/alice/closed/"), 403);
  expectStatus(await app.as("bob").ask("DELETE", "/alice/closed/a.bin"), 403);
  assert.equal((await app.as("alice").get("/alice/closed/a.bin")).body.toString(), "secret");
});

test("a virtual repository shows its members' files as one, and hands on what is put into it", async () => {
  await using app = await openToolsApp();
  await app.index("alice/more", { format: "generic" });
  const members = ["alice/tools", "alice/more"];
  await app.index("alice/all", { kind: "virtual", format: "generic", members, publishTo: "alice/more" });
  await app.index("alice/shown", { kind: "virtual", format: "generic", members });
  await put(app, "/alice/tools/a/both", "of tools");
  await put(app, "/alice/more/a/both", "of more");
  await put(app, "/alice/all/a/new", "through all");

  assert.equal((await app.anyone().get("/alice/all/a/both")).body.toString(), "of tools");
  assert.equal((await app.anyone().get("/alice/more/a/new")).body.toString(), "through all");
  expectStatus(await app.anyone().get("/alice/tools/a/new"), 404);
  const listing = await app.anyone().get("/alice/all/a/", { accept: "application/json" });
  assert.deepEqual(
    jsonOf<{ entries: { name: string }[] }>(listing).entries.map(({ name }) => name),
    ["both", "new"],
  );
  expectStatus(await app.as("alice").ask("PUT", "/alice/shown/a/x", { body: "x" }), 405);
});

test("a remote repository reads another server's files by their paths, and keeps them", async () => {
  await using fake = await openFakeUpstream();
  const bytes = Buffer.from("from upstream");
  fake.add("tools", { filename: "kits/a b/kit#1.bin", bytes });
  await using app = await openTestApp();
  await app.user("alice");
  await app.index("alice/up", { kind: "remote", format: "generic", url: new URL("/files/", fake.url).href });
  await app.index(TOOLS, { format: "generic" });
  const members = [TOOLS, "alice/up"];
  await app.index("alice/all", { kind: "virtual", format: "generic", members, publishTo: TOOLS });
  const url = "kits/a%20b/kit%231.bin";

  for (const repository of ["alice/up", "alice/all", "alice.up"]) {
    assert.deepEqual(expectStatus(await app.anyone().get(`/${repository}/${url}`), 200).body, bytes);
  }
  const isFetch = ({ method, path }: (typeof fake.seen)[number]): boolean =>
    method === "GET" && decodeURIComponent(path) === "/files/kits/a b/kit#1.bin";
  assert.equal(fake.seen.filter(isFetch).length, 1);
  expectStatus(await app.anyone().get("/alice/all/kits/none.bin"), 404);
  expectStatus(await app.as("alice").ask("PUT", "/alice/up/x.bin", { body: "x" }), 405);
  await put(app, "/alice/all/kits/own.bin", "own");

  // The answer does not wait until the copy is written down.
  const { tree } = app.app.registry;
  const copy = { repository: "alice/up" as RepositoryName, path: "kits/a b/kit#1.bin", isCacheOnly: true };
  while ((await tree.look(ANONYMOUS, copy)) === null) await new Promise(setImmediate);
  await fake.die();
  const listing = await app.anyone().get("/alice/all/kits/", { accept: "application/json" });
  assert.deepEqual(jsonOf<{ entries: unknown }>(expectStatus(listing, 200)).entries, [
    { name: "a b", kind: "folder" },
    { name: "own.bin", kind: "file" },
  ]);
  const part = await app.anyone().get(`/alice/all/${url}`, { range: "bytes=5-" });
  assert.equal(expectStatus(part, 206).body.toString(), "upstream");
});

test("no search asks a remote of mere files for its projects", async () => {
  await using fake = await openFakeUpstream();
  await using app = await openTestApp();
  await app.user("alice");
  await app.index("alice/up", { kind: "remote", format: "generic", url: new URL("/files/", fake.url).href });
  const before = fake.seen.length;
  const projects = await app.anyone().get("/api/v1/repositories/alice/up/projects");
  assert.deepEqual(jsonOf<{ items: unknown[] }>(expectStatus(projects, 200)).items, []);
  await app.anyone().ask("POST", "/", { body: SEARCH_FOO, headers: { "content-type": "text/xml" } });
  assert.equal(fake.seen.length, before, "the upstream was asked for nothing");
});

test("a path that leads out of the repository, or to nothing that has a name, is refused", async () => {
  await using app = await openToolsApp();
  for (const path of ["../x", "a/%2e%2e/%2e%2e/x", "a/%2fx", "a//b", "a/%00", "a%5cb", `${"x".repeat(300)}`]) {
    const reply = await app.as("alice").ask("PUT", `/alice/tools/${path}`, { body: "x" });
    assert.equal(reply.status, 400, path);
  }
  const listing = await app.anyone().get("/alice/tools/", { accept: "application/json" });
  assert.deepEqual(jsonOf<{ entries: unknown[] }>(listing).entries, []);
});

test("what has projects and what has none do not mix", async () => {
  await using app = await openToolsApp();
  const make = (name: string, json: unknown) => app.as("alice").ask("PUT", `/api/v1/repositories/${name}`, { json });
  expectStatus(await make("alice/dev", { kind: "local", bases: [TOOLS] }), 400);
  expectStatus(await make("alice/all", { kind: "virtual", members: [TOOLS] }), 400);
  expectStatus(await make("alice/odd", { kind: "local", format: "cobol" }), 400);
  expectStatus(await make("alice/odd", { kind: "local", format: "generic", constraints: ["foo<2"] }), 400);
  const change = { json: { format: "python" } };
  expectStatus(await app.as("alice").ask("PATCH", `/api/v1/repositories/${TOOLS}`, change), 400);
  const shown = await app.anyone().get(`/api/v1/repositories/${TOOLS}`);
  assert.equal(jsonOf<{ format: string }>(shown).format, "generic");
});

test("a package is only a file here: no index lists it, and no search finds it", async () => {
  await using app = await openToolsApp();
  const wheel = aWheelFile({ name: "foo", version: "1.0" });
  await put(app, `/alice/tools/${wheel.filename}`, wheel.bytes);

  expectStatus(await app.anyone().get("/alice/tools/simple/foo/", { accept: JSON_PAGE }), 404);
  const projects = await app.anyone().get(`/api/v1/repositories/${TOOLS}/projects`);
  assert.deepEqual(jsonOf<{ items: unknown[] }>(projects).items, []);
  expectStatus(await app.anyone().get(`/api/v1/repositories/${TOOLS}/projects/foo`), 404);
  const found = await app.anyone().ask("POST", "/", { body: SEARCH_FOO, headers: { "content-type": "text/xml" } });
  assert.doesNotMatch(found.body.toString(), /foo<\/string>/);
  assert.deepEqual(
    Buffer.from((await app.anyone().get(`/alice/tools/${wheel.filename}`)).body),
    Buffer.from(wheel.bytes),
  );
});

const SEARCH_FOO =
  "<?xml version='1.0'?><methodCall><methodName>search</methodName><params><param><value><struct><member><name>name</name><value><string>foo</string></value></member></struct></value></param></params></methodCall>";

test("devpi's clients see no index in it, and an upload form has no place there", async () => {
  await using app = await openToolsApp();
  await app.index("alice/dev");
  const accept = { accept: "application/json" };
  const alice = jsonOf<{ result: { indexes: object } }>(await app.anyone().get("/alice", accept));
  assert.deepEqual(Object.keys(alice.result.indexes), ["dev"]);
  const users = jsonOf<{ result: { alice: { indexes: object } } }>(await app.anyone().get("/", accept));
  assert.deepEqual(Object.keys(users.result.alice.indexes), ["dev"]);
  expectStatus(await app.anyone().get("/alice/tools/+api", accept), 404);

  const wheel = aWheelFile({ name: "foo", version: "1.0" });
  const upload = await app.as("alice").publish(TOOLS, wheel, { name: "foo", version: "1.0" });
  expectStatus(upload, 405);
});

test("a path that means something in another repository is a file's here", async () => {
  await using app = await openToolsApp();
  for (const path of ["simple/index.html", "foo/1.0/+doc/x", "+f/abc/x", "+api", "bar/1.0", "pypi/foo/json"]) {
    await put(app, `/alice/tools/${path}`, path);
    assert.equal(expectStatus(await app.anyone().get(`/alice/tools/${path}`), 200).body.toString(), path);
    expectStatus(await app.as("alice").ask("DELETE", `/alice/tools/${path}`), 204);
  }
});

async function openToolsApp(): Promise<TestApp> {
  const app = await openTestApp();
  await app.user("alice");
  await app.index(TOOLS, { format: "generic" });
  return app;
}

async function put(app: TestApp, url: string, body: string | Uint8Array): Promise<void> {
  expectStatus(await app.as("alice").ask("PUT", url, { body }), 201);
}
