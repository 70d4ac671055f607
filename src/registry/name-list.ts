import type { ProjectName } from "#core";
import type { NamedProject, ProjectNames } from "#formats";

/**
 * Hundreds of thousands of names in two texts and two tables of places: 25 bytes a name, where an object takes 150.
 * Sorted by code units, each once.
 */
export interface NameList extends ProjectNames {
  /** One name a line. */
  readonly names: string;
  /** One spelling a line; an empty line where it is the name itself. */
  readonly spellings: string;
  /** What it takes in memory. */
  readonly weight: number;
}

/** Takes names in the order in which the list shall have them. */
export interface NameListBuilder {
  readonly length: number;
  add(one: NamedProject): void;
  finish(): NameList;
}

/** So many lines are joined at once; many short texts take far more than one long. */
const LINES_AT_ONCE = 5_000;

export function openNameList(): NameListBuilder {
  const names = openLines();
  const spellings = openLines();
  return {
    get length() {
      return names.length;
    },
    add({ project, displayName }) {
      names.add(project);
      // A line break would make two lines of it; no format knows such names.
      spellings.add(displayName === project || displayName.includes("\n") ? "" : displayName);
    },
    finish: () => listOf(names.finish(), spellings.finish()),
  };
}

export function isNameList(names: ProjectNames): names is NameList {
  return "spellings" in names;
}

interface Lines {
  readonly text: string;
  /** Where each line begins, and where the one after the last would. */
  readonly places: Uint32Array;
}

function openLines() {
  const parts: string[] = [];
  let some: string[] = [];
  let places = new Uint32Array(1_024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(line: string): void {
      if (length + 1 >= places.length) {
        const longer = new Uint32Array(places.length * 2);
        longer.set(places);
        places = longer;
      }
      places[length + 1] = (places[length] ?? 0) + line.length + 1;
      length += 1;
      some.push(line, "\n");
      if (some.length < 2 * LINES_AT_ONCE) return;
      parts.push(some.join(""));
      some = [];
    },
    finish: (): Lines => ({ text: [...parts, ...some].join(""), places: places.slice(0, length + 1) }),
  };
}

function listOf(names: Lines, spellings: Lines): NameList {
  const length = names.places.length - 1;
  function lineOf({ text, places }: Lines, index: number): string {
    return text.slice(places[index], (places[index + 1] ?? 1) - 1);
  }
  function one(index: number): NamedProject {
    const project = lineOf(names, index) as ProjectName;
    return { project, displayName: lineOf(spellings, index) || project };
  }
  function slice(start = 0, end = length): readonly NamedProject[] {
    const some: NamedProject[] = [];
    for (let index = Math.max(0, start); index < Math.min(end, length); index += 1) some.push(one(index));
    return some;
  }
  return {
    names: names.text,
    spellings: spellings.text,
    length,
    weight: names.text.length + spellings.text.length + 8 * (length + 1) + 1_000,
    at: (index) => (index >= 0 && index < length ? one(index) : undefined),
    slice,
    map: (of) => slice().map(of),
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index += 1) yield one(index);
    },
  };
}
