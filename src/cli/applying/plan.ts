import { isSecret, type Wishes } from "./document.ts";
import { type Fields, RESOURCES, type Resource, settable } from "./resources.ts";

/** One thing to do. */
export type Step =
  | { readonly kind: "create"; readonly resource: Resource; readonly name: string; readonly fields: Fields }
  | {
      readonly kind: "change";
      readonly resource: Resource;
      readonly name: string;
      /** The fields that differ. */
      readonly change: Fields;
      /** What is there, with the change. */
      readonly whole: Fields;
      readonly before: Fields;
    }
  | { readonly kind: "remove"; readonly resource: Resource; readonly name: string };

/** What the server has under the names of a file; not there: it has none. */
export type Present = ReadonlyMap<Resource, ReadonlyMap<string, Fields>>;

/**
 * What is to be done so that the server has what the file says: only what differs, in an order in which everything that
 * is named is there. What the file does not name, and fields that it does not give, stay as they are. Pure.
 */
export function planFor(wishes: Wishes, present: Present): readonly Step[] {
  const steps: Step[] = [];
  const removals: Step[] = [];
  for (const resource of RESOURCES) {
    const there = present.get(resource) ?? new Map<string, Fields>();
    for (const [name, fields] of ordered(wishes[resource.section])) {
      const shown = there.get(name);
      if (fields === null) {
        if (shown !== undefined) removals.push({ kind: "remove", resource, name });
      } else if (shown === undefined) steps.push({ kind: "create", resource, name, fields });
      else steps.push(...changeOf(resource, name, fields, settable(resource, shown)));
    }
  }
  // The other way round: first what names others, then what is named.
  return [...steps, ...removals.reverse()];
}

function changeOf(resource: Resource, name: string, fields: Fields, before: Fields): readonly Step[] {
  // A secret cannot be compared; it is set when the thing is made. `kind` and `format` tell what it is.
  const given = Object.entries(fields).filter(([field]) => !isSecret(resource.section, field));
  const change = Object.fromEntries(given.filter(([field, value]) => !isSame(before[field], value)));
  if (Object.keys(change).length === 0) return [];
  return [{ kind: "change", resource, name, change, whole: { ...before, ...change }, before }];
}

/** Repositories after those that they look into, as far as the file makes them; everything else as the file has it. */
function ordered(wishes: ReadonlyMap<string, Fields | null>): readonly (readonly [string, Fields | null])[] {
  const done = new Map<string, Fields | null>();
  const begun = new Set<string>();
  function add(name: string, fields: Fields | null): void {
    if (begun.has(name)) return;
    begun.add(name);
    for (const inner of namesIn(fields)) {
      const there = wishes.get(inner);
      if (there !== undefined) add(inner, there);
    }
    done.set(name, fields);
  }
  for (const [name, fields] of wishes) add(name, fields);
  return [...done];
}

function namesIn(fields: Fields | null): readonly string[] {
  return [fields?.["bases"], fields?.["members"]].flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
}

/** Whether two values of the API are the same; the order of an object's fields says nothing, and `null` is "not given". */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right || (left ?? null) === (right ?? null)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, index) => isSame(value, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const fields = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...fields].every((field) => isSame(left[field], right[field]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The steps for people, one line each; secrets are not shown. */
export function linesOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(linesOfStep);
}

function linesOfStep(step: Step): readonly string[] {
  const { resource, name } = step;
  const what = `${resource.noun} ${name}`;
  switch (step.kind) {
    case "create":
      return [`+ ${what}`, ...fieldLines(resource, step.fields, (_field, value) => shown(value))];
    case "change":
      return [
        `~ ${what}`,
        ...fieldLines(resource, step.change, (field, value) => `${shown(step.before[field])} → ${shown(value)}`),
      ];
    case "remove":
      return [`- ${what}`];
  }
}

function fieldLines(
  { section }: Resource,
  fields: Fields,
  say: (field: string, value: unknown) => string,
): readonly string[] {
  return Object.entries(fields).map(([field, value]) =>
    isSecret(section, field) ? `    ${field}: (secret)` : `    ${field}: ${say(field, value)}`,
  );
}

function shown(value: unknown): string {
  return value === undefined ? "(none)" : JSON.stringify(value);
}
