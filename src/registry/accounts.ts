import {
  ANONYMOUS_USER,
  accountFault,
  type Instant,
  isInCharge,
  type Principal,
  refuse,
  type Token,
  type User,
  type UserName,
} from "#core";
import type { Transaction } from "#stores";
import {
  requireAccountChange,
  requireAccountMaking,
  requireAccountRemoval,
  requireAdministrator,
  requireSelfOrRoot,
} from "./account-rights.ts";
import { letGo } from "./departing.ts";
import { joinGroups, leaveEverything } from "./memberships.ts";
import { refuseTakenUserName } from "./name-clashes.ts";
import type { Accounts } from "./registry.ts";
import { refuseFullImmutable } from "./repositories-admin.ts";
import { type Tools, write } from "./tools.ts";

/** Tokens of one account; expired ones stay to be seen until their room is needed. */
const TOKENS_MAX = 1000;
const RENEWAL: Principal = { kind: "system", reason: "password hash renewed" };

/** Opens the accounts: users, their tokens, and who may change them. */
export function openAccounts(tools: Tools): Accounts {
  const { metadata, remotes, rules, settings, now } = tools;
  return {
    user: (name) => metadata.read((view) => view.user(name)),
    users: () => metadata.read((view) => view.users()),
    async create(principal, given) {
      requireAccountMaking(principal, settings);
      const user: User = { ...given, createdAt: now(), modifiedAt: null };
      checkAccount(user);
      refuseStrangersName(user);
      if (given.isAdmin === true) requireAdministrator(principal, "manage-users", "make administrators");
      return write(tools, principal, async (tx) => {
        await refuseTakenUserName(tx, user.name);
        tx.append({ type: "user.saved", user });
        await joinGroups(tx, user.name);
        return user;
      });
    },
    async modify(principal, name, change) {
      const hasPassword = change.passwordHash !== undefined;
      const isPasswordOnly = hasPassword && Object.keys(change).length === 1;
      requireAccountChange(principal, name, settings, { hasPassword, isPasswordOnly });
      return write(tools, principal, async (tx) => {
        const current = await existingUser(tx, name);
        const wanted: User = { ...current, ...change };
        if (JSON.stringify(wanted) === JSON.stringify(current)) return current;
        checkAccount(wanted);
        checkAdminMark(principal, current, wanted);
        const user = { ...wanted, modifiedAt: now() };
        tx.append({ type: "user.saved", user });
        return user;
      });
    },
    async renewHash(name, before, after) {
      await write(tools, RENEWAL, async (tx) => {
        const user = await tx.user(name);
        if (user?.passwordHash !== before) return;
        tx.append({ type: "user.saved", user: { ...user, passwordHash: after } });
      });
    },
    async standingOf(name) {
      const told = rules.catchUp();
      if (told !== undefined) await told;
      const { groups, isAdmin } = rules.standingOf(name);
      const user = await metadata.read((view) => view.user(name));
      return { groups, isAdmin: isAdmin || user?.isAdmin === true };
    },
    async remove(principal, name) {
      requireAccountRemoval(principal, name, settings);
      const removed = await write(tools, principal, async (tx) => {
        const { isAdmin = false } = await existingUser(tx, name);
        if (isAdmin || rules.standingOf(name).isAdmin)
          requireAdministrator(principal, "manage-users", "remove administrators");
        const repositories = await tx.repositories(name);
        for (const repository of repositories) await refuseFullImmutable(tx, repository);
        await letGo(tx, repositories);
        await leaveEverything(tx, name, now());
        // The tokens go with their owner.
        tx.append({ type: "user.removed", name });
        return repositories;
      });
      for (const repository of removed) if (repository.kind === "remote") await remotes.forget(repository);
    },
    async tokensOf(principal, owner) {
      requireSelfOrRoot(principal, owner, "manage-tokens");
      return metadata.read(async (view) => {
        if ((await view.user(owner)) === null) throw refuse({ code: "user-not-found", user: owner });
        return view.tokensOf(owner);
      });
    },
    async issueToken(principal, given, replaces = () => false) {
      requireTokenMaking(principal, given);
      return write(tools, principal, async (tx) => {
        // What stands for groups stands for no account, so there need be none.
        if (given.standsFor === undefined) await existingUser(tx, given.owner);
        const createdAt = now();
        const replaced = (await tx.tokensOf(given.owner)).filter(replaces);
        for (const { id, owner } of replaced) tx.append({ type: "token.revoked", id, owner });
        if (replaced.length === 0) await makeRoomForToken(tx, given.owner, createdAt);
        const token: Token = { ...given, createdAt };
        tx.append({ type: "token.issued", token });
        return token;
      });
    },
    async renewToken(id, given) {
      const principal: Principal = { kind: "token", owner: given.owner, id, groups: [], limits: [] };
      return write(tools, principal, async (tx) => {
        const old = await tx.token(id);
        if (old === null || old.owner !== given.owner) throw refuse({ code: "token-not-found", id });
        const token: Token = { ...given, createdAt: now() };
        tx.append({ type: "token.revoked", id, owner: old.owner });
        tx.append({ type: "token.issued", token });
        return token;
      });
    },
    async allTokens(principal) {
      requireAdministrator(principal, "manage-tokens", "see everybody's tokens");
      return metadata.read((view) => view.tokens());
    },
    async revokeToken(principal, owner, id) {
      requireSelfOrRoot(principal, owner, "manage-tokens");
      await write(tools, principal, async (tx) => {
        const token = await tx.token(id);
        if (token === null || token.owner !== owner) throw refuse({ code: "token-not-found", id });
        tx.append({ type: "token.revoked", id, owner });
      });
    },
  };
}

