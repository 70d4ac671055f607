import { randomBytes as systemRandomBytes } from "node:crypto";
import { ANONYMOUS, type Instant, RegistryError, refuse, type User, type UserName, userName } from "#core";
import type { MetadataStore, SharedState } from "#stores";
import type { Access, AccountBook, BrowserSession, Proof, RequestCredentials, SignUpSettings } from "./access.ts";
import { isAccessSecret } from "./access-token-check.ts";
import {
  type AccessTokenParts,
  apiKeyOf,
  issueAccessToken,
  issueApiKey,
  renewAccessToken,
  withdrawApiKey,
} from "./access-token-issue.ts";
import { openChecker } from "./checker.ts";
import { type Credentials, readApiKey, readAuthorization, readDevpiAuth, TOKEN_USER } from "./credentials.ts";
import { openJwts } from "./jwts.ts";
import { issueMacaroon } from "./macaroon-issue.ts";
import { readMacaroon } from "./macaroons.ts";
import { type HashingCost, openPasswords } from "./passwords.ts";
import { openProofMemory } from "./proof-memory.ts";
import type { Sealer } from "./sealer.ts";
import { readSessionCookie } from "./session-cookie.ts";
import { BROWSER_SESSION_SECONDS_MAX, openSessions, SESSION_SECONDS, type SessionOrigin } from "./sessions.ts";
import { signUpRefusal } from "./sign-up.ts";
import { openSlowDown } from "./slow-down.ts";
import { tokenBehind } from "./token-behind.ts";
import { issueToken } from "./token-issue.ts";
import { readSession, readToken } from "./tokens.ts";

/** All the world that access needs; clock and randomness are parts of it. */
export interface AccessParts {
  readonly metadata: Pick<MetadataStore, "read" | "subscribe" | "catchUp">;
  readonly state: SharedState;
  readonly accounts: AccountBook;
  readonly sealer: Sealer;
  readonly signUp: SignUpSettings;
  readonly now: () => Instant;
  readonly randomBytes?: (count: number) => Uint8Array;
  /** What a new password hash costs; OWASP's recommendation when not given. */
  readonly hashingCost?: HashingCost;
  /** The normal form of the names in tokens that were narrowed elsewhere; as they are when not given. */
  readonly normalizeProject?: (project: string) => string;
}

/** How long a checked credential is believed without being asked for again, unless something is changed. */
const REMEMBERED_MILLISECONDS = 5 * 60 * 1000;
/** That a session was ended is in no journal, so other nodes have to look; and looking costs no hash of a password. */
const SESSION_REMEMBERED_MILLISECONDS = 60 * 1000;
/** A proof of nothing needs no memory and never becomes wrong. */
const NOBODY: Proof = {
  principal: ANONYMOUS,
  validUntil: Number.MAX_SAFE_INTEGER as Instant,
  isCurrent: () => true,
};

