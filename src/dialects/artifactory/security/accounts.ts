import { type Call, type JsonObject, refuse, type User, type UserName, userName } from "#core";
import type { ArtifactoryParts } from "../parts.ts";
import { checkName, type Spelling } from "./spelling.ts";
import { readUser, type UserWish } from "./user-json.ts";

/** What both spellings of the users' API do. Who may was asked before. */

export async function existingUser({ registry }: ArtifactoryParts, text: string): Promise<User> {
  const name = userName(text);
  const user = name === null ? null : await registry.accounts.user(name);
  if (user === null) throw refuse({ code: "user-not-found", user: text });
  return user;
}

/** Sorted by name. */
export async function groupsOf({ registry }: ArtifactoryParts, name: UserName): Promise<readonly string[]> {
  return (await registry.governing.groups()).filter(({ members }) => members.includes(name)).map((group) => group.name);
}

export async function createUser(
  parts: ArtifactoryParts,
  call: Call,
  text: string,
  body: JsonObject,
  spelling: Spelling,
): Promise<User> {
  const name = userName(text);
  if (name === null) {
    const because = `'${text}' cannot be a user name: letters, digits, '-', '.', '@' and '_' are possible`;
    throw refuse({ code: "setting-invalid", because });
  }
  const wish = readUser(body, spelling, {});
  checkName(wish.name, name, "user");
  await checkGroups(parts, wish.groups);
  if (wish.password === undefined && wish.hasNoPassword !== true) {
    const because = `the new user '${name}' needs a password, or internalPasswordDisabled`;
    throw refuse({ code: "setting-invalid", because });
  }
  const user = await parts.registry.accounts.create(call.principal, {
    name,
    email: wish.email ?? null,
    title: null,
    description: null,
    customData: null,
    isAdmin: wish.isAdmin ?? false,
    kept: wish.kept,
    passwordHash: await hashFor(parts, wish),
  });
  await setGroups(parts, call, name, wish.groups);
  return user;
}

export async function changeUser(
  parts: ArtifactoryParts,
  call: Call,
  current: User,
  body: JsonObject,
  spelling: Spelling,
): Promise<User> {
  const { name } = current;
  const wish = readUser(body, spelling, current.kept ?? {});
  checkName(wish.name, name, "user");
  await checkGroups(parts, wish.groups);
  const hash = await hashFor(parts, wish);
  const user = await parts.registry.accounts.modify(call.principal, name, {
    ...(wish.email === undefined ? {} : { email: wish.email }),
    ...(wish.isAdmin === undefined ? {} : { isAdmin: wish.isAdmin }),
    ...(hash === null && wish.hasNoPassword !== true ? {} : { passwordHash: hash }),
    kept: wish.kept,
  });
  await setGroups(parts, call, name, wish.groups);
  return user;
}

/** `groups`: all that the account is to be in; `undefined`: as it is. */
async function setGroups(
  parts: ArtifactoryParts,
  call: Call,
  name: UserName,
  groups: readonly string[] | undefined,
): Promise<void> {
  if (groups === undefined) return;
  const others = (await groupsOf(parts, name)).filter((group) => !groups.includes(group));
  await changeGroups(parts, call, name, { joined: groups, left: others });
}

/** Only in the groups that are named, so that of two changes at once none is lost; who is in none cannot leave it. */
export async function changeGroups(
  { registry }: ArtifactoryParts,
  call: Call,
  name: UserName,
  { joined, left }: { readonly joined: readonly string[]; readonly left: readonly string[] },
): Promise<void> {
  for (const group of await registry.governing.groups()) {
    const isMember = group.members.includes(name);
    const isWanted = left.includes(group.name) ? false : joined.includes(group.name) || isMember;
    if (isMember === isWanted) continue;
    await registry.governing.changeGroup(call.principal, group.name, (now) => {
      const others = now.members.filter((member) => member !== name);
      return { ...now, members: isWanted ? [...others, name] : others };
    });
  }
}

/** Before anything is written. */
export async function checkGroups({ registry }: ArtifactoryParts, groups: readonly string[] = []): Promise<void> {
  for (const name of groups) {
    if ((await registry.governing.group(name)) !== null) continue;
    throw refuse({
      code: "setting-invalid",
      because: `there is no group '${name}' for the user to be in; make it first`,
    });
  }
}

/** `null`: no password is given, or there shall be none. */
async function hashFor({ access }: ArtifactoryParts, { password, hasNoPassword }: UserWish) {
  return password === undefined || hasNoPassword === true ? null : access.hashPassword(password);
}
