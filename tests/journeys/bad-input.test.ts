import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { InjectedReply } from "#http";
import { type ArchiveFile, anSdistFile, aWheelFile, type MetadataOptions, uploadOf } from "../support/archives.ts";
import { expectStatus, openTestApp, type TestApp } from "../support/test-app.ts";

/** The table of bad input, row by row: what is answered, in one sentence, and that nothing is stored. */

const DEMO = { name: "demo", version: "1.0" };

async function openHouse(): Promise<TestApp> {
  const app = await openTestApp({ upstream: "http://127.0.0.1:9/simple/" });
  await app.user("alice");
  await app.user("bob");
  await app.index("alice/dev");
  await app.index("alice/all", { kind: "virtual", members: ["alice/dev"] });
  return app;
}

function sentenceOf(reply: InjectedReply): string {
  const { detail, message } = JSON.parse(reply.body.toString()) as { detail?: string; message?: string };
  return detail ?? message ?? "";
}

/** Refused with the status, in a sentence that fits; no file, no project and no journal entry is left. */
async function refused(
  app: TestApp,
  reply: InjectedReply,
  statuses: readonly number[],
  sentence: RegExp,
  head: number,
) {
  assert.ok(statuses.includes(reply.status), `answered ${reply.status}: ${reply.body.toString().slice(0, 300)}`);
  assert.match(sentenceOf(reply), sentence);
  assert.doesNotMatch(reply.body.toString(), /\bat .*\.ts:\d|node_modules/, "no stack trace");
  assert.equal(app.app.registry.head, head, "nothing was written");
}

test("an upload without login, without the right, or to something that takes none", async () => {
  await using app = await openHouse();
  const wheel = aWheelFile(DEMO);
  const { head } = app.app.registry;

  const anonymous = await app.anyone().publish("alice/dev", wheel, DEMO);
  await refused(app, anonymous, [401], /sign-in|login/i, head);
  assert.match(anonymous.headers["www-authenticate"] ?? "", /^Basic /);
  await refused(app, await app.as("bob").publish("alice/dev", wheel, DEMO), [403], /publish/, head);
  await refused(app, await app.as("root").publish("root/pypi", wheel, DEMO), [400, 405], /another server/, head);
  await refused(app, await app.as("alice").publish("alice/all", wheel, DEMO), [400, 405], /virtual|publish/, head);
});

const wheelWith = (change: object): [ArchiveFile, MetadataOptions] => [aWheelFile({ ...DEMO, ...change }), DEMO];
const renamed = (filename: string): [ArchiveFile, MetadataOptions] => [{ ...aWheelFile(DEMO), filename }, DEMO];

const BAD_FILES: readonly (readonly [what: string, upload: [ArchiveFile, MetadataOptions], sentence: RegExp])[] = [
  ["bytes that are no archive", [{ ...aWheelFile(DEMO), ...broken("not a zip at all") }, DEMO], /demo-1\.0/],
  ["a truncated sdist", [cut(anSdistFile(DEMO)), DEMO], /demo-1\.0\.tar\.gz/],
  ["a wheel without METADATA", wheelWith({ without: ["METADATA"] }), /METADATA/],
  ["a wheel without RECORD", wheelWith({ without: ["RECORD"] }), /RECORD/],
  ["a RECORD that lies", wheelWith({ record: (text: string) => text.replace(/sha256=./, "sha256=0") }), /RECORD/],
  ["metadata of another name", [aWheelFile({ ...DEMO, metadata: metadata("other", "1.0") }), DEMO], /name|other/i],
  ["metadata of another version", [aWheelFile({ ...DEMO, metadata: metadata("demo", "9.9") }), DEMO], /version|9\.9/i],
  ["a file name of another project", renamed("other-1.0-py3-none-any.whl"), /other/],
  ["a file name with a path", renamed("../demo-1.0-py3-none-any.whl"), /name|path/i],
  ["a file of no known kind", renamed("demo-1.0.exe"), /demo-1\.0\.exe/],
  [
    "a version that is none",
    [aWheelFile({ ...DEMO, version: "not.a.version" }), { ...DEMO, version: "not.a.version" }],
    /version/i,
  ],
  [
    "a member that leaves the folder",
    wheelWith({ members: (members: object[]) => [...members, { name: "../../evil.py", data: Buffer.from("x") }] }),
    /evil|path/i,
  ],
  ["an archive that blows up", wheelWith({ files: { "demo/zeros.bin": Buffer.alloc(64 * 1024 * 1024) } }), /demo-1\.0/],
];

function metadata(name: string, version: string): string {
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
}

