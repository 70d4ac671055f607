import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, RepositoryName } from "#core";
import { anSdistFile, aWheelFile } from "../support/archives.ts";
import { expectStatus, jsonOf, openTestApp, type TestApp, type Visitor } from "../support/test-app.ts";

const DAY_SECONDS = 24 * 60 * 60;
const API = "/api/v1";
const FOO = aWheelFile({ name: "Foo", version: "1.0", summary: "a foo" });

interface Trashed {
  readonly id: string;
  readonly path: string;
  readonly repository: string;
  readonly trashedBy: string;
  readonly properties: Readonly<Record<string, readonly string[]>>;
}

async function openKeepingApp(settings: JsonObject = {}): Promise<TestApp> {
  const app = await openTestApp({ config: { trashDays: 14 } });
  await app.user("alice");
  await app.index("alice/dev", settings);
  return app;
}

async function publish(app: TestApp, version: string): Promise<string> {
  const file = aWheelFile({ name: "foo", version });
  expectStatus(await app.as("alice").publish("alice/dev", file, { name: "foo", version }), 200);
  return file.filename;
}

async function trashOf(visitor: Visitor): Promise<readonly Trashed[]> {
  return jsonOf<{ items: readonly Trashed[] }>(expectStatus(await visitor.get(`${API}/trash`), 200)).items;
}

async function namesOf(app: TestApp): Promise<readonly string[]> {
  return (await app.anyone().simplePage("alice/dev", "foo")).files.map(({ filename }) => filename);
}

function removeVersion(app: TestApp, version: string) {
  return app.as("alice").ask("DELETE", `/alice/dev/foo/${version}`);
}

test("a file that devpi removes is restored by our API, and installs as before with its metadata", async () => {
  await using app = await openKeepingApp();
  const alice = app.as("alice");
  expectStatus(await alice.publish("alice/dev", FOO, { name: "Foo", version: "1.0", summary: "a foo" }), 200);
  const before = await app.anyone().simplePage("alice/dev", "foo");
  const versionData = async () => {
    const reply = await app.anyone().get("/alice/dev/foo/1.0", { accept: "application/json" });
    return jsonOf<{ result: JsonObject }>(expectStatus(reply, 200)).result;
  };
  const record = await versionData();
  expectStatus(await removeVersion(app, "1.0"), 200);
  assert.deepEqual(await namesOf(app), []);
  await app.restart({ trashDays: 14 });

  const [trashed] = await trashOf(app.as("alice"));
  assert(trashed !== undefined);
  assert.deepEqual([trashed.path, trashed.trashedBy], [`Foo/1.0/${FOO.filename}`, "alice"]);
  assert.deepEqual(trashed.properties["pypi.name"], ["Foo"]);
  const restored = await app.as("alice").ask("POST", `${API}/trash/${trashed.id}/restore`);
  assert.equal(jsonOf<{ path: string }>(expectStatus(restored, 200)).path, trashed.path);

  assert.deepEqual(await app.anyone().simplePage("alice/dev", "foo"), before);
  assert.deepEqual(await app.anyone().download("alice/dev", "foo", FOO.filename), Buffer.from(FOO.bytes));
  const { "+links": links, ...again } = await versionData();
  const { "+links": _, ...first } = record;
  assert.deepEqual(again, first);
  assert(Array.isArray(links) && links.length === 1);
  assert.deepEqual(await trashOf(app.as("alice")), []);
});

test("the trash is nobody else's business, and clearing it is for good", async () => {
  await using app = await openKeepingApp();
  const bob = await app.user("bob");
  await publish(app, "1.0");
  await publish(app, "2.0");
  for (const version of ["1.0", "2.0"]) expectStatus(await removeVersion(app, version), 200);
  assert.deepEqual(await trashOf(bob), []);
  expectStatus(await app.anyone().get(`${API}/trash`), 401);
  const [first] = await trashOf(app.as("alice"));
  expectStatus(await bob.ask("DELETE", `${API}/trash/${first?.id}`), 403);
  expectStatus(await bob.ask("DELETE", `${API}/trash`), 403);
  expectStatus(await app.as("alice").ask("DELETE", `${API}/trash/${first?.id}`), 204);
  expectStatus(await app.as("alice").ask("POST", `${API}/trash/${first?.id}/restore`), 404);
  const emptied = await app.as("root").ask("DELETE", `${API}/trash`);
  assert.equal(jsonOf<{ files: number }>(expectStatus(emptied, 200)).files, 1);
});

test("an upload beyond the quota is refused with what is used and what to do, and room that is made is room", async () => {
  await using app = await openKeepingApp({ quotaBytes: FOO.bytes.byteLength + 10 });
  const alice = app.as("alice");
  expectStatus(await alice.publish("alice/dev", FOO, { name: "Foo", version: "1.0" }), 200);
  const other = anSdistFile({ name: "Foo", version: "2.0" });
  const refused = expectStatus(await alice.publish("alice/dev", other, { name: "Foo", version: "2.0" }), 413);
  assert.match(`${refused.reason} ${refused.body}`, /holds \d+ of the \d+ bytes.*raise its quota/);
  const change = await alice.ask("PATCH", `${API}/repositories/alice/dev`, { json: { quotaBytes: 100_000 } });
  assert.equal(jsonOf<{ quotaBytes: number }>(expectStatus(change, 200)).quotaBytes, 100_000);
  expectStatus(await alice.publish("alice/dev", other, { name: "Foo", version: "2.0" }), 200);
});

