import { type Instant, type Principal, type User, type UserName, userName } from "#core";
import type { MetadataStore } from "#stores";
import type { AccountBook } from "./access.ts";
import { isAccessSecret, isNameFor, isPast, namedTokenOf, standingOf } from "./access-token-check.ts";
import { readCaveats } from "./caveats.ts";
import { TOKEN_USER } from "./credentials.ts";
import type { Jwts } from "./jwts.ts";
import { isMacaroonKey, macaroonParts } from "./macaroon-issue.ts";
import { isMintedWith, type Macaroon, readMacaroon } from "./macaroons.ts";
import type { Passwords } from "./passwords.ts";
import type { ProofMemory, Watch } from "./proof-memory.ts";
import type { Sealer } from "./sealer.ts";
import type { Sessions } from "./sessions.ts";
import type { SlowDown } from "./slow-down.ts";
import { isSameHash, readSession, readToken } from "./tokens.ts";

/** Tells whether a user and a secret belong together, by asking the stores; remembers nothing. */
export interface Checker {
  /**
   * `null`: they do not. The secret may be a password, a session or a token. The watch began before anything was read;
   * the caller keeps it with the proof or ends it. Throws `too-many-attempts`.
   */
  check(user: string, secret: string, remoteAddress: string): Promise<Checked | null>;
}

export interface Checked {
  readonly principal: Principal;
  readonly watch: Watch;
  /** `null`: a password or a token without an end. */
  readonly expiresAt: Instant | null;
}

export interface CheckerParts {
  readonly metadata: Pick<MetadataStore, "read">;
  readonly accounts: AccountBook;
  readonly sealer: Sealer;
  readonly jwts: Jwts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly slowDown: SlowDown;
  readonly memory: Pick<ProofMemory, "watch">;
  readonly now: () => Instant;
  readonly normalizeProject: (project: string) => string;
}

type Unwatched = Omit<Checked, "watch">;

export function openChecker(parts: CheckerParts): Checker {
  return {
    async check(user, secret, remoteAddress) {
      const token = readToken(secret);
      if (token !== null) return checkToken(parts, user, token);
      const macaroon = readMacaroon(secret);
      if (macaroon !== null) return checkMacaroon(parts, user, macaroon);
      if (isAccessSecret(secret)) return checkAccessSecret(parts, user, secret);
      const name = userName(user);
      if (name === null) return null;
      return watched(parts, name, () =>
        readSession(secret) === null
          ? checkPassword(parts, name, secret, remoteAddress)
          : checkSession(parts, name, secret),
      );
    },
  };
}

/** The name may be the owner's, `__token__`, or left out. */
async function checkToken(
  parts: CheckerParts,
  user: string,
  { id, hash }: { readonly id: string; readonly hash: string },
): Promise<Checked | null> {
  const owner = (await parts.metadata.read((view) => view.token(id)))?.owner;
  if (owner === undefined || (user !== owner && user !== TOKEN_USER && user !== "")) return null;
  return watched(parts, owner, async () => {
    // Read again now that its owner is watched: what is revoked from here on is told.
    const token = await parts.metadata.read((view) => view.token(id));
    if (token === null || token.owner !== owner || !isSameHash(parts.sealer.open(token.secretHash), hash)) return null;
    if (token.expiresAt !== null && token.expiresAt <= parts.now()) return null;
    const standing = await accountStanding(parts, owner);
    return {
      principal: { kind: "token", owner, id, ...standing, limits: token.limits },
      expiresAt: token.expiresAt,
    };
  });
}

/** Whoever narrowed it on the way has done so by caveats; what they leave of the owner's rights is what it is good for. */
async function checkMacaroon(parts: CheckerParts, user: string, macaroon: Macaroon): Promise<Checked | null> {
  const { owner: name, id } = macaroonParts(macaroon);
  const owner = userName(name);
  if (owner === null || (user !== owner && user !== TOKEN_USER && user !== "")) return null;
  return watched(parts, owner, async () => {
    const token = await parts.metadata.read((view) => view.token(id));
    if (token === null || token.owner !== owner) return null;
    const key = parts.sealer.open(token.secretHash);
    if (!isMacaroonKey(key) || !isMintedWith(key, macaroon)) return null;
    const allowance = readCaveats(macaroon.caveats, parts.normalizeProject);
    const now = parts.now();
    if (allowance === null || (allowance.notBefore ?? 0) > now) return null;
    if (allowance.expiresAt !== null && allowance.expiresAt <= now) return null;
    const standing = await accountStanding(parts, owner);
    return {
      principal: { kind: "token", owner, id, ...standing, limits: allowance.limits },
      expiresAt: allowance.expiresAt,
    };
  });
}

