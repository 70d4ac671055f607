import { type Digest, type Instant, refuse } from "#core";
import { isDoomed } from "#stores";
import type { RegistryParts } from "./registry.ts";

/** Longer than any write waits for its turn. */
const CLAIM_MILLISECONDS = 3_600_000;
/** A deletion takes milliseconds; one that takes longer than this is left to itself. */
const WAIT_MILLISECONDS_MAX = 5_000;
const LOOK_EVERY_MILLISECONDS = 50;
const RETRY_SECONDS = 30;

/**
 * The one way to hold a blob until a fact names it. When it has returned, no sweeper deletes the blob before the moment
 * it returns, and whether the blob is there can be trusted if it is looked at afterwards, not before. Refuses with
 * `storage-busy` while a sweeper does not get done with deleting it.
 */
export async function claimBlob(
  { state, now, wait }: Pick<RegistryParts, "state" | "now" | "wait">,
  digest: Digest,
): Promise<Instant> {
  const until = (now() + CLAIM_MILLISECONDS) as Instant;
  // The claim first: a sweeper that has not asked yet sees it, and one that has asked has left its mark before.
  await state.claim(digest, until);
  for (let waited = 0; await isDoomed(state, digest); waited += LOOK_EVERY_MILLISECONDS) {
    if (waited >= WAIT_MILLISECONDS_MAX) {
      const because = "the same bytes are being cleared away in this moment, so they were not stored; try again";
      throw refuse({ code: "storage-busy", retryAfterSeconds: RETRY_SECONDS, because });
    }
    await wait(LOOK_EVERY_MILLISECONDS);
  }
  return until;
}
