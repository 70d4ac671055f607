import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Password hashes that other servers made. devpi's are argon2 in PHC form since version 4; before, it kept
 * `sha256(salt + password)` in hex beside its salt. The latter is written here as `$devpi-sha256$<salt>$<hex>`, the
 * salt in base64url because it may be any text.
 */
const SALTED = /^\$devpi-sha256\$([A-Za-z0-9_-]{1,512})\$([0-9a-f]{64})$/;
const ARGON2 = /^\$argon2(?:id|i|d)\$v=19\$/;

/** The text under which a devpi's hash is kept and checked here; `null`: it is of no kind that can be checked. */
export function hashFromDevpi(given: { readonly pwhash: string; readonly pwsalt: string | null }): string | null {
  const { pwhash, pwsalt } = given;
  if (pwsalt === null || pwsalt === "") return ARGON2.test(pwhash) ? pwhash : null;
  const text = `$devpi-sha256$${Buffer.from(pwsalt).toString("base64url")}$${pwhash.toLowerCase()}`;
  return SALTED.test(text) ? text : null;
}

/** The same backwards, for those who leave. */
export function hashForDevpi(text: string): { readonly pwhash: string; readonly pwsalt: string | null } {
  const [, salt = "", pwhash = ""] = SALTED.exec(text) ?? [];
  return pwhash === "" ? { pwhash: text, pwsalt: null } : { pwhash, pwsalt: Buffer.from(salt, "base64url").toString() };
}

/** Whether the password has this salted hash; `null`: the text is no such hash. */
export function verifySalted(password: string, text: string): boolean | null {
  const found = SALTED.exec(text);
  if (found === null) return null;
  const [, salt = "", hex = ""] = found;
  const actual = createHash("sha256").update(Buffer.from(salt, "base64url")).update(password).digest();
  return timingSafeEqual(actual, Buffer.from(hex, "hex"));
}
