import type { LocalRepository } from "#core";
import type { NamedProject, ProjectNames } from "#formats";
import type { MetadataStore } from "#stores";
import { isNameList, type NameList, openNameList } from "./name-list.ts";

export type { NamedProject } from "#formats";

/** So many names are worked on before others have their turn; it takes milliseconds. */
const AT_ONCE = 5_000;

/**
 * The projects of a local repository, sorted. A name that is only held any more is not among them: what was removed is
 * no longer shown, although no upstream is asked for it.
 */
export async function namesOf(metadata: MetadataStore, { name }: LocalRepository): Promise<ProjectNames> {
  const all = openNameSorter();
  for (let after: NamedProject["project"] | null = null; ; ) {
    const page: readonly NamedProject[] = await metadata.read(async (view) =>
      (await view.projects(name, { after, limit: AT_ONCE, isFilled: true })).map(({ project, displayName }) => ({
        project,
        displayName,
      })),
    );
    all.add(page);
    if (page.length < AT_ONCE) return all.finish();
    after = page.at(-1)?.project ?? null;
    await othersTurn();
  }
}

/** Takes names some at a time, in any order; of two spellings of a name the first one stays. */
export interface NameSorter {
  add(some: readonly NamedProject[]): void;
  finish(): Promise<NameList>;
}

export function openNameSorter(): NameSorter {
  /** Sorted each by itself. Most lists are sorted already, so that one is enough. */
  const runs: NameList[] = [];
  let run = openNameList();
  let last: string | null = null;

  function addOne(one: NamedProject): void {
    if (one.project === last) return;
    run.add(one);
    last = one.project;
  }

  function begin(): void {
    if (run.length > 0) runs.push(run.finish());
    run = openNameList();
    last = null;
  }

  return {
    add(some) {
      const sorted = isSorted(some) ? some : [...some].sort(compare);
      const [first] = sorted;
      if (first !== undefined && last !== null && first.project < last) begin();
      for (const one of sorted) addOne(one);
    },
    async finish() {
      begin();
      for (let lists: readonly NameList[] = runs; ; lists = await mergePairs(lists)) {
        const [first = openNameList().finish(), second] = lists;
        if (second === undefined) return first;
      }
    },
  };
}

/** All names of the lists, sorted by code units, each once, as the first list that has it spells it. */
export async function mergeNames(lists: readonly ProjectNames[]): Promise<ProjectNames> {
  const sorted = await Promise.all(lists.map(sortNames));
  const filled = sorted.filter(({ length }) => length > 0);
  // The same list where it is the only one, so that what was made of it can be found again.
  if (filled.length <= 1) return filled[0] ?? sorted[0] ?? openNameList().finish();
  let merged = filled;
  while (merged.length > 1) merged = await mergePairs(merged);
  return merged[0] ?? openNameList().finish();
}

/** Where a name is among sorted ones; below zero: nowhere. */
export function placeOfName(names: ProjectNames, name: string): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names.at(middle)?.project ?? "") < name) low = middle + 1;
    else high = middle;
  }
  return names.at(low)?.project === name ? low : -1;
}

/** Those of the names that pass. */
export async function filterNames(names: ProjectNames, passes: (one: NamedProject) => boolean): Promise<ProjectNames> {
  const passed = openNameList();
  for (let start = 0; start < names.length; start += FILTERED_AT_ONCE) {
    for (const one of names.slice(start, start + FILTERED_AT_ONCE)) if (passes(one)) passed.add(one);
    await othersTurn();
  }
  return passed.finish();
}

const FILTERED_AT_ONCE = 1_000;

async function sortNames(names: ProjectNames): Promise<NameList> {
  if (isNameList(names)) return names;
  const sorter = openNameSorter();
  for (let start = 0; start < names.length; start += AT_ONCE) {
    sorter.add(names.slice(start, start + AT_ONCE));
    await othersTurn();
  }
  return sorter.finish();
}

async function mergePairs(lists: readonly NameList[]): Promise<NameList[]> {
  const longer: NameList[] = [];
  for (let index = 0; index < lists.length; index += 2) {
    const [left, right] = [lists[index], lists[index + 1]];
    if (left !== undefined) longer.push(right === undefined ? left : await mergeTwo(left, right));
  }
  return longer;
}

async function mergeTwo(left: NameList, right: NameList): Promise<NameList> {
  const merged = openNameList();
  let l = 0;
  let r = 0;
  let [a, b] = [left.at(l), right.at(r)];
  for (let steps = 1; a !== undefined || b !== undefined; steps += 1) {
    if (b === undefined || (a !== undefined && a.project <= b.project)) {
      if (a !== undefined) merged.add(a);
      if (a?.project === b?.project) b = right.at(++r);
      a = left.at(++l);
    } else {
      merged.add(b);
      b = right.at(++r);
    }
    if (steps % AT_ONCE === 0) await othersTurn();
  }
  return merged.finish();
}

function isSorted(names: readonly NamedProject[]): boolean {
  return names.every(({ project }, index) => index === 0 || (names[index - 1]?.project ?? "") <= project);
}

function compare(a: NamedProject, b: NamedProject): number {
  return a.project < b.project ? -1 : a.project > b.project ? 1 : 0;
}

/** Lets what else is to be done go first. */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
