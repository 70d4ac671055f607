import { type Json, type JsonObject, type Repository, shortNameOf, type User } from "#core";
import { timestamp } from "./answers.ts";
import { indexConfigOf } from "./index-options.ts";
import { invalid, plain, readCustomData, readText } from "./option-values.ts";

const SECRETS = ["password", "pwhash", "pwsalt"];
const DESCRIBING = ["custom_data", "description", "email", "title"];
/** Come back with what GET answered; never changed from outside. */
const IGNORED = ["indexes", "username", "created", "modified"];

/** What a user shows, with the indexes that the reader may see. */
export function userConfigOf(user: User, indexes: readonly Repository[]): JsonObject {
  const optional: JsonObject = {
    modified: user.modifiedAt === null ? null : timestamp(user.modifiedAt),
    email: user.email,
    title: user.title,
    description: user.description,
    custom_data: user.customData,
  };
  return {
    username: user.name,
    indexes: Object.fromEntries(indexes.map((index) => [shortNameOf(index.name), indexConfigOf(index)])),
    created: timestamp(user.createdAt),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  };
}

/** The describing fields of a user that were given; a falsy value takes a field away. */
export function userChangesFrom(
  given: JsonObject,
): Partial<Pick<User, "email" | "title" | "description" | "customData">> {
  return {
    ...("email" in given ? { email: textOrNull("email", given["email"]) } : {}),
    ...("title" in given ? { title: textOrNull("title", given["title"]) } : {}),
    ...("description" in given ? { description: textOrNull("description", given["description"]) } : {}),
    ...("custom_data" in given
      ? { customData: given["custom_data"] ? readCustomData(given["custom_data"]) : null }
      : {}),
  };
}

/** Refuses keys that a user does not have, which only the creation does. */
export function checkKnownKeys(given: JsonObject): void {
  const known = new Set([...SECRETS, ...DESCRIBING, ...IGNORED]);
  const unknown = Object.keys(given).filter((key) => !known.has(key));
  if (unknown.length > 0) throw invalid(`Unknown keys in user config: ${unknown.join(", ")}`);
}

/** What a user shall sign in with: a new password, or the argon2 hash of one that another server made. */
export type NewPassword =
  | { readonly kind: "none" }
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "hash"; readonly hash: string };

export function newPasswordFrom(given: JsonObject): NewPassword {
  const hash = given["pwhash"];
  if (typeof hash === "string" && hash !== "") {
    if (!/^\$argon2(id|i|d)\$/.test(hash)) throw invalid("'pwhash' must be an argon2 hash.");
    return { kind: "hash", hash };
  }
  const password = given["password"];
  if (password === undefined || password === null) return { kind: "none" };
  return { kind: "password", password: readText("password", password) };
}

function textOrNull(key: string, value: Json | undefined): string | null {
  if (value === undefined || value === null || value === "" || value === false) return null;
  return readText(key, typeof value === "string" ? value : plain(value));
}