test("whole downloads are counted, whoever makes them by whatever address, and outlast a restart", async () => {
  await using app = await openKeepingApp();
  await app.as("alice").publish("alice/dev", FOO, { name: "Foo", version: "1.0" });
  const page = await app.anyone().simplePage("alice/dev", "foo");
  const path = `Foo/1.0/${FOO.filename}`;
  const { pathname } = new URL(page.files[0]?.url ?? "", "http://localhost:3141/alice/dev/simple/foo/");
  const ask = (visitor: Visitor, headers: Record<string, string> = {}, method = "GET") =>
    visitor.ask(method, pathname, { headers });
  const downloads = async () => {
    const reply = await app.as("alice").get(`${API}/repositories/alice/dev/downloads?path=${encodeURIComponent(path)}`);
    return jsonOf<{ count: number; lastAt: string | null; lastBy: string | null }>(expectStatus(reply, 200));
  };
  assert.deepEqual(await downloads(), { count: 0, lastAt: null, lastBy: null });

  // The first makes the answer, the others have it from memory.
  for (let times = 0; times < 3; times += 1) expectStatus(await ask(app.anyone()), 200);
  const { headers } = expectStatus(await ask(app.as("alice")), 200);
  assert.equal((await downloads()).count, 4);
  assert.equal((await downloads()).lastBy, "alice");

  expectStatus(await ask(app.anyone(), { "if-none-match": headers["etag"] ?? "" }), 304);
  expectStatus(await ask(app.anyone(), { range: "bytes=0-3" }), 206);
  expectStatus(await ask(app.anyone(), {}, "HEAD"), 200);
  expectStatus(await app.anyone().get(`${pathname}.metadata`), 200);
  assert.equal((await downloads()).count, 4, "neither copies that clients have, nor parts, nor heads, nor metadata");

  app.tick(60);
  expectStatus(await app.anyone().get(`/artifactory/alice.dev/${path}`), 200);
  await app.restart();
  const { count, lastAt, lastBy } = await downloads();
  assert.deepEqual([count, lastBy], [5, null]);
  assert.equal(lastAt, "2026-11-24T10:43:18.000Z");
  expectStatus(await app.as("alice").get(`${API}/repositories/alice/dev/downloads?path=nothing`), 404);
});

test("a policy is tried before it is saved, runs by itself, and what it took can be brought back", async () => {
  await using app = await openKeepingApp({ mutability: "immutable" });
  const [oldest, middle, newest] = [await publish(app, "1.0"), await publish(app, "2.0"), await publish(app, "3.0")];
  const root = app.as("root");
  const json = { repositories: ["alice.*"], keepVersions: 1, everyHours: 24 };
  type Run = { count: number; isDry: boolean; files: { path: string; because: string }[] };

  expectStatus(await app.as("alice").ask("PUT", `${API}/policies/newest`, { json }), 403);
  // They name repositories and projects that others may not know of.
  for (const path of ["policies", "policies/newest", "policies/newest/preview"]) {
    expectStatus(await app.as("alice").get(`${API}/${path}`), 403);
    expectStatus(await app.anyone().get(`${API}/${path}`), 401);
  }
  const tried = await root.ask("POST", `${API}/policies/newest/preview`, { json });
  const preview = jsonOf<Run>(expectStatus(tried, 200));
  assert.deepEqual([preview.count, preview.isDry, preview.files[0]?.because], [2, true, "2 versions are newer"]);
  expectStatus(await root.get(`${API}/policies/newest`), 404);
  expectStatus(await root.ask("PUT", `${API}/policies/newest`, { json: { repositories: ["*"] } }), 400);
  expectStatus(await root.ask("PUT", `${API}/policies/newest`, { json }), 200);
  assert.equal((await namesOf(app)).length, 3);

  const { runs } = await app.app.registry.retention.tick();
  assert.deepEqual(
    runs.map(({ policy, count }) => [policy, count]),
    [["newest", 2]],
  );
  assert.deepEqual(await namesOf(app), [newest]);
  // What goes in the same moment rests in no order.
  const trashed = new Map((await trashOf(app.as("alice"))).map(({ path, id }) => [path.split("/").at(-1), id]));
  assert.deepEqual([...trashed.keys()].toSorted(), [oldest, middle]);
  expectStatus(await app.as("alice").ask("POST", `${API}/trash/${trashed.get(middle)}/restore`), 200);
  assert.deepEqual((await namesOf(app)).toSorted(), [middle, newest]);

  const again = jsonOf<Run>(expectStatus(await root.ask("POST", `${API}/policies/newest/run`), 200));
  assert.deepEqual([again.count, again.isDry], [1, false]);
  expectStatus(await root.ask("DELETE", `${API}/policies/newest`), 204);
  expectStatus(await root.ask("POST", `${API}/policies/newest/run`), 404);
});

test("what has rested long enough is cleared away, and its bytes go with the next sweep", async () => {
  await using app = await openKeepingApp();
  await publish(app, "1.0");
  expectStatus(await removeVersion(app, "1.0"), 200);
  app.tick(14 * DAY_SECONDS - 1);
  await app.app.registry.retention.tick();
  const [trashed] = await app.app.registry.trash.list(
    { kind: "system", reason: "test" },
    { repository: "alice/dev" as RepositoryName, after: null, limit: 1 },
  );
  const blob = trashed?.artifact.blob;
  assert(blob !== undefined);
  const isNamed = () => app.app.metadata.read((view) => view.namesBlob(blob));
  assert.equal(await isNamed(), true);
  app.tick(1);
  await app.app.registry.retention.tick();
  assert.deepEqual(await trashOf(app.as("alice")), []);
  assert.equal(await isNamed(), false);
});
