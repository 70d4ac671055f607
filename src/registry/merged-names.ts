import type { ProjectNames } from "#formats";
import { isNameList, type NameList } from "./name-list.ts";
import { mergeNames } from "./project-names.ts";

/** Merged lists of names, made once for as long as the lists that they are made of stay the same. */
export interface MergedNames {
  get(lists: readonly ProjectNames[]): Promise<ProjectNames>;
}

interface Merge {
  readonly others: readonly NameList[];
  readonly place: number;
  readonly merged: Promise<ProjectNames>;
}

/** Of one large list, merged with others. */
const MERGES_MAX = 4;
/** Fewer are merged in no time. */
const LARGE_LENGTH = 20_000;

export function openMergedNames(): MergedNames {
  // A remote's list stays one object until the upstream has another; merges go when it goes.
  const merges = new WeakMap<ProjectNames, readonly Merge[]>();
  return {
    get(lists) {
      const largest = lists.reduce<ProjectNames | null>(
        (best, list) => (best === null || list.length > best.length ? list : best),
        null,
      );
      const filled = lists.filter(({ length }) => length > 0);
      if (largest === null || largest.length < LARGE_LENGTH || filled.length < 2 || !filled.every(isNameList)) {
        return mergeNames(lists);
      }
      const place = filled.indexOf(largest as NameList);
      const others = filled.filter((list) => list !== largest);
      const known = merges.get(largest) ?? [];
      const same = known.find((merge) => merge.place === place && areSame(merge.others, others));
      if (same !== undefined) return same.merged;
      const merged = mergeNames(filled);
      merges.set(largest, [{ others, place, merged }, ...known].slice(0, MERGES_MAX));
      return merged;
    },
  };
}

function areSame(left: readonly NameList[], right: readonly NameList[]): boolean {
  return (
    left.length === right.length &&
    left.every((list, index) => list.names === right[index]?.names && list.spellings === right[index]?.spellings)
  );
}
