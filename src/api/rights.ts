import { type Access, signUpRequestOf } from "#access";
import { accountOf, type Call, isInCharge, isUnlimited, type Principal, refuse, type UserName } from "#core";

/** Whether the account behind the principal is root, and acts without limits. */
export function isRoot(principal: Principal): boolean {
  return accountOf(principal) === "root" && isUnlimited(principal);
}

/** Refuses everybody but those in charge. */
export function requireAdministrator(principal: Principal, action: "manage-users" | "administer", what: string): void {
  requireSignedIn(principal);
  if (!isInCharge(principal)) throw refuse({ code: "not-permitted", action, because: `only administrators ${what}` });
}

/** The user themself, root or an administrator; a token only where it has no limits. */
export function isSelfOrRoot(principal: Principal, user: UserName): boolean {
  return isInCharge(principal) || (accountOf(principal) === user && isUnlimited(principal));
}

/** Refuses everybody but the user and root. */
export function requireSelfOrRoot(
  principal: Principal,
  user: UserName,
  action: "manage-users" | "manage-tokens",
): void {
  requireSignedIn(principal);
  if (isSelfOrRoot(principal, user)) return;
  const what = action === "manage-users" ? "the account" : "the tokens of";
  throw refuse({ code: "not-permitted", action, because: `only ${user} and root may see or change ${what} ${user}` });
}

export function requireSignedIn(principal: Principal): void {
  if (principal.kind !== "anonymous") return;
  throw refuse({ code: "not-signed-in", because: "sign in with a user name and password, or with a token" });
}

/** Root makes accounts; everybody else only where the sign-up setting lets strangers do it too. */
export function checkSignUp(access: Access, call: Call): void {
  if (isInCharge(call.principal)) return;
  const because = access.signUpRefusal(signUpRequestOf(call));
  if (because !== null) throw refuse({ code: "sign-up-closed", because });
}

/**
 * A page of another site must not act with the credentials that a browser remembers for us. Browsers send `Origin` with
 * everything that changes something; other clients do not send it at all.
 */
export function refuseForeignOrigin(call: Call): void {
  const origin = call.header("origin");
  if (origin === null || origin === new URL(call.publicUrl).origin) return;
  // A proxy that tells us neither its scheme nor its name makes ours look foreign; the browser knows better, and no page
  // can say it in its place.
  if (call.header("sec-fetch-site") === "same-origin") return;
  const host = call.header("host");
  if (host !== null && URL.canParse(origin) && new URL(origin).host === host) return;
  throw refuse({
    code: "request-invalid",
    because: `requests of web pages of another site (${origin}) change nothing here; if it is this server's own address, start it with --public-url`,
  });
}