/** Proves who is asking. Disposing it stops listening to the journal. */
export function openAccess(parts: AccessParts): Access & Disposable {
  const { metadata, state, accounts, sealer, now } = parts;
  const randomBytes = parts.randomBytes ?? ((count: number) => systemRandomBytes(count));
  const passwords = openPasswords({
    randomBytes,
    ...(parts.hashingCost === undefined ? {} : { cost: parts.hashingCost }),
  });
  const sessions = openSessions({ state, randomBytes, now });
  const slowDown = openSlowDown(now);
  const memory = openProofMemory(randomBytes);
  const normalizeProject = parts.normalizeProject ?? ((project: string) => project);
  const jwts = openJwts(sealer.derive("access tokens"));
  const tokenOf = (id: string) => metadata.read((view) => view.token(id));
  const accessTokens: AccessTokenParts = { accounts, sealer, jwts, now, randomBytes, tokenOf };
  const checkerParts = {
    metadata,
    accounts,
    sealer,
    jwts,
    sessions,
    passwords,
    slowDown,
    memory,
    now,
    normalizeProject,
  };
  const checker = openChecker(checkerParts);
  const underWay = new Map<string, Promise<Proof>>();
  const unsubscribe = metadata.subscribe(memory.tell);

  async function prove(name: string, request: RequestCredentials): Promise<Proof> {
    if (isByCookie(request)) return proveCookie(name, request);
    const devpi = readDevpiAuth(request.devpiAuth);
    // The client sends X-Devpi-Auth for us and may send Authorization for a proxy in front, so a good one goes first.
    if (devpi.kind === "secret") {
      const proof = await quietly(() => proveSecret(name, devpi, request.remoteAddress));
      if (proof !== null) return proof;
    }
    // An API key is meant for us, while Authorization may be for a proxy in front.
    const key = readApiKey(request.apiKey);
    const given = key.kind === "none" ? readAuthorization(request.authorization) : key;
    switch (given.kind) {
      case "none":
        // A bad X-Devpi-Auth is anonymous for this once; it may be good a moment later.
        return devpi.kind === "none" ? NOBODY : { ...NOBODY, validUntil: now(), isCurrent: () => false };
      case "unreadable":
        throw wrong(`the request cannot be authenticated: ${given.because}`);
      case "secret": {
        const proof = await proveSecret(name, given, request.remoteAddress);
        if (proof === null) throw wrong(wrongSentence(given));
        return proof;
      }
    }
  }

  async function proveSecret(key: string, credentials: Secret, remoteAddress: string): Promise<Proof | null> {
    const found = await checker.check(credentials.user, credentials.secret, remoteAddress);
    if (found === null) return null;
    const remembered =
      readSession(credentials.secret) === null ? REMEMBERED_MILLISECONDS : SESSION_REMEMBERED_MILLISECONDS;
    const until = Math.min(now() + remembered, found.expiresAt ?? Number.MAX_SAFE_INTEGER) as Instant;
    return memory.keep(key, found.principal, found.watch, until);
  }

  async function proveCookie(key: string, { session = null, remoteAddress }: RequestCredentials): Promise<Proof> {
    const given = session === null ? null : readSessionCookie(session);
    const proof = given === null ? null : await proveSecret(key, { kind: "secret", ...given }, remoteAddress);
    return proof ?? NOBODY;
  }

  return {
    async authenticate(request) {
      if (isSilent(request)) return NOBODY;
      const told = metadata.catchUp();
      if (told !== undefined) await told;
      const key = memory.keyOf(request);
      const known = memory.find(key, now());
      if (known !== null) return known;
      // Many requests begin at once with the same credentials; one check is enough for all of them.
      const joined = underWay.get(key);
      if (joined !== undefined) return joined;
      const proof = prove(key, request).finally(() => underWay.delete(key));
      underWay.set(key, proof);
      return proof;
    },
    remembered(request) {
      if (isSilent(request)) return NOBODY;
      return memory.find(memory.keyOf(request), now());
    },
    async login(user, password, remoteAddress) {
      const found = await checker.check(user, password, remoteAddress);
      if (found === null) throw wrong(wrongSentence({ kind: "secret", user, secret: password }));
      const { account } = found.watch;
      found.watch.end();
      // A token or session is its own session: it must not be turned into one that outlives it or can do more.
      if (isOwnSecret(password)) {
        const leftSeconds = ((found.expiresAt ?? Number.MAX_SAFE_INTEGER) - now()) / 1000;
        return { user: account, password, expiresInSeconds: Math.floor(Math.min(SESSION_SECONDS, leftSeconds)) };
      }
      return { user: account, ...(await beginSession(await existing(account))) };
    },
    session: async (user) => beginSession(await existing(user)),
    async hashPassword(password) {
      if (isOwnSecret(password)) {
        throw refuse({ code: "setting-invalid", because: "a password must not look like a token of this server" });
      }
      return sealer.seal(await passwords.hash(password));
    },
    isHashOfNothing: passwords.isOfNothing,
    seal: sealer.seal,
    open: sealer.open,
    issueToken: (principal, owner, wish) => issueToken({ accounts, sealer, now, randomBytes }, principal, owner, wish),
    issueMacaroon: (principal, owner, caveats) =>
      issueMacaroon({ accounts, sealer, now, randomBytes, normalizeProject }, principal, owner, caveats),
    issueAccessToken: (principal, owner, wish) => issueAccessToken(accessTokens, principal, owner, wish),
    renewAccessToken: (refresh, wishOf) => renewAccessToken(accessTokens, refresh, wishOf),
    tokenBehind: (secret) => tokenBehind(accessTokens, secret),
    apiKeys: {
      find: (principal, owner) => apiKeyOf(accessTokens, principal, owner),
      issue: (principal, owner) => issueApiKey(accessTokens, principal, owner),
      withdraw: (principal, owner) => withdrawApiKey(accessTokens, principal, owner),
    },
    sessions: {
      async begin(user, password, origin) {
        if (isOwnSecret(password)) {
          const because = "a token or session cannot begin a session of a browser; sign in with the password";
          throw refuse({ code: "request-invalid", because });
        }
        const found = await checker.check(user, password, origin.address);
        if (found === null) throw wrong(wrongSentence({ kind: "secret", user, secret: password }));
        const { account } = found.watch;
        found.watch.end();
        return beginInBrowser(account, origin);
      },
      renew: beginInBrowser,
      list: async (user) => sessions.list(await existing(user)),
      async end(user, id) {
        const wasThere = await sessions.end(await existing(user), id);
        memory.outdate(user);
        return wasThere;
      },
    },
    signUpRefusal: (request) => signUpRefusal(parts.signUp, request),
    [Symbol.dispose]: unsubscribe,
  };

  async function existing(name: UserName): Promise<User> {
    const user = await accounts.user(name);
    if (user === null) throw refuse({ code: "user-not-found", user: name });
    return user;
  }

  async function beginInBrowser(name: UserName, origin: Omit<SessionOrigin, "kind">): Promise<BrowserSession> {
    const { id, text, expiresAt } = await sessions.begin(await existing(name), { ...origin, kind: "browser" });
    return { user: name, secret: text, id, expiresAt, secondsMax: BROWSER_SESSION_SECONDS_MAX };
  }

  async function beginSession(user: User): Promise<{ password: string; expiresInSeconds: number }> {
    const { text } = await sessions.begin(user, { kind: "client", address: "", userAgent: null });
    return { password: text, expiresInSeconds: SESSION_SECONDS };
  }
}

