import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectName, RemoteRepository } from "#core";
import { offersOf, openRemoteWorld, type RemoteWorld, sealed } from "../../tests/support/remote-world.ts";

const FOO = "foo" as ProjectName;
const WHEEL = { filename: "foo-1.0-py3-none-any.whl", bytes: Buffer.from("one") };
const NEXT = { filename: "foo-2.0-py3-none-any.whl", bytes: Buffer.from("two") };

async function openWorld(options: Parameters<typeof openRemoteWorld>[0] = {}): Promise<RemoteWorld> {
  const world = await openRemoteWorld(options);
  world.fake.add("foo", WHEEL);
  return world;
}

async function filenames(
  world: RemoteWorld,
  remote: RemoteRepository = world.remote,
): Promise<readonly string[] | null> {
  const listing = await world.remotes.listing(remote, FOO);
  return listing === null ? null : offersOf(listing).map(({ filename }) => filename);
}

const unavailable = (error: unknown): boolean => {
  assert.ok(error instanceof Error && "problem" in error);
  assert.equal((error.problem as { code: string }).code, "upstream-unavailable");
  return true;
};

test("a page is read with its links resolved, and says until when it is fresh", async () => {
  await using world = await openWorld();
  const listing = await world.remotes.listing(world.remote, FOO);
  assert.equal(listing?.displayName, "FOO");
  assert.deepEqual(listing?.members, ["root/up"]);
  assert.equal(listing?.validUntil, world.now() + 600_000);
  assert.equal(listing?.staleSince, null);
  assert.equal(offersOf(listing)[0]?.url, `${world.fake.origin}/files/${WHEEL.filename}`);
});

for (const language of ["html", "json"] as const) {
  test(`an upstream that speaks ${language} only is read`, async () => {
    await using world = await openWorld();
    world.fake.behave({ language });
    assert.deepEqual(await filenames(world), [WHEEL.filename]);
    assert.deepEqual(
      [...(await world.remotes.projects(world.remote)).projects],
      [{ project: "foo", displayName: "foo" }],
    );
  });
}

test("an encoded page is read", async () => {
  await using world = await openWorld();
  world.fake.behave({ gzip: true });
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
});

test("links are relative to where a redirect led", async () => {
  await using world = await openWorld();
  await using other = await openWorld();
  world.fake.behave({ redirectTo: other.fake.origin });
  const listing = await world.remotes.listing(world.remote, FOO);
  assert.equal(offersOf(listing)[0]?.url, `${other.fake.origin}/files/${WHEEL.filename}`);
});

test("one request is made however many ask at the same time, and none while the page is fresh", async () => {
  await using world = await openWorld();
  const gate = world.fake.hold("/simple/foo/");
  const asking = Array.from({ length: 20 }, () => filenames(world));
  await gate.arrived;
  gate.release();
  for (const names of await Promise.all(asking)) assert.deepEqual(names, [WHEEL.filename]);
  world.tick(599);
  await filenames(world);
  assert.equal(world.fake.count("/simple/foo/"), 1);
});

test("what memory has is told without waiting, and what it has not is not guessed", async () => {
  await using world = await openWorld();
  assert.equal(world.remotes.remembered(world.remote, FOO), undefined);
  await filenames(world);
  assert.equal(world.remotes.remembered(world.remote, FOO)?.displayName, "FOO");
  world.tick(600);
  assert.equal(world.remotes.remembered(world.remote, FOO), undefined);
});

test("an outdated page is asked for conditionally, and a 304 makes it fresh again", async () => {
  await using world = await openWorld();
  await filenames(world);
  world.tick(600);
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
  assert.ok(world.fake.seen[1]?.headers["if-none-match"]);
  world.tick(599);
  await filenames(world);
  assert.equal(world.fake.count("/simple/foo/"), 2);
});