/**
 * A token that could make tokens would outlive its own expiry and its own limits; one that administers could make
 * accounts with passwords just as well.
 */
function requireTokenMaking(principal: Principal, { owner, standsFor }: Pick<Token, "owner" | "standsFor">): void {
  if (isInCharge(principal)) return;
  if (principal.kind === "token") {
    const because = "a token cannot make tokens; sign in with the password";
    throw refuse({ code: "not-permitted", action: "manage-tokens", because });
  }
  if (standsFor !== undefined) {
    requireAdministrator(
      principal,
      "manage-tokens",
      "make tokens that stand for groups or for names without an account",
    );
  }
  requireSelfOrRoot(principal, owner, "manage-tokens");
}

/** Forgets the expired tokens of an account that has the most it may have; refuses when all of them are good. */
async function makeRoomForToken(tx: Transaction, owner: UserName, now: Instant): Promise<void> {
  const tokens = await tx.tokensOf(owner);
  if (tokens.length < TOKENS_MAX) return;
  const expired = tokens.filter(({ expiresAt }) => expiresAt !== null && expiresAt <= now);
  if (expired.length === 0) {
    const because = `${owner} has ${TOKENS_MAX} tokens, which is the most; revoke some of them first`;
    throw refuse({ code: "setting-invalid", because });
  }
  for (const { id } of expired) tx.append({ type: "token.revoked", id, owner });
}

/** Permission targets mean everybody by it. */
function refuseStrangersName({ name }: User): void {
  if (name.toLowerCase() !== ANONYMOUS_USER) return;
  const because = `'${name}' cannot be a user name: it means everybody who has not signed in; choose another`;
  throw refuse({ code: "setting-invalid", because });
}

/** Only administrators make others so, or take it from them; root is one whatever is said. */
function checkAdminMark(principal: Principal, { name, isAdmin: was = false }: User, { isAdmin = false }: User): void {
  if (isAdmin === was) return;
  requireAdministrator(principal, "manage-users", "say who administers");
  if (name !== "root") return;
  const because = "root administers whatever is said; what is said of it cannot change";
  throw refuse({ code: "setting-invalid", because });
}

async function existingUser(tx: Transaction, name: UserName): Promise<User> {
  const user = await tx.user(name);
  if (user === null) throw refuse({ code: "user-not-found", user: name });
  return user;
}

function checkAccount(user: User): void {
  const because = accountFault(user);
  if (because !== null) throw refuse({ code: "setting-invalid", because });
}