/** A JWT, a reference to one, or an API key. */
async function checkAccessSecret(parts: CheckerParts, user: string, secret: string): Promise<Checked | null> {
  const { metadata, sealer, now } = parts;
  const named = await namedTokenOf(parts.jwts, secret);
  if (named === null) return null;
  const owner = (await metadata.read((view) => view.token(named.id)))?.owner;
  if (owner === undefined || !isNameFor(user, owner, TOKEN_USER)) return null;
  return watched(parts, owner, async () => {
    // Read again now that its owner is watched: what is revoked from here on is told.
    const found = await metadata.read(async (view) => {
      const token = await view.token(named.id);
      if (token === null || token.owner !== owner || !named.fits(token, sealer)) return null;
      if (isPast(token.expiresAt, now())) return null;
      return { token, principal: await standingOf(view, token), expiresAt: token.expiresAt };
    });
    if (found === null || found.token.standsFor !== undefined) return found;
    const { principal, expiresAt } = found;
    return { principal: { ...principal, ...(await accountStanding(parts, owner)) }, expiresAt };
  });
}

async function checkSession(parts: CheckerParts, name: UserName, secret: string): Promise<Unwatched | null> {
  const user = await parts.accounts.user(name);
  const expiresAt = user === null ? null : await parts.sessions.expiryOf(user, secret);
  if (expiresAt === null || expiresAt <= parts.now()) return null;
  return { principal: await principalOf(parts, name), expiresAt };
}

async function checkPassword(
  parts: CheckerParts,
  name: UserName,
  password: string,
  remoteAddress: string,
): Promise<Unwatched | null> {
  const attempt = parts.slowDown.begin(name, remoteAddress);
  try {
    const user = await parts.accounts.user(name);
    if (!(await parts.passwords.verify(password, hashOf(parts, user)))) return null;
    if (user !== null) await renewHash(parts, user, password);
  } catch (cause) {
    attempt.takenBack();
    throw cause;
  }
  attempt.succeeded();
  return { principal: await principalOf(parts, name), expiresAt: null };
}

/** Only now is the password known, so that a hash of another server or of an earlier cost can become one of ours. */
async function renewHash({ accounts, sealer, passwords }: CheckerParts, user: User, password: string): Promise<void> {
  const { name, passwordHash: before } = user;
  if (before === null || !passwords.isOutdated(sealer.open(before))) return;
  try {
    await accounts.renewHash(name, before, sealer.seal(await passwords.hash(password)));
  } catch {
    // The password was right; a full disk or a busy moment must not keep anybody out. The next sign-in tries again.
  }
}

function hashOf({ sealer }: CheckerParts, user: User | null): string | null {
  return user === null || user.passwordHash === null ? null : sealer.open(user.passwordHash);
}

async function principalOf(parts: CheckerParts, name: UserName): Promise<Principal> {
  return { kind: "user", name, ...(await accountStanding(parts, name)) };
}

/** What the account is by its groups, as principals have it. */
async function accountStanding(
  { accounts }: CheckerParts,
  name: UserName,
): Promise<{ readonly groups: readonly string[]; readonly isAdmin?: true }> {
  const { groups, isAdmin } = await accounts.standingOf(name);
  return { groups, ...(isAdmin ? { isAdmin } : {}) };
}

async function watched(
  parts: CheckerParts,
  account: UserName,
  work: () => Promise<Unwatched | null>,
): Promise<Checked | null> {
  const watch = parts.memory.watch(account);
  try {
    const found = await work();
    if (found !== null) return { ...found, watch };
  } catch (cause) {
    watch.end();
    throw cause;
  }
  watch.end();
  return null;
}
