import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { type Digest, type Offer, refuse } from "#core";
import type { OpenFile } from "#formats";
import { refusal } from "../../tests/support/registry-tools.ts";
import { bytesOf, openRemoteWorld, type RemoteWorld, sealed } from "../../tests/support/remote-world.ts";

const NAME = "foo-1.0-py3-none-any.whl";
const PATH = `/files/${NAME}`;
const BYTES = randomBytes(3_000_000);

async function openWorld(
  options: Parameters<typeof openRemoteWorld>[0] = {},
  bytes: Uint8Array = BYTES,
): Promise<RemoteWorld> {
  const world = await openRemoteWorld(options);
  world.fake.add("foo", { filename: NAME, bytes });
  return world;
}

function chunksOf(file: OpenFile): AsyncIterator<Uint8Array> {
  assert.equal(file.kind, "fetching");
  return file.kind === "fetching" ? file.chunks[Symbol.asyncIterator]() : assert.fail();
}

/** Reads until so many bytes are there. */
async function take(chunks: AsyncIterator<Uint8Array>, sizeBytes: number): Promise<Buffer> {
  const taken: Uint8Array[] = [];
  for (let sum = 0; sum < sizeBytes; ) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    taken.push(value);
    sum += value.byteLength;
  }
  return Buffer.concat(taken);
}

/** Waits until the file is kept, which is after its readers have all of it. */
async function kept(world: RemoteWorld, offer: Offer): Promise<void> {
  await world.remotes.keep(world.remote, offer);
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
}

test("a file comes from the upstream once and from the store ever after", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const first = await world.remotes.file(world.remote, offer);
  assert.equal(first.kind, "fetching");
  assert.equal(first.kind === "fetching" && first.sizeBytes, BYTES.length);
  assert.deepEqual(await bytesOf(first), BYTES);
  await kept(world, offer);
  const second = await world.remotes.file(world.remote, offer);
  assert.equal(second.kind === "stored" && second.blob, digestOf(BYTES));
  assert.deepEqual(await bytesOf(second), BYTES);
  assert.equal(world.fake.count(PATH), 1);
  assert.equal(world.blobs.draftsOpen, 0);
});

test("a cached file survives a restart and works with the upstream gone", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  await kept(world, offer);
  await world.restart();
  await world.fake.die();
  const file = await world.remotes.file(world.remote, await world.offer("foo"));
  assert.equal(file.kind, "stored");
  assert.deepEqual(await bytesOf(file), BYTES);
});

test("the first byte goes out while the upstream is still sending", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  const chunks = chunksOf(await world.remotes.file(world.remote, offer));
  assert.deepEqual(await take(chunks, 100_000), BYTES.subarray(0, 100_000));
  gate.release();
  assert.deepEqual(await take(chunks, BYTES.length), BYTES.subarray(100_000));
});

test("everybody who asks meanwhile gets the same fetch, from its first byte", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 2_500_000);
  const early = chunksOf(await world.remotes.file(world.remote, offer));
  await take(early, 2_500_000);
  // These begin when the first pieces are in the draft only.
  const late = await Promise.all([world.remotes.file(world.remote, offer), world.remotes.file(world.remote, offer)]);
  gate.release();
  for (const file of late) assert.deepEqual(await bytesOf(file), BYTES);
  assert.equal(world.fake.count(PATH), 1);
});

test("a reader who takes its time holds up nobody, and gets everything", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const slow = chunksOf(await world.remotes.file(world.remote, offer));
  const begun = await take(slow, 1);
  assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
  await kept(world, offer);
  // The draft is gone by now.
  assert.equal(world.blobs.draftsOpen, 0);
  assert.deepEqual(Buffer.concat([begun, await take(slow, BYTES.length)]), BYTES);
});

for (const chunkBytes of [700, 16_384, 300_000]) {
  test(`readers of every speed get the same bytes from pieces of ${chunkBytes}`, async () => {
    const bytes = randomBytes(700_000);
    await using world = await openWorld({}, bytes);
    world.fake.behave({ chunkBytes });
    const offer = await world.offer("foo");
    const readers = Array.from({ length: 4 }, async (_, speed) => {
      const chunks = chunksOf(await world.remotes.file(world.remote, offer));
      const taken: Uint8Array[] = [];
      for (;;) {
        for (let turn = 0; turn < speed * 3; turn += 1) await new Promise(setImmediate);
        const { value, done } = await chunks.next();
        if (done === true) return Buffer.concat(taken);
        taken.push(value);
      }
    });
    for (const read of await Promise.all(readers)) assert.deepEqual(read, bytes);
    assert.equal(world.fake.count(PATH), 1);
  });
}

