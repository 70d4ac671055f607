import { type Digest, type Instant, refuse } from "#core";
import { isDoomed } from "#stores";
import type { RegistryParts } from "./registry.ts";

/** Longer than any write waits for its turn. */
const CLAIM_MILLISECONDS = 3_600_000;
/** A deletion takes milliseconds; one that takes longer than this is left to itself. */
const WAIT_MILLISECONDS_MAX = 5_000;
const LOOK_EVERY_MILLISECONDS = 50;
const RETRY_SECONDS = 30;
const BUSY = "the same bytes are being cleared away in this moment, so they were not stored; try again";

/**
 * The one way to hold blobs until a fact names them. When it has returned, no sweeper deletes one of them before the
 * moment it returns, and whether the blob is there can be trusted if it is looked at afterwards, not before. Refuses with
 * `storage-busy` while a sweeper does not get done with deleting it.
 */
export async function claimBlobs(
  { state, now, wait }: Pick<RegistryParts, "state" | "now" | "wait">,
  digests: Digest | readonly Digest[],
): Promise<Instant> {
  const until = (now() + CLAIM_MILLISECONDS) as Instant;
  // The claim first: a sweeper that has not asked yet sees it, and one that has asked has left its mark before.
  await state.claim(digests, until);
  let waited = 0;
  for (const digest of [digests].flat()) {
    for (; await isDoomed(state, digest); waited += LOOK_EVERY_MILLISECONDS) {
      if (waited >= WAIT_MILLISECONDS_MAX)
        throw refuse({ code: "storage-busy", retryAfterSeconds: RETRY_SECONDS, because: BUSY });
      await wait(LOOK_EVERY_MILLISECONDS);
    }
  }
  return until;
}
