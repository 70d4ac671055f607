import type { Instant, Limit, Principal, Sealed, Token, User, UserName } from "#core";
import type { AccessTokenWish, IssuedAccessToken } from "./access-token-issue.ts";
import type { CookieSession } from "./session-cookie.ts";
import type { Session, SessionOrigin } from "./sessions.ts";

/** Proves who is asking; makes credentials. Facts about users and tokens are kept through the `AccountBook` it is handed. */
export interface Access {
  /**
   * Who sends this request? No credentials, or Basic with an empty password: anonymous. Wrong credentials in
   * `Authorization` or `X-JFrog-Art-Api`: throws `wrong-credentials` (or `too-many-attempts`); a bad `X-Devpi-Auth` is anonymous. Checked credentials are
   * remembered for a short time; revoking, removal and a changed password take effect at once.
   */
  authenticate(credentials: RequestCredentials): Promise<Proof>;
  /** The answer from memory alone, for the hot path; `null`: ask {@link authenticate}. */
  remembered(credentials: RequestCredentials): Proof | null;
  /** devpi's `+login`: a session token that stands for the password for `expiresInSeconds`. Throws `wrong-credentials`. */
  login(
    user: string,
    password: string,
    remoteAddress: string,
  ): Promise<{ readonly user: UserName; readonly password: string; readonly expiresInSeconds: number }>;
  /** A fresh session for a user who has just proven themself otherwise (a changed password). */
  session(user: UserName): Promise<{ readonly password: string; readonly expiresInSeconds: number }>;
  /** A sealed argon2id hash. Refuses an empty password. */
  hashPassword(password: string): Promise<Sealed>;
  /** Whether a hash from elsewhere is that of the empty password, with which nobody can sign in here. */
  isHashOfNothing(hash: string): Promise<boolean>;
  /** Seals any secret (upstream credentials). */
  seal(secret: string): Sealed;
  open(sealed: Sealed): string;
  /** Makes and records a token; `secret` is shown once. */
  issueToken(
    principal: Principal,
    owner: UserName,
    wish: { readonly name: string; readonly limits: readonly Limit[]; readonly expiresAt: Instant | null },
  ): Promise<{ readonly token: Token; readonly secret: string }>;
  /**
   * Makes and records a token that its holder can narrow without asking us (devpi-tokens). What it is good for, and how
   * long, is what the caveats say; `setting-invalid` when they leave nothing or cannot be read.
   */
  issueMacaroon(
    principal: Principal,
    owner: UserName,
    caveats: readonly string[],
  ): Promise<{ readonly token: Token; readonly secret: string }>;
  /**
   * Makes and records a token in the forms that Artifactory's clients take. Who may make which is the registry's to
   * say: `not-permitted` also where somebody wants more than their own rights.
   */
  issueAccessToken(principal: Principal, owner: UserName, wish: AccessTokenWish): Promise<IssuedAccessToken>;
  /** Exchanges a refresh token, once, for a token like the one that it came with. `wrong-credentials`. */
  renewAccessToken(refresh: string, wishOf: (old: Token) => AccessTokenWish): Promise<IssuedAccessToken>;
  /** The token that a secret of any form belongs to, expired ones too; `null`: none, or no longer. */
  tokenBehind(secret: string): Promise<Token | null>;
  readonly apiKeys: ApiKeys;
  readonly sessions: SessionBook;
  /** Whether an account may be made by someone who has none, from here; `null`: yes; a string: why not (one sentence). */
  signUpRefusal(request: SignUpRequest): string | null;
}

export interface RequestCredentials {
  readonly authorization: string | null;
  readonly devpiAuth: string | null;
  /** `X-JFrog-Art-Api`: a token or an API key by itself; not given is none. */
  readonly apiKey?: string | null;
  /**
   * The value of the session's cookie, where a browser sends nothing else; not given is none. A bad one is anonymous: it
   * has ended, and the page that it came from says so.
   */
  readonly session?: string | null;
  /** Of the client, behind listed proxies its own; failures are counted by it and by the account. */
  readonly remoteAddress: string;
}

/** Sign-ins, for their owner to begin, see and end. Ending takes effect at once here, and in a minute on other nodes. */
export interface SessionBook {
  /** With the password; a token begins none. Throws `wrong-credentials` or `too-many-attempts`. */
  begin(user: string, password: string, origin: Omit<SessionOrigin, "kind">): Promise<BrowserSession>;
  /** For a user who has just proven themself otherwise (a changed password, which ends all sessions). */
  renew(user: UserName, origin: Omit<SessionOrigin, "kind">): Promise<BrowserSession>;
  list(user: UserName): Promise<readonly Session[]>;
  /** Whether there was such a session. */
  end(user: UserName, id: string): Promise<boolean>;
}

export interface BrowserSession extends CookieSession {
  readonly user: UserName;
  readonly id: string;
  readonly expiresAt: Instant;
  /** For how long the browser may keep the cookie; an unused session ends earlier. */
  readonly secondsMax: number;
}

/** A principal and how long it may be taken for granted without asking again. */
export interface Proof {
  readonly principal: Principal;
  /** Until then, unless `isCurrent` says no earlier. */
  readonly validUntil: Instant;
  /** `false` as soon as the account, the token or its rights have changed. */
  isCurrent(): boolean;
}

/** Conditions of house.md 1.6 for sign-up on `loopback`. */
export interface SignUpRequest {
  readonly host: string | null;
  readonly origin: string | null;
  readonly hasForwardingHeader: boolean;
}

export interface SignUpSettings {
  readonly policy: "open" | "closed" | "loopback";
  /** Listening on loopback addresses or a unix socket only. */
  readonly isLoopbackOnly: boolean;
  readonly isTerminal: boolean;
}

/** One secret per account that does what its password does, and that its owner can read again (Artifactory's API key). */
export interface ApiKeys {
  /** `null`: there is none. */
  find(principal: Principal, owner: UserName): Promise<string | null>;
  /** Another one; what was before counts no more. */
  issue(principal: Principal, owner: UserName): Promise<string>;
  /** Whether there was one. */
  withdraw(principal: Principal, owner: UserName): Promise<boolean>;
}

/** What access needs of the facts; the registry's `accounts` satisfies it. */
export interface AccountBook {
  user(name: UserName): Promise<User | null>;
  /** `replaces`: which of the owner's tokens end with it, in the same write. */
  issueToken(
    principal: Principal,
    token: Omit<Token, "createdAt">,
    replaces?: (token: Token) => boolean,
  ): Promise<Token>;
  tokensOf(principal: Principal, owner: UserName): Promise<readonly Token[]>;
  revokeToken(principal: Principal, owner: UserName, id: string): Promise<void>;
  /**
   * Puts a token of the same owner in the place of another one whose holder has proven themself; in one write, so that
   * only one of several who try gets one: `token-not-found` for the rest.
   */
  renewToken(id: string, token: Omit<Token, "createdAt">): Promise<Token>;
  /** Another hash of the same password, unless it was changed meanwhile. It is no change of the account's. */
  renewHash(name: UserName, before: Sealed, after: Sealed): Promise<void>;
  /** The groups of an account, and whether it may do everything, by itself or by one of them. */
  standingOf(name: UserName): Promise<{ readonly groups: readonly string[]; readonly isAdmin: boolean }>;
}
