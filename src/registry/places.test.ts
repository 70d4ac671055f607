import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import { nameOf, refusal } from "../../tests/support/registry-world.ts";
import { openTreeWorld } from "../../tests/support/tree-world.ts";

const DEV = nameOf("alice/dev");
const PLACE = "Foo/1.0/foo-1.0.tar.gz";
const FOO = { project: "foo", displayName: "Foo" };

describe("a file that comes by a form", () => {
  test("stands where its format puts it, with its digests and what it says about itself", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    const { artifact } = await world.publish("alice/dev", { ...FOO, text: "bytes" });
    assert.equal(artifact.path, PLACE);
    assert.deepEqual(artifact.digests, { sha1: hash("sha1", "bytes"), md5: hash("md5", "bytes") });
    const stored = await world.metadata.read((view) => view.artifactAt(DEV, PLACE));
    assert.deepEqual(stored, artifact);
    assert.deepEqual(await world.all("alice/dev:"), ["Foo/", "Foo/1.0/", PLACE]);
  });

  test("says anew about itself what it says when it replaces another one", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await world.publish("alice/dev", { ...FOO, text: "one", versionAttributes: { summary: "one" } });
    await world.publish("alice/dev", { ...FOO, text: "two", versionAttributes: { summary: "two" } });
    assert.deepEqual((await world.properties(`alice/dev:${PLACE}`))?.["pypi.summary"], ["two"]);
  });

  test("is refused where a plain file stands in its way, which stays", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev");
    await world.put("alice/dev:Foo", "a file");
    await assert.rejects(world.publish("alice/dev", FOO), refusal("file-exists", /Foo already exists as a file/));
    assert.equal(await world.text("alice/dev:Foo"), "a file");
  });

  test("is refused by the patterns of the repository, and nothing is kept", async () => {
    await using world = await openTreeWorld();
    await world.local("alice/dev", { excludes: ["Foo/**"] });
    await assert.rejects(world.publish("alice/dev", FOO), refusal("path-excluded"));
    assert.deepEqual(await Array.fromAsync(world.blobs.list()), []);
    await world.publish("alice/dev", { project: "bar" });
  });
});

test("a push puts files where they would stand, with what was said of them", async () => {
  await using world = await openTreeWorld();
  await world.local("alice/dev");
  await world.local("alice/prod", { excludes: ["bar/**"] });
  await world.publish("alice/dev", FOO);
  await world.publish("alice/dev", { project: "bar" });
  await world.move(`alice/dev:${PLACE}`, "alice/dev:odd/foo-1.0.tar.gz");
  const push = (project: string) =>
    world.registry.releases.push(
      { kind: "system", reason: "test" },
      DEV,
      project as never,
      "1.0",
      nameOf("alice/prod"),
    );
  await push("foo");
  assert.deepEqual(await world.all("alice/prod:"), ["Foo/", "Foo/1.0/", PLACE]);
  await assert.rejects(push("bar"), refusal("path-excluded"));
});
