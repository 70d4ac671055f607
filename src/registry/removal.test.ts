import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalRepository, Project, ProjectName, RemoteRepository, RepositoryName } from "#core";
import { openFakeUpstream } from "../../tests/support/fake-upstream.ts";
import {
  ALICE,
  BOB,
  limit,
  NOBODY,
  openToolsWorld,
  ROOT,
  refusal,
  type ToolsWorld,
  token,
} from "../../tests/support/registry-tools.ts";

import { namesOf } from "./project-names.ts";

const DEV = "alice/dev" as RepositoryName;
const UP = "root/up" as RepositoryName;
const FOO = "foo" as ProjectName;

async function openWorld(change: Partial<LocalRepository> = {}): Promise<ToolsWorld> {
  const world = await openToolsWorld();
  await world.users("root", "alice", "bob");
  await world.admin.create(ALICE, DEV, { kind: "local", mutability: "volatile", ...change });
  for (const version of ["1.0", "2.0"]) await world.publish(DEV, { name: "foo", version, text: version });
  return world;
}

test("a removed version takes its files and its record along, and leaves the others", async () => {
  await using world = await openWorld();
  await world.releases.removeVersion(ALICE, DEV, FOO, "1.0", false);
  assert.deepEqual(await filenames(world), ["foo-2.0.tar.gz"]);
  assert.deepEqual(await versions(world), ["2.0"]);
  await assert.rejects(world.releases.removeVersion(ALICE, DEV, FOO, "1.0", false), refusal("version-not-found"));
});

test("a removed project is empty, and its name stays held", async () => {
  await using world = await openWorld();
  await world.releases.removeProject(ALICE, DEV, FOO, false);
  assert.deepEqual(await filenames(world), []);
  assert.deepEqual(await versions(world), []);
  assert.equal((await project(world))?.isHeld, true);
  // Nobody is shown the name, which devpi's clients would take for a project that is there.
  const shown = await namesOf(world.tools.metadata, world.tools.catalog.find(DEV) as LocalRepository);
  assert.deepEqual([...shown], []);
  await assert.rejects(world.releases.removeProject(ALICE, DEV, FOO, false), refusal("project-not-found"));
});

test("the last file of a version takes its record along", async () => {
  await using world = await openWorld();
  await world.releases.removeFile(ALICE, file("foo-1.0.tar.gz"), false);
  assert.deepEqual(await versions(world), ["2.0"]);
});

test("a file that was removed is gone, and one that never was is not found", async () => {
  await using world = await openWorld();
  await world.releases.removeFile(ALICE, file("foo-1.0.tar.gz"), false);
  const remove = (filename: string) => world.releases.removeFile(ALICE, file(filename), false);
  await assert.rejects(remove("foo-1.0.tar.gz"), refusal("file-gone"));
  await assert.rejects(remove("foo-9.9.tar.gz"), refusal("file-not-found"));
  const elsewhere = { repository: DEV, project: "bar" as ProjectName, filename: "foo-2.0.tar.gz" };
  await assert.rejects(world.releases.removeFile(ALICE, elsewhere, false), refusal("file-not-found"));
});

test("from an immutable repository things are removed by force only", async () => {
  await using world = await openWorld({ mutability: "immutable" });
  const { releases } = world;
  await assert.rejects(
    releases.removeFile(ALICE, file("foo-1.0.tar.gz"), false),
    refusal("repository-immutable", /file foo-1\.0\.tar\.gz from alice\/dev/),
  );
  await assert.rejects(releases.removeVersion(ALICE, DEV, FOO, "1.0", false), refusal("repository-immutable"));
  await assert.rejects(releases.removeProject(ALICE, DEV, FOO, false), refusal("repository-immutable"));
  assert.equal((await filenames(world)).length, 2);
  await releases.removeFile(ALICE, file("foo-1.0.tar.gz"), true);
  await releases.removeProject(ALICE, DEV, FOO, true);
  assert.deepEqual(await filenames(world), []);
});

test("publishers remove; strangers and tokens for other projects do not", async () => {
  await using world = await openWorld({ publishers: ["alice", "bob"] });
  const { releases } = world;
  await assert.rejects(releases.removeProject(NOBODY, DEV, FOO, false), refusal("not-signed-in"));
  const narrow = token("alice", limit("remove", DEV, ["bar"]));
  await assert.rejects(releases.removeProject(narrow, DEV, FOO, false), refusal("not-permitted"));
  await releases.removeVersion(token("bob", limit("remove", DEV, ["foo"])), DEV, FOO, "1.0", false);
  await world.admin.modify(ALICE, DEV, (current) => ({ ...(current as LocalRepository), publishers: ["alice"] }));
  await assert.rejects(releases.removeProject(BOB, DEV, FOO, false), refusal("not-permitted"));
});

test("of a remote only the copies are dropped, and they come back", async () => {
  await using fake = await openFakeUpstream();
  await using world = await openWorld();
  fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("foo") });
  const remote = (await world.admin.create(ROOT, UP, { kind: "remote", url: fake.url })) as RemoteRepository;
  const offer = (await world.tools.remotes.listing(remote, FOO))?.files[0];
  assert.ok(offer?.kind === "offer");
  const { blob } = await world.tools.remotes.keep(remote, offer.offer);
  const ref = { repository: UP, project: FOO, filename: "foo-1.0.tar.gz" };

  await assert.rejects(world.releases.removeFile(ALICE, ref, false), refusal("not-permitted"));
  await world.releases.removeFile(ROOT, ref, false);
  assert.equal(fake.count("/files/foo-1.0.tar.gz"), 1);
  assert.equal((await world.tools.remotes.keep(remote, offer.offer)).blob, blob);
  assert.equal(fake.count("/files/foo-1.0.tar.gz"), 2);

  await world.releases.removeProject(ROOT, UP, FOO, false);
  assert.equal(world.tools.remotes.remembered(remote, FOO), undefined);
  await world.releases.removeVersion(ROOT, UP, FOO, "1.0", false);
  const missing = { ...ref, filename: "foo-2.0.tar.gz" };
  await assert.rejects(world.releases.removeFile(ROOT, missing, false), refusal("file-not-found"));
  await assert.rejects(world.releases.removeVersion(ROOT, UP, FOO, "2.0", false), refusal("version-not-found"));
});

test("a virtual repository has nothing of its own to remove", async () => {
  await using world = await openWorld();
  const all = "root/all" as RepositoryName;
  await world.admin.create(ROOT, all, { kind: "virtual", members: [DEV] });
  await assert.rejects(world.releases.removeProject(ROOT, all, FOO, true), refusal("project-not-found"));
  await assert.rejects(world.releases.removeVersion(ROOT, all, FOO, "1.0", true), refusal("version-not-found"));
  await assert.rejects(
    world.releases.removeFile(ROOT, { ...file("foo-1.0.tar.gz"), repository: all }, true),
    refusal("file-not-found"),
  );
});

function file(filename: string) {
  return { repository: DEV, project: FOO, filename };
}

async function filenames(world: ToolsWorld): Promise<readonly string[]> {
  return (await world.artifacts(DEV, FOO)).map(({ filename }) => filename);
}

async function versions(world: ToolsWorld): Promise<readonly string[]> {
  return (await world.releases.versions(DEV, FOO)).map(({ version }) => version);
}

function project(world: ToolsWorld): Promise<Project | null> {
  return world.tools.metadata.read((view) => view.project(DEV, FOO));
}