test("a changed page replaces the old one and tells who made something of it; an unchanged one does not", async () => {
  await using world = await openWorld();
  const changes: (string | null)[] = [];
  world.remotes.onChange((_remote, project) => changes.push(project));
  world.fake.behave({ etags: false });
  await filenames(world);
  world.tick(600);
  await filenames(world);
  assert.deepEqual(changes, []);
  world.fake.add("foo", NEXT);
  world.tick(600);
  assert.deepEqual(await filenames(world), [WHEEL.filename, NEXT.filename]);
  assert.deepEqual(changes, ["foo"]);
});

for (const status of [404, 410]) {
  test(`a ${status} is the upstream's word that there is no such project, and is believed for a while`, async () => {
    await using world = await openWorld();
    world.fake.on("/simple/foo/", { answer: { status } });
    assert.equal(await filenames(world), null);
    world.fake.on("/simple/foo/", null);
    world.tick(59);
    assert.equal(await filenames(world), null);
    assert.equal(world.fake.count("/simple/foo/"), 1);
    world.tick(1);
    assert.deepEqual(await filenames(world), [WHEEL.filename]);
  });
}

test("a project that the upstream has removed is gone, also after a restart", async () => {
  await using world = await openWorld();
  await filenames(world);
  world.fake.remove("foo");
  world.tick(600);
  assert.equal(await filenames(world), null);
  await world.restart();
  await world.fake.die();
  await assert.rejects(filenames(world), unavailable);
});

for (const answer of [
  { status: 500 },
  { status: 503 },
  { status: 429 },
  { status: 401 },
  { status: 403 },
  "cut",
] as const) {
  const named = answer === "cut" ? "a cut connection" : `a ${answer.status}`;
  test(`${named} is no answer: without a copy the listing is unavailable`, async () => {
    await using world = await openWorld();
    world.fake.behave({ answer });
    await assert.rejects(filenames(world), unavailable);
  });

  test(`${named} is no answer: the copy is shown, and since when it is old`, async () => {
    await using world = await openWorld();
    await filenames(world);
    const checkedAt = world.now();
    world.tick(600);
    world.fake.behave({ answer });
    const listing = await world.remotes.listing(world.remote, FOO);
    assert.equal(offersOf(listing)[0]?.filename, WHEEL.filename);
    assert.equal(listing?.staleSince, checkedAt);
    assert.equal(world.remotes.figures().stale, 1);
  });
}

test("an upstream that failed is not asked again for a short time, and then its answer counts again", async () => {
  await using world = await openWorld();
  await filenames(world);
  world.tick(600);
  world.fake.behave({ answer: { status: 403 } });
  await filenames(world);
  world.fake.add("foo", NEXT);
  world.fake.behave({ answer: "normal" });
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
  assert.equal(world.fake.count("/simple/foo/"), 2);
  world.tick(10);
  assert.deepEqual(await filenames(world), [WHEEL.filename, NEXT.filename]);
  assert.equal((await world.remotes.listing(world.remote, FOO))?.staleSince, null);
});

test("a remembered 'not found' is no copy: when the upstream fails after it, the listing is unavailable", async () => {
  await using world = await openWorld();
  world.fake.on("/simple/foo/", { answer: { status: 404 } });
  assert.equal(await filenames(world), null);
  world.tick(60);
  world.fake.on("/simple/foo/", { answer: { status: 500 } });
  await assert.rejects(filenames(world), unavailable);
});

test("a page that is none is no empty page: 502 without a copy, the copy with one", async () => {
  await using world = await openWorld();
  const page = { contentType: "text/plain", text: "Welcome to the wireless network of Hotel Seeblick!" };
  world.fake.behave({ page });
  await assert.rejects(filenames(world), /upstream-invalid/);
  world.fake.behave({ page: null });
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
  world.fake.behave({ page });
  world.tick(600);
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
});

test("a page that is cut short is not shown", async () => {
  await using world = await openWorld();
  world.fake.behave({ truncating: true });
  await assert.rejects(filenames(world), unavailable);
});

