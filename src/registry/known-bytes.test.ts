import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import type { Digest } from "#core";
import { memoryBlobs } from "../../tests/support/memory-stores.ts";
import { refusal } from "../../tests/support/registry-tools.ts";
import { openKnownBytes } from "./known-bytes.ts";

async function keep(text: string) {
  const blobs = memoryBlobs();
  const draft = await blobs.begin({ sizeBytesMax: 1 << 20 });
  await draft.write(Buffer.from(text));
  await draft.finish();
  const { digest, sizeBytes } = await draft.keep();
  return { blobs, blob: digest, sizeBytes };
}

test("bytes that are here are read as if they had just come", async () => {
  const { blobs, blob, sizeBytes } = await keep("some bytes");
  await using bytes = await openKnownBytes(blobs, { blob, sizeBytes });
  assert.deepEqual([bytes.digest, bytes.sizeBytes], [blob, 10]);
  assert.equal(Buffer.from(await bytes.read(5, 10)).toString(), "bytes");
  assert.equal((await bytes.read(3, 3)).byteLength, 0);
  assert.equal(Buffer.concat(await Array.fromAsync(bytes.chunks())).toString(), "some bytes");
});

test("digests that are not known are computed, and those that are known are believed", async () => {
  const { blobs, blob, sizeBytes } = await keep("text");
  const digests = { sha1: "known", md5: "known too" };
  await using known = await openKnownBytes(blobs, { blob, sizeBytes, digests });
  assert.deepEqual(known.hex, { sha256: hash("sha256", "text"), ...digests });
  await using computed = await openKnownBytes(blobs, { blob, sizeBytes, digests: { sha1: "known" } });
  assert.deepEqual(computed.hex, {
    sha256: hash("sha256", "text"),
    sha1: hash("sha1", "text"),
    md5: hash("md5", "text"),
  });
});

test("bytes that were lost are told of", async () => {
  const { blobs } = await keep("text");
  const lost = `sha256:${"0".repeat(64)}` as Digest;
  await assert.rejects(openKnownBytes(blobs, { blob: lost, sizeBytes: 4 }), refusal("blob-missing"));
});
