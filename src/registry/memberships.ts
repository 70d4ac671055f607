import type { Group, Instant, PermissionTarget, UserName } from "#core";
import type { Transaction } from "#stores";

/** A new account becomes a member of the groups that new ones join. */
export async function joinGroups(tx: Transaction, user: UserName): Promise<void> {
  for (const group of await tx.groups()) {
    if (group.joinsNew && !group.members.includes(user)) saveMembers(tx, group, [...group.members, user]);
  }
}

/** A removed account is named nowhere any more: one that is made anew under its name has nothing of its rights. */
export async function leaveEverything(tx: Transaction, user: UserName, at: Instant): Promise<void> {
  for (const group of await tx.groups()) {
    const members = group.members.filter((member) => member !== user);
    if (members.length < group.members.length) saveMembers(tx, group, members);
  }
  for (const target of await tx.permissionTargets()) {
    if (target.users[user] !== undefined) saveTarget(tx, { ...target, users: without(target.users, user) }, at);
  }
}

/** The same for a removed group. */
export async function forgetGroup(tx: Transaction, name: string, at: Instant): Promise<void> {
  for (const target of await tx.permissionTargets()) {
    if (target.groups[name] !== undefined) saveTarget(tx, { ...target, groups: without(target.groups, name) }, at);
  }
}

function saveMembers(tx: Transaction, group: Group, members: readonly UserName[]): void {
  tx.append({ type: "group.saved", group: { ...group, members } });
}

function saveTarget(tx: Transaction, target: PermissionTarget, modifiedAt: Instant): void {
  tx.append({ type: "permission.saved", target: { ...target, modifiedAt } });
}

function without<Value>(all: Readonly<Record<string, Value>>, name: string): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
}
