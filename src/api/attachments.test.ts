import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { JsonObject } from "#core";
import { type ApiWorld, bodyOf, DEV, FOO, openApiWorld } from "../../tests/support/api-world.ts";
import { docZip } from "../../tests/support/documentation.ts";
import type { Answer } from "../../tests/support/spoken-world.ts";

const FILE = `${FOO}/files/foo-1.0.tar.gz`;
const REPORT = Buffer.from('{"testenvs": {}}');

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
});
beforeEach(async () => {
  await world.empty();
  await world.upload("alice/dev", "Foo", "1.0");
});
after(() => world[Symbol.asyncDispose]());

const document = (text: string, path = `${FOO}/versions/1.0/documentation`, as = "alice"): Promise<Answer> =>
  world.ask("PUT", path, { as, bytes: docZip({ "index.html": text }) });
const list = async (): Promise<readonly JsonObject[]> =>
  bodyOf(await world.ask("GET", `${FOO}/attachments`))["items"] as JsonObject[];

test("documentation is uploaded as a zip and listed with where it can be read", async () => {
  const made = bodyOf(await document("hello"));

  assert.equal(made["filename"], "foo-1.0.doc.zip");
  assert.equal(made["pages"], "https://here.example/alice/dev/foo/1.0/+doc/index.html");
  assert.match(String(made["url"]), /^https:\/\/here\.example\/alice\/dev\/\+f\/.{3}\/.{13}\/foo-1\.0\.doc\.zip$/);
  assert.deepEqual(await list(), [made]);
});

test("documentation of a version that is not there makes it, and keeps the project's spelling", async () => {
  await document("hello", `${DEV}/projects/FOO/versions/v2.0.0/documentation`);

  const project = bodyOf(await world.ask("GET", FOO));
  assert.equal(project["displayName"], "Foo");
  assert.deepEqual(
    (project["versions"] as JsonObject[]).map(({ version }) => version),
    ["2.0.0", "1.0"],
  );
});

test("what cannot be documentation is refused", async () => {
  const noZip = await world.ask("PUT", `${FOO}/versions/1.0/documentation`, { as: "alice", bytes: REPORT });
  assert.equal(noZip.problem?.code, "upload-invalid");
  const odd = await document("x", `${FOO}/versions/a%2Fb/documentation`);
  assert.notEqual(odd.problem, null);
  assert.equal((await document("x", `${FOO}/versions/1.0/documentation`, "bob")).problem?.code, "not-permitted");
  assert.deepEqual(await list(), []);
});

test("a test result is uploaded to its file and listed with it", async () => {
  const made = bodyOf(await world.ask("POST", `${FILE}/test-results`, { bytes: REPORT }));

  assert.deepEqual([made["kind"], made["about"], made["pages"]], ["test-result", "foo-1.0.tar.gz", null]);
  assert.deepEqual(await list(), [made]);
  const unknown = await world.ask("POST", `${FOO}/files/nothing.whl/test-results`, { bytes: REPORT });
  assert.equal(unknown.problem?.code, "file-not-found");
  const text = await world.ask("POST", `${FILE}/test-results`, { bytes: Buffer.from("no json") });
  assert.equal(text.problem?.code, "request-invalid");
});

test("in an immutable repository attachments are removed by its owner by force only", async () => {
  await world.ask("PATCH", DEV, { as: "alice", json: { mutability: "immutable" } });
  await document("hello");
  const path = `${FOO}/attachments/foo-1.0.doc.zip`;

  assert.equal((await world.ask("DELETE", path, { as: "bob" })).problem?.code, "not-permitted");
  assert.equal((await world.ask("DELETE", path, { as: "alice" })).problem?.code, "repository-immutable");
  assert.equal((await document("other")).problem?.code, "file-exists");
  await world.ask("DELETE", `${path}?force`, { as: "alice" });
  assert.deepEqual(await list(), []);
  assert.equal((await world.ask("DELETE", `${path}?force`, { as: "alice" })).problem?.code, "file-not-found");
});
