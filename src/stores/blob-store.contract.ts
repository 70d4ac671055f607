import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { describe } from "node:test";
import { type Digest, sha256Digest } from "#core";
import type { BlobDraft, BlobStore } from "./blob-store.ts";
import { type Place, promise } from "./place.contract.ts";

type Make = () => Promise<Place<BlobStore>>;

const HELLO = Buffer.from("hello, world");
/** Beyond every buffer that a keeper may have. */
const LARGE = Buffer.alloc(3_000_000, "0123456789");
const LIMIT = { sizeBytesMax: 10_000_000 } as const;

/** What every keeper of blobs promises. */
export function blobStoreContract(name: string, make: Make): void {
  describe(`${name} keeps blobs`, () => blobsContract(make));
  describe(`${name} writes drafts`, () => draftsContract(make));
  describe(`${name} refuses what is wrong with a draft`, () => refusalsContract(make));
}

function digestOf(bytes: Uint8Array): Digest {
  const digest = sha256Digest(createHash("sha256").update(bytes).digest("hex"));
  assert.ok(digest !== null);
  return digest;
}

async function draftOf(blobs: BlobStore, bytes: Uint8Array): Promise<BlobDraft> {
  const draft = await blobs.begin(LIMIT);
  await draft.write(bytes);
  return draft;
}

async function keep(blobs: BlobStore, bytes: Uint8Array): Promise<Digest> {
  const draft = await draftOf(blobs, bytes);
  await draft.finish();
  const { digest } = await draft.keep();
  await draft.discard();
  return digest;
}

async function bytesOf(blobs: BlobStore, digest: Digest, range?: { start: number; end: number }): Promise<Buffer> {
  const stream = await blobs.open(digest, range);
  assert.ok(stream !== null, "it is not there");
  return buffer(stream);
}

async function listOf(blobs: BlobStore): Promise<readonly Digest[]> {
  const digests: Digest[] = [];
  for await (const { digest } of blobs.list()) digests.push(digest);
  return digests.sort();
}

function blobsContract(make: Make): void {
  for (const [size, bytes] of [
    ["an empty", Buffer.alloc(0)],
    ["a small", HELLO],
    ["a large", LARGE],
  ] as const) {
    promise(`${size} blob comes back under its digest, whole`, make, async (place) => {
      await using blobs = await place.open();
      const digest = await keep(blobs, bytes);
      assert.equal(digest, digestOf(bytes));
      assert.deepEqual(await blobs.stat(digest), { digest, sizeBytes: bytes.byteLength });
      assert.ok((await bytesOf(blobs, digest)).equals(bytes));
      assert.equal(await blobs.directUrl(digest), null);
    });
  }

  promise("many drafts are kept together, whole, and held before any is visible", make, async (place) => {
    await using blobs = await place.open();
    const contents = Array.from({ length: 100 }, (_, number) => Buffer.from(`content ${number % 90}`));
    const drafts = await Promise.all(
      contents.map(async (bytes) => {
        const draft = await blobs.begin(LIMIT);
        await draft.write(bytes);
        await draft.finish();
        return draft;
      }),
    );
    let seen: readonly unknown[] = [];
    const kept = await blobs.keepAll(drafts, async (digests) => {
      seen = await Promise.all(digests.map((digest) => blobs.stat(digest)));
    });
    await Promise.all(drafts.map((draft) => draft.discard()));
    assert.ok(seen.length === 100 && seen.every((found) => found === null));
    assert.deepEqual(
      kept,
      contents.map((bytes) => ({ digest: digestOf(bytes), sizeBytes: bytes.byteLength })),
    );
    for (const bytes of contents) assert.ok((await bytesOf(blobs, digestOf(bytes))).equals(bytes));
  });

  promise("a part of a blob comes without the rest", make, async (place) => {
    await using blobs = await place.open();
    const digest = await keep(blobs, LARGE);
    for (const [start, end] of [
      [0, 1],
      [1_999_995, 2_000_005],
      [2_999_990, 3_000_000],
      [5, 5],
    ] as const) {
      assert.ok(
        (await bytesOf(blobs, digest, { start, end })).equals(LARGE.subarray(start, end)),
        `${start} to ${end}`,
      );
    }
  });

  promise("a blob that is not there is null, and deleting it is no error", make, async (place) => {
    await using blobs = await place.open();
    const digest = digestOf(HELLO);
    assert.equal(await blobs.stat(digest), null);
    assert.equal(await blobs.open(digest), null);
    assert.equal(await blobs.open(digest, { start: 0, end: 1 }), null);
    await blobs.delete(digest);
  });

  promise("a deleted blob is gone, and can be kept again", make, async (place) => {
    await using blobs = await place.open();
    const digest = await keep(blobs, HELLO);
    await blobs.delete(digest);
    assert.equal(await blobs.stat(digest), null);
    assert.deepEqual(await listOf(blobs), []);
    await keep(blobs, HELLO);
    assert.ok((await bytesOf(blobs, digest)).equals(HELLO));
  });

  promise("who reads a blob while it is deleted or kept again reads it to its end", make, async (place) => {
    await using blobs = await place.open();
    const digest = await keep(blobs, LARGE);
    const first = await blobs.open(digest);
    await keep(blobs, LARGE);
    const second = await blobs.open(digest);
    await blobs.delete(digest);
    for (const stream of [first, second]) {
      assert.ok(stream !== null);
      assert.ok((await buffer(stream)).equals(LARGE));
    }
  });

  promise("all blobs are listed, each once, with its size, and no draft", make, async (place) => {
    await using blobs = await place.open();
    const digests = [];
    for (let count = 0; count < 20; count += 1) digests.push(await keep(blobs, Buffer.from(`blob ${count}`)));
    await keep(blobs, Buffer.from("blob 7"));
    const draft = await draftOf(blobs, LARGE);
    assert.deepEqual(await listOf(blobs), digests.sort());
    await draft.discard();
  });

  promise("the same bytes kept by many at the same time are one blob", make, async (place) => {
    await using mine = await place.open();
    await using theirs = await place.open();
    const digests = await Promise.all(
      Array.from({ length: 16 }, (_, index) => keep(index % 2 === 0 ? mine : theirs, LARGE)),
    );
    assert.deepEqual(new Set(digests), new Set([digestOf(LARGE)]));
    assert.deepEqual(await listOf(theirs), [digestOf(LARGE)]);
    assert.ok((await bytesOf(mine, digestOf(LARGE))).equals(LARGE));
  });

  promise("what was kept is seen by others at once, and after a restart", make, async (place) => {
    {
      await using mine = await place.open();
      await using theirs = await place.open();
      await keep(mine, HELLO);
      assert.ok((await bytesOf(theirs, digestOf(HELLO))).equals(HELLO));
    }
    await using blobs = await place.open();
    assert.ok((await bytesOf(blobs, digestOf(HELLO))).equals(HELLO));
  });
}