test("a reader waits for a slow upstream only as long as its patience lasts where there is a copy", async () => {
  await using world = await openWorld({ patienceMilliseconds: 10 });
  await filenames(world);
  world.tick(600);
  world.fake.add("foo", NEXT);
  const changed = Promise.withResolvers<void>();
  world.remotes.onChange(() => changed.resolve());
  const gate = world.fake.hold("/simple/foo/");
  const listing = await world.remotes.listing(world.remote, FOO);
  assert.notEqual(listing?.staleSince, null);
  gate.release();
  await changed.promise;
  assert.deepEqual(await filenames(world), [WHEEL.filename, NEXT.filename]);
  assert.equal(world.fake.count("/simple/foo/"), 2);
});

test("pages survive a restart, fresh ones without a question and old ones with the upstream gone", async () => {
  await using world = await openWorld();
  await filenames(world);
  await world.restart();
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
  assert.equal(world.fake.count("/simple/foo/"), 1);
  await world.restart();
  world.tick(600);
  await world.fake.die();
  const listing = await world.remotes.listing(world.remote, FOO);
  assert.equal(offersOf(listing)[0]?.filename, WHEEL.filename);
  assert.notEqual(listing?.staleSince, null);
});

test("after a restart the upstream is asked conditionally", async () => {
  await using world = await openWorld();
  await filenames(world);
  await world.restart();
  world.tick(600);
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
  assert.ok(world.fake.seen.at(-1)?.headers["if-none-match"]);
});

test("pages that memory has no room for are read from the copies", async () => {
  await using world = await openWorld({ memoryBytesMax: 0 });
  await filenames(world);
  await world.restart();
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
  assert.equal(world.fake.count("/simple/foo/"), 1);
});

test("another address never shows what the former one said", async () => {
  await using world = await openWorld();
  await using other = await openWorld();
  other.fake.add("foo", NEXT);
  await filenames(world);
  const moved = world.with({ url: other.fake.url });
  assert.deepEqual(await filenames(world, moved), [WHEEL.filename, NEXT.filename]);
  await other.fake.die();
  await world.restart();
  world.tick(600);
  await assert.rejects(filenames(world, world.with({ url: "http://127.0.0.1:9/simple/" })), unavailable);
});

test("a remote without an address is empty", async () => {
  await using world = await openWorld();
  const remote = world.with({ url: null });
  assert.equal(await filenames(world, remote), null);
  assert.equal(world.remotes.remembered(remote, FOO), null);
  assert.deepEqual((await world.remotes.projects(remote)).projects, []);
});

test("the upstream's password is opened and sent", async () => {
  await using world = await openWorld();
  world.fake.behave({ credentials: "alice:s3cret" });
  await assert.rejects(filenames(world), /check the credentials/);
  assert.deepEqual(await filenames(world, world.with({ credentials: sealed("alice:s3cret") })), [WHEEL.filename]);
});

for (const project of [FOO, null]) {
  test(`refreshing ${project === null ? "everything" : "a project"} asks the upstream anew, without conditions, also after a restart`, async () => {
    await using world = await openWorld();
    await filenames(world);
    const changes: (string | null)[] = [];
    world.remotes.onChange((_remote, name) => changes.push(name));
    await world.remotes.refresh(world.remote, project);
    assert.deepEqual(changes, [project]);
    await world.restart();
    assert.deepEqual(await filenames(world), [WHEEL.filename]);
    assert.equal(world.fake.count("/simple/foo/"), 2);
    assert.equal(world.fake.seen[1]?.headers["if-none-match"], undefined);
    assert.deepEqual(await filenames(world), [WHEEL.filename]);
    assert.equal(world.fake.count("/simple/foo/"), 2);
  });
}

test("what was refreshed is still shown when the upstream is gone", async () => {
  await using world = await openWorld();
  await filenames(world);
  await world.remotes.refresh(world.remote, FOO);
  await world.fake.die();
  assert.deepEqual(await filenames(world), [WHEEL.filename]);
});

test("an answer that was under way when a refresh came does not count as fresh", async () => {
  await using world = await openWorld();
  const gate = world.fake.hold("/simple/foo/");
  const early = filenames(world);
  await gate.arrived;
  await world.remotes.refresh(world.remote, FOO);
  gate.release();
  await early;
  await filenames(world);
  assert.equal(world.fake.count("/simple/foo/"), 2);
});

