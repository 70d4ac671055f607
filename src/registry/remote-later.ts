/** Work that an answer need not wait for: remembering what was just sent. Finished before the house closes. */
export interface Later {
  /** Runs `work` soon, after what was given earlier under the same key. */
  do(key: string, work: () => Promise<void>): void;
  /** Resolves when everything given so far is done. */
  settle(): Promise<void>;
}

/**
 * What fails here is lost and nobody is told: it concerns copies only, which are in memory still or are fetched
 * again. More than `waitingMax` at a time are dropped for the same reason.
 */
export function openLater(waitingMax: number): Later {
  const waiting = new Map<string, Promise<void>>();
  return {
    do(key, work) {
      const before = waiting.get(key);
      if (before === undefined && waiting.size >= waitingMax) return;
      const mine: Promise<void> = (before ?? new Promise<void>((resolve) => setImmediate(resolve)))
        .then(work)
        .catch(() => {})
        .then(() => {
          if (waiting.get(key) === mine) waiting.delete(key);
        });
      waiting.set(key, mine);
    },
    async settle() {
      // Once: where readers keep coming there is always something more, and who settles would wait for all of it.
      await Promise.all(waiting.values());
    },
  };
}