function draftsContract(make: Make): void {
  promise("a draft is not visible before it is kept, and leaves nothing when it is discarded", make, async (place) => {
    await using blobs = await place.open();
    for (const bytes of [HELLO, LARGE]) {
      const draft = await draftOf(blobs, bytes);
      await draft.finish();
      assert.equal(await blobs.stat(digestOf(bytes)), null);
      await draft.discard();
      assert.equal(await blobs.stat(digestOf(bytes)), null);
    }
    assert.deepEqual(await listOf(blobs), []);
  });

  promise("what is written can be read while the draft grows, and after it is kept", make, async (place) => {
    await using blobs = await place.open();
    const draft = await blobs.begin(LIMIT);
    for (let start = 0; start < LARGE.byteLength; start += 100_000) {
      const writing = draft.write(LARGE.subarray(start, start + 100_000));
      const from = Math.max(0, start - 50_000);
      assert.ok(Buffer.from(await draft.read({ start: from, end: start })).equals(LARGE.subarray(from, start)));
      await writing;
      assert.equal(draft.sizeBytes, start + 100_000);
    }
    await draft.finish();
    assert.ok(Buffer.from(await draft.read({ start: 0, end: LARGE.byteLength })).equals(LARGE));
    await draft.keep();
    assert.ok(Buffer.from(await draft.read({ start: 7, end: 99 })).equals(LARGE.subarray(7, 99)));
    await draft.discard();
  });

  promise("pieces that are written without waiting come in their order", make, async (place) => {
    await using blobs = await place.open();
    const draft = await blobs.begin(LIMIT);
    const pieces = Array.from({ length: 30 }, (_, index) => LARGE.subarray(index * 100_000, (index + 1) * 100_000));
    await Promise.all(pieces.map((piece) => draft.write(piece)));
    assert.equal((await draft.finish()).digest, digestOf(LARGE));
    await draft.keep();
    await draft.discard();
    assert.ok((await bytesOf(blobs, digestOf(LARGE))).equals(LARGE));
  });

  promise("a draft keeps its own copy of what it was given", make, async (place) => {
    await using blobs = await place.open();
    const draft = await blobs.begin(LIMIT);
    const piece = Buffer.from("abc");
    await draft.write(piece);
    piece.fill("x");
    const { digest } = await draft.finish();
    await draft.keep();
    await draft.discard();
    assert.equal(String(await bytesOf(blobs, digest)), "abc");
  });

  promise("digests besides SHA-256 are computed when they are asked for", make, async (place) => {
    await using blobs = await place.open();
    const plain = await draftOf(blobs, Buffer.from("abc"));
    const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert.deepEqual(await plain.finish(), { digest: `sha256:${sha256}`, sizeBytes: 3, hex: { sha256 } });
    await plain.discard();
    const options = { ...LIMIT, digests: ["md5", "sha1", "blake2b_256"] } as const;
    const draft = await blobs.begin(options);
    const meanwhile = await blobs.begin(options);
    await meanwhile.write(Buffer.from("another one at the same time"));
    await draft.write(Buffer.from("abc"));
    await meanwhile.finish();
    await meanwhile.discard();
    const { hex } = await draft.finish();
    assert.deepEqual(hex, {
      sha256,
      md5: "900150983cd24fb0d6963f7d28e17f72",
      sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
      blake2b_256: "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
    });
    assert.deepEqual(await draft.finish(), await draft.finish(), "asking again is no error");
    await draft.discard();
    const next = await blobs.begin(options);
    await next.write(Buffer.from("abc"));
    assert.deepEqual((await next.finish()).hex, hex);
    await next.discard();
  });

  promise("the same blob is there again when the old one is deleted while it is held", make, async (place) => {
    await using blobs = await place.open();
    for (const bytes of [HELLO, LARGE]) {
      await keep(blobs, bytes);
      const draft = await draftOf(blobs, bytes);
      await draft.finish();
      await draft.keep((digest) => blobs.delete(digest));
      await draft.discard();
      assert.ok((await bytesOf(blobs, digestOf(bytes))).equals(bytes));
    }
  });

  promise("the digest is held before the blob is visible", make, async (place) => {
    await using blobs = await place.open();
    const draft = await draftOf(blobs, HELLO);
    await draft.finish();
    const seen: unknown[] = [];
    await draft.keep(async (digest) => {
      seen.push(digest, await blobs.stat(digest));
    });
    await draft.discard();
    assert.deepEqual(seen, [digestOf(HELLO), null]);
    assert.notEqual(await blobs.stat(digestOf(HELLO)), null);
  });

  promise("a blob whose hold fails stays invisible", make, async (place) => {
    await using blobs = await place.open();
    const draft = await draftOf(blobs, HELLO);
    await draft.finish();
    await assert.rejects(
      draft.keep(async () => {
        throw new Error("no claim to be had");
      }),
      /no claim to be had/,
    );
    await draft.discard();
    assert.equal(await blobs.stat(digestOf(HELLO)), null);
  });

  promise("discarding after keeping, and twice, takes nothing away", make, async (place) => {
    await using blobs = await place.open();
    const draft = await draftOf(blobs, LARGE);
    await draft.finish();
    const keeping = draft.keep();
    await Promise.all([draft.discard(), draft.discard()]);
    assert.deepEqual(await keeping, { digest: digestOf(LARGE), sizeBytes: LARGE.byteLength });
    await draft.discard();
    assert.ok((await bytesOf(blobs, digestOf(LARGE))).equals(LARGE));
  });

  promise("drafts that are open when the store is closed leave nothing", make, async (place) => {
    const blobs = await place.open();
    await draftOf(blobs, HELLO);
    const writing = (await blobs.begin(LIMIT)).write(LARGE);
    const finished = await draftOf(blobs, LARGE);
    await finished.finish();
    await blobs[Symbol.asyncDispose]();
    await writing;
  });
}

