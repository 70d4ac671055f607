import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes as systemRandomBytes } from "node:crypto";
import type { Sealed } from "#core";

/** Encrypts secrets with the installation's key, for sealed fields of the journal; opens them where they are used. */
export interface Sealer {
  seal(secret: string): Sealed;
  /** Throws when the text was sealed with another key or was changed. */
  open(sealed: Sealed): string;
  /** A key of {@link KEY_BYTES} bytes for one purpose alone, from which neither the installation's nor another follows. */
  derive(purpose: string): Uint8Array;
}

export const KEY_BYTES = 32;

const VERSION = "v1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ASSOCIATED = Buffer.from("vivarium sealed v1");

/**
 * AES-256-GCM. The text form is `v1.<key>.<nonce, ciphertext and tag>`: the version lets later forms stand beside it,
 * `<key>` is a fingerprint, so that opening with another key says so instead of "wrong tag".
 */
export function openSealer(
  key: Uint8Array,
  randomBytes: (count: number) => Uint8Array = (count) => systemRandomBytes(count),
): Sealer {
  if (key.byteLength !== KEY_BYTES) throw new RangeError(`a sealing key has ${KEY_BYTES} bytes, not ${key.byteLength}`);
  const fingerprint = createHash("sha256").update(ASSOCIATED).update(key).digest("hex").slice(0, 8);
  return {
    derive: (purpose) => new Uint8Array(hkdfSync("sha256", key, "", `vivarium ${purpose}`, KEY_BYTES)),
    seal(secret) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(ASSOCIATED);
      const body = Buffer.concat([nonce, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${fingerprint}.${body.toString("base64url")}` as Sealed;
    },
    open(sealed) {
      const [version, keyName, text = ""] = sealed.split(".");
      if (version !== VERSION) throw new Error("a sealed secret has a form that this version does not know");
      if (keyName !== fingerprint) {
        throw new Error(
          `a secret was sealed with the key ${keyName}, but this installation's is ${fingerprint}; restore its key file`,
        );
      }
      const body = Buffer.from(text, "base64url");
      const end = body.length - TAG_BYTES;
      if (end < NONCE_BYTES) throw new Error("a sealed secret is cut short");
      const decipher = createDecipheriv("aes-256-gcm", key, body.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(ASSOCIATED).setAuthTag(body.subarray(end));
      return decipher.update(body.subarray(NONCE_BYTES, end), undefined, "utf8") + decipher.final("utf8");
    },
  };
}
