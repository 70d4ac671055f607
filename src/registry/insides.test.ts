import assert from "node:assert/strict";
import { test } from "node:test";
import { ALICE, NOBODY, nameOf, openRegistryWorld } from "../../tests/support/registry-world.ts";

test("a look inside asks no upstream for a file that is not here", async () => {
  await using world = await openRegistryWorld();
  world.fake.add("foo", { filename: "foo-1.0.tar.gz", bytes: Buffer.from("no archive") });
  await world.remote("root/up");
  await world.local("alice/dev");
  const which = { repository: nameOf("root/up"), project: "foo" as never, filename: "foo-1.0.tar.gz" };

  assert.match((await world.registry.insides.contents(NOBODY, which)).because ?? "", /not here yet/);
  assert.equal(await world.registry.insides.text(NOBODY, which, "a"), null);
  // Copying it elsewhere has it fetched.
  await world.registry.releases.push(ALICE, which.repository, which.project, "1.0", nameOf("alice/dev"));
  assert.match((await world.registry.insides.contents(NOBODY, which)).because ?? "", /broken/);
});
