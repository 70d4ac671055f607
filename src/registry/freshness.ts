import type { Freshness, Instant } from "#core";
import type { MetadataStore } from "#stores";
import type { Watch } from "./changes.ts";

/**
 * Current until the watch is outdated or the moment has come. Asked on every hit: on a quiet server it looks at one
 * number of the store and at the clock.
 */
export function freshnessOf(
  metadata: Pick<MetadataStore, "catchUp">,
  watch: Pick<Watch, "isOutdated">,
  validUntil: Instant | null,
): Freshness {
  return {
    isCurrent(now) {
      if (watch.isOutdated || (validUntil !== null && now >= validUntil)) return false;
      const told = metadata.catchUp();
      if (told === undefined) return !watch.isOutdated;
      // Something was written and is not told yet: not provably current. Who needs to know waits for it, and meets its failure.
      told.catch(() => {});
      return false;
    },
  };
}