function broken(text: string): Pick<ArchiveFile, "bytes" | "sha256"> {
  const bytes = Buffer.from(text);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function cut(file: ArchiveFile): ArchiveFile {
  const bytes = file.bytes.subarray(0, file.bytes.byteLength - 20);
  return { ...file, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

for (const [what, [file, options], sentence] of BAD_FILES) {
  test(`${what}: refused in one sentence, and nothing is stored`, async () => {
    await using app = await openHouse();
    const { head } = app.app.registry;

    await refused(app, await app.as("alice").publish("alice/dev", file, options), [400], sentence, head);

    const blobs: string[] = [];
    for await (const { digest } of app.app.blobs.list()) blobs.push(digest);
    assert.deepEqual(blobs, []);
  });
}

test("a wrong digest", async () => {
  await using app = await openHouse();
  const { head } = app.app.registry;
  const lying = { ...aWheelFile(DEMO), sha256: "0".repeat(64) };
  await refused(app, await app.as("alice").publish("alice/dev", lying, DEMO), [400], /digest|sha256/i, head);
});

test("the same file name with other bytes", async () => {
  await using app = await openHouse();
  await app.index("alice/fixed", { mutability: "immutable" });
  expectStatus(await app.as("alice").publish("alice/fixed", aWheelFile(DEMO), DEMO), 200);
  const { head } = app.app.registry;
  const other = { ...DEMO, summary: "other" };
  const reply = await app.as("alice").publish("alice/fixed", aWheelFile(other), other);
  await refused(app, reply, [400, 409], /already exists/i, head);
});

test("a body over the limit is refused before it is read", async () => {
  await using app = await openTestApp({ config: { uploadSizeBytesMax: 1000, plainFileSizeBytesMax: 20_000_000_000 } });
  await app.user("alice");
  await app.index("alice/dev");
  await app.index("alice/files", { kind: "local", format: "generic" });
  const { head } = app.app.registry;
  const options = { ...DEMO, ballastBytes: 5000 };
  const file = await app.as("alice").publish("alice/dev", aWheelFile(options), options);
  await refused(app, file, [413], /large/, head);

  const { contentType, body } = uploadOf(aWheelFile(DEMO), DEMO);
  const headers = { "content-type": contentType, "content-length": String(100 * 1024 * 1024) };
  const announced = await app.as("alice").ask("POST", "/alice/dev/", { body, headers });
  await refused(app, announced, [413], /large/, head);
  const beyond = { "content-length": "20000000001" };
  const plain = await app.as("alice").ask("PUT", "/alice/files/a.bin", { body: "a", headers: beyond });
  await refused(app, plain, [413], /large/, head);
  const large = await app.as("alice").ask("PUT", "/alice/files/b.bin", { body: Buffer.alloc(5000) });
  assert.equal(large.status, 201);
});

test("what does not exist is a 404 as JSON, or as a page for a browser", async () => {
  await using app = await openHouse();
  for (const path of [
    "/nobody/here/simple/demo/",
    "/alice/nothing/simple/demo/",
    "/alice/dev/simple/nothing/",
    "/alice/dev/+f/123/4567890123456/nothing-1.0-py3-none-any.whl",
    "/api/v1/users/nobody",
    "/api/v1/nothing",
  ]) {
    const json = await app.as("alice").get(path, { accept: "application/vnd.pypi.simple.v1+json, application/json" });
    assert.equal(json.status, 404, path);
    assert.match(json.headers["content-type"] ?? "", /json/, path);
    assert.ok(sentenceOf(json).length > 10, path);
    if (path.startsWith("/api")) continue;
    const html = await app.as("alice").get(path, { accept: "text/html,*/*;q=0.1" });
    assert.equal(html.status, 404, path);
    assert.match(html.headers["content-type"] ?? "", /html/, path);
    assert.doesNotMatch(html.body.toString(), /<a href/, "pipenv takes links of a 404 for files");
  }
});

test("odd paths are refused in a sentence and never reach a file", async () => {
  await using app = await openHouse();
  for (const path of [
    "/alice/dev/+f/../../../etc/passwd",
    "/alice/%2e%2e/%2e%2e/etc/passwd",
    "/alice/dev/%00",
    "/%zz",
  ]) {
    const reply = await app.anyone().get(path);
    assert.ok([400, 404].includes(reply.status), `${path} answered ${reply.status}`);
  }
});

test("a request body that is no JSON is refused with what is wrong", async () => {
  await using app = await openHouse();
  const headers = { "content-type": "application/json" };
  const reply = await app.as("root").ask("POST", "/api/v1/users", { body: "{not json", headers });
  assert.equal(reply.status, 400);
  assert.match(sentenceOf(reply), /JSON/);
});
