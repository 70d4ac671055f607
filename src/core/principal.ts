import type { JsonObject } from "./json.ts";
import type { Instant, RepositoryName, Sealed, UserName } from "./names.ts";

/** What may be done to a repository. `administer`: change its settings, remove it, release names. */
export type Action =
  | "read"
  | "annotate"
  | "publish"
  | "overwrite"
  | "yank"
  | "remove"
  | "fill-cache"
  | "upload-test-result"
  | "administer";

/** At most this. Limits narrow the owner's rights; they never widen them. */
export interface Limit {
  readonly action: Action | "*";
  /** A repository, all of an owner's (`alice/*`), or all (`*`). */
  readonly repository: RepositoryName | string;
  /** Normalised project names; `null`: all. */
  readonly projects: readonly string[] | null;
}

/** Who is asking, as proven by `access`. */
export type Principal =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "user";
      readonly name: UserName;
      readonly groups: readonly string[];
      /** May do everything, as root may: the account or one of its groups says so. */
      readonly isAdmin?: boolean;
    }
  | {
      readonly kind: "token";
      readonly owner: UserName;
      readonly id: string;
      readonly groups: readonly string[];
      readonly isAdmin?: boolean;
      /** It has what its groups and `isAdmin` give, and nothing of its owner's, who need not be an account. */
      readonly standsAlone?: boolean;
      readonly limits: readonly Limit[];
    }
  | { readonly kind: "workload"; readonly issuer: string; readonly subject: string; readonly limits: readonly Limit[] }
  | { readonly kind: "replica"; readonly node: string }
  /** The installation itself: first start, offline tools, followers. */
  | { readonly kind: "system"; readonly reason: string };

export const ANONYMOUS: Principal = { kind: "anonymous" };

/** How the journal and the log name a principal; holds no secret. */
export interface Actor {
  readonly kind: Principal["kind"];
  /** User name, `issuer subject`, node or reason; empty for anonymous. */
  readonly name: string;
  readonly tokenId: string | null;
}

export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case "anonymous":
      return { kind: "anonymous", name: "", tokenId: null };
    case "user":
      return { kind: "user", name: principal.name, tokenId: null };
    case "token":
      return { kind: "token", name: principal.owner, tokenId: principal.id };
    case "workload":
      return { kind: "workload", name: `${principal.issuer} ${principal.subject}`, tokenId: null };
    case "replica":
      return { kind: "replica", name: principal.node, tokenId: null };
    case "system":
      return { kind: "system", name: principal.reason, tokenId: null };
  }
}

/** The account behind a principal, whose rights it has; `null` for those without one. */
export function accountOf(principal: Principal): UserName | null {
  if (principal.kind === "token") return principal.standsAlone === true ? null : principal.owner;
  return principal.kind === "user" ? principal.name : null;
}

/** Whether somebody has shown a credential, be there an account behind it or not. */
export function isSignedIn(principal: Principal): boolean {
  return principal.kind === "user" || principal.kind === "token";
}

/** An account. */
export interface User {
  readonly name: UserName;
  readonly email: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly customData: JsonObject | string | null;
  readonly createdAt: Instant;
  /** `null`: never changed since it was made. */
  readonly modifiedAt: Instant | null;
  /** May do everything, as root may. */
  readonly isAdmin?: boolean;
  /** What other systems' clients want back; never read by us. */
  readonly kept?: JsonObject;
  /** A sealed argon2id hash in PHC form; `null`: cannot sign in with a password. */
  readonly passwordHash: Sealed | null;
}

/** A named token. Its secret is shown once, when it is issued; we keep only a hash of it. */
export interface Token {
  readonly id: string;
  readonly owner: UserName;
  readonly name: string;
  readonly limits: readonly Limit[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  /**
   * Given: it has the rights of these groups, or an administrator's, in place of its owner's, who need not be an
   * account then. Only administrators make such tokens.
   */
  readonly standsFor?: { readonly groups: readonly string[]; readonly isAdmin: boolean };
  /** What other systems' clients want back; never read by us. */
  readonly kept?: JsonObject;
  /**
   * Sealed: a SHA-256 of the secret (which has 256 bits of entropy, so a fast hash is right), or the key of a macaroon.
   */
  readonly secretHash: Sealed;
}
