import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectName } from "#core";
import {
  ALICE,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  refusal,
} from "../../tests/support/registry-world.ts";

const FOO = "foo" as ProjectName;

function aFileOf(project: string, version: string) {
  return { filename: `${project}-${version}.tar.gz`, bytes: Buffer.from(`${project} ${version}`) };
}

async function aWorld(): Promise<RegistryWorld> {
  const world = await openRegistryWorld();
  world.fake.add("foo", aFileOf("foo", "1.0"), aFileOf("foo", "2.0"));
  world.fake.add("bar", aFileOf("bar", "1.0"));
  await world.remote("root/up");
  return world;
}

async function projectsOf(world: RegistryWorld, repository: string): Promise<readonly string[]> {
  return (await (await world.desk(repository, NOBODY)).projects()).projects.map(({ project }) => project);
}

test("a constrained repository shows the versions that its lines admit, in lists, pages and downloads", async () => {
  await using world = await aWorld();
  await world.virtual("alice/some", ["root/up"], { constraints: ["foo<2", "*"] });

  assert.deepEqual(await world.files("alice/some", "foo"), ["foo-1.0.tar.gz"]);
  assert.deepEqual(await projectsOf(world, "alice/some"), ["foo"]);
  const desk = await world.desk("alice/some", NOBODY);
  assert.deepEqual((await desk.listing(FOO))?.versions.includes("2.0"), false);
  assert.equal(await desk.file(FOO, "foo-2.0.tar.gz"), null);
  assert.notEqual(await desk.file(FOO, "foo-1.0.tar.gz"), null);
});

test("a name that is kept out is absent, and the upstream is not asked for it", async () => {
  await using world = await aWorld();
  await world.virtual("alice/some", ["root/up"], { constraints: ["foo", "*"] });

  assert.equal(await (await world.desk("alice/some", NOBODY)).listing("bar" as ProjectName), null);
  assert.deepEqual(world.fake.seen, []);
});

test("a remote that is limited stays limited by itself and behind every base", async () => {
  await using world = await aWorld();
  await world.change("root/up", (current) => ({ ...current, constraints: ["foo<2"] }));
  await world.local("alice/dev", { bases: [nameOf("root/up")] });

  assert.deepEqual(await world.files("root/up", "foo"), ["foo-1.0.tar.gz"]);
  assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0.tar.gz"]);
  await assert.rejects(
    world.registry.releases.push(ALICE, nameOf("root/up"), FOO, "2.0", nameOf("alice/dev")),
    refusal("version-not-found"),
  );
});

test("what is reached through a constrained base is constrained, what is held beside it is not", async () => {
  await using world = await aWorld();
  await world.virtual("alice/some", ["root/up"], { constraints: ["foo<2", "*"] });
  await world.local("alice/dev", { bases: [nameOf("alice/some")] });
  await world.publish("alice/dev", { project: "own" });

  assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0.tar.gz"]);
  assert.deepEqual(await world.files("alice/dev", "own"), ["own-1.0.tar.gz"]);
  assert.deepEqual(await projectsOf(world, "alice/dev"), ["foo", "own"]);
});

test("a project whose held versions are all kept out is an empty page, and never its public namesake", async () => {
  await using world = await aWorld();
  await world.local("alice/dev", { bases: [nameOf("root/up")] });
  await world.publish("alice/dev", { project: "foo" });
  await world.virtual("alice/some", ["alice/dev"], { constraints: ["foo>=2"] });

  assert.deepEqual(await world.files("alice/some", "foo"), []);
  assert.deepEqual(world.fake.seen, []);
});

test("new lines count from the next question on", async () => {
  await using world = await aWorld();
  await world.virtual("alice/some", ["root/up"], { constraints: ["foo<2"] });
  assert.deepEqual(await world.files("alice/some", "foo"), ["foo-1.0.tar.gz"]);

  await world.change("alice/some", (current) => ({ ...current, constraints: null }));

  assert.deepEqual(await world.files("alice/some", "foo"), ["foo-1.0.tar.gz", "foo-2.0.tar.gz"]);
});

test("lines that cannot be read are refused, and nothing is changed", async () => {
  await using world = await aWorld();
  await world.virtual("alice/some", ["root/up"], { constraints: ["foo<2"] });

  await assert.rejects(
    world.change("alice/some", (current) => ({ ...current, constraints: ["foo 2"] })),
    refusal("setting-invalid", /Error while parsing constraints: 'foo 2'/),
  );
  assert.deepEqual((await world.registry.repository(nameOf("alice/some")))?.constraints, ["foo<2"]);
});
