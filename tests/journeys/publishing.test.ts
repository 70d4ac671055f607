import assert from "node:assert/strict";
import { test } from "node:test";
import { anSdistFile, aWheelFile } from "../support/archives.ts";
import { expectStatus, jsonOf, openTestApp, type TestApp } from "../support/test-app.ts";

const DEMO = { name: "Demo.Pkg", version: "1.0", requiresPython: ">=3.9" };

async function openWithAlice(): Promise<TestApp> {
  const app = await openTestApp();
  await app.user("alice");
  await app.index("alice/dev");
  return app;
}

test("an uploaded wheel is listed, and what is downloaded is what was uploaded", async () => {
  await using app = await openWithAlice();
  const wheel = aWheelFile(DEMO);

  const uploaded = await app.as("alice").publish("alice/dev", wheel, DEMO);

  expectStatus(uploaded, 200);
  const page = await app.anyone().simplePage("alice/dev", "demo-pkg");
  assert.deepEqual(
    page.files.map(({ filename, size, hashes }) => ({ filename, size, hashes })),
    [{ filename: wheel.filename, size: wheel.bytes.byteLength, hashes: { sha256: wheel.sha256 } }],
  );
  assert.deepEqual(await app.anyone().download("alice/dev", "demo-pkg", wheel.filename), Buffer.from(wheel.bytes));
});

test("the metadata of a wheel is served beside it, byte for byte", async () => {
  await using app = await openWithAlice();
  const wheel = aWheelFile(DEMO);
  expectStatus(await app.as("alice").publish("alice/dev", wheel, DEMO), 200);

  const [file] = (await app.anyone().simplePage("alice/dev", "demo-pkg")).files;
  const address = new URL(file?.url ?? "", "http://localhost/alice/dev/simple/demo-pkg/").pathname;
  const reply = await app.anyone().get(`${address}.metadata`);

  assert.equal(reply.status, 200);
  assert.deepEqual(reply.body, Buffer.from(wheel.metadata));
});

test("pip-tools finds the old JSON API beside simple, where devpi has its versions", async () => {
  await using app = await openWithAlice();
  const wheel = aWheelFile(DEMO);
  expectStatus(await app.as("alice").publish("alice/dev", wheel, DEMO), 200);

  const reply = expectStatus(await app.anyone().get("/alice/dev/demo-pkg/json", { accept: "*/*" }), 200);

  const { releases } = jsonOf<{ releases: Record<string, readonly { digests: { sha256: string } }[]> }>(reply);
  assert.deepEqual(
    releases["1.0"]?.map(({ digests }) => digests.sha256),
    [wheel.sha256],
  );
  expectStatus(await app.anyone().get("/alice/dev/demo-pkg/1.0", { accept: "application/json" }), 200);
});

test("the same file again is a success that changes nothing, and other bytes under its name are refused", async () => {
  await using app = await openWithAlice();
  expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  await app.as("alice").ask("PATCH", "/api/v1/repositories/alice/dev", { json: { mutability: "immutable" } });
  const { head } = app.app.registry;

  expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  assert.equal(app.app.registry.head, head);

  const other = { ...DEMO, summary: "other bytes" };
  const refused = await app.as("alice").publish("alice/dev", aWheelFile(other), other);
  assert.ok([400, 409].includes(refused.status), `answered ${refused.status}`);
  assert.match(`${refused.reason} ${refused.body}`, /already exists/i);
});

test("a yanked version stays listed and can be downloaded, says why, and can be taken back", async () => {
  await using app = await openWithAlice();
  const wheel = aWheelFile(DEMO);
  const alice = app.as("alice");
  expectStatus(await alice.publish("alice/dev", wheel, DEMO), 200);
  const yank = "/api/v1/repositories/alice/dev/projects/demo-pkg/versions/1.0/yank";

  const reply = await alice.ask("PUT", yank, { json: { reason: "broken on Windows" } });

  assert.ok(reply.status < 300, String(reply.status));
  const page = await app.anyone().simplePage("alice/dev", "demo-pkg");
  assert.deepEqual(
    page.files.map((file) => file.yanked),
    ["broken on Windows"],
  );
  assert.equal(
    (await app.anyone().download("alice/dev", "demo-pkg", wheel.filename)).byteLength,
    wheel.bytes.byteLength,
  );
  assert.ok((await alice.ask("DELETE", yank)).status < 300);
  assert.equal((await app.anyone().simplePage("alice/dev", "demo-pkg")).files[0]?.yanked, false);
});

