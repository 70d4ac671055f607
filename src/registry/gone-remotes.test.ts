import assert from "node:assert/strict";
import { test } from "node:test";
import type { Digest, Offer, ProjectName, RemoteRepository } from "#core";
import { nameOf, openRegistryWorld, type RegistryWorld } from "../../tests/support/registry-world.ts";
import { addressPrefix, companionKey, fileKey, SPACES } from "./remote-keys.ts";

test("copies of a remote that is no more are let go, also when the crash came before they were forgotten", async () => {
  await using world = await openRegistryWorld();
  const gone = (await world.remote("root/up")) as RemoteRepository;
  const stays = (await world.remote("root/up-two")) as RemoteRepository;
  await keepCopies(world, gone, "a", "b");
  await keepCopies(world, stays, "c", "d");
  // As after a crash: the removal is written, and nobody has forgotten anything.
  await world.metadata.write({ kind: "system", name: "test", tokenId: null }, async (tx) =>
    tx.append({ type: "repository.removed", name: nameOf("root/up") }),
  );

  await world.registry.forgetGoneRemotes();

  assert.deepEqual(await heldOf(world, "abcd"), ["c", "d"]);
});

test("copies of an address that a remote no longer has are let go, and those of its present one stay", async () => {
  await using world = await openRegistryWorld();
  const remote = (await world.remote("root/up")) as RemoteRepository;
  await keepCopies(world, { ...remote, url: "https://old.example/simple/" }, "a", "b");
  await keepCopies(world, remote, "c", "d");

  await world.registry.forgetGoneRemotes();

  assert.deepEqual(await heldOf(world, "abcd"), ["c", "d"]);
});

test("a remote whose name another kind of repository has now is no more", async () => {
  await using world = await openRegistryWorld();
  const local = await world.local("alice/up");
  await keepCopies(world, { ...local, kind: "remote", url: world.fake.url } as never, "a", "b");
  await world.registry.forgetGoneRemotes();
  assert.deepEqual(await heldOf(world, "ab"), []);
});

/** A file and its companion, as a fetch would have written them down. */
async function keepCopies(
  { state }: RegistryWorld,
  remote: Pick<RemoteRepository, "name" | "url">,
  file: string,
  companion: string,
): Promise<void> {
  const offer = { project: "foo" as ProjectName, filename: "foo-1.0.tar.gz" } as Offer;
  const prefix = addressPrefix(remote as RemoteRepository);
  await state.put(SPACES.files, fileKey(prefix, offer), { value: {}, blobs: [digestOf(file)] });
  const key = companionKey(prefix, offer, ".metadata");
  await state.put(SPACES.companions, key, { value: {}, blobs: [digestOf(companion)] });
  await state.put(SPACES.refreshes, prefix, { value: 1 });
}

async function heldOf({ state }: RegistryWorld, digits: string): Promise<readonly string[]> {
  const held = await Promise.all([...digits].map((digit) => state.holdsBlob(digestOf(digit))));
  return [...digits].filter((_, index) => held[index]);
}

function digestOf(digit: string): Digest {
  return `sha256:${digit.repeat(64)}` as Digest;
}