/** Whether the request says nothing about who sends it. */
function isSilent(request: RequestCredentials): boolean {
  return (request.session ?? null) === null && isByCookie(request);
}

/** Whether nothing but the cookie, if that, can say who sends the request. */
function isByCookie({ authorization, devpiAuth, apiKey = null }: RequestCredentials): boolean {
  return authorization === null && devpiAuth === null && apiKey === null;
}

/** A token or session of ours, in any of its forms. */
function isOwnSecret(text: string): boolean {
  return readToken(text) !== null || readMacaroon(text) !== null || readSession(text) !== null || isAccessSecret(text);
}

type Secret = Credentials & { readonly kind: "secret" };

/** devpi's own header never refuses a request: what is wrong with it, or too many tries, makes it anonymous. */
async function quietly(work: () => Promise<Proof | null>): Promise<Proof | null> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RegistryError && cause.problem.code === "too-many-attempts") return null;
    throw cause;
  }
}

function wrong(because: string) {
  return refuse({ code: "wrong-credentials", because });
}

function wrongSentence({ user, secret }: Secret): string {
  // A Bearer token comes without a name; what cannot be read as one is none all the same.
  if (user === "" || user === TOKEN_USER || (isOwnSecret(secret) && readSession(secret) === null)) {
    return "the token is not valid: it has expired, was revoked, or belongs to another user; make a new one";
  }
  const name = userName(user);
  return name === null
    ? "the user name or password is wrong"
    : `the password or token for user '${name}' is wrong, or there is no such user`;
}
