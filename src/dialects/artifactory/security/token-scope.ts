import { refuse } from "#core";

/** What a token is to be good for. */
export type TokenScope =
  /** All that the user may. */
  | { readonly kind: "user" }
  | { readonly kind: "admin" }
  | { readonly kind: "groups"; readonly groups: readonly string[] };

const SCOPE_LENGTH_MAX = 500;
const APPLIED = "applied-permissions/";
const MEMBER_OF = "member-of-groups:";
/** Says which APIs may be used, which is never less than all here. */
const APIS = new Set(["api:*"]);

/**
 * Reads a scope of the access API (`applied-permissions/…`) or of the classic one (`member-of-groups:…`). What would be
 * good for less than these can say is refused: a token must not be good for more than was asked for.
 */
export function readScope(text: string): TokenScope {
  if (text.length > SCOPE_LENGTH_MAX) throw invalid(`a scope has at most ${SCOPE_LENGTH_MAX} characters`);
  const words = wordsOf(text).filter((word) => !APIS.has(word));
  const [word, second] = words;
  if (word === undefined) return { kind: "user" };
  if (second !== undefined) throw invalid(`the scope '${text}' says more than one thing; make a token for each`);
  if (word === `${APPLIED}user`) return { kind: "user" };
  if (word === `${APPLIED}admin` || /^[^\s:]*:admin$/.test(word)) return { kind: "admin" };
  if (word.startsWith(`${APPLIED}groups:`)) return groupsScope(text, word.slice(`${APPLIED}groups:`.length));
  if (word.startsWith(MEMBER_OF)) return groupsScope(text, word.slice(MEMBER_OF.length));
  throw invalid(
    `the scope '${text}' is not offered here; there are applied-permissions/user, applied-permissions/admin and applied-permissions/groups:<names>`,
  );
}

/** Separated by blanks, which may stand inside quotation marks too. */
function wordsOf(text: string): readonly string[] {
  return text.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

/** `a,b`, `"a","b"` or `"a,b"`; `*`: those of the user. */
function groupsScope(text: string, list: string): TokenScope {
  const groups = list
    .replaceAll('"', "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (groups.length === 0) throw invalid(`the scope '${text}' names no group`);
  return groups.includes("*") ? { kind: "user" } : { kind: "groups", groups: [...new Set(groups)] };
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
