import { type Instant, type Limit, type Principal, refuse, type Token, type UserName } from "#core";
import type { AccountBook } from "./access.ts";
import type { Sealer } from "./sealer.ts";
import { newToken } from "./tokens.ts";

export interface TokenWish {
  readonly name: string;
  readonly limits: readonly Limit[];
  readonly expiresAt: Instant | null;
}

const NAME_LENGTH_MAX = 100;
const LIMITS_MAX = 100;

/** Makes a token and records it; the secret exists only in what is returned. */
export async function issueToken(
  parts: {
    readonly accounts: AccountBook;
    readonly sealer: Sealer;
    readonly now: () => Instant;
    readonly randomBytes: (count: number) => Uint8Array;
  },
  principal: Principal,
  owner: UserName,
  wish: TokenWish,
): Promise<{ readonly token: Token; readonly secret: string }> {
  requirePerson(principal, owner);
  checkWish(wish, parts.now());
  const { id, text, hash } = newToken(parts.randomBytes);
  const token = await parts.accounts.issueToken(principal, {
    id,
    owner,
    name: wish.name,
    limits: wish.limits,
    expiresAt: wish.expiresAt,
    secretHash: parts.sealer.seal(hash),
  });
  return { token, secret: text };
}

/** Refuses tokens and strangers; whose tokens somebody may make is the registry's to say. */
export function requirePerson(principal: Principal, owner: UserName): void {
  // A token that could make tokens would outlive its own expiry and its own limits.
  if (principal.kind === "token") {
    throw refuse({
      code: "not-permitted",
      action: "manage-tokens",
      because: "a token cannot make tokens; sign in with the password",
    });
  }
  if (principal.kind === "anonymous") {
    throw refuse({ code: "not-signed-in", because: `sign in as ${owner} to make a token` });
  }
}

function checkWish({ name, limits, expiresAt }: TokenWish, now: Instant): void {
  const because =
    name.trim() === "" || name.length > NAME_LENGTH_MAX || /[\x00-\x1f\x7f]/.test(name)
      ? `a token's name has 1 to ${NAME_LENGTH_MAX} characters, without control characters`
      : limits.length > LIMITS_MAX
        ? `a token has at most ${LIMITS_MAX} limits`
        : limits.length === 0
          ? "a token without limits could do nothing; give it at least one, or {action: '*', repository: '*', projects: null}"
          : expiresAt !== null && expiresAt <= now
            ? "a token cannot expire in the past"
            : null;
  if (because !== null) throw refuse({ code: "setting-invalid", because });
}