test("a forgotten remote has no copies left", async () => {
  await using world = await openWorld();
  await filenames(world);
  await world.remotes.forget(world.remote);
  await world.fake.die();
  await assert.rejects(filenames(world), unavailable);
});

test("an answer says until when a project is missing: as its own page says, or as long as a flat page is fresh", async () => {
  await using world = await openWorld();
  const missing = "missing" as ProjectName;
  const flat = world.with({ layout: "flat", url: `${world.fake.origin}/flat/`, freshForSeconds: 100 });
  const began = world.now();
  for (const seconds of [0, 30]) {
    world.tick(seconds);
    assert.deepEqual(await world.remotes.answer(world.remote, missing), { listing: null, validUntil: began + 60_000 });
    assert.deepEqual(await world.remotes.answer(flat, missing), { listing: null, validUntil: began + 100_000 });
  }
  assert.deepEqual(await world.remotes.answer(world.with({ url: null }), missing), { listing: null, validUntil: null });
});

test("a flat page has the files of all projects, in one request", async () => {
  await using world = await openWorld();
  world.fake.add("bar", { filename: "bar-1.0.tar.gz", bytes: Buffer.from("bar") });
  const flat = world.with({ layout: "flat", url: `${world.fake.origin}/flat/` });
  assert.deepEqual(await filenames(world, flat), [WHEEL.filename]);
  assert.notEqual(await world.remotes.listing(flat, "bar" as ProjectName), null);
  assert.equal(await world.remotes.listing(flat, "baz" as ProjectName), null);
  assert.deepEqual(
    (await world.remotes.projects(flat)).projects.map(({ project }) => project),
    ["foo", "bar"],
  );
  assert.equal(world.fake.count("/flat/"), 1);
});

test("the list of projects is the upstream's, conditional and stale like any page", async () => {
  await using world = await openWorld();
  world.fake.add("Bar", { filename: "bar-1.0.tar.gz", bytes: Buffer.from("bar") });
  const names = async () => (await world.remotes.projects(world.remote)).projects.map(({ displayName }) => displayName);
  assert.deepEqual(await names(), ["Bar", "foo"]);
  world.tick(600);
  assert.deepEqual(await names(), ["Bar", "foo"]);
  assert.ok(world.fake.seen.at(-1)?.headers["if-none-match"]);
  await world.restart();
  await world.fake.die();
  world.tick(600);
  assert.deepEqual(await names(), ["Bar", "foo"]);
  assert.notEqual((await world.remotes.projects(world.remote)).staleSince, null);
});

test("a project is answered without fetching the whole list", async () => {
  await using world = await openWorld();
  await filenames(world);
  assert.equal(world.fake.count("/simple/"), 0);
});

test("a remote whose list is not to be fetched lists what was asked for", async () => {
  await using world = await openWorld();
  const remote = world.with({ noProjectList: true });
  assert.deepEqual((await world.remotes.projects(remote)).projects, []);
  await filenames(world, remote);
  await world.remotes.listing(remote, "later" as ProjectName);
  const names = async () => (await world.remotes.projects(remote)).projects.map(({ displayName }) => displayName);
  assert.deepEqual(await names(), ["FOO"]);
  world.fake.add("later", NEXT);
  world.tick(60);
  await world.remotes.listing(remote, "later" as ProjectName);
  assert.deepEqual(await names(), ["FOO", "LATER"]);
  assert.equal(world.fake.count("/simple/"), 0);
});

test("an upstream without a list lists what was asked for", async () => {
  await using world = await openWorld();
  world.fake.on("/simple/", { answer: { status: 404 } });
  await filenames(world);
  assert.deepEqual(
    (await world.remotes.projects(world.remote)).projects.map(({ project }) => project),
    ["foo"],
  );
});

test("a list that cannot be had is unavailable, not empty", async () => {
  await using world = await openWorld();
  world.fake.behave({ answer: { status: 500 } });
  await assert.rejects(world.remotes.projects(world.remote), unavailable);
});
