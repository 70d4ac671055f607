import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { Principal, ProjectName, RepositoryName } from "#core";
import { anSdistFile, aWheelFile } from "../support/archives.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { openTestApp, type TestApp } from "../support/test-app.ts";

/** Projects of another server's simple index, copied to stay. */

const COPIER: Principal = { kind: "system", reason: "test" };
const KEPT = "root/kept" as RepositoryName;
const wheel = aWheelFile({ name: "foo", version: "1.0", requiresPython: ">=3.9" });
const sdist = anSdistFile({ name: "foo", version: "1.1" });
let upstream: FakeUpstream;
let app: TestApp;

before(async () => {
  upstream = await openFakeUpstream();
});
after(() => upstream[Symbol.asyncDispose]());

beforeEach(async (context) => {
  upstream.remove("foo");
  upstream.behave({ lying: false, language: null, announcesHashes: true });
  upstream.add(
    "foo",
    { ...wheel, metadata: wheel.metadata, requiresPython: ">=3.9", uploadTime: "2024-02-03T04:05:06.000000Z" },
    { ...sdist, yanked: "broken", uploadTime: "2024-03-04T05:06:07.000000Z" },
  );
  app = await openTestApp();
  if ("after" in context) context.after(() => app[Symbol.asyncDispose]());
  await app.app.registry.repositoriesAdmin.create(COPIER, KEPT, { kind: "local" });
});

function copy(project = "foo") {
  return app.app.registry.indexCopies.copy(COPIER, {
    source: { url: upstream.url, credentials: null },
    project: project as ProjectName,
    into: KEPT,
    signal: new AbortController().signal,
    passed: () => {},
  });
}

for (const language of ["json", "html"] as const) {
  test(`a project comes with its files, yanks and metadata, read from ${language}`, async () => {
    upstream.behave({ language });
    const result = await copy();
    assert.deepEqual([result?.copied, result?.faults], [2, []]);
    const { files } = await app.anyone().simplePage(KEPT, "foo");
    const [kept, yanked] = [wheel, sdist].map(({ filename }) => files.find((file) => file.filename === filename));
    assert.equal(yanked?.yanked, "broken");
    assert.ok(kept?.["core-metadata"] !== false);
    assert.deepEqual(await app.anyone().download(KEPT, "foo", wheel.filename), Buffer.from(wheel.bytes));
  });
}

test("upload times stay as they are there", async () => {
  await copy();
  const reply = await app.anyone().get(`/${KEPT}/simple/foo/`, { accept: "application/vnd.pypi.simple.v1+json" });
  assert.match(reply.body.toString(), /2024-02-03T04:05:06/);
});

test("a second time nothing is copied, and a yank that was taken back there is followed", async () => {
  await copy();
  upstream.remove("foo");
  upstream.add("foo", { ...wheel }, { ...sdist });
  const again = await copy();
  assert.deepEqual([again?.copied, again?.same], [0, 2]);
  const { files } = await app.anyone().simplePage(KEPT, "foo");
  assert.deepEqual(
    files.map(({ yanked }) => yanked ?? false),
    [false, false],
  );
});

test("a file that is not what the index announces does not come, and is told", async () => {
  upstream.behave({ lying: true });
  const result = await copy();
  assert.equal(result?.copied, 0);
  assert.match(result?.faults[0]?.because ?? "", /is not what the index announces: its sha256 is/);
});

test("a project that the index does not have is null, and all that it lists can be asked for", async () => {
  assert.equal(await copy("nothing"), null);
  const projects = await app.app.registry.indexCopies.projects({ url: upstream.url, credentials: null });
  assert.deepEqual(projects, ["foo"]);
});
