import { createHash } from "node:crypto";
import { createBLAKE2b, type IHasher } from "hash-wasm";
import type { ExtraDigest } from "../blob-store.ts";

/** Hashes bytes as they pass. */
export interface Digesting {
  update(bytes: Uint8Array): void;
  /** Lower-case hex, by name; always has `sha256`. To be called once. */
  hex(): Record<string, string> & { readonly sha256: string };
}

/** So many hashers of BLAKE2b wait to be used again; making one costs as much as hashing 100 KB. */
const IDLE_MAX = 16;

/** Returns how to begin. */
export function openDigests(): (extras: readonly ExtraDigest[]) => Promise<Digesting> {
  const idle: IHasher[] = [];

  // node:crypto has BLAKE2b with 512 bits only, and 256 bits are no prefix of it.
  async function blakeHasher(): Promise<IHasher> {
    return (idle.pop() ?? (await createBLAKE2b(256))).init();
  }

  return async (extras) => {
    const sha256 = createHash("sha256");
    const others = (["md5", "sha1"] as const)
      .filter((name) => extras.includes(name))
      .map((name) => [name, createHash(name)] as const);
    const blake = extras.includes("blake2b_256") ? await blakeHasher() : null;

    function blakeHex(hasher: IHasher): string {
      const hex = hasher.digest("hex");
      if (idle.length < IDLE_MAX) idle.push(hasher);
      return hex;
    }

    return {
      update(bytes) {
        sha256.update(bytes);
        for (const [, hash] of others) hash.update(bytes);
        blake?.update(bytes);
      },
      hex: () => ({
        sha256: sha256.digest("hex"),
        ...Object.fromEntries(others.map(([name, hash]) => [name, hash.digest("hex")])),
        ...(blake === null ? {} : { blake2b_256: blakeHex(blake) }),
      }),
    };
  };
}
