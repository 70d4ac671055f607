import type { Token } from "#core";
import { namedTokenOf } from "./access-token-check.ts";
import type { AccessTokenParts } from "./access-token-issue.ts";
import { isMacaroonKey, macaroonParts } from "./macaroon-issue.ts";
import { isMintedWith, readMacaroon } from "./macaroons.ts";
import { isSameHash, readToken } from "./tokens.ts";

type Parts = Pick<AccessTokenParts, "jwts" | "sealer" | "tokenOf">;

/** The token that a secret of any of our forms belongs to, expired or not; `null`: none, or no longer. */
export async function tokenBehind({ jwts, sealer, tokenOf }: Parts, secret: string): Promise<Token | null> {
  const own = readToken(secret);
  if (own !== null) return ifIt(await tokenOf(own.id), (token) => isSameHash(sealer.open(token.secretHash), own.hash));
  const macaroon = readMacaroon(secret);
  if (macaroon !== null) {
    return ifIt(await tokenOf(macaroonParts(macaroon).id), ({ secretHash }) => {
      const key = sealer.open(secretHash);
      return isMacaroonKey(key) && isMintedWith(key, macaroon);
    });
  }
  const named = await namedTokenOf(jwts, secret);
  return named === null ? null : ifIt(await tokenOf(named.id), (token) => named.fits(token, sealer));
}

function ifIt(token: Token | null, fits: (token: Token) => boolean): Token | null {
  return token !== null && fits(token) ? token : null;
}
