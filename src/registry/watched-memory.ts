import type { Watch } from "./changes.ts";
import { openMemory } from "./remote-memory.ts";

/** Values kept in memory under a budget until something outdates them. */
export interface WatchedMemory<Value extends object> {
  /** `null`: not there, or outdated. */
  get(key: string): Value | null;
  /**
   * Makes a value and keeps it, unless it was outdated while it was made; the watch must be older than the reading.
   * `weigh`: `null` when it shall not be kept. The watch is this memory's from now on.
   */
  load(key: string, watch: Watch, read: () => Promise<Value>, weigh: (value: Value) => number | null): Promise<Value>;
  /** Of all that is kept. */
  readonly weight: number;
  clear(): void;
}

interface Kept<Value> {
  readonly value: Value;
  readonly watch: Watch;
  readonly weight: number;
}

/** A value that alone is heavier than the budget takes all of it: to make it anew each time would be worse. */
export function openWatchedMemory<Value extends object>(budget: number): WatchedMemory<Value> {
  const weightMax = Math.max(1, budget);
  let total = 0;
  const memory = openMemory<Kept<Value>>(weightMax, ({ watch, weight }) => {
    watch.stop();
    total -= weight;
  });

  return {
    get(key) {
      const kept = memory.get(key);
      return kept === null || kept.watch.isOutdated ? null : kept.value;
    },
    async load(key, watch, read, weigh) {
      let isKept = false;
      try {
        const value = await read();
        const weight = weigh(value);
        if (watch.isOutdated || weight === null) return value;
        const kept = { value, watch, weight: Math.min(Math.max(1, weight), weightMax) };
        total += kept.weight;
        memory.set(key, kept, kept.weight);
        isKept = true;
        return value;
      } finally {
        if (!isKept) watch.stop();
      }
    },
    get weight() {
      return total;
    },
    clear: () => memory.clear(),
  };
}