test("a reader who leaves does not end the fetch for the others", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  const leaver = chunksOf(await world.remotes.file(world.remote, offer));
  const stayer = await world.remotes.file(world.remote, offer);
  await take(leaver, 1000);
  await leaver.return?.();
  gate.release();
  assert.deepEqual(await bytesOf(stayer), BYTES);
});

test("leaving does not wait for the upstream", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  const leaver = chunksOf(await world.remotes.file(world.remote, offer));
  await take(leaver, 100_000);
  const waiting = leaver.next();
  assert.deepEqual(await leaver.return?.(), { done: true, value: undefined });
  gate.release();
  assert.equal((await waiting).done, true);
});

test("a file that everybody has left is fetched to its end, for the next who asks", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const chunks = chunksOf(await world.remotes.file(world.remote, offer));
  await take(chunks, 1000);
  await chunks.return?.();
  await kept(world, offer);
  assert.equal(world.fake.count(PATH), 1);
});

test("a huge file that everybody has left is given up", async () => {
  const length = 300 << 20;
  await using world = await openWorld({}, Buffer.from("small"));
  const [offer] = [await world.offer("foo")];
  const piece = Buffer.alloc(1 << 20);
  await using huge = await servingBytes(length, piece);
  const chunks = chunksOf(
    await world.remotes.file(world.remote, { ...offer, url: huge.url, digests: {}, sizeBytes: null }),
  );
  await take(chunks, 1);
  await chunks.return?.();
  await huge.closed;
  assert.ok(huge.sent() < length / 2);
  assert.deepEqual(world.blobs.digests, []);
});

for (const [what, change] of [
  ["is cut short", { truncating: true }],
  ["has the wrong digest", { lying: true }],
] as const) {
  test(`a file that ${what} never ends well, is not kept, and is fetched anew`, async () => {
    await using world = await openWorld();
    const offer = await world.offer("foo");
    world.fake.behave(change);
    const chunks = chunksOf(await world.remotes.file(world.remote, offer));
    let sizeBytes = 0;
    await assert.rejects(async () => {
      for (;;) {
        const { value, done } = await chunks.next();
        if (done === true) return;
        sizeBytes += value.byteLength;
      }
    }, /upstream-invalid|upstream-unavailable/);
    assert.ok(sizeBytes < BYTES.length, "the end was given away");
    assert.deepEqual(world.blobs.digests, []);
    assert.equal(world.blobs.draftsOpen, 0);
    world.fake.behave({ truncating: false, lying: false });
    assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
    assert.equal(world.fake.count(PATH), 2);
  });
}

test("the end of a small file is withheld too until its digest is right", async () => {
  await using world = await openWorld({}, Buffer.from("a small file"));
  const offer = await world.offer("foo");
  world.fake.behave({ lying: true });
  await assert.rejects(bytesOf(await world.remotes.file(world.remote, offer)), /sha256/);
});

for (const name of ["md5", "sha1", "sha512"]) {
  test(`a file announced by its ${name} is checked by it`, async () => {
    await using world = await openWorld();
    const offer = {
      ...(await world.offer("foo")),
      digests: { [name]: createHash(name).update(BYTES).digest("hex") },
    };
    world.fake.behave({ lying: true });
    await assert.rejects(bytesOf(await world.remotes.file(world.remote, offer)), new RegExp(name));
    world.fake.behave({ lying: false });
    assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
  });
}

test("without an announced digest the length must be right", async () => {
  await using world = await openWorld();
  world.fake.behave({ announcesHashes: false, language: "html" });
  const offer = await world.offer("foo");
  assert.deepEqual([offer.digests, offer.sizeBytes], [{}, null]);
  world.fake.behave({ truncating: true });
  await assert.rejects(bytesOf(await world.remotes.file(world.remote, offer)));
  world.fake.behave({ truncating: false, lengths: false });
  assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
  await kept(world, offer);
});

test("a length other than the page announced is refused before anything is sent", async () => {
  await using world = await openWorld();
  const offer = { ...(await world.offer("foo")), sizeBytes: BYTES.length + 1 };
  await assert.rejects(world.remotes.file(world.remote, offer), /upstream-invalid.*3000000 bytes instead of 3000001/);
});

for (const lengths of [true, false]) {
  test(`a file over the limit is refused${lengths ? "" : ", also when its length was not announced"}`, async () => {
    await using world = await openWorld({ fileSizeBytesMax: 1_000_000 });
    world.fake.behave({ lengths });
    const offer = { ...(await world.offer("foo")), sizeBytes: null };
    await assert.rejects(async () => bytesOf(await world.remotes.file(world.remote, offer)), /upstream-invalid/);
    assert.deepEqual(world.blobs.digests, []);
  });
}

