import {
  type Instant,
  isAdministrator,
  type JsonObject,
  type Limit,
  type Principal,
  refuse,
  type Token,
  type UserName,
} from "#core";
import type { AccountBook } from "./access.ts";
import { hashOf, newApiKey, newReference, newRefresh, readAccessSecret } from "./access-secrets.ts";
import type { JwtClaims, Jwts } from "./jwts.ts";
import { type KeptSecrets, readKeptSecrets, writeKeptSecrets } from "./kept-secrets.ts";
import type { Sealer } from "./sealer.ts";
import { isSameHash, newId } from "./tokens.ts";

/** A token for Artifactory's clients, as it shall be. */
export interface AccessTokenWish {
  readonly name: string;
  /** `null`: its owner's rights. */
  readonly standsFor: NonNullable<Token["standsFor"]> | null;
  readonly expiresAt: Instant | null;
  readonly claims: JwtClaims;
  readonly kept: JsonObject;
  readonly withReference: boolean;
  readonly isRefreshable: boolean;
}

/** The secrets are shown once. */
export interface IssuedAccessToken {
  readonly token: Token;
  readonly jwt: string;
  readonly reference: string | null;
  readonly refresh: string | null;
}

export interface AccessTokenParts {
  readonly accounts: AccountBook;
  readonly sealer: Sealer;
  readonly jwts: Jwts;
  readonly now: () => Instant;
  readonly randomBytes: (count: number) => Uint8Array;
  /** The token of that id. */
  readonly tokenOf: (id: string) => Promise<Token | null>;
}

const EVERYTHING: readonly Limit[] = [{ action: "*", repository: "*", projects: null }];
const API_KEY_NAME = "API key";

/** Makes and records a token; who may is the registry's to say. */
export async function issueAccessToken(
  parts: AccessTokenParts,
  principal: Principal,
  owner: UserName,
  wish: AccessTokenWish,
): Promise<IssuedAccessToken> {
  const made = prepared(parts, owner, wish);
  return handedOut(parts, wish, made, await parts.accounts.issueToken(principal, made.given));
}

/** A new token in the place of the one that the refresh token came with, which counts no more. */
export async function renewAccessToken(
  parts: AccessTokenParts,
  refresh: string,
  wishOf: (old: Token) => AccessTokenWish,
): Promise<IssuedAccessToken> {
  const secret = readAccessSecret(refresh);
  const old = secret?.kind === "refresh" ? await parts.tokenOf(secret.id) : null;
  const kept = old === null ? null : readKeptSecrets(parts.sealer.open(old.secretHash));
  const isRight =
    kept?.kind === "access" && kept.refreshHash !== null && isSameHash(kept.refreshHash, secret?.hash ?? "");
  if (old === null || !isRight) throw unknownRefresh();
  const wish = wishOf(old);
  const made = prepared(parts, old.owner, wish);
  return handedOut(parts, wish, made, await parts.accounts.renewToken(old.id, made.given));
}

/** The account's API key; `null`: it has none. */
export async function apiKeyOf(parts: AccessTokenParts, principal: Principal, owner: UserName): Promise<string | null> {
  const [key] = await apiKeysOf(parts, principal, owner);
  if (key === undefined) return null;
  // A token that could read it would outlive its own expiry; one that administers could make accounts just as well.
  const isOther = principal.kind === "token" && principal.id !== key.id && !isAdministrator(principal);
  if (!isOther) return key.text;
  const because = `the API key of ${owner} is not shown to a token; sign in with the password`;
  throw refuse({ code: "not-permitted", action: "manage-tokens", because });
}

/** A new API key; the one before counts no more, and keeps counting where the new one is refused. */
export async function issueApiKey(parts: AccessTokenParts, principal: Principal, owner: UserName): Promise<string> {
  const id = newId(parts.randomBytes);
  const text = newApiKey(id, parts.randomBytes);
  const given = {
    id,
    owner,
    name: API_KEY_NAME,
    limits: EVERYTHING,
    expiresAt: null,
    secretHash: parts.sealer.seal(writeKeptSecrets({ kind: "api-key", text })),
  };
  await parts.accounts.issueToken(principal, given, (token) => apiKeyIn(parts, token) !== null);
  return text;
}

/** Whether there was one. */
export async function withdrawApiKey(parts: AccessTokenParts, principal: Principal, owner: UserName): Promise<boolean> {
  const keys = await apiKeysOf(parts, principal, owner);
  for (const { id } of keys) await parts.accounts.revokeToken(principal, owner, id);
  return keys.length > 0;
}

async function apiKeysOf(parts: AccessTokenParts, principal: Principal, owner: UserName) {
  const tokens = await parts.accounts.tokensOf(principal, owner);
  return tokens.map((token) => apiKeyIn(parts, token)).filter((key) => key !== null);
}

/** `null`: it is a token of another kind. */
function apiKeyIn({ sealer }: Pick<AccessTokenParts, "sealer">, { id, name, secretHash }: Token) {
  const kept = name === API_KEY_NAME ? readKeptSecrets(sealer.open(secretHash)) : null;
  return kept?.kind === "api-key" ? { id, text: kept.text } : null;
}

interface Made {
  readonly given: Omit<Token, "createdAt">;
  readonly reference: string | null;
  readonly refresh: string | null;
}

function prepared({ randomBytes, sealer }: AccessTokenParts, owner: UserName, wish: AccessTokenWish): Made {
  const id = newId(randomBytes);
  const reference = wish.withReference ? newReference(id, randomBytes) : null;
  const refresh = wish.isRefreshable ? newRefresh(id, randomBytes) : null;
  const secrets: KeptSecrets = {
    kind: "access",
    referenceHash: reference === null ? null : hashOf(reference),
    refreshHash: refresh === null ? null : hashOf(refresh),
  };
  const given = {
    id,
    owner,
    name: wish.name,
    limits: EVERYTHING,
    expiresAt: wish.expiresAt,
    kept: wish.kept,
    secretHash: sealer.seal(writeKeptSecrets(secrets)),
    ...(wish.standsFor === null ? {} : { standsFor: wish.standsFor }),
  };
  return { given, reference, refresh };
}

async function handedOut(
  { jwts, now }: AccessTokenParts,
  { claims, expiresAt }: AccessTokenWish,
  { reference, refresh }: Made,
  token: Token,
): Promise<IssuedAccessToken> {
  return { token, jwt: await jwts.sign(token.id, claims, { at: now(), expiresAt }), reference, refresh };
}

function unknownRefresh(): Error {
  const because = "the refresh token is not valid: it was used already, or its token was revoked; sign in again";
  return refuse({ code: "wrong-credentials", because });
}
