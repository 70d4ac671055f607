import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProjectName } from "#core";
import {
  ALICE,
  BOB,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  refusal,
} from "../../tests/support/registry-world.ts";

async function verdictsOf(world: RegistryWorld, repository: string, project: string, principal = NOBODY) {
  const { members } = await world.registry.resolutions.explain(principal, nameOf(repository), project as ProjectName);
  return members.map(({ member, verdict }) => [member, verdict]);
}

describe("where a repository would take a project from", () => {
  test("says who answers and who is not asked, as the listing has it, and asks no upstream", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/up");
    await world.local("alice/one");
    await world.local("alice/two", { reserved: ["acme-*"] });
    await world.virtual("alice/all", ["root/up", "alice/one", "alice/two"]);
    await world.publish("alice/two", { project: "foo" });

    assert.deepEqual(await verdictsOf(world, "alice/all", "foo"), [
      ["alice/one", "has-none"],
      ["alice/two", "answers"],
      ["root/up", "not-asked"],
    ]);
    assert.deepEqual((await verdictsOf(world, "alice/all", "bar")).at(-1), ["root/up", "is-asked"]);
    assert.deepEqual((await verdictsOf(world, "alice/all", "acme-x")).at(-1), ["root/up", "not-asked"]);
    assert.deepEqual(world.fake.seen, []);
  });

  test("tells of priority, of patterns, and of what is blacked out", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/up", { excludes: ["foo/**"] });
    await world.local("alice/first", { hasPriority: true });
    await world.local("alice/second");
    await world.local("alice/dark");
    await world.virtual("alice/all", ["alice/first", "alice/second", "alice/dark", "root/up"], { resolution: "merge" });
    for (const name of ["alice/second", "alice/dark"]) await world.publish(name, { project: "foo" });
    await world.change("alice/dark", (current) => ({ ...current, isBlackedOut: true }));
    assert.deepEqual(await verdictsOf(world, "alice/all", "foo"), [
      ["alice/first", "has-none"],
      ["alice/second", "answers"],
      ["alice/dark", "withheld"],
      ["root/up", "kept-out"],
    ]);

    await world.publish("alice/first", { project: "foo" });
    const verdicts = await verdictsOf(world, "alice/all", "foo");
    assert.deepEqual(verdicts.slice(0, 2), [
      ["alice/first", "answers"],
      ["alice/second", "outranked"],
    ]);
  });

  test("does not tell who may not read a member what it has, nor its name where only others know it", async () => {
    await using world = await openRegistryWorld();
    await world.remote("root/up");
    await world.local("alice/secret", { readers: ["alice"] });
    await world.virtual("alice/inner", ["alice/secret"]);
    await world.virtual("alice/all", ["alice/inner", "root/up"]);
    await world.virtual("alice/plain", ["alice/secret"]);
    await world.publish("alice/secret", { project: "foo" });

    const asked = nameOf("alice/all");
    const { members } = await world.registry.resolutions.explain(BOB, asked, "foo" as ProjectName);
    assert.doesNotMatch(JSON.stringify(members), /secret/);
    assert.deepEqual(await verdictsOf(world, "alice/plain", "foo", BOB), [["alice/secret", "not-readable"]]);
    assert.deepEqual(await verdictsOf(world, "alice/plain", "foo", ALICE), [["alice/secret", "answers"]]);
  });

  test("can be asked for settings that are not saved, by who may save them", async () => {
    await using world = await openRegistryWorld();
    await world.local("alice/one");
    await world.publish("alice/one", { project: "foo" });
    const preview = (principal = ALICE) =>
      world.registry.resolutions.preview(
        principal,
        nameOf("alice/new"),
        { kind: "virtual", members: [nameOf("alice/one")] },
        "foo" as ProjectName,
      );

    assert.deepEqual(
      (await preview()).members.map(({ verdict }) => verdict),
      ["answers"],
    );
    assert.equal(await world.registry.repository(nameOf("alice/new")), null);
    await assert.rejects(preview(BOB), refusal("not-permitted"));
  });
});
