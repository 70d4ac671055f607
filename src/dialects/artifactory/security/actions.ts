import { type Grantable, type Json, type JsonObject, refuse } from "#core";

/** How the three APIs write an action. */
export type ActionSpelling = "letter" | "word" | "capitals";

interface ActionWord extends Readonly<Record<ActionSpelling, string>> {
  /** `null`: means nothing here and is given back as it came. */
  readonly grants: Grantable | null;
}

const WORDS: readonly ActionWord[] = [
  { letter: "r", word: "read", capitals: "READ", grants: "read" },
  { letter: "n", word: "annotate", capitals: "ANNOTATE", grants: "annotate" },
  { letter: "w", word: "write", capitals: "WRITE", grants: "publish" },
  { letter: "d", word: "delete", capitals: "DELETE", grants: "remove" },
  { letter: "m", word: "manage", capitals: "MANAGE", grants: "administer" },
  { letter: "mxm", word: "managedXrayMeta", capitals: "MANAGED_XRAY_META", grants: null },
  { letter: "x", word: "distribute", capitals: "DISTRIBUTE", grants: null },
];

/** Users and groups with their actions, and those of their actions that mean nothing here, as words. */
export interface Grants {
  readonly users: Readonly<Record<string, readonly Grantable[]>>;
  readonly groups: Readonly<Record<string, readonly Grantable[]>>;
  readonly kept: JsonObject;
}

export const NO_GRANTS: Grants = { users: {}, groups: {}, kept: {} };

/** Reads `{users: {u: [action]}, groups: {…}}`; either may be missing or `null`. */
export function readGrants(value: Json | undefined, spelling: ActionSpelling): Grants {
  const { users, groups } = objectFrom(value, "the actions");
  const forUsers = readSide(users, spelling, "users");
  const forGroups = readSide(groups, spelling, "groups");
  const kept = { users: forUsers.kept, groups: forGroups.kept };
  const isAnythingKept = Object.keys({ ...kept.users, ...kept.groups }).length > 0;
  return { users: forUsers.granted, groups: forGroups.granted, kept: isAnythingKept ? kept : {} };
}

export function showGrants({ users, groups, kept }: Grants, spelling: ActionSpelling): JsonObject {
  return {
    users: showSide(users, objectFrom(kept["users"], "what is kept"), spelling),
    groups: showSide(groups, objectFrom(kept["groups"], "what is kept"), spelling),
  };
}

interface Side {
  readonly granted: Readonly<Record<string, readonly Grantable[]>>;
  readonly kept: JsonObject;
}

function readSide(value: Json | undefined, spelling: ActionSpelling, what: string): Side {
  const granted: Record<string, readonly Grantable[]> = Object.create(null);
  const kept: Record<string, Json> = Object.create(null);
  for (const [name, list] of Object.entries(objectFrom(value, what))) {
    const words = wordsFrom(list, spelling, name);
    granted[name] = words.flatMap(({ grants }) => (grants === null ? [] : [grants]));
    const others = words.filter(({ grants }) => grants === null).map(({ word }) => word);
    if (others.length > 0) kept[name] = others;
  }
  return { granted: { ...granted }, kept: { ...kept } };
}

function showSide(
  granted: Readonly<Record<string, readonly Grantable[]>>,
  kept: JsonObject,
  spelling: ActionSpelling,
): JsonObject {
  const shown = Object.entries(granted).map(([name, actions]): [string, Json] => {
    const others = kept[name];
    const isShown = ({ grants, word }: ActionWord) =>
      grants === null ? Array.isArray(others) && others.includes(word) : actions.includes(grants);
    return [name, WORDS.filter(isShown).map((one) => one[spelling])];
  });
  return Object.fromEntries(shown);
}

function wordsFrom(list: Json, spelling: ActionSpelling, name: string): readonly ActionWord[] {
  // dohq sends a text where there is one action only.
  const texts = typeof list === "string" ? [list] : list;
  if (!Array.isArray(texts)) throw invalid(`the actions of '${name}' must be a list`);
  return texts.map((text: Json) => {
    const found = WORDS.find((one) => one[spelling] === text) ?? WORDS.find(({ word }) => word === text);
    if (found !== undefined) return found;
    const known = WORDS.map((one) => one[spelling]).join(", ");
    throw invalid(`'${String(text)}' of '${name}' is no action; there are ${known}`);
  });
}

export function objectFrom(value: Json | undefined, what: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  throw invalid(`${what} must be a JSON object`);
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
