import type { BlobStore, MetadataStore, SharedState } from "#stores";

export interface SweepParts {
  readonly metadata: MetadataStore;
  readonly blobs: BlobStore;
  readonly state: SharedState;
}

/** What a sweep freed. */
export interface Swept {
  readonly blobs: number;
  readonly sizeBytes: number;
}

/**
 * Deletes the blobs that nothing names: no artifact, no companion, no attachment, no cached copy, no claim of an upload
 * that is under way. Stops between two blobs when aborted. An upload that finds its blob swept away in the last moment is told so by
 * `publish`, which looks once more before it writes the fact.
 */
export async function sweep({ metadata, blobs, state }: SweepParts, signal: AbortSignal): Promise<Swept> {
  let count = 0;
  let sizeBytes = 0;
  for await (const blob of blobs.list()) {
    if (signal.aborted) break;
    // The claim is looked at last: it is taken before the blob is visible and outlives the fact.
    if (await metadata.read((view) => view.namesBlob(blob.digest))) continue;
    if (await state.holdsBlob(blob.digest)) continue;
    await blobs.delete(blob.digest);
    count += 1;
    sizeBytes += blob.sizeBytes;
  }
  return { blobs: count, sizeBytes };
}

/** Sweeps once after a while and then again and again, until aborted. `report` hears of each sweep that freed something, and of failures. */
export async function keepSweeping(
  parts: SweepParts,
  {
    everyMs,
    wait,
    report,
    signal,
  }: {
    readonly everyMs: number;
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
      const swept = await sweep(parts, signal);
      if (swept.blobs > 0) report(swept);
    } catch (failure) {
      // A disk that cannot be listed today may be tomorrow; the server goes on serving what it can read.
      report({ failure });
    }
  }
}
