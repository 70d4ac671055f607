import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Attachment, Instant, LocalRepository, ProjectName, RepositoryName } from "#core";
import { aWheelFile } from "../../tests/support/archives.ts";
import { openFakeUpstream } from "../../tests/support/fake-upstream.ts";
import {
  ALICE,
  BOB,
  NOBODY,
  openToolsWorld,
  ROOT,
  refusal,
  type ToolsWorld,
} from "../../tests/support/registry-tools.ts";

const DEV = "alice/dev" as RepositoryName;
const PROD = "alice/prod" as RepositoryName;
const UP = "root/up" as RepositoryName;
const FOO = "foo" as ProjectName;

async function openWorld(prod: Partial<LocalRepository> = {}): Promise<ToolsWorld> {
  const world = await openToolsWorld();
  await world.users("root", "alice", "bob");
  await world.admin.create(ALICE, DEV, { kind: "local", mutability: "volatile" });
  await world.admin.create(ALICE, PROD, { kind: "local", mutability: "immutable", ...prod });
  await world.publish(DEV, { name: "foo", version: "1.0", text: "one" });
  return world;
}

const push = (world: ToolsWorld, principal = ALICE, to = PROD) => world.releases.push(principal, DEV, FOO, "1.0", to);

test("a push copies the version's record and files, and says what it did in order", async () => {
  await using world = await openWorld();
  const [source] = await world.artifacts(DEV, FOO);
  world.tick(60);
  const steps = await push(world);
  const hex = createHash("sha256").update("one").digest("hex");
  assert.deepEqual(steps, [
    { kind: "register", project: FOO, version: "1.0" },
    {
      kind: "file",
      ref: { repository: PROD, project: FOO, filename: "foo-1.0.tar.gz" },
      path: `+f/${hex.slice(0, 3)}/${hex.slice(3, 16)}/foo-1.0.tar.gz`,
    },
  ]);
  const [copy] = await world.artifacts(PROD, FOO);
  const pushed = { what: "push", who: "alice", at: world.tools.now(), from: DEV, to: PROD };
  assert.deepEqual(copy, { ...source, repository: PROD, log: [...(source?.log ?? []), pushed] });
  const [version] = await world.releases.versions(PROD, FOO);
  assert.deepEqual(version?.attributes, { summary: "one" });
});

test("a push journals who copied what from where", async () => {
  await using world = await openWorld();
  await world.news();
  await push(world);
  const events = await world.news();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["project.registered", "version.saved", "artifact.published", "properties.set"],
  );
  const published = events.at(-2);
  assert.ok(published?.type === "artifact.published" && published.promotedFrom === DEV);
});

test("pushing again what is there is no error and no event", async () => {
  await using world = await openWorld();
  await push(world);
  await world.news();
  assert.equal((await push(world)).length, 2);
  assert.deepEqual(await world.news(), []);
});

test("other bytes under the same name are refused by an immutable repository, and nothing is pushed", async () => {
  await using world = await openWorld();
  await world.publish(PROD, { name: "foo", version: "1.0", text: "other" });
  await world.news();
  await assert.rejects(push(world), refusal("file-exists"));
  assert.deepEqual(await world.news(), []);
});

test("a volatile repository counts how often a push replaced other bytes", async () => {
  await using world = await openWorld({ mutability: "volatile" });
  await world.publish(PROD, { name: "foo", version: "1.0", text: "other" });
  await push(world);
  await world.releases.removeProject(ALICE, DEV, FOO, false);
  await world.publish(DEV, { name: "foo", version: "1.0", text: "third" });
  await push(world);
  const [copy] = await world.artifacts(PROD, FOO);
  assert.deepEqual(
    copy?.log.map(({ what, who, count }) => [what, who, count ?? null]),
    [
      ["overwrite", null, 2],
      ["upload", "alice", null],
      ["push", "alice", null],
    ],
  );
});

test("a push needs the right to read the source and to publish to the target", async () => {
  await using world = await openWorld();
  await assert.rejects(push(world, BOB), refusal("not-permitted", /publish on alice\/prod/));
  // devpi: root must be on the list too.
  await assert.rejects(push(world, ROOT), refusal("not-permitted"));
  await assert.rejects(push(world, NOBODY), refusal("not-signed-in"));
  await world.admin.modify(ALICE, DEV, (current) => ({ ...current, readers: ["alice"] }));
  await world.admin.modify(ALICE, PROD, (current) => ({ ...(current as LocalRepository), publishers: ["bob"] }));
  await assert.rejects(push(world, BOB), refusal("not-permitted", /read on alice\/dev/));
});

