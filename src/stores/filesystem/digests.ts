import { createHash } from "node:crypto";
import { blake2b } from "@noble/hashes/blake2.js";
import type { ExtraDigest } from "../blob-store.ts";

/** Hashes bytes as they pass. */
export interface Digesting {
  update(bytes: Uint8Array): void;
  /** Lower-case hex, by name; always has `sha256`. To be called once. */
  hex(): Record<string, string> & { readonly sha256: string };
}

export function openDigesting(extras: readonly ExtraDigest[]): Digesting {
  const sha256 = createHash("sha256");
  const md5 = extras.includes("md5") ? createHash("md5") : null;
  // node:crypto has BLAKE2b with 512 bits only, and 256 bits are no prefix of it. Slow, so only when asked for.
  const blake = extras.includes("blake2b_256") ? blake2b.create({ dkLen: 32 }) : null;
  return {
    update(bytes) {
      sha256.update(bytes);
      md5?.update(bytes);
      blake?.update(bytes);
    },
    hex: () => ({
      sha256: sha256.digest("hex"),
      ...(md5 === null ? {} : { md5: md5.digest("hex") }),
      ...(blake === null ? {} : { blake2b_256: Buffer.from(blake.digest()).toString("hex") }),
    }),
  };
}
