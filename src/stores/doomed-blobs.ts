import type { Digest, Instant } from "#core";
import type { SharedState } from "./shared-state.ts";

/**
 * How the sweeper and those who need a blob keep out of each other's way, in whatever processes they are:
 *
 * - The sweeper marks the blob as doomed, THEN asks whether anything names or claims it, then deletes it, then lifts the mark.
 * - Who needs it claims it, THEN looks for the mark, and waits until it is gone before trusting that the blob is there.
 *
 * Whichever of the two writes second sees what the first has written.
 */
export interface Doom {
  /** Whether a deletion may still begin: later its mark might not outlast it. */
  mayDelete(): boolean;
  /** Takes the mark away; not to be called while a deletion may still happen. */
  lift(): Promise<void>;
}

interface Parts {
  readonly state: SharedState;
  readonly now: () => Instant;
}

const SPACE = "doomed-blobs";
/** A sweeper that died keeps others from the blob for so long, and one that is slow must be done by then. */
const MARK_MILLISECONDS = 120_000;
/** By then the deletion has begun, or does not. The rest is for the deletion, and for clocks that differ. */
const BEGIN_MILLISECONDS = 30_000;

/** Marks a blob as about to be deleted. `null`: another sweeper has marked it. */
export async function doom({ state, now }: Parts, digest: Digest): Promise<Doom | null> {
  const began = now();
  const expiresAt = (began + MARK_MILLISECONDS) as Instant;
  if (!(await state.swap(SPACE, digest, 0, { value: null, expiresAt }))) return null;
  return {
    mayDelete: () => now() < began + BEGIN_MILLISECONDS,
    async lift() {
      // One that has expired may be another sweeper's by now.
      if (now() < expiresAt) await state.delete(SPACE, digest);
    },
  };
}

/** Whether a sweeper may be deleting the blob in this moment. */
export async function isDoomed(state: SharedState, digest: Digest): Promise<boolean> {
  return (await state.get(SPACE, digest)) !== null;
}
