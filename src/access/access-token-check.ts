import { type Instant, type Principal, type Token, type UserName, userName } from "#core";
import type { MetadataView } from "#stores";
import { isJwt, readAccessSecret } from "./access-secrets.ts";
import type { Jwts } from "./jwts.ts";
import { readKeptSecrets } from "./kept-secrets.ts";
import type { Sealer } from "./sealer.ts";
import { isSameHash } from "./tokens.ts";

/** A token for Artifactory's clients that a request names; nothing but a JWT's signature is proven yet. */
export interface NamedToken {
  readonly id: string;
  /** Whether what was shown is one of the token's secrets. */
  fits(token: Token, sealer: Pick<Sealer, "open">): boolean;
}

/** Whether a text has one of the forms of such tokens. */
export function isAccessSecret(text: string): boolean {
  return isJwt(text) || readAccessSecret(text) !== null;
}

/** `null`: it is none, or a JWT that was not signed here. What renews a token opens nothing itself. */
export async function namedTokenOf(jwts: Jwts, text: string): Promise<NamedToken | null> {
  if (isJwt(text)) {
    const read = await jwts.read(text);
    if (read === null) return null;
    return {
      id: read.id,
      fits: (token, sealer) =>
        readKeptSecrets(sealer.open(token.secretHash))?.kind === "access" &&
        read.subject.endsWith(`/users/${token.owner}`),
    };
  }
  const secret = readAccessSecret(text);
  if (secret === null || secret.kind === "refresh") return null;
  return {
    id: secret.id,
    fits(token, sealer) {
      const kept = readKeptSecrets(sealer.open(token.secretHash));
      if (secret.kind === "api-key") return kept?.kind === "api-key" && isSameText(kept.text, text);
      return kept?.kind === "access" && kept.referenceHash !== null && isSameHash(kept.referenceHash, secret.hash);
    },
  };
}

/** Whose rights a token has: its owner's, or what it stands for. */
export async function standingOf(view: Pick<MetadataView, "group">, token: Token): Promise<Principal> {
  const { owner, id, limits, standsFor } = token;
  if (standsFor === undefined) return { kind: "token", owner, id, groups: [], limits };
  // Also groups that are not there, so that it is told when they come.
  const { groups } = standsFor;
  const known = await Promise.all(groups.map((name) => view.group(name)));
  const isAdmin = standsFor.isAdmin || known.some((group) => group?.isAdmin === true);
  return { kind: "token", owner, id, groups, limits, standsAlone: true, ...(isAdmin ? { isAdmin } : {}) };
}

/** Whether the name beside the secret may stand there: the owner's, a placeholder, or none. */
export function isNameFor(user: string, owner: UserName, placeholder: string): boolean {
  return user === "" || user === placeholder || userName(user) === owner;
}

export function isPast(expiresAt: Instant | null, now: Instant): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function isSameText(a: string, b: string): boolean {
  return isSameHash(Buffer.from(a).toString("hex"), Buffer.from(b).toString("hex"));
}
