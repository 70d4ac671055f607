import assert from "node:assert/strict";
import { test } from "node:test";
import { ALICE, nameOf, openRegistryWorld, refusal } from "../../tests/support/registry-world.ts";

const DEV = nameOf("alice/dev");

test("a file for which there is no room in the repository is refused, with what is used and what to do", async () => {
  await using world = await openRegistryWorld();
  await world.local("alice/dev", { quotaBytes: 10 });
  await world.publish("alice/dev", { project: "foo", text: "123456" });
  await assert.rejects(
    world.publish("alice/dev", { project: "foo", version: "2.0", text: "12345" }),
    refusal("quota-exceeded", /with 5 bytes into alice\/dev: it holds 6 of the 10 bytes.*remove.*raise its quota/),
  );
  assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0.tar.gz"]);
  await world.publish("alice/dev", { project: "foo", version: "2.0", text: "1234" });
});

test("a file that takes the place of another needs room only for the difference", async () => {
  await using world = await openRegistryWorld();
  await world.local("alice/dev", { quotaBytes: 10 });
  await world.publish("alice/dev", { project: "foo", text: "1234567890" });
  await world.publish("alice/dev", { project: "foo", text: "0987654321" });
  await assert.rejects(world.publish("alice/dev", { project: "foo", text: "12345678901" }), refusal("quota-exceeded"));
});

test("under a limit that was lowered files may still become smaller, and the same bytes are no news", async () => {
  await using world = await openRegistryWorld();
  await world.local("alice/dev", { quotaBytes: null });
  await world.publish("alice/dev", { project: "foo", text: "1234567890" });
  await world.change("alice/dev", (current) => ({ ...current, quotaBytes: 3 }));
  assert.equal((await world.publish("alice/dev", { project: "foo", text: "1234567890" })).created, false);
  await world.publish("alice/dev", { project: "foo", text: "123456" });
  await assert.rejects(world.publish("alice/dev", { project: "bar", text: "1" }), refusal("quota-exceeded"));
});

test("uploads that come at the same time do not together get over the limit", async () => {
  await using world = await openRegistryWorld();
  await world.local("alice/dev", { quotaBytes: 10 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      world.publish("alice/dev", { project: "foo", version: `${index}.0`, text: `abc${index}` }),
    ),
  );
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 2);
  const { sizeBytes } = await world.metadata.read((view) => view.totals(DEV));
  assert.equal(sizeBytes, 8);
});

test("what is pushed counts as what is uploaded", async () => {
  await using world = await openRegistryWorld();
  await world.local("alice/dev");
  await world.local("alice/prod", { quotaBytes: 3 });
  await world.publish("alice/dev", { project: "foo", text: "1234" });
  const { artifact } = await world.publish("alice/dev", { project: "foo", version: "2.0", text: "123" });
  const push = (version: string) =>
    world.registry.releases.push(ALICE, DEV, artifact.project, version, nameOf("alice/prod"));
  await assert.rejects(push("1.0"), refusal("quota-exceeded"));
  await push("2.0");
  assert.deepEqual(await world.files("alice/prod", "foo"), ["foo-2.0.tar.gz"]);
});
