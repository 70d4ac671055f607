import { type Argon2Algorithm, argon2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { refuse } from "#core";
import { verifySalted } from "./foreign-hashes.ts";
import { openTurns } from "./turns.ts";

/** Hashes passwords with argon2id and checks them against hashes in PHC form, a few at a time. */
export interface Passwords {
  /** `setting-invalid` for an empty or overlong password. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password has this hash, made by us, by earlier versions with other parameters, or by devpi. `null`:
   * there is none; that takes as long as a real check, so that it does not tell who has an account.
   */
  verify(password: string, hash: string | null): Promise<boolean>;
  /** Whether a new hash of the password would be of another kind or cost than this one. */
  isOutdated(hash: string): boolean;
  /** Whether it is the hash of no password at all, as devpi's root has it at first. Nobody signs in with that here. */
  isOfNothing(hash: string): Promise<boolean>;
}

export interface HashingCost {
  readonly memoryKibibytes: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's recommendation for argon2id: 19 MiB, two passes, one lane. */
export const OWASP_COST: HashingCost = { memoryKibibytes: 19_456, passes: 2, parallelism: 1 };

const SALT_BYTES = 16;
const TAG_BYTES = 32;
const PASSWORD_BYTES_MAX = 4096;
/** Each check holds its memory and a thread of the pool that also reads files: never more than these at once. */
const AT_ONCE = 2;
const WAITING_MAX = 100;
/** Hashes come in from outside (imports, devpi's `pwhash`); one that would cost more than this is never computed. */
const COST_MAX: HashingCost = { memoryKibibytes: 256 * 1024, passes: 16, parallelism: 16 };

const compute = promisify(argon2);

export function openPasswords(parts: {
  readonly randomBytes: (count: number) => Uint8Array;
  readonly cost?: HashingCost;
}): Passwords {
  const { randomBytes, cost = OWASP_COST } = parts;
  const turns = openTurns({
    atOnce: AT_ONCE,
    waitingMax: WAITING_MAX,
    tooMany: () => refuse({ code: "too-many-attempts", retryAfterSeconds: 1 }),
  });
  const digest = (password: string, hash: Omit<PhcHash, "tag">, tagLength: number) =>
    turns.run(() =>
      compute(hash.algorithm, {
        message: Buffer.from(password),
        nonce: hash.salt,
        parallelism: hash.cost.parallelism,
        memory: hash.cost.memoryKibibytes,
        passes: hash.cost.passes,
        tagLength,
      }),
    );
  async function isRight(password: string, text: string): Promise<boolean | null> {
    const salted = verifySalted(password, text);
    if (salted !== null) return salted;
    const hash = parsePhc(text);
    return hash === null ? null : timingSafeEqual(await digest(password, hash, hash.tag.byteLength), hash.tag);
  }
  return {
    async hash(password) {
      if (password === "") throw refuse({ code: "setting-invalid", because: "a password must not be empty" });
      if (isTooLong(password)) {
        throw refuse({ code: "setting-invalid", because: `a password has at most ${PASSWORD_BYTES_MAX} bytes` });
      }
      const hash = { algorithm: "argon2id", cost, salt: randomBytes(SALT_BYTES) } as const;
      return formatPhc({ ...hash, tag: await digest(password, hash, TAG_BYTES) });
    },
    async verify(password, text) {
      if (password === "" || isTooLong(password)) return false;
      const answer = text === null ? null : await isRight(password, text);
      if (answer !== null) return answer;
      await digest(password, { algorithm: "argon2id", cost, salt: randomBytes(SALT_BYTES) }, TAG_BYTES);
      return false;
    },
    isOfNothing: async (text) => (await isRight("", text)) ?? false,
    isOutdated(text) {
      const hash = parsePhc(text);
      return (
        hash === null || hash.algorithm !== "argon2id" || JSON.stringify(hash.cost) !== JSON.stringify(costOf(cost))
      );
    },
  };
}

interface PhcHash {
  readonly algorithm: Argon2Algorithm;
  readonly cost: HashingCost;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

const PHC =
  /^\$(argon2(?:id|i|d))\$v=19\$m=(\d{1,9}),t=(\d{1,5}),p=(\d{1,5})\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{16,128})$/;

/** `null` for what is no argon2 hash of version 1.3 (`v=19`), or costs more than we are ready to spend. */
function parsePhc(text: string): PhcHash | null {
  const found = PHC.exec(text);
  if (found === null) return null;
  const [, algorithm, memory, passes, parallelism, salt = "", tag = ""] = found;
  const cost = { memoryKibibytes: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const isSane =
    cost.parallelism >= 1 &&
    cost.passes >= 1 &&
    cost.memoryKibibytes >= 8 * cost.parallelism &&
    cost.memoryKibibytes <= COST_MAX.memoryKibibytes &&
    cost.passes <= COST_MAX.passes &&
    cost.parallelism <= COST_MAX.parallelism;
  if (!isSane) return null;
  return {
    algorithm: algorithm as Argon2Algorithm,
    cost,
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

function formatPhc({ algorithm, cost, salt, tag }: PhcHash): string {
  const parameters = `m=${cost.memoryKibibytes},t=${cost.passes},p=${cost.parallelism}`;
  return `$${algorithm}$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

/** The fields in the order in which {@link parsePhc} gives them. */
function costOf({ memoryKibibytes, passes, parallelism }: HashingCost): HashingCost {
  return { memoryKibibytes, passes, parallelism };
}

function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > PASSWORD_BYTES_MAX;
}
