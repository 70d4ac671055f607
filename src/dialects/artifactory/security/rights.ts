import { accountOf, type Call, isInCharge, refuse, type UserName } from "#core";

/** Refuses everybody but administrators, before anything is said of what there is. */
export function requireAdministrator({ principal }: Call, what: string): void {
  if (isInCharge(principal)) return;
  if (principal.kind === "anonymous") throw refuse({ code: "not-signed-in", because: `sign in to ${what}` });
  throw refuse({ code: "not-permitted", action: "manage-users", because: `Forbidden: only administrators ${what}` });
}

/** The account that asks; refuses who has none. */
export function requireAccount({ principal }: Call, what: string): UserName {
  const account = accountOf(principal);
  if (account !== null) return account;
  if (principal.kind === "anonymous") throw refuse({ code: "not-signed-in", because: `sign in to ${what}` });
  const because = `Forbidden: the token stands for no account; sign in with one to ${what}`;
  throw refuse({ code: "not-permitted", action: "manage-tokens", because });
}
