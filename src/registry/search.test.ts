import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal, Repository } from "#core";
import {
  ALICE,
  BOB,
  limit,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  token,
} from "../../tests/support/registry-world.ts";
import type { SearchWish } from "./search.ts";

async function aWorld(): Promise<RegistryWorld> {
  const world = await openRegistryWorld();
  await world.local("alice/dev");
  await publish(world, "alice/dev", "acme-tools", "1.0", "Hammers and nails");
  await publish(world, "alice/dev", "acme-tools", "2.0", "Hammers and screws");
  await publish(world, "alice/dev", "other", "1.0", "Works with acme");
  return world;
}

async function publish(world: RegistryWorld, repository: string, project: string, version: string, summary: string) {
  await world.publish(repository, { project, version, displayName: project, versionAttributes: { summary } });
}

async function found(
  world: RegistryWorld,
  asked: string,
  wish: Partial<SearchWish>,
  principal: Principal = NOBODY,
): Promise<readonly string[]> {
  const repository = (await world.registry.repository(nameOf(asked))) as Repository;
  const whole: SearchWish = { name: "", summary: "", operator: "or", hitsMax: 10, ...wish };
  const hits = await world.registry.search.within(principal, repository, whole);
  return hits.map((hit) => `${hit.repository} ${hit.project} ${hit.version ?? "-"} ${hit.summary ?? "-"}`);
}

test("a project is found by its name in any spelling, or by its newest version's summary, the likelier first", async () => {
  await using world = await aWorld();

  assert.deepEqual(await found(world, "alice/dev", { name: "ACME", summary: "ACME" }), [
    "alice/dev acme-tools 2.0 Hammers and screws",
    "alice/dev other 1.0 Works with acme",
  ]);
  assert.deepEqual(await found(world, "alice/dev", { name: "Acme_Tools" }), [
    "alice/dev acme-tools 2.0 Hammers and screws",
  ]);
  assert.deepEqual(await found(world, "alice/dev", { summary: "nails" }), []);
  assert.deepEqual(await found(world, "alice/dev", { name: "tools", summary: "acme", operator: "and" }), []);
  assert.deepEqual(await found(world, "alice/dev", {}), []);
  assert.equal((await found(world, "alice/dev", { name: "a", summary: "a", hitsMax: 1 })).length, 1);
});

test("what was published, changed or removed counts from the next search on", async () => {
  await using world = await aWorld();
  await found(world, "alice/dev", { name: "acme" });

  await publish(world, "alice/dev", "acme-tools", "3.0", "Saws");
  await publish(world, "alice/dev", "acme-more", "1.0", "More");
  assert.deepEqual(await found(world, "alice/dev", { name: "acme" }), [
    "alice/dev acme-more 1.0 More",
    "alice/dev acme-tools 3.0 Saws",
  ]);

  await world.registry.releases.removeProject(ALICE, nameOf("alice/dev"), "acme-tools" as never, true);
  assert.deepEqual(await found(world, "alice/dev", { name: "acme" }), ["alice/dev acme-more 1.0 More"]);
});

test("the bases are searched too, each project once, and remotes by the names that they list", async () => {
  await using world = await aWorld();
  world.fake.add("acme-tools", { filename: "acme-tools-9.tar.gz", bytes: Buffer.from("x") });
  world.fake.add("acme-public", { filename: "acme-public-9.tar.gz", bytes: Buffer.from("x") });
  await world.remote("root/up");
  await world.local("alice/top", { bases: [nameOf("alice/dev"), nameOf("root/up")] });

  assert.deepEqual(await found(world, "alice/top", { name: "acme" }), [
    "root/up acme-public - -",
    "alice/dev acme-tools 2.0 Hammers and screws",
  ]);
});

test("an upstream that cannot answer hides nothing of what is here", async () => {
  await using world = await aWorld();
  await world.remote("root/down", { url: "http://127.0.0.1:1/" });
  await world.local("alice/top", { bases: [nameOf("alice/dev"), nameOf("root/down")] });

  assert.equal((await found(world, "alice/top", { name: "acme" })).length, 1);
});

test("nobody finds what they may not read, or what constraints keep out", async () => {
  await using world = await aWorld();
  await world.local("alice/closed", { readers: ["alice"] });
  await publish(world, "alice/closed", "acme-secret", "1.0", "Secret");
  await world.local("alice/top", { bases: [nameOf("alice/dev"), nameOf("alice/closed")] });
  await world.virtual("alice/some", ["alice/top"], { constraints: ["acme-tools", "*"] });
  const everywhere = async (principal: Principal) =>
    (await world.registry.search.everywhere(principal, { name: "acme", summary: "", operator: "or", hitsMax: 9 })).map(
      ({ project }) => project,
    );

  assert.equal((await found(world, "alice/top", { name: "acme" }, BOB)).length, 1);
  assert.equal((await found(world, "alice/top", { name: "acme" }, ALICE)).length, 2);
  assert.equal((await found(world, "alice/some", { name: "acme" }, ALICE)).length, 1);
  assert.deepEqual(await everywhere(BOB), ["acme-tools"]);
  assert.deepEqual(await everywhere(ALICE), ["acme-secret", "acme-tools"]);
  const some = token("alice", limit("read", "alice/closed", ["nothing"]));
  assert.deepEqual(await everywhere(some), ["acme-tools"]);
});