test("a quarantined project offers nothing, an archived one takes no uploads, and both say so", async () => {
  await using app = await openWithAlice();
  const alice = app.as("alice");
  expectStatus(await alice.publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  const status = "/api/v1/repositories/alice/dev/projects/demo-pkg/status";

  await alice.ask("PUT", status, { json: { status: "quarantined", reason: "malware" } });
  const quarantined = await app.anyone().simplePage("alice/dev", "demo-pkg");
  assert.deepEqual(quarantined.files, []);
  assert.deepEqual(quarantined["project-status"], { status: "quarantined", reason: "malware" });

  await alice.ask("PUT", status, { json: { status: "archived", reason: null } });
  const archived = await app.anyone().simplePage("alice/dev", "demo-pkg");
  assert.equal(archived.files.length, 1);
  assert.equal(archived["project-status"]?.status, "archived");
  const next = { ...DEMO, version: "2.0" };
  assert.equal((await alice.publish("alice/dev", aWheelFile(next), next)).status, 403);
});

test("a removed project is gone with its files, and its name still belongs to the house", async () => {
  await using app = await openWithAlice();
  const alice = app.as("alice");
  const [wheel, sdist] = [aWheelFile(DEMO), anSdistFile({ ...DEMO, version: "2.0" })];
  expectStatus(await alice.publish("alice/dev", wheel, DEMO), 200);
  expectStatus(await alice.publish("alice/dev", sdist, { ...DEMO, version: "2.0" }), 200);

  const removed = await alice.ask("DELETE", "/api/v1/repositories/alice/dev/projects/demo-pkg/versions/1.0");

  assert.ok(removed.status < 300, String(removed.status));
  const page = await app.anyone().simplePage("alice/dev", "demo-pkg");
  assert.deepEqual(
    page.files.map(({ filename }) => filename),
    [sdist.filename],
  );
  await alice.ask("DELETE", "/api/v1/repositories/alice/dev/projects/demo-pkg");
  assert.deepEqual((await app.anyone().simplePage("alice/dev", "demo-pkg")).files, []);
});

test("everything is there after a restart, and a second start makes nothing anew", async () => {
  await using app = await openWithAlice();
  const wheel = aWheelFile(DEMO);
  expectStatus(await app.as("alice").publish("alice/dev", wheel, DEMO), 200);
  const before = await app.anyone().get("/alice/dev/simple/demo-pkg/");
  const { head } = app.app.registry;

  await app.restart();

  assert.equal(app.first.isFirst, false);
  assert.equal(app.first.rootPassword, null);
  assert.equal(app.app.registry.head, head);
  const after = await app.anyone().get("/alice/dev/simple/demo-pkg/");
  assert.deepEqual(after.body, before.body);
  assert.equal(after.headers["etag"], before.headers["etag"]);
  assert.deepEqual(await app.anyone().download("alice/dev", "demo-pkg", wheel.filename), Buffer.from(wheel.bytes));
});

test("an answer that is still right is not sent again", async () => {
  await using app = await openWithAlice();
  expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  const page = "/alice/dev/simple/demo-pkg/";
  const { etag = "" } = (await app.anyone().get(page)).headers;

  assert.equal((await app.anyone().get(page, { "if-none-match": etag })).status, 304);
  const next = { ...DEMO, version: "2.0" };
  expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(next), next), 200);
  assert.equal((await app.anyone().get(page, { "if-none-match": etag })).status, 200);
});

test("one request is one line of the log, and no line holds a password", async () => {
  await using app = await openWithAlice();
  await app.as("alice").get("/alice/dev/simple/?password=alice's+password");
  await app.as("alice", "wrong password").get("/alice/dev/simple/");

  const lines = app.records.slice(-2);

  assert.deepEqual(
    lines.map(({ method, path, status, principal }) => ({ method, path, status, principal })),
    [
      { method: "GET", path: "/alice/dev/simple/", status: 200, principal: "alice" },
      { method: "GET", path: "/alice/dev/simple/", status: 401, principal: "" },
    ],
  );
  assert.doesNotMatch(JSON.stringify(app.records), /password/);
  assert.deepEqual(jsonOf<{ user: string }>(await app.as("alice").get("/api/v1/whoami")).user, "alice");
});
