import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LocalRepository, ProjectName } from "#core";
import {
  ALICE,
  BOB,
  candidateOf,
  chunksOf,
  limit,
  NOBODY,
  nameOf,
  openRegistryWorld,
  type RegistryWorld,
  refusal,
  token,
} from "../../tests/support/registry-world.ts";

const FOO = "foo" as ProjectName;
const DEV = nameOf("alice/dev");

async function openDev(change: Partial<LocalRepository> = {}): Promise<RegistryWorld> {
  const world = await openRegistryWorld();
  await world.local("alice/dev", change);
  return world;
}

async function eventsOf(world: RegistryWorld): Promise<readonly string[]> {
  const entries = await world.metadata.read((view) => view.entries(0 as never, 1000));
  return entries.map(({ event }) => event.type).filter((type) => !/^(user|repository)/.test(type));
}

async function textOf(world: RegistryWorld, filename: string): Promise<string> {
  const file = await (await world.desk("alice/dev")).file(FOO, filename);
  assert(file?.kind === "stored");
  const chunks: Uint8Array[] = [];
  for await (const chunk of await file.body.open()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a published file", () => {
  test("is there with its project, its version's record and its companions, by whom and when", async () => {
    await using world = await openDev();
    const { artifact, created } = await world.publish("alice/dev", {
      project: "foo",
      displayName: "Foo",
      text: "bytes",
      versionAttributes: { summary: "a foo" },
      companions: { ".metadata": "Name: foo" },
    });

    assert.equal(created, true);
    assert.deepEqual(artifact.log, [{ what: "upload", who: "alice", at: world.now(), from: null, to: "alice/dev" }]);
    assert.deepEqual([artifact.sizeBytes, artifact.publishedAt], [5, world.now()]);
    assert.equal(await textOf(world, "foo-1.0.tar.gz"), "bytes");
    const stored = await world.metadata.read(async (view) => ({
      project: await view.project(DEV, FOO),
      version: await view.version(DEV, FOO, "1.0"),
    }));
    assert.deepEqual([stored.project?.displayName, stored.project?.isHeld], ["Foo", true]);
    assert.deepEqual(stored.version?.attributes, { summary: "a foo" });
    const companion = await (await world.desk("alice/dev")).companion(FOO, "foo-1.0.tar.gz", ".metadata");
    assert(companion?.kind === "stored");
    assert.equal(Buffer.from(companion.body.bytes ?? []).toString(), "Name: foo");
  });

  test("has all digests that clients compare while it is received", async () => {
    await using world = await openDev();
    await using received = await (await world.desk("alice/dev")).receive(chunksOf("abc"));

    assert.equal(received.hex["md5"], "900150983cd24fb0d6963f7d28e17f72");
    assert.equal(received.hex["blake2b_256"], "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    assert.equal(received.digest, `sha256:${received.hex["sha256"]}`);
  });

  test("adds what its version's record says to what was said before", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo", versionAttributes: { summary: "one", license: "MIT" } });
    await world.publish("alice/dev", {
      project: "foo",
      filename: "foo-1.0-py3-none-any.whl",
      versionAttributes: { summary: "two" },
    });

    const version = await world.metadata.read((view) => view.version(DEV, FOO, "1.0"));
    assert.deepEqual(version?.attributes, { summary: "two", license: "MIT" });
  });
});

