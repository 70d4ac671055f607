import { createHash } from "node:crypto";
import type { ExtraDigest } from "#stores";

/** Strongest first. What an upstream announces in another way cannot be checked. */
const KNOWN = ["sha256", "sha512", "sha384", "blake2b_256", "sha224", "sha1", "md5"] as const;

/** Of every copy that stands in a tree: what clients compare there; nearly nothing beside what the network takes. */
export const TREE_DIGESTS = ["sha1", "md5"] as const;

/** How the bytes of a file are compared with what was announced. */
export interface DigestCheck {
  /** What the draft must compute besides SHA-256. */
  readonly drafted: readonly ExtraDigest[];
  /** Something that we know was announced, so the bytes can turn out to be wrong. */
  readonly isPossible: boolean;
  update(chunk: Uint8Array): void;
  /** What is wrong, in words; `null`: it is right, or nothing was announced that we know. `hex`: from the draft. */
  fault(hex: Readonly<Record<string, string>>): string | null;
}

/**
 * Checks the strongest digest that was announced. One is enough: the others were announced by the same page. PEP 503
 * allows any algorithm of Python's hashlib; SHA-256 costs nothing more, because blobs are named by it.
 */
export function openDigestCheck(announced: Readonly<Record<string, string>>): DigestCheck {
  const name = KNOWN.find((algorithm) => announced[algorithm] !== undefined);
  const expected = name === undefined ? "" : (announced[name] ?? "").toLowerCase();
  const drafted = name === "md5" || name === "blake2b_256" ? ([name] as const) : [];
  const own = name === undefined || name === "sha256" || drafted.length > 0 ? null : createHash(name);
  return {
    drafted,
    isPossible: name !== undefined,
    update(chunk) {
      own?.update(chunk);
    },
    fault(hex) {
      if (name === undefined) return null;
      const actual = own === null ? hex[name] : own.digest("hex");
      return actual === expected ? null : `its ${name} is ${actual} instead of ${expected}`;
    },
  };
}
