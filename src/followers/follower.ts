import type { JournalEntry } from "#core";
import type { MetadataStore } from "#stores";

/** One consequence of what happened: a name, a cursor, and a function that may run twice on the same entry. */
export interface Follower {
  /** Also the key of its cursor: never rename one. */
  readonly name: string;
  /** Must be safe to run twice on the same entry. */
  handle(entry: JournalEntry): Promise<void>;
}

/**
 * Hands every entry after the follower's cursor to it, in order, until aborted. At least once: the cursor moves only
 * after the work is done. When the promise resolves it has stopped, and nothing of it is still running.
 */
export async function runFollower(store: MetadataStore, follower: Follower, signal: AbortSignal): Promise<void> {
  const after = await store.cursor(follower.name);
  for await (const entry of store.follow(after, signal)) {
    await follower.handle(entry);
    await store.advance(follower.name, entry.seq);
    if (signal.aborted) return;
  }
}
