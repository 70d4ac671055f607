import type { Readable } from "node:stream";
import type { BlobInfo, Digest, Pieces } from "#core";

/** A part of a blob: from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Digests besides SHA-256 that may be computed on the way in. */
export type ExtraDigest = "md5" | "sha1" | "blake2b_256";

/** Bytes, named by what they are (SHA-256). */
export interface BlobStore extends AsyncDisposable {
  /**
   * Begins a blob whose name is not known yet. Nothing is visible until `keep`; a draft that is neither kept nor
   * discarded (a kill) is cleared at the next start.
   */
  begin(options: { readonly sizeBytesMax: number; readonly digests?: readonly ExtraDigest[] }): Promise<BlobDraft>;
  /**
   * Keeps many drafts of this store as their `keep` does each, with fewer waits for the disk: all are durable before one
   * is visible. `hold` is called once, with all their digests. When it fails, some may be kept.
   */
  keepAll(
    drafts: readonly BlobDraft[],
    hold?: (digests: readonly Digest[]) => Promise<void>,
  ): Promise<readonly BlobInfo[]>;
  stat(digest: Digest): Promise<BlobInfo | null>;
  /** `null` when there is no such blob. The caller reads the stream to its end or destroys it. */
  open(digest: Digest, range?: ByteRange): Promise<(Readable & Pieces) | null>;
  /** A short-lived URL the client may fetch from; `null` where the store has none to give. */
  directUrl(digest: Digest): Promise<URL | null>;
  /** For garbage collection and examination only. */
  list(): AsyncIterable<BlobInfo>;
  /** No error when it is not there. */
  delete(digest: Digest): Promise<void>;
}

/** A blob while it is being written. One writer; any number of readers of what is written already. */
export interface BlobDraft {
  readonly sizeBytes: number;
  /** Appends. Refuses (`too-large`) beyond the limit, (`storage-full`) when the disk is; the draft is then to be discarded. */
  write(chunk: Uint8Array): Promise<void>;
  /** The bytes `[start, end)` of what has been written so far; `end` must not lie beyond. */
  read(range: ByteRange): Promise<Uint8Array>;
  /** The digests of everything written so far; no more may be written afterwards. */
  finish(): Promise<DraftDigests>;
  /**
   * After `finish`: makes the blob durable and visible under its digest, all at once. `hold` is called with the digest
   * before it becomes visible, so that the sweeper already knows of it. The same blob again is not an error; whether it
   * is there already is looked at only after `hold`, which waits for a sweeper that may be deleting it.
   */
  keep(hold?: (digest: Digest) => Promise<void>): Promise<BlobInfo>;
  /** Forgets it. Safe to call at any time, also after `keep` (which it does not undo) and twice. */
  discard(): Promise<void>;
}

export interface DraftDigests {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Lower-case hex, by name; always has `sha256`. */
  readonly hex: Readonly<Record<string, string>>;
}
