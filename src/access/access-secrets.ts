import { createHash } from "node:crypto";

/**
 * The forms in which tokens are handed to Artifactory's clients beside the JWT: a reference of 64 characters, an API key
 * of 73, and what stands in for a new token when an old one ends. Scanners for leaked secrets know the first two.
 */
export interface AccessSecret {
  readonly kind: "reference" | "api-key" | "refresh";
  /** Of the token, so that it is found without its secret. */
  readonly id: string;
  readonly hash: string;
}

const ID_LENGTH = 12;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 26 of 62 letters are 154 bits; 48 bytes make 64 characters of base64. */
const REFERENCE_PREFIX = "reftkn:01:";
const REFERENCE_SECRET_LENGTH = 26;
const REFERENCE = /^cmVmdGtuOjAx[0-9A-Za-z+/]{52}$/;
const REFERENCE_TEXT = /^reftkn:01:([0-9A-Za-z]{12})([0-9A-Za-z]{26})$/;
const API_KEY = /^AKCp([0-9A-Za-z]{12})([0-9A-Za-z]{57})$/;
const API_KEY_SECRET_LENGTH = 57;
const REFRESH = /^vivr_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})$/;
const REFRESH_SECRET_LENGTH = 43;
/** What a JWT looks like; that it is ours its signature says. */
const JWT = /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/;

export function newReference(id: string, randomBytes: (count: number) => Uint8Array): string {
  const secret = letters(REFERENCE_SECRET_LENGTH, randomBytes);
  return Buffer.from(`${REFERENCE_PREFIX}${id}${secret}`).toString("base64");
}

export function newApiKey(id: string, randomBytes: (count: number) => Uint8Array): string {
  return `AKCp${id}${letters(API_KEY_SECRET_LENGTH, randomBytes)}`;
}

export function newRefresh(id: string, randomBytes: (count: number) => Uint8Array): string {
  return `vivr_${id}_${letters(REFRESH_SECRET_LENGTH, randomBytes)}`;
}

/** `null`: it has none of these forms. */
export function readAccessSecret(text: string): AccessSecret | null {
  const reference = REFERENCE.test(text) ? REFERENCE_TEXT.exec(Buffer.from(text, "base64").toString("latin1")) : null;
  if (reference !== null) return secretOf("reference", reference[1], text);
  const key = API_KEY.exec(text);
  if (key !== null) return secretOf("api-key", key[1], text);
  const refresh = REFRESH.exec(text);
  return refresh === null ? null : secretOf("refresh", refresh[1], text);
}

export function isJwt(text: string): boolean {
  return JWT.test(text);
}

/** The secrets have more than 128 bits of entropy, so a fast hash is right. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function secretOf(kind: AccessSecret["kind"], id: string | undefined, text: string): AccessSecret | null {
  return id?.length === ID_LENGTH ? { kind, id, hash: hashOf(text) } : null;
}

/** Letters and digits, evenly: of 256 values those beyond the last whole alphabet are thrown away. */
function letters(count: number, randomBytes: (count: number) => Uint8Array): string {
  const usable = 256 - (256 % ALPHABET.length);
  let text = "";
  while (text.length < count) {
    for (const byte of randomBytes(count)) {
      if (byte < usable && text.length < count) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}
