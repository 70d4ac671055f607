/** What follows from the journal, one name, one cursor and one idempotent function per consequence; and the sweep of blobs that nothing names. */
export { type Follower, runFollower } from "./follower.ts";
export { keepSweeping, type SweepParts, type Swept, sweep } from "./sweep.ts";