test("what is not there is not pushed, nor what only the bases have", async () => {
  await using world = await openWorld();
  const { releases } = world;
  await assert.rejects(releases.push(ALICE, DEV, FOO, "9.9", PROD), refusal("version-not-found"));
  await assert.rejects(releases.push(ALICE, DEV, "bar" as ProjectName, "1.0", PROD), refusal("version-not-found"));
  await assert.rejects(push(world, ALICE, "alice/none" as RepositoryName), refusal("repository-not-found"));
  const all = "alice/all" as RepositoryName;
  await world.admin.create(ALICE, all, { kind: "virtual", members: [DEV] });
  await assert.rejects(releases.push(ALICE, all, FOO, "1.0", PROD), refusal("version-not-found"));
});

test("a virtual repository hands what is pushed to it on; one without a place for it, and remotes, refuse", async () => {
  await using world = await openWorld();
  const [all, none] = ["alice/all" as RepositoryName, "alice/none" as RepositoryName];
  await world.admin.create(ALICE, all, { kind: "virtual", members: [PROD], publishTo: PROD });
  await world.admin.create(ALICE, none, { kind: "virtual", members: [PROD] });
  await world.admin.create(ROOT, UP, { kind: "remote" });
  const [, step] = await push(world, ALICE, all);
  assert.ok(step?.kind === "file" && step.ref.repository === PROD);
  await assert.rejects(push(world, ALICE, none), refusal("not-publishable", /virtual/));
  await assert.rejects(push(world, ALICE, UP), refusal("not-publishable", /remote/));
});

test("nothing is pushed into an archived project, nor out of a quarantined one", async () => {
  await using world = await openWorld();
  await push(world);
  await world.publish(DEV, { name: "foo", version: "2.0", text: "two" });
  await world.releases.setStatus(ALICE, PROD, FOO, "archived", "over");
  const again = world.releases.push(ALICE, DEV, FOO, "2.0", PROD);
  await assert.rejects(again, refusal("project-closed", /archived in alice\/prod \(over\)/));
  await world.releases.setStatus(ALICE, PROD, FOO, "active", null);
  await world.releases.setStatus(ALICE, DEV, FOO, "quarantined", "malware");
  await assert.rejects(push(world), refusal("project-quarantined", /malware/));
});

test("the blobs of a push are held, so that the sweeper leaves them alone meanwhile", async () => {
  await using world = await openWorld();
  const [source] = await world.artifacts(DEV, FOO);
  assert.ok(source);
  assert.equal(await world.holds(source.blob), false);
  await push(world);
  assert.equal(await world.holds(source.blob), true);
  world.tick(2 * 3600);
  assert.equal(await world.holds(source.blob), false);
});

test("a file whose bytes were lost is not pushed", async () => {
  await using world = await openWorld();
  const [source] = await world.artifacts(DEV, FOO);
  assert.ok(source);
  await world.blobs.delete(source.blob);
  await assert.rejects(push(world), refusal("blob-missing"));
  assert.deepEqual(await world.artifacts(PROD, FOO), []);
});

test("a release of a remote is fetched, and keeps its upload time, its yank and its metadata", async () => {
  await using fake = await openFakeUpstream();
  await using world = await openWorld();
  const wheel = aWheelFile({ name: "bar", version: "3.0" });
  fake.add("bar", { ...wheel, requiresPython: ">=3.8", yanked: "broken", uploadTime: "2025-01-02T03:04:05.000000Z" });
  await world.admin.create(ROOT, UP, { kind: "remote", url: fake.url });
  const bar = "bar" as ProjectName;
  const steps = await world.releases.push(ALICE, UP, bar, "3.0", PROD);
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ["register", "file"],
  );
  const [copy] = await world.artifacts(PROD, bar);
  assert.ok(copy);
  assert.equal(copy.publishedAt, Date.UTC(2025, 0, 2, 3, 4, 5) as Instant);
  assert.equal(copy.yanked, "broken");
  assert.ok(copy.companions[".metadata"]);
  const [record] = await world.releases.versions(PROD, bar);
  assert.equal(record?.attributes["name"], "bar");
  await assert.rejects(world.releases.push(ALICE, UP, bar, "9.9", PROD), refusal("version-not-found"));
});

test("a release of a remote that cannot be had leaves nothing behind", async () => {
  await using fake = await openFakeUpstream();
  await using world = await openWorld();
  const bar = "bar" as ProjectName;
  const wheels = ["py2", "py3"].map((tag) => ({ filename: `bar-3.0-${tag}-none-any.whl`, bytes: Buffer.from(tag) }));
  fake.add("bar", ...wheels);
  fake.on("/files/bar-3.0-py3-none-any.whl", { lying: true });
  await world.admin.create(ROOT, UP, { kind: "remote", url: fake.url });
  await assert.rejects(world.releases.push(ALICE, UP, bar, "3.0", PROD), refusal("upstream-invalid"));
  assert.deepEqual(await world.artifacts(PROD, bar), []);
  assert.equal(await world.tools.metadata.read((view) => view.project(PROD, bar)), null);
});