for (const [status, code] of [
  [404, "file-not-found"],
  [410, "file-not-found"],
  [403, "upstream-unavailable"],
  [500, "upstream-unavailable"],
] as const) {
  test(`an upstream that answers ${status} for a file is ${code}`, async () => {
    await using world = await openWorld();
    const offer = await world.offer("foo");
    world.fake.on(PATH, { answer: { status } });
    await assert.rejects(world.remotes.file(world.remote, offer), new RegExp(`^RegistryError: ${code}`));
  });
}

test("an upstream that is gone makes a file that is not cached unavailable", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  await world.fake.die();
  await assert.rejects(world.remotes.file(world.remote, offer), /upstream-unavailable/);
});

test("a full disk is told as what it is, also before the upstream has answered", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const { begin } = world.blobs;
  Object.assign(world.blobs, { begin: async () => Promise.reject(refuse({ code: "storage-full", because: "full" })) });
  const gate = world.fake.hold(PATH);
  const opening = world.remotes.file(world.remote, offer);
  await gate.arrived;
  gate.release();
  await assert.rejects(opening, /storage-full/);
  Object.assign(world.blobs, { begin });
  assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
});

test("a failed fetch of one reader is the failure of all who joined it", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  world.fake.behave({ truncating: true });
  const all = await Promise.all([world.remotes.file(world.remote, offer), world.remotes.file(world.remote, offer)]);
  gate.release();
  for (const outcome of await Promise.allSettled(all.map(bytesOf))) assert.equal(outcome.status, "rejected");
  assert.equal(world.fake.count(PATH), 1);
});

test("bytes announced anew under a cached name are fetched where the remote is volatile", async () => {
  await using world = await openWorld();
  await kept(world, await world.offer("foo"));
  const other = Buffer.from("rebuilt");
  world.fake.add("foo", { filename: NAME, bytes: other });
  world.tick(600);
  assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, await world.offer("foo"))), other);
});

test("bytes announced anew under a cached name are refused where the remote is immutable", async () => {
  await using world = await openWorld();
  const remote = world.with({ mutability: "immutable" });
  await kept(world, await world.offer("foo"));
  world.fake.add("foo", { filename: NAME, bytes: Buffer.from("rebuilt") });
  world.tick(600);
  const offer = await world.offer("foo");
  await assert.rejects(world.remotes.file(remote, offer), /upstream-invalid.*other bytes/);
  await world.remotes.dropFile(remote, offer);
  assert.equal((await world.remotes.file(remote, offer)).kind, "fetching");
});

test("a dropped copy is fetched anew, and answers made of it are no longer current", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  await kept(world, offer);
  const file = await world.remotes.file(world.remote, offer);
  assert.ok(file.kind === "stored" && file.freshness.isCurrent(world.now()));
  await world.remotes.dropFile(world.remote, offer);
  assert.equal(file.freshness.isCurrent(world.now()), false);
  assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
  assert.equal(world.fake.count(PATH), 2);
});

test("a copy that is dropped while somebody looks it up is not remembered again", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  await kept(world, offer);
  await world.restart();
  const [file] = await Promise.all([
    world.remotes.file(world.remote, offer),
    world.remotes.dropFile(world.remote, offer),
  ]);
  assert.deepEqual(await bytesOf(file), BYTES);
  assert.equal(world.fake.count(PATH), 2);
});

test("a copy whose blob is gone is fetched anew", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  await kept(world, offer);
  const file = await world.remotes.file(world.remote, offer);
  await world.blobs.delete(digestOf(BYTES));
  await assert.rejects(bytesOf(file), /blob-missing/);
  assert.deepEqual(await bytesOf(await world.remotes.file(world.remote, offer)), BYTES);
});

test("where external addresses are used, clients are sent there and nothing is fetched", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const remote = world.with({ useExternalUrls: true });
  assert.deepEqual(await world.remotes.file(remote, offer), { kind: "elsewhere", url: offer.url });
  assert.equal(world.fake.count(PATH), 0);
});

