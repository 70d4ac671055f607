import { createHash, timingSafeEqual } from "node:crypto";

/** A token or session in the form it is shown; 256 bits of the secret are random, so a fast hash of it is right. */
export interface SecretText {
  readonly text: string;
  readonly hash: string;
}

const ID_LENGTH = 12;
const SECRET_BYTES = 32;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TOKEN = /^viv_([0-9A-Za-z]{12})_([0-9A-Za-z_-]{43})$/;
const SESSION = /^vivs_[0-9A-Za-z_-]{43}$/;

/** `viv_<id>_<secret>`: the prefix lets scanners find leaked ones, the id lets us find it without the secret. */
export function newToken(randomBytes: (count: number) => Uint8Array): SecretText & { readonly id: string } {
  const id = newId(randomBytes);
  const secret = Buffer.from(randomBytes(SECRET_BYTES)).toString("base64url");
  return { id, text: `viv_${id}_${secret}`, hash: hashOf(secret) };
}

/** The parts of a token's text; `null` for anything else, for example a password. */
export function readToken(text: string): { readonly id: string; readonly hash: string } | null {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, hash: hashOf(secret) };
}

/** `vivs_<secret>`: ASCII and without a colon, because devpi's client puts it into addresses. */
export function newSession(randomBytes: (count: number) => Uint8Array): SecretText {
  const text = `vivs_${Buffer.from(randomBytes(SECRET_BYTES)).toString("base64url")}`;
  return { text, hash: hashOf(text) };
}

/** The hash under which a session is kept; `null` for what is none. */
export function readSession(text: string): string | null {
  return SESSION.test(text) ? hashOf(text) : null;
}

/** Compares two hashes of equal length in constant time. */
export function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

export function newId(randomBytes: (count: number) => Uint8Array): string {
  // 62 letters out of 256 bytes are very slightly uneven; an id must be unique, not secret.
  return Array.from(randomBytes(ID_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