describe("the same file name again", () => {
  test("with the same bytes is a success without an event", async () => {
    await using world = await openDev({ mutability: "immutable" });
    const first = await world.publish("alice/dev", { project: "foo" });
    const before = await eventsOf(world);
    const second = await world.publish("alice/dev", { project: "foo" });

    assert.deepEqual(second, { artifact: first.artifact, created: false });
    assert.deepEqual(await eventsOf(world), before);
    assert.equal(world.registry.figures().uploads, 1);
  });

  test("with other bytes is refused where files never change, and what is there stays", async () => {
    await using world = await openDev({ mutability: "immutable" });
    await world.publish("alice/dev", { project: "foo", text: "first" });

    await assert.rejects(world.publish("alice/dev", { project: "foo", text: "second" }), refusal("file-exists"));
    assert.equal(await textOf(world, "foo-1.0.tar.gz"), "first");
  });

  test("with other bytes replaces it where files may change, and counts how often", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo", text: "first" });
    await world.publish("alice/dev", { project: "foo", text: "second" });
    const { artifact } = await world.publish("alice/dev", { project: "foo", text: "third" });

    assert.equal(await textOf(world, "foo-1.0.tar.gz"), "third");
    assert.deepEqual(
      artifact.log.map(({ what, who, count }) => [what, who, count]),
      [
        ["overwrite", null, 2],
        ["upload", "alice", undefined],
      ],
    );
    assert.deepEqual((await eventsOf(world)).at(-1), "artifact.replaced");
    assert.deepEqual(await world.files("alice/dev", "foo"), ["foo-1.0.tar.gz"]);
  });

  test("replaces nothing by a token that may publish but not overwrite", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo", text: "first" });
    const ci = token("alice", limit("publish", "alice/dev"));

    await assert.rejects(world.publish("alice/dev", { project: "foo", text: "second" }, ci), refusal("not-permitted"));
    assert.equal((await world.publish("alice/dev", { project: "foo", version: "2.0" }, ci)).created, true);
  });

  test("is refused for another project, whatever may change", async () => {
    await using world = await openDev();
    await world.publish("alice/dev", { project: "foo", filename: "foo-bar-1.0.tar.gz" });

    await assert.rejects(
      world.publish("alice/dev", { project: "foo-bar", filename: "foo-bar-1.0.tar.gz", text: "other" }),
      refusal("file-exists"),
    );
  });

  test("at the same time from several: one wins, the others are told, and the winner's bytes are there", async () => {
    await using world = await openDev({ mutability: "immutable" });
    const texts = Array.from({ length: 8 }, (_, index) => `bytes ${index}`);
    const outcomes = await Promise.allSettled(
      texts.map((text) => world.publish("alice/dev", { project: "foo", text })),
    );

    const won = outcomes.flatMap((outcome, index) => (outcome.status === "fulfilled" ? [texts[index]] : []));
    assert.equal(won.length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") assert.ok(refusal("file-exists")(outcome.reason));
    }
    assert.equal(await textOf(world, "foo-1.0.tar.gz"), won[0]);
  });

  test("heals a blob that was lost", async () => {
    await using world = await openDev({ mutability: "immutable" });
    const { artifact } = await world.publish("alice/dev", { project: "foo" });
    await world.blobs.delete(artifact.blob);
    await world.publish("alice/dev", { project: "foo" });

    assert.notEqual(await world.blobs.stat(artifact.blob), null);
  });
});

describe("the same distribution under another spelling of its file name", () => {
  const WHEEL = { project: "foo", filename: "foo-1.0-py3-none-any.whl", text: "first" };
  const RESPELLED = { ...WHEEL, filename: "Foo-1.0-py3-none-any.whl" };

  for (const mutability of ["immutable", "volatile"] as const) {
    for (const text of ["first", "second"]) {
      test(`is refused with ${text === "first" ? "the same" : "other"} bytes in a repository that is ${mutability}`, async () => {
        await using world = await openDev({ mutability });
        await world.publish("alice/dev", WHEEL);
        const before = await eventsOf(world);

        await assert.rejects(
          world.publish("alice/dev", { ...RESPELLED, text }),
          refusal("file-exists", /File already exists: .*'foo-1\.0-py3-none-any\.whl'/),
        );
        assert.deepEqual(await eventsOf(world), before);
      });
    }
  }

  test("is refused also when it came between the look before and the fact", async () => {
    await using world = await openDev({ mutability: "immutable" });
    const outcomes = await Promise.allSettled([
      world.publish("alice/dev", WHEEL),
      world.publish("alice/dev", { ...RESPELLED, text: "second" }),
    ]);

    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    const artifacts = await world.metadata.read((view) => view.artifacts(DEV, FOO));
    assert.equal(artifacts.length, 1);
  });

  test("may come once the other one was removed", async () => {
    await using world = await openDev({ mutability: "volatile" });
    await world.publish("alice/dev", WHEEL);
    await world.registry.releases.removeFile(ALICE, { repository: DEV, project: FOO, filename: WHEEL.filename }, false);

    assert.equal((await world.publish("alice/dev", RESPELLED)).created, true);
  });
});

