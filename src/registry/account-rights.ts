import {
  accountOf,
  type Decision,
  decide,
  isAdministrator,
  isInCharge,
  isUnlimited,
  isWithinLimits,
  matchesSpec,
  NO_RULES,
  type Principal,
  type Repository,
  type Rules,
  refuse,
  type UserName,
} from "#core";
import type { RegistrySettings } from "./registry.ts";

type Restriction = Pick<RegistrySettings, "restrictModify">;

interface AdministrationTools {
  readonly rules: Rules;
  readonly settings: Restriction;
}

/** Refuses everybody but those in charge. */
export function requireAdministrator(
  principal: Principal,
  action: "manage-users" | "manage-tokens" | "administer",
  what: string,
): void {
  if (!isInCharge(principal)) throw refusal(principal, action, `only administrators ${what}`);
}

/** Refuses everybody but the user and administrators; with limits, nobody speaks for an account. */
export function requireSelfOrRoot(
  principal: Principal,
  user: UserName,
  action: "manage-users" | "manage-tokens",
): void {
  if (isInCharge(principal)) return;
  if (accountOf(principal) === user && isUnlimited(principal)) return;
  throw refusal(principal, action, `only ${user} and root may change or see this of the account ${user}`);
}

/** Whether someone may make accounts; that sign-up is open to them was decided before, by `access`. */
export function requireAccountMaking(principal: Principal, { restrictModify }: Restriction): void {
  if (restrictModify !== null) requireListed(principal, restrictModify);
}

/** Whether someone may change an account. `isPasswordOnly`: nothing but the password changes, which is the user's own. */
export function requireAccountChange(
  principal: Principal,
  user: UserName,
  { restrictModify }: Restriction,
  change: { readonly hasPassword: boolean; readonly isPasswordOnly: boolean },
): void {
  // Who found a token must not be able to take the account over with it, or to destroy it.
  if (change.hasPassword) refuseOwnToken(principal, user, "change its owner's password");
  const isOwnPassword = change.isPasswordOnly && accountOf(principal) === user;
  if (restrictModify === null || isOwnPassword) requireSelfOrRoot(principal, user, "manage-users");
  else requireListed(principal, restrictModify);
}

/** Whether someone may remove an account. */
export function requireAccountRemoval(principal: Principal, user: UserName, { restrictModify }: Restriction): void {
  if (user === "root") {
    throw refusal(principal, "manage-users", "the account root cannot be removed: someone must be able to administer");
  }
  refuseOwnToken(principal, user, "remove its owner's account");
  if (restrictModify === null) {
    requireSelfOrRoot(principal, user, "manage-users");
    return;
  }
  requireListed(principal, restrictModify);
  // devpi: the last one on the list would otherwise lock everybody out.
  if (accountOf(principal) === user) {
    throw refusal(principal, "manage-users", `${user} administers accounts and cannot remove the own one`);
  }
}

/**
 * May `principal` make, change and remove this repository? The owner and root may, unless the installation keeps that
 * to a list (devpi's `--restrict-modify`), which then counts for every owner's repositories.
 */
export function decideAdministration(
  { rules, settings: { restrictModify } }: AdministrationTools,
  principal: Principal,
  repository: Repository,
): Decision {
  const subject = { repository, project: null };
  if (restrictModify === null || principal.kind === "system") return decide(principal, "administer", subject, rules);
  if (!isListed(principal, restrictModify)) {
    return { isAllowed: false, because: "only those that restrict-modify names make and change repositories here" };
  }
  return isWithinLimits(principal, "administer", subject)
    ? { isAllowed: true, because: "restrict-modify names them" }
    : { isAllowed: false, because: `the token is not good for administer on ${repository.name}` };
}

/** As {@link decideAdministration}; refuses. `action`: how the refusal calls it. */
export function requireAdministration(
  tools: AdministrationTools,
  principal: Principal,
  repository: Repository,
  action: "administer" | "create-repository",
): void {
  // Permission targets are about what is there: who manages all repositories makes none.
  const rules = action === "administer" ? tools.rules : NO_RULES;
  const { isAllowed, because } = decideAdministration({ ...tools, rules }, principal, repository);
  if (isAllowed) return;
  const what = action === "administer" ? "to change" : "to make";
  throw refusal(principal, action, `no permission ${what} ${repository.name}: ${because}`);
}

function refuseOwnToken(principal: Principal, user: UserName, what: string): void {
  if (principal.kind !== "token" || principal.owner !== user) return;
  throw refusal(principal, "manage-users", `a token cannot ${what}; sign in with the password`);
}

function requireListed(principal: Principal, restrictModify: readonly string[]): void {
  if (principal.kind === "system") return;
  if (isListed(principal, restrictModify) && isUnlimited(principal)) return;
  throw refusal(principal, "manage-users", "only those that restrict-modify names make and change accounts here");
}

/** Where the list names root, it means who administers: there root and administrators are the same. */
function isListed(principal: Principal, restrictModify: readonly string[]): boolean {
  return restrictModify.some((spec) => matchesSpec(principal, spec) || (spec === "root" && isAdministrator(principal)));
}

function refusal(
  principal: Principal,
  action: "manage-users" | "manage-tokens" | "administer" | "create-repository",
  because: string,
): Error {
  return principal.kind === "anonymous"
    ? refuse({ code: "not-signed-in", because: `${because}; sign in first` })
    : refuse({ code: "not-permitted", action, because });
}
