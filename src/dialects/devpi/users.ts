import { signUpRequestOf } from "#access";
import {
  accountOf,
  type Call,
  isAdministrator,
  RegistryError,
  type Reply,
  type Repository,
  refuse,
  type Sealed,
  shortNameOf,
  type User,
  type UserName,
  userName,
} from "#core";
import type { DialectRoute, Target } from "#http";
import { asksHtml, isPut, messageReply, objectOf, resultReply } from "./answers.ts";
import { badName, invalid, quoted } from "./option-values.ts";
import { linkPage } from "./pages.ts";
import { type DevpiParts, isIndex } from "./parts.ts";
import { checkKnownKeys, type NewPassword, newPasswordFrom, userChangesFrom, userConfigOf } from "./user-config.ts";

/** Users: `GET /`, and GET, PUT, PATCH, DELETE of `/<user>`. */
export function userRoutes(parts: DevpiParts): readonly DialectRoute[] {
  return [
    { scope: "root", method: "GET", path: "/", handle: (call) => list(parts, call) },
    { scope: "owner", method: "GET", path: "/", handle: (call, target) => show(parts, call, ownerIn(target)) },
    { scope: "owner", method: "PUT", path: "/", handle: (call, target) => create(parts, call, ownerIn(target)) },
    { scope: "owner", method: "PATCH", path: "/", handle: (call, target) => modify(parts, call, ownerIn(target)) },
    { scope: "owner", method: "DELETE", path: "/", handle: (call, target) => remove(parts, call, ownerIn(target)) },
    // What can be no owner is no owner's address; who tries to make one is told why.
    {
      scope: "root",
      method: "PUT",
      path: "/:user",
      when: isPut,
      handle: (call) => create(parts, call, call.params["user"] ?? ""),
    },
  ];
}

async function list(parts: DevpiParts, call: Call): Promise<Reply> {
  const users = await parts.registry.accounts.users();
  if (asksHtml(call))
    return linkPage(
      call,
      "Users",
      users.map((user) => ({ path: `/${user.name}`, text: user.name })),
    );
  const visible = visibleIndexes(parts, call, await parts.registry.repositories());
  const byOwner = Map.groupBy(visible, (index) => index.name.slice(0, index.name.indexOf("/")));
  return resultReply(
    "list:userconfig",
    Object.fromEntries(users.map((user) => [user.name, userConfigOf(user, byOwner.get(user.name) ?? [])])),
  );
}

async function show(parts: DevpiParts, call: Call, name: string): Promise<Reply> {
  const user = await existing(parts, name);
  const indexes = visibleIndexes(parts, call, await parts.registry.repositories(user.name));
  if (asksHtml(call)) {
    return linkPage(
      call,
      user.name,
      indexes.map((index) => ({ path: `/${index.name}`, text: index.name })),
    );
  }
  return resultReply("userconfig", userConfigOf(user, indexes));
}

async function create(parts: DevpiParts, call: Call, text: string): Promise<Reply> {
  const name = userName(text);
  if (name === null) throw badName("username", text);
  checkSignUp(parts, call);
  if ((await parts.registry.accounts.user(name)) !== null) throw refuse({ code: "user-exists", user: name });
  const given = await objectOf(call);
  checkKnownKeys(given);
  const password = newPasswordFrom(given);
  if (password.kind === "none") throw invalid("password needs to be set");
  const user = await parts.registry.accounts.create(call.principal, {
    name,
    email: null,
    title: null,
    description: null,
    customData: null,
    ...userChangesFrom(given),
    passwordHash: await sealedHash(parts, password),
  });
  return resultReply("userconfig", userConfigOf(user, []), { status: 201 });
}

async function modify(parts: DevpiParts, call: Call, name: string): Promise<Reply> {
  const { name: user } = await existing(parts, name);
  const given = await objectOf(call);
  const password = newPasswordFrom(given);
  const isPasswordOnly = password.kind === "password" && Object.keys(given).length === 1;
  // The right is checked before the password is hashed, which costs.
  await requireRight(parts, call, user, isPasswordOnly ? "change password for" : "modify");
  await parts.registry.accounts.modify(call.principal, user, {
    ...userChangesFrom(given),
    ...(password.kind === "none" ? {} : { passwordHash: await sealedHash(parts, password) }),
  });
  if (password.kind !== "password") return messageReply("user updated");
  const session = await parts.access.session(user);
  return resultReply(
    "userpassword",
    { password: session.password, expiration: session.expiresInSeconds },
    { message: "user updated, new proxy auth" },
  );
}

async function remove(parts: DevpiParts, call: Call, name: string): Promise<Reply> {
  const user = await existing(parts, name);
  // Who may not is not told what the account has.
  await requireRight(parts, call, user.name, "delete");
  await refuseNonVolatile(parts, user.name);
  await parts.registry.accounts.remove(call.principal, user.name);
  return messageReply(`user ${quoted(user.name)} deleted`);
}

/** devpi: also an empty one keeps its owner, and every kind of index counts. */
async function refuseNonVolatile({ registry }: DevpiParts, user: UserName): Promise<void> {
  const kept = (await registry.repositories(user)).filter(({ mutability }) => mutability === "immutable");
  const [first] = kept;
  if (first === undefined) return;
  const because = `user ${quoted(user)} has non-volatile index: ${kept.map(({ name }) => shortNameOf(name)).join(", ")}`;
  throw refuse({ code: "repository-immutable", repository: first.name, because });
}

/** Names of closed indexes are told only to those who may read them. */
function visibleIndexes(parts: DevpiParts, call: Call, all: readonly Repository[]): readonly Repository[] {
  return all.filter((index) => isIndex(parts, index) && parts.registry.decide(call.principal, "read", index).isAllowed);
}

async function existing(parts: DevpiParts, text: string): Promise<User> {
  const name = userName(text);
  const user = name === null ? null : await parts.registry.accounts.user(name);
  if (user === null) throw refuse({ code: "user-not-found", user: text });
  return user;
}

/** Administrators make accounts; everybody else only where the sign-up setting lets strangers do it too. */
function checkSignUp(parts: DevpiParts, call: Call): void {
  if (call.principal.kind === "user" && isAdministrator(call.principal)) return;
  const because = parts.access.signUpRefusal(signUpRequestOf(call));
  if (because !== null) throw refuse({ code: "sign-up-closed", because });
}

/** Says in devpi's words who may not; who may is the registry's to say, which is asked with a change of nothing. */
async function requireRight(parts: DevpiParts, call: Call, user: UserName, what: string): Promise<void> {
  requirePerson(call, user, what);
  if (accountOf(call.principal) === user) return;
  try {
    await parts.registry.accounts.modify(call.principal, user, {});
  } catch (cause) {
    if (!(cause instanceof RegistryError) || cause.problem.code !== "not-permitted") throw cause;
    throw notPermitted(user, what);
  }
}

/** devpi: a token has no right on any account, whatever it is good for. */
function requirePerson({ principal }: Call, user: UserName, what: string): void {
  if (principal.kind !== "user") throw notPermitted(user, what);
}

function notPermitted(user: UserName, what: string): Error {
  return refuse({ code: "not-permitted", action: "manage-users", because: `no permission to ${what} user ${user}` });
}

async function sealedHash(parts: DevpiParts, password: NewPassword): Promise<Sealed | null> {
  switch (password.kind) {
    case "none":
      return null;
    case "hash":
      return parts.access.seal(password.hash);
    case "password":
      return parts.access.hashPassword(password.password);
  }
}

function ownerIn(target: Target): string {
  return target.owner ?? "";
}
