import { type Call, isInCharge, refuse, type User, type UserName, userName } from "#core";
import { type ApiParts, type Given, type Operation, operation } from "./operation.ts";
import { checkSignUp, isSelfOrRoot, requireSelfOrRoot, requireSignedIn } from "./rights.ts";
import type { Bodies } from "./schemas.ts";
import { keepSession } from "./sessions.ts";
import { userView } from "./views.ts";

/** Accounts. */
export const userOperations: readonly Operation[] = [
  operation({
    id: "listUsers",
    method: "GET",
    path: "/users",
    summary: "All accounts, sorted by name",
    answer: "Users",
    refusals: ["not-signed-in"],
    async handle({ registry }, { principal }) {
      requireSignedIn(principal);
      const users = await registry.accounts.users();
      return { items: users.map((user) => userView(user, isSelfOrRoot(principal, user.name))) };
    },
  }),
  operation({
    id: "createUser",
    method: "POST",
    path: "/users",
    summary: "Make an account: root, or anybody where sign-up is open. Only root may leave the password out",
    body: "NewUser",
    answer: "User",
    status: 201,
    refusals: ["user-exists", "setting-invalid", "sign-up-closed"],
    async handle({ registry, access }, call, { name: text, password = null, ...rest }) {
      checkSignUp(access, call);
      const name = userName(text);
      if (name === null) {
        const because = `'${text}' cannot be a user name: letters, digits and . _ - @ are allowed`;
        throw refuse({ code: "setting-invalid", because });
      }
      if (password === null && !isInCharge(call.principal)) {
        throw refuse({ code: "setting-invalid", because: "a new account needs a password" });
      }
      if ((await registry.accounts.user(name)) !== null) throw refuse({ code: "user-exists", user: name });
      const user = await registry.accounts.create(call.principal, {
        name,
        email: null,
        title: null,
        description: null,
        customData: null,
        ...describing(rest),
        passwordHash: password === null ? null : await access.hashPassword(password),
      });
      return userView(user, true);
    },
  }),
  operation({
    id: "getUser",
    method: "GET",
    path: "/users/:user",
    summary: "One account; e-mail address and custom data are shown to the user and root only",
    answer: "User",
    refusals: ["not-signed-in", "user-not-found"],
    async handle(parts, call) {
      const user = await userIn(parts, call);
      return userView(user, isSelfOrRoot(call.principal, user.name));
    },
  }),
  operation({
    id: "changeUser",
    method: "PATCH",
    path: "/users/:user",
    summary: "Change an account; fields left out stay, null clears. A password of null allows tokens only",
    body: "UserChange",
    answer: "User",
    refusals: ["not-signed-in", "not-permitted", "user-not-found", "setting-invalid"],
    async handle(parts, call, { password, ...rest }, setHeader) {
      const { name } = await userIn(parts, call);
      // The right is checked before the password is hashed, which costs.
      requireSelfOrRoot(call.principal, name, "manage-users");
      requirePerson(call, name, password !== undefined);
      const user = await parts.registry.accounts.modify(call.principal, name, {
        ...describing(rest),
        ...(password === undefined
          ? {}
          : { passwordHash: password === null ? null : await parts.access.hashPassword(password) }),
      });
      if (password !== undefined) await keepSession(parts, call, name, setHeader);
      return userView(user, true);
    },
  }),
  operation({
    id: "removeUser",
    method: "DELETE",
    path: "/users/:user",
    summary: "Remove an account with its repositories and tokens; refused while one of them is immutable",
    refusals: ["not-signed-in", "not-permitted", "user-not-found", "repository-immutable"],
    async handle(parts, call) {
      const { name } = await userIn(parts, call);
      requireSelfOrRoot(call.principal, name, "manage-users");
      await parts.registry.accounts.remove(call.principal, name);
      return null;
    },
  }),
];

/** The account in the path, for those who have signed in; `user-not-found`. */
export async function userIn({ registry }: ApiParts, call: Call): Promise<User> {
  requireSignedIn(call.principal);
  const text = call.params["user"] ?? "";
  const name = userName(text);
  const user = name === null ? null : await registry.accounts.user(name);
  if (user === null) throw refuse({ code: "user-not-found", user: text });
  return user;
}

/** Who found a token must not be able to take the account over with it. */
function requirePerson({ principal }: Call, user: UserName, changesPassword: boolean): void {
  if (!changesPassword || principal.kind !== "token" || principal.owner !== user) return;
  throw refuse({
    code: "not-permitted",
    action: "manage-users",
    because: "a token cannot change its owner's password; sign in with the password",
  });
}

/** Read from JSON, so whatever is in it is JSON. */
function describing(fields: Given<Omit<Bodies["UserChange"], "password">>) {
  return fields as Partial<Pick<User, "email" | "title" | "description" | "customData" | "isAdmin">>;
}
