/**
 * Where things are kept: contracts for facts (metadata), bytes (blobs) and what is no history (shared state).
 * The keepers live in the inner folders, which only `app.ts` and their own tests open.
 */
export type { BlobDraft, BlobStore, ByteRange, DraftDigests, ExtraDigest } from "./blob-store.ts";
export { type Doom, doom, isDoomed } from "./doomed-blobs.ts";
export type { MetadataStore, MetadataView, Transaction } from "./metadata-store.ts";
export type { SharedState, StateEntry } from "./shared-state.ts";
