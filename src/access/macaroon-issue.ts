import { type Instant, type Principal, refuse, type Token, type UserName } from "#core";
import type { AccountBook } from "./access.ts";
import { type Allowance, readCaveats } from "./caveats.ts";
import { type Macaroon, mintMacaroon, writeMacaroon } from "./macaroons.ts";
import type { Sealer } from "./sealer.ts";
import { requirePerson } from "./token-issue.ts";
import { newId } from "./tokens.ts";

/**
 * Before the keys of macaroons. A token of the other kind is kept as a hash, which its holder can compute: were that
 * taken for a key, a limited token could mint an unlimited one.
 */
const KEY_PREFIX = "macaroon:";
const KEY_BYTES = 32;
const NAME = "made for devpi-tokens";
const LIMITS_MAX = 1000;

export function isMacaroonKey(key: string): boolean {
  return key.startsWith(KEY_PREFIX);
}

/** `owner-id`, as devpi-tokens has it; names may hold dashes, ids do not. */
export function macaroonParts({ identifier }: Macaroon): { readonly owner: string; readonly id: string } {
  const cut = identifier.lastIndexOf("-");
  return { owner: identifier.slice(0, Math.max(cut, 0)), id: identifier.slice(cut + 1) };
}

/** Makes a macaroon and records its key, which unlike other tokens' must be kept whole: the chain begins with it. */
export async function issueMacaroon(
  parts: {
    readonly accounts: AccountBook;
    readonly sealer: Sealer;
    readonly now: () => Instant;
    readonly randomBytes: (count: number) => Uint8Array;
    readonly normalizeProject: (project: string) => string;
  },
  principal: Principal,
  owner: UserName,
  caveats: readonly string[],
): Promise<{ readonly token: Token; readonly secret: string }> {
  requirePerson(principal, owner);
  const { limits, expiresAt } = usable(readCaveats(caveats, parts.normalizeProject), parts.now());
  const key = `${KEY_PREFIX}${Buffer.from(parts.randomBytes(KEY_BYTES)).toString("hex")}`;
  const id = newId(parts.randomBytes);
  const token = await parts.accounts.issueToken(principal, {
    id,
    owner,
    name: NAME,
    limits,
    expiresAt,
    secretHash: parts.sealer.seal(key),
  });
  return { token, secret: writeMacaroon(mintMacaroon(key, `${owner}-${id}`, caveats)) };
}

function usable(allowance: Allowance | null, now: Instant): Allowance {
  const because =
    allowance === null
      ? "the token's restrictions cannot be read"
      : allowance.limits.length === 0
        ? "with these restrictions the token could do nothing: 'allowed' names no permission that can be given alone"
        : allowance.limits.length > LIMITS_MAX
          ? `the token has more than ${LIMITS_MAX} limits`
          : allowance.expiresAt !== null && allowance.expiresAt <= now
            ? "Can't set expiration before current time"
            : null;
  if (allowance === null || because !== null) throw refuse({ code: "setting-invalid", because: because ?? "" });
  return allowance;
}
