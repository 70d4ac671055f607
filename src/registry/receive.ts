import assert from "node:assert/strict";
import { type Companion, type Digest, type Instant, refuse } from "#core";
import type { Received } from "#formats";
import type { BlobDraft, BlobStore, ExtraDigest } from "#stores";
import { claimBlobs } from "./claims.ts";
import type { Tools } from "./tools.ts";

/** Bytes on their way in: first a draft, and only what passed every check becomes a blob. */
export interface Drafts {
  /**
   * Takes the bytes into a draft, hashing as they come. A draft whose bytes break off is forgotten. `digests`: besides
   * SHA-256; all that installers and old clients may ask for when not given.
   */
  receive(bytes: AsyncIterable<Uint8Array>, digests?: readonly ExtraDigest[], sizeBytesMax?: number): Promise<Received>;
  /** Makes durable what `receive` has taken. */
  keep(received: Received): Promise<KeptBlob>;
  /** Makes some bytes durable. */
  keepBytes(bytes: Uint8Array): Promise<KeptBlob>;
  /** Makes all of it durable, with fewer waits for the disk; in the same order. */
  keepAll(contents: readonly (Received | Uint8Array)[]): Promise<readonly KeptBlob[]>;
}

/** A blob that is durable, and which the sweeper leaves alone until then. */
export interface KeptBlob extends Companion {
  readonly claimedUntil: Instant;
}

/** What installers and old clients may ask to be compared, besides SHA-256. */
const DIGESTS = ["md5", "sha1", "blake2b_256"] as const;
const READ_BYTES = 256 * 1024;

export function openDrafts(tools: Pick<Tools, "blobs" | "state" | "now" | "wait" | "settings">): Drafts {
  const { blobs, settings } = tools;
  const drafts = new WeakMap<Received, BlobDraft>();

  async function keepDraft(draft: BlobDraft): Promise<KeptBlob> {
    let claimedUntil = 0 as Instant;
    // Claimed before it is visible, so that the sweeper never sees it without.
    const { digest, sizeBytes } = await draft.keep(async (held) => {
      claimedUntil = await claimBlobs(tools, held);
    });
    return { blob: digest, sizeBytes, claimedUntil };
  }

  function draftOf(received: Received): BlobDraft {
    const draft = drafts.get(received);
    assert(draft !== undefined, "only what this registry has received can be published");
    return draft;
  }

  async function draftOfBytes(bytes: Uint8Array): Promise<BlobDraft> {
    const draft = await blobs.begin({ sizeBytesMax: bytes.byteLength });
    try {
      await draft.write(bytes);
      await draft.finish();
      return draft;
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }

  return {
    async receive(bytes, digests = DIGESTS, sizeBytesMax = settings.fileSizeBytesMax) {
      const draft = await blobs.begin({ sizeBytesMax, digests });
      try {
        for await (const chunk of bytes) await draft.write(chunk);
        const { digest, hex } = await draft.finish();
        const received = receivedOf(draft, digest, hex);
        drafts.set(received, draft);
        return received;
      } catch (error) {
        await draft.discard();
        throw error;
      }
    },

    keep: async (received) => keepDraft(draftOf(received)),

    async keepBytes(bytes) {
      const draft = await draftOfBytes(bytes);
      try {
        return await keepDraft(draft);
      } finally {
        await draft.discard();
      }
    },

    async keepAll(contents) {
      const own: BlobDraft[] = [];
      try {
        const all: BlobDraft[] = [];
        for (const content of contents) {
          if (!(content instanceof Uint8Array)) {
            all.push(draftOf(content));
            continue;
          }
          const draft = await draftOfBytes(content);
          own.push(draft);
          all.push(draft);
        }
        let claimedUntil = 0 as Instant;
        // Claimed before they are visible, so that the sweeper never sees them without.
        const kept = await blobs.keepAll(all, async (held) => {
          claimedUntil = await claimBlobs(tools, held);
        });
        return kept.map(({ digest, sizeBytes }) => ({ blob: digest, sizeBytes, claimedUntil }));
      } finally {
        await Promise.all(own.map((draft) => draft.discard()));
      }
    },
  };
}

/** Refuses when a blob is not to be had any more, for instance because the sweeper met it between two claims. */
export async function requireBlobs(blobs: BlobStore, kept: readonly Companion[]): Promise<void> {
  const found = await Promise.all(kept.map(({ blob }) => blobs.stat(blob)));
  const lost = kept.find((_, index) => found[index] === null);
  if (lost !== undefined) throw refuse({ code: "blob-missing", digest: lost.blob });
}

/** Refuses when the sweeper may have met a blob: its fact is written too late to keep it. */
export function refuseExpired(kept: readonly KeptBlob[], at: Instant): void {
  const expired = kept.find(({ claimedUntil }) => claimedUntil <= at);
  if (expired !== undefined) throw refuse({ code: "blob-missing", digest: expired.blob });
}

function receivedOf(draft: BlobDraft, digest: Digest, hex: Readonly<Record<string, string>>): Received {
  const { sizeBytes } = draft;
  return {
    digest,
    hex,
    sizeBytes,
    read: (start, end) => draft.read({ start, end }),
    async *chunks() {
      for (let start = 0; start < sizeBytes; start += READ_BYTES) {
        yield await draft.read({ start, end: Math.min(sizeBytes, start + READ_BYTES) });
      }
    },
    [Symbol.asyncDispose]: () => draft.discard(),
  };
}
