import type { LocalRepository, ProjectName } from "#core";
import type { MetadataStore } from "#stores";

/** A project's name and how it is spelled. */
export interface NamedProject {
  readonly project: ProjectName;
  readonly displayName: string;
}

type Names = readonly NamedProject[];

/** So many names are worked on before others have their turn; it takes milliseconds. */
const AT_ONCE = 5_000;

/**
 * The projects of a local repository, sorted. A name that is only held any more is not among them: what was removed is
 * no longer shown, although no upstream is asked for it.
 */
export async function namesOf(metadata: MetadataStore, { name }: LocalRepository): Promise<Names> {
  const names: NamedProject[] = [];
  for (let after: ProjectName | null = null; ; ) {
    const page: Names = await metadata.read(async (view) =>
      (await view.projects(name, { after, limit: AT_ONCE, isFilled: true })).map(({ project, displayName }) => ({
        project,
        displayName,
      })),
    );
    for (const one of page) names.push(one);
    if (page.length < AT_ONCE) return sortNames(names);
    after = page.at(-1)?.project ?? null;
    await othersTurn();
  }
}

/** All names of the lists, sorted by code units, each once, as the first list that has it spells it. */
export async function mergeNames(lists: readonly Names[]): Promise<Names> {
  const [first = [], ...others] = await Promise.all(lists.map(sortNames));
  let merged = first;
  for (const list of others) merged = await mergeTwo(merged, list);
  return merged;
}

/** The same list when it is sorted already and has each name once. */
async function sortNames(names: Names): Promise<Names> {
  if (await isSorted(names)) return names;
  let runs: Names[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    // Stable, so of two spellings the first one stays first.
    runs.push(once(names.slice(start, start + AT_ONCE).sort(compare)));
    await othersTurn();
  }
  while (runs.length > 1) {
    const longer: Names[] = [];
    for (let index = 0; index < runs.length; index += 2) {
      longer.push(await mergeTwo(runs[index] ?? [], runs[index + 1] ?? []));
    }
    runs = longer;
  }
  return runs[0] ?? [];
}

async function mergeTwo(left: Names, right: Names): Promise<Names> {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const merged: NamedProject[] = [];
  let l = 0;
  let r = 0;
  for (;;) {
    const a = left[l];
    const b = right[r];
    if (a === undefined && b === undefined) return merged;
    if (b === undefined || (a !== undefined && a.project <= b.project)) {
      if (a !== undefined) merged.push(a);
      if (a?.project === b?.project) r += 1;
      l += 1;
    } else {
      merged.push(b);
      r += 1;
    }
    if (merged.length % AT_ONCE === 0) await othersTurn();
  }
}

async function isSorted(names: Names): Promise<boolean> {
  for (let index = 1; index < names.length; index += 1) {
    const before = names[index - 1];
    const here = names[index];
    if (before !== undefined && here !== undefined && before.project >= here.project) return false;
    if (index % (10 * AT_ONCE) === 0) await othersTurn();
  }
  return true;
}

function once(sorted: Names): Names {
  return sorted.filter(({ project }, index) => sorted[index - 1]?.project !== project);
}

function compare(a: NamedProject, b: NamedProject): number {
  return a.project < b.project ? -1 : a.project > b.project ? 1 : 0;
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