test("files behind a password or a redirect are fetched", async () => {
  await using world = await openWorld();
  await using other = await openWorld();
  const offer = await world.offer("foo");
  world.fake.behave({ credentials: "alice:s3cret" });
  const remote = world.with({ credentials: sealed("alice:s3cret") });
  assert.deepEqual(await bytesOf(await world.remotes.file(remote, offer)), BYTES);
  await world.remotes.keep(remote, offer);
  await world.remotes.dropFile(remote, offer);
  world.fake.on(PATH, { redirectTo: other.fake.origin });
  assert.deepEqual(await bytesOf(await world.remotes.file(remote, offer)), BYTES);
  assert.equal(other.fake.seen[0]?.headers.authorization, undefined);
});

test("what belongs to a closed index is not for shared caches", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const file = await world.remotes.file(world.with({ readers: ["alice"] }), offer);
  assert.ok(file.kind === "fetching" && file.isPrivate);
  await bytesOf(file);
});

test("keeping a file fetches it once and tells its blob", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const [first, second] = await Promise.all([
    world.remotes.keep(world.remote, { ...offer, filename: "foo-1.0.tar.gz" }),
    world.remotes.keep(world.remote, { ...offer, filename: "foo-1.0.tar.gz" }),
  ]);
  assert.deepEqual(first, { blob: digestOf(BYTES), sizeBytes: BYTES.length, companions: {} });
  assert.deepEqual(second, first);
  assert.equal(world.fake.count(PATH), 1);
});

test("what is being fetched for a forgotten remote reaches its readers and is not written down", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  const file = await world.remotes.file(world.remote, offer);
  await world.remotes.forget(world.remote);
  gate.release();
  assert.deepEqual(await bytesOf(file), BYTES);
  await world.restart();
  assert.equal((await world.remotes.file(world.remote, offer)).kind, "fetching");
});

test("stopping gives up a fetch that has no answer yet, and waits until nothing of it is left", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH);
  let isOver = false;
  const fetching = world.remotes.keep(world.remote, offer).finally(() => {
    isOver = true;
  });
  const refused = assert.rejects(fetching, refusal("shutting-down"));
  await gate.arrived;
  const closed = world.remotes;
  await world.restart();
  assert.deepEqual([isOver, world.blobs.draftsOpen], [true, 0]);
  await refused;
  await assert.rejects(closed.file(world.remote, offer), refusal("shutting-down"));
  gate.release();
});

test("stopping ends what is being fetched, leaves nothing behind, and keeps nothing half", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  const chunks = chunksOf(await world.remotes.file(world.remote, offer));
  await take(chunks, 100_000);
  await world.restart();
  await assert.rejects(take(chunks, BYTES.length), /stopping/);
  gate.release();
  assert.equal(world.blobs.draftsOpen, 0);
  assert.deepEqual(world.blobs.digests, []);
});

/** A server that sends zeros as fast as they are taken. */
async function servingBytes(
  length: number,
  piece: Buffer,
): Promise<AsyncDisposable & { readonly url: string; readonly closed: Promise<void>; sent(): number }> {
  const { createServer } = await import("node:http");
  const closed = Promise.withResolvers<void>();
  let sent = 0;
  const server = createServer((_request, response) => {
    response.on("close", () => closed.resolve());
    response.writeHead(200, { "content-length": length });
    const more = (): void => {
      while (sent < length && !response.destroyed) {
        sent += piece.length;
        if (!response.write(piece)) return void response.once("drain", more);
      }
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/huge`,
    closed: closed.promise,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

test("a part of a file that is being fetched comes when the whole is right, and not at all when it is wrong", async () => {
  await using world = await openWorld();
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  const part = partOf(await world.remotes.file(world.remote, offer), 50_000, 2_000_000);
  gate.release();
  assert.deepEqual(await part, BYTES.subarray(50_000, 2_000_000));
  assert.equal(world.fake.count(PATH), 1);

  await world.remotes.dropFile(world.remote, offer);
  world.fake.behave({ lying: true });
  await assert.rejects(
    async () => partOf(await world.remotes.file(world.remote, offer), 0, 10),
    refusal("upstream-invalid"),
  );
});

test("a part of a file of which nothing was announced comes as soon as it is there", async () => {
  await using world = await openWorld();
  world.fake.behave({ announcesHashes: false });
  const offer = await world.offer("foo");
  const gate = world.fake.hold(PATH, 100_000);
  const file = await world.remotes.file(world.remote, offer);
  assert.deepEqual(await partOf(file, 10, 50_000), BYTES.subarray(10, 50_000));
  gate.release();
  assert.deepEqual(await bytesOf(file), BYTES);
});

async function partOf(file: OpenFile, start: number, end: number): Promise<Buffer> {
  assert.ok(file.kind === "fetching" && file.part !== undefined);
  return Buffer.concat(await Array.fromAsync(file.part({ start, end })));
}