const RESULT = "foo-1.0.tar.gz.toxresult-20261101000000-0";

async function attach(world: ToolsWorld, change: Partial<Attachment>): Promise<void> {
  const { metadata, blobs, now } = world.tools;
  const draft = await blobs.begin({ sizeBytesMax: 1000 });
  await draft.write(Buffer.from(JSON.stringify(change)));
  await draft.finish();
  const { digest: blob, sizeBytes } = await draft.keep();
  const attachment: Attachment = {
    repository: DEV,
    project: FOO,
    version: "1.0",
    kind: "documentation",
    filename: "foo-1.0.doc.zip",
    about: null,
    blob,
    sizeBytes,
    attachedAt: now(),
    log: [{ what: "upload", who: "alice", at: now(), from: null, to: DEV }],
    ...change,
  };
  await metadata.write({ kind: "system", name: "test", tokenId: null }, async (tx) =>
    tx.append({ type: "attachment.saved", attachment }),
  );
}

const attachResult = (world: ToolsWorld, filename = RESULT): Promise<void> =>
  attach(world, { kind: "test-result", filename, about: "foo-1.0.tar.gz" });

function attached(world: ToolsWorld, repository: RepositoryName): Promise<readonly Attachment[]> {
  return world.tools.metadata.read((view) => view.attachments(repository, FOO));
}

test("a push takes test results and documentation along, each with its name, its moment and its log", async () => {
  await using world = await openWorld();
  await attachResult(world);
  await attach(world, {});
  world.tick(60);

  const steps = await push(world);

  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ["register", "file", "test-result", "documentation"],
  );
  const [result, documentation] = await attached(world, PROD);
  const [source] = await attached(world, DEV);
  const pushed = { what: "push", who: "alice", at: world.tools.now(), from: DEV, to: PROD } as const;
  assert.deepEqual(result, { ...source, repository: PROD, log: [...(source?.log ?? []), pushed] });
  assert.equal(documentation?.filename, "foo-1.0.doc.zip");
});

test("the same push again adds nothing, and what came since is added", async () => {
  await using world = await openWorld({ mutability: "volatile" });
  await attachResult(world);
  await attach(world, {});
  await push(world);
  await world.news();

  await push(world);
  assert.deepEqual(await world.news(), []);
  await attachResult(world, RESULT.replace(/0$/, "1"));
  await world.news();
  await push(world);

  assert.deepEqual(
    (await world.news()).map(({ type }) => type),
    ["attachment.saved"],
  );
});

test("a push without documentation, or with nothing else, leaves the rest where it is", async () => {
  await using world = await openWorld();
  await attachResult(world);
  await attach(world, {});

  await world.releases.push(ALICE, DEV, FOO, "1.0", PROD, "only-documentation");
  assert.deepEqual(
    (await attached(world, PROD)).map(({ kind }) => kind),
    ["documentation"],
  );
  assert.deepEqual(await world.artifacts(PROD, FOO), []);
  await world.releases.push(ALICE, DEV, FOO, "1.0", PROD, "no-documentation");
  assert.deepEqual(
    (await attached(world, PROD)).map(({ kind }) => kind),
    ["documentation", "test-result"],
  );
});

test("documentation that an immutable index has otherwise stops the push as a whole", async () => {
  await using world = await openWorld();
  await attach(world, { repository: PROD, sizeBytes: 1 });
  await attach(world, {});
  await world.news();

  await assert.rejects(push(world), refusal("file-exists"));

  assert.deepEqual(await world.news(), []);
});

test("where only documentation is wanted and there is none, there is nothing to push", async () => {
  await using world = await openWorld();
  const wanted = world.releases.push(ALICE, DEV, FOO, "1.0", PROD, "only-documentation");
  await assert.rejects(wanted, refusal("version-not-found"));
});

test("the blobs of what is attached are held until the push is written", async () => {
  await using world = await openWorld();
  await attach(world, {});
  const [documentation] = await attached(world, DEV);
  await push(world);
  assert.equal(documentation !== undefined && (await world.holds(documentation.blob)), true);
});

test("a push does not bring the same distribution under another spelling of its file name", async () => {
  await using world = await openWorld();
  await world.publish(PROD, { name: "foo", version: "1.0.0", text: "other" });
  await assert.rejects(push(world), refusal("file-exists", /'foo-1\.0\.0\.tar\.gz'/));
  assert.equal((await world.artifacts(PROD, FOO)).length, 1);
});
