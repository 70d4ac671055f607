import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalRepository, Project, ProjectName, RepositoryName } from "#core";
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

const DEV = "alice/dev" as RepositoryName;
const UP = "root/up" as RepositoryName;
const FOO = "foo" as ProjectName;

async function openWorld(change: Partial<LocalRepository> = {}): Promise<ToolsWorld> {
  const world = await openToolsWorld();
  await world.users("root", "alice", "bob");
  await world.admin.create(ALICE, DEV, { kind: "local", mutability: "volatile", ...change });
  await world.publish(DEV, { name: "foo", version: "1.0", text: "one" });
  await world.news();
  return world;
}

test("a yank marks every file of the version, and is taken back", async () => {
  await using world = await openWorld();
  const refs = await world.releases.yank(ALICE, DEV, FOO, "1.0", "broken");
  assert.deepEqual(refs, [{ repository: DEV, project: FOO, filename: "foo-1.0.tar.gz" }]);
  assert.deepEqual(await yanks(world), ["broken"]);
  await world.releases.yank(ALICE, DEV, FOO, "1.0", null);
  assert.deepEqual(await yanks(world), [null]);
});

test("a yank that changes nothing is no event; an empty reason is a yank", async () => {
  await using world = await openWorld();
  await world.releases.yank(ALICE, DEV, FOO, "1.0", "");
  await world.releases.yank(ALICE, DEV, FOO, "1.0", "");
  assert.deepEqual(await yanks(world), [""]);
  assert.equal((await world.news()).length, 1);
});

test("only what is here is yanked", async () => {
  await using world = await openWorld();
  const { releases } = world;
  await assert.rejects(releases.yank(ALICE, DEV, FOO, "2.0", ""), refusal("version-not-found"));
  await assert.rejects(releases.yank(BOB, DEV, FOO, "1.0", ""), refusal("not-permitted"));
  await assert.rejects(releases.yank(NOBODY, DEV, FOO, "1.0", ""), refusal("not-signed-in"));
  await world.admin.create(ROOT, UP, { kind: "remote" });
  await assert.rejects(releases.yank(ROOT, UP, FOO, "1.0", ""), refusal("not-publishable", /upstream/));
  await assert.rejects(releases.yank(ALICE, DEV, FOO, "1.0", "x".repeat(1001)), refusal("request-invalid"));
});

test("a project's status is set with its reason, once", async () => {
  await using world = await openWorld();
  const archive = () => world.releases.setStatus(ALICE, DEV, FOO, "archived", "over");
  await archive();
  await archive();
  const { status, statusReason } = (await project(world)) ?? {};
  assert.deepEqual([status, statusReason], ["archived", "over"]);
  assert.equal((await world.news()).length, 1);
  const unknown = world.releases.setStatus(ALICE, DEV, "bar" as ProjectName, "archived", null);
  await assert.rejects(unknown, refusal("project-not-found"));
});

test("a name is released by who administers, and forgotten when nothing is left of it", async () => {
  await using world = await openWorld({ publishers: ["alice", "bob"] });
  await assert.rejects(world.releases.releaseName(BOB, DEV, FOO), refusal("not-permitted"));
  const narrow = token("alice", limit("publish", DEV));
  await assert.rejects(world.releases.releaseName(narrow, DEV, FOO), refusal("not-permitted"));
  await world.releases.releaseName(ALICE, DEV, FOO);
  assert.equal((await project(world))?.isHeld, false);
  await world.releases.removeProject(ALICE, DEV, FOO, false);
  assert.equal(await project(world), null);
});

test("a name whose last file was removed can still be released", async () => {
  await using world = await openWorld();
  await world.releases.removeProject(ALICE, DEV, FOO, false);
  await world.releases.releaseName(ALICE, DEV, FOO);
  assert.equal(await project(world), null);
  await assert.rejects(world.releases.releaseName(ALICE, DEV, FOO), refusal("project-not-found"));
});

test("a saved version registers its project, and is merged over what is there", async () => {
  await using world = await openWorld();
  const bar = "bar" as ProjectName;
  const save = (attributes: Record<string, string>) =>
    world.releases.saveVersion(ALICE, { repository: DEV, project: bar, version: "1.0", attributes }, "Bar");
  await save({ summary: "a", author: "alice" });
  await save({ summary: "b" });
  const [record] = await world.releases.versions(DEV, bar);
  assert.deepEqual(record?.attributes, { summary: "b", author: "alice" });
  const known = await world.tools.metadata.read((view) => view.project(DEV, bar));
  assert.deepEqual([known?.displayName, known?.isHeld], ["Bar", true]);
  await world.news();
  await save({ author: "alice" });
  assert.deepEqual(await world.news(), []);
});

test("no version is saved in a closed project, nor by who may not publish", async () => {
  await using world = await openWorld();
  const version = { repository: DEV, project: FOO, version: "2.0", attributes: {} };
  await assert.rejects(world.releases.saveVersion(BOB, version, "foo"), refusal("not-permitted"));
  await world.releases.setStatus(ALICE, DEV, FOO, "quarantined", null);
  await assert.rejects(world.releases.saveVersion(ALICE, version, "foo"), refusal("project-closed"));
});

async function yanks(world: ToolsWorld): Promise<readonly (string | null)[]> {
  return (await world.artifacts(DEV, FOO)).map(({ yanked }) => yanked);
}

function project(world: ToolsWorld): Promise<Project | null> {
  return world.tools.metadata.read((view) => view.project(DEV, FOO));
}

test("whoever may see a remote is told that it is one when they would change it, and who may not is not", async () => {
  await using world = await openWorld();
  await world.admin.create(ROOT, UP, { kind: "remote" });
  for (const principal of [ROOT, BOB, NOBODY]) {
    await assert.rejects(
      world.releases.yank(principal, UP, FOO, "1.0", null),
      refusal("not-publishable", /root\/up is a remote/),
    );
  }
  await world.admin.modify(ROOT, UP, (current) => ({ ...current, readers: ["root"] }));
  await assert.rejects(world.releases.yank(BOB, UP, FOO, "1.0", null), refusal("not-permitted"));
  await assert.rejects(world.releases.yank(NOBODY, UP, FOO, "1.0", null), refusal("not-signed-in"));
});
