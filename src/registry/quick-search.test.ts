import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "#core";
import {
  ALICE,
  BOB,
  limit,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  type RegistryWorldOptions,
  token,
} from "../../tests/support/registry-world.ts";

async function found(world: RegistryWorld, text: string, principal: Principal = NOBODY): Promise<readonly string[]> {
  const { hits } = await world.registry.search.anywhere(principal, text, 10);
  return hits.map((hit) => `${hit.repository} ${hit.project} ${hit.version ?? "-"}`);
}

async function publish(world: RegistryWorld, project: string, version: string, versionAttributes = {}) {
  await world.publish("alice/dev", { project, version, displayName: project, versionAttributes });
}

async function aWorld(options?: RegistryWorldOptions): Promise<RegistryWorld> {
  const world = await openRegistryWorld(options);
  await world.local("alice/dev");
  await publish(world, "acme-tools", "1.0", { summary: "Hammers", keywords: "nails", author: "Ada" });
  await publish(world, "other", "1.0", { summary: "Works with acme" });
  return world;
}

test("every word is found in the name, the summary, the keywords or the people, names first", async () => {
  await using world = await aWorld();

  assert.deepEqual(await found(world, "ACME"), ["alice/dev acme-tools 1.0", "alice/dev other 1.0"]);
  assert.deepEqual(await found(world, "tools nails"), ["alice/dev acme-tools 1.0"]);
  assert.deepEqual(await found(world, "ada hammers"), ["alice/dev acme-tools 1.0"]);
  assert.deepEqual(await found(world, "acme_tools"), ["alice/dev acme-tools 1.0"]);
  assert.deepEqual(await found(world, "acme missing"), []);
  assert.deepEqual(await found(world, "  "), []);
});

test("the name that was typed comes first, then shorter ones that begin so", async () => {
  await using world = await aWorld();
  for (const name of ["my-foo", "foo-bar-long", "foo", "foo-bar", "xfoox"]) await publish(world, name, "1.0");

  assert.deepEqual(
    (await found(world, "foo")).map((hit) => hit.split(" ")[1]),
    ["foo", "foo-bar", "foo-bar-long", "my-foo", "xfoox"],
  );
});

test("what was published, changed or removed counts from the next search on", async () => {
  await using world = await aWorld();
  await found(world, "acme");
  await publish(world, "acme-tools", "2.0", { summary: "Saws" });
  await publish(world, "acme-more", "1.0");
  assert.deepEqual(await found(world, "saws"), ["alice/dev acme-tools 2.0"]);
  assert.deepEqual(await found(world, "hammers"), []);
  await publish(world, "acme-tools", "3.0rc1", { summary: "Not yet" });
  assert.deepEqual(await found(world, "saws"), ["alice/dev acme-tools 2.0"]);
  assert.ok((await found(world, "acme")).includes("alice/dev acme-more 1.0"));

  await world.registry.releases.removeProject(ALICE, nameOf("alice/dev"), "acme-tools" as never, true);
  assert.ok(!(await found(world, "acme")).some((hit) => hit.includes("acme-tools")));
  await world.registry.repositoriesAdmin.remove(ALICE, nameOf("alice/dev"));
  assert.deepEqual(await found(world, "acme"), []);
});

test("remotes are found by the names that they list, and one that cannot answer stops nobody", async () => {
  // Nobody's patience ends: the answers are local.
  await using world = await aWorld({ wait: () => new Promise(() => undefined) });
  world.fake.add("Acme.Public", { filename: "acme_public-9.tar.gz", bytes: Buffer.from("x") });
  await world.remote("root/up");
  await world.remote("root/gone", { isOffline: true });

  assert.deepEqual(await found(world, "acme pub"), ["root/up acme-public -"]);
  assert.deepEqual(await found(world, "acme-public"), ["root/up acme-public -"]);
});

test("who types does not wait for a list of names that is long in coming, and is told", async () => {
  await using world = await aWorld();
  await world.remote("root/up");

  const { hits, unread } = await world.registry.search.anywhere(NOBODY, "acme", 10);
  assert.deepEqual([hits.length, unread], [2, ["root/up"]]);
});

test("nobody finds what they may not read, nor what the repository does not show", async () => {
  await using world = await aWorld();
  await world.change("alice/dev", (current) => ({ ...current, readers: ["alice"] }));
  assert.deepEqual(await found(world, "acme"), []);
  assert.deepEqual(await found(world, "acme", BOB), []);
  assert.equal((await found(world, "acme", ALICE)).length, 2);
  const some = token("alice", limit("read", "alice/dev", ["other"]));
  assert.deepEqual(await found(world, "o", some), ["alice/dev other -"]);

  await world.change("alice/dev", (current) => ({ ...current, isBlackedOut: true }));
  assert.deepEqual(await found(world, "acme", ALICE), []);
  await world.change("alice/dev", (current) => ({ ...current, isBlackedOut: false, constraints: ["other", "*"] }));
  assert.deepEqual(await found(world, "acme", ALICE), ["alice/dev other 1.0"]);
});
