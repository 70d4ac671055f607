import { createHash } from "node:crypto";
import { type Artifact, type Digest, hexOf, refuse } from "#core";
import type { Received } from "#formats";
import type { BlobStore } from "#stores";

/**
 * Bytes that are in the blob store already, to be looked at as if they had just come. `digests`: what was computed when
 * they did; what is missing is computed now. Whoever publishes them claims the blob.
 */
export async function openKnownBytes(
  blobs: BlobStore,
  { blob, sizeBytes, digests }: Pick<Artifact, "blob" | "sizeBytes" | "digests">,
): Promise<Received> {
  const known: Readonly<Record<string, string>> = { sha256: hexOf(blob), ...digests };
  const hex = "sha1" in known && "md5" in known ? known : { ...known, ...(await digestsOf(blobs, blob)) };
  return {
    digest: blob,
    hex,
    sizeBytes,
    async read(start, end) {
      const chunks: Uint8Array[] = [];
      // An empty range is none that a store would have to know.
      if (start < end) for await (const chunk of await stream(blobs, blob, { start, end })) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    async *chunks() {
      yield* await stream(blobs, blob);
    },
    async [Symbol.asyncDispose]() {
      // Nothing was taken in, so there is nothing to forget.
    },
  };
}

async function digestsOf(blobs: BlobStore, blob: Digest): Promise<Readonly<Record<string, string>>> {
  const sums = { sha1: createHash("sha1"), md5: createHash("md5") };
  for await (const chunk of await stream(blobs, blob)) {
    sums.sha1.update(chunk);
    sums.md5.update(chunk);
  }
  return { sha1: sums.sha1.digest("hex"), md5: sums.md5.digest("hex") };
}

async function stream(blobs: BlobStore, blob: Digest, range?: { readonly start: number; readonly end: number }) {
  const bytes = await blobs.open(blob, range);
  if (bytes === null) throw refuse({ code: "blob-missing", digest: blob });
  return bytes;
}