function refusalsContract(make: Make): void {
  promise("a draft that grows beyond its limit is refused before it is stored", make, async (place) => {
    await using blobs = await place.open();
    const draft = await blobs.begin({ sizeBytesMax: 10 });
    await draft.write(Buffer.alloc(10));
    await assert.rejects(draft.write(Buffer.alloc(1)), {
      problem: { code: "too-large", what: "file", sizeBytesMax: 10 },
    });
    assert.equal(draft.sizeBytes, 10);
    await draft.discard();
  });

  promise("nothing is read beyond what was written", make, async (place) => {
    await using blobs = await place.open();
    for (const bytes of [HELLO, LARGE]) {
      const draft = await draftOf(blobs, bytes);
      const end = bytes.byteLength;
      await assert.rejects(draft.read({ start: 0, end: end + 1 }), RangeError);
      await assert.rejects(draft.read({ start: -1, end }), RangeError);
      await assert.rejects(draft.read({ start: 2, end: 1 }), RangeError);
      await draft.discard();
    }
  });

  promise("a finished draft takes no more, and only a finished one is kept", make, async (place) => {
    await using blobs = await place.open();
    const draft = await draftOf(blobs, HELLO);
    await assert.rejects(draft.keep(), /finished/);
    await draft.finish();
    await assert.rejects(draft.write(HELLO), /finished/);
    await draft.discard();
  });

  promise("a discarded draft can be used for nothing", make, async (place) => {
    await using blobs = await place.open();
    const draft = await draftOf(blobs, HELLO);
    await draft.discard();
    await assert.rejects(draft.write(HELLO), /discarded/);
    await assert.rejects(draft.read({ start: 0, end: 1 }), /discarded/);
    await assert.rejects(draft.finish(), /discarded/);
    await assert.rejects(draft.keep(), /discarded/);
  });
}