describe("who may publish where", () => {
  test("rights are looked at before the first byte is taken", async () => {
    await using world = await openDev();
    const untouched = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => assert.fail("bytes were taken"),
    });
    const asBob = await world.desk("alice/dev", BOB);
    const asNobody = await world.desk("alice/dev", NOBODY);

    await assert.rejects(asBob.receive(untouched()), refusal("not-permitted"));
    await assert.rejects(asNobody.receive(untouched()), refusal("not-signed-in"));
    assert.deepEqual([asBob.may("publish"), asNobody.may("publish")], [false, false]);
  });

  test("a right that is taken away while the bytes come counts", async () => {
    await using world = await openDev();
    const desk = await world.desk("alice/dev", ALICE);
    await using received = await desk.receive(chunksOf("bytes"));
    await world.change("alice/dev", (current) => ({ ...(current as LocalRepository), publishers: ["bob"] }));

    await assert.rejects(desk.publish(candidateOf({ project: "foo" }, received)), refusal("not-permitted"));
  });

  test("a token for one project publishes that and no other", async () => {
    await using world = await openDev();
    const ci = token("alice", limit("publish", "alice/dev", ["foo"]));

    assert.equal((await world.publish("alice/dev", { project: "foo" }, ci)).created, true);
    await assert.rejects(world.publish("alice/dev", { project: "bar" }, ci), refusal("not-permitted"));
    assert.equal((await world.desk("alice/dev", ci)).may("publish"), true);
  });

  test("a virtual repository hands uploads to the member it publishes to, whose rights count", async () => {
    await using world = await openDev();
    await world.virtual("alice/all", ["alice/dev"], { publishTo: DEV });
    const { artifact } = await world.publish("alice/all", { project: "foo" });
    const desk = await world.desk("alice/all", ALICE);

    assert.equal(artifact.repository, "alice/dev");
    assert.deepEqual([desk.may("publish"), desk.publishesTo?.name], [true, "alice/dev"]);
    assert.equal(world.registry.decide(ALICE, "publish", desk.repository).isAllowed, true);
    assert.equal(world.registry.decide(BOB, "publish", desk.repository).isAllowed, false);
    await assert.rejects(world.publish("alice/all", { project: "foo" }, BOB), refusal("not-permitted"));
  });

  test("a remote, and a virtual repository without a place for uploads, say what they are", async () => {
    await using world = await openDev();
    await world.remote("root/up");
    await world.virtual("alice/all", ["alice/dev"]);

    await assert.rejects(
      world.publish("root/up", { project: "foo" }),
      refusal("not-publishable", /reads through to another server/),
    );
    await assert.rejects(
      world.publish("alice/all", { project: "foo" }),
      refusal("not-publishable", /shows other repositories/),
    );
  });

  test("a closed remote does not say what it is to strangers", async () => {
    await using world = await openDev();
    await world.remote("root/up", { readers: ["alice"] });

    await assert.rejects(world.publish("root/up", { project: "foo" }, NOBODY), refusal("not-signed-in"));
    await assert.rejects(world.publish("root/up", { project: "foo" }, BOB), refusal("not-permitted"));
  });

  for (const status of ["archived", "quarantined"] as const) {
    test(`an ${status} project takes no files and no registrations`.replace("an q", "a q"), async () => {
      await using world = await openDev();
      await world.publish("alice/dev", { project: "foo" });
      await world.registry.releases.setStatus(ALICE, DEV, FOO, status, "no longer ours");
      const closed = refusal("project-closed", /no longer ours/);

      await assert.rejects(world.publish("alice/dev", { project: "foo", version: "2.0" }), closed);
      await assert.rejects((await world.desk("alice/dev")).register(FOO, "foo", null), closed);
    });
  }

  test("a registered project is held, and shows an empty page", async () => {
    await using world = await openDev();
    const desk = await world.desk("alice/dev");
    await desk.register(FOO, "Foo", { version: "1.0", attributes: { summary: "soon" } });

    const listing = await desk.listing(FOO);
    assert.deepEqual([listing?.displayName, listing?.versions, listing?.files], ["Foo", ["1.0"], []]);
  });
});

describe("bytes first, then the fact", () => {
  test("nothing is left of an upload that breaks off", async () => {
    await using world = await openDev();
    const desk = await world.desk("alice/dev");
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("the connection broke");
    }

    await assert.rejects(desk.receive(broken()), /the connection broke/);
    assert.deepEqual(await Array.fromAsync(world.blobs.list()), []);
  });

  test("a file beyond the limit is refused, and nothing of it is left", async () => {
    await using world = await openRegistryWorld({ settings: { fileSizeBytesMax: 10 } });
    await world.local("alice/dev");

    await assert.rejects(world.publish("alice/dev", { project: "foo", text: "eleven chars" }), refusal("too-large"));
    assert.deepEqual(await Array.fromAsync(world.blobs.list()), []);
  });

  test("a refused candidate leaves no blob", async () => {
    await using world = await openDev({ mutability: "immutable" });
    const { artifact } = await world.publish("alice/dev", { project: "foo" });
    await assert.rejects(world.publish("alice/dev", { project: "foo", text: "other" }), refusal("file-exists"));

    assert.deepEqual(
      (await Array.fromAsync(world.blobs.list())).map(({ digest }) => digest),
      [artifact.blob],
    );
  });

  test("the sweeper leaves the blobs alone from before they are visible", async () => {
    const held: (readonly [string, boolean])[] = [];
    let world: RegistryWorld | null = null;
    await using opened = await openRegistryWorld({
      wrapBlobs: (blobs) => ({
        ...blobs,
        async stat(digest) {
          if (world !== null) held.push([digest, await world.state.holdsBlob(digest)]);
          return blobs.stat(digest);
        },
      }),
    });
    world = opened;
    await world.local("alice/dev");
    await world.publish("alice/dev", { project: "foo", companions: { ".metadata": "Name: foo" } });

    assert.deepEqual(
      held.map(([, isHeld]) => isHeld),
      [true, true],
    );
  });

  test("a blob that was swept away before the fact is noticed, and no fact is written", async () => {
    await using world = await openRegistryWorld({
      wrapBlobs: (blobs) => ({
        ...blobs,
        async stat(digest) {
          await blobs.delete(digest);
          return blobs.stat(digest);
        },
      }),
    });
    await world.local("alice/dev");

    await assert.rejects(world.publish("alice/dev", { project: "foo" }), refusal("blob-missing"));
    assert.deepEqual(await eventsOf(world), []);
  });
});
