import type { Digest, Instant } from "#core";
import { type BlobStore, doom, type MetadataStore, type SharedState } from "#stores";

export interface SweepParts {
  readonly metadata: MetadataStore;
  readonly blobs: BlobStore;
  readonly state: SharedState;
  readonly now: () => Instant;
}

/** What a sweep freed. */
export interface Swept {
  readonly blobs: number;
  readonly sizeBytes: number;
}

/**
 * Deletes the blobs that nothing names: no artifact, no companion, no attachment, no cached copy, no claim of an upload
 * that is under way. Stops between two blobs when aborted. The same bytes may come again at any moment, also in another process: who
 * claims them waits for the deletion that is under way here (see `doom`), so that what is kept afterwards stays.
 */
export async function sweep(parts: SweepParts, signal: AbortSignal): Promise<Swept> {
  let count = 0;
  let sizeBytes = 0;
  for await (const blob of parts.blobs.list()) {
    if (signal.aborted) break;
    // Asked before anything is written, because most blobs are needed.
    if (await isNeeded(parts, blob.digest)) continue;
    if (!(await deleteDoomed(parts, blob.digest))) continue;
    count += 1;
    sizeBytes += blob.sizeBytes;
  }
  return { blobs: count, sizeBytes };
}

/** Deletes the blob unless it turns out to be needed, or somebody else is at it. Says whether it did. */
async function deleteDoomed(parts: SweepParts, digest: Digest): Promise<boolean> {
  const mark = await doom(parts, digest);
  if (mark === null) return false;
  const mayGo = !(await isNeeded(parts, digest)) && mark.mayDelete();
  // A deletion that failed may still happen, so its mark stays until it expires.
  if (mayGo) await parts.blobs.delete(digest);
  await mark.lift();
  return mayGo;
}

/** The claim is looked at last: it is taken before the blob is visible and outlives the fact. */
async function isNeeded({ metadata, state }: SweepParts, digest: Digest): Promise<boolean> {
  return (await metadata.read((view) => view.namesBlob(digest))) || state.holdsBlob(digest);
}

/** Sweeps once after a while and then again and again, until aborted. `report` hears of each sweep, also of one that freed nothing, and of failures. */
export async function keepSweeping(
  parts: SweepParts,
  {
    everyMs,
    prepare,
    wait,
    report,
    signal,
  }: {
    readonly everyMs: number;
    /** Before each sweep: lets go of what holds blobs in vain. */
    readonly prepare: () => Promise<void>;
    /** Resolves after so many milliseconds, or at once when the signal is aborted. */
    readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
    readonly report: (result: Swept | { readonly failure: unknown }) => void;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  while (!signal.aborted) {
    await wait(everyMs, signal);
    if (signal.aborted) return;
    try {
      await prepare();
      const swept = await sweep(parts, signal);
      report(swept);
    } catch (failure) {
      // A disk that cannot be listed today may be tomorrow; the server goes on serving what it can read.
      report({ failure });
    }
  }
}
