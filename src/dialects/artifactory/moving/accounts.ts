import { type Group, type JsonObject, type UserName, userName } from "#core";
import { readGroup } from "../security/group-json.ts";
import { readV1, readV2, type TargetWish } from "../security/permission-json.ts";
import { readUser } from "../security/user-json.ts";
import { type Mover, unlessRefused } from "./mover.ts";

/** Accounts of Artifactory itself: nobody signs in with them. */
const NOBODYS = new Set(["anonymous", "_internal", "access-admin", "xray"]);

/** Accounts without passwords, which the source tells nobody. */
export async function moveUsers(mover: Mover): Promise<void> {
  const { registry, report, principal, source } = mover;
  for (const body of await source.users()) {
    const text = String(body["name"]);
    if (NOBODYS.has(text)) continue;
    await unlessRefused(mover, `user ${text}`, async () => {
      const name = userName(text);
      if (name === null) {
        report.leftOut.push({ what: `user ${text}`, because: "that is no user name here" });
        return;
      }
      if ((await registry.accounts.user(name)) !== null) {
        report.users.same += 1;
        return;
      }
      const wish = readUser(withoutUnknown(body), "classic", {});
      await registry.accounts.create(principal, {
        name,
        email: wish.email ?? null,
        title: null,
        description: null,
        customData: null,
        isAdmin: wish.isAdmin ?? false,
        kept: wish.kept,
        passwordHash: null,
      });
      report.users.made += 1;
    });
  }
  if (report.users.made > 0) {
    report.notes.push(
      `an Artifactory tells nobody its users' passwords, so the ${report.users.made} new users cannot sign in yet: give each one with 'vivarium user password NAME', or let them sign in with tokens`,
    );
  }
}

export async function moveGroups(mover: Mover): Promise<void> {
  const { registry, report, principal, source } = mover;
  for (const body of await source.groups()) {
    const name = String(body["name"]);
    await unlessRefused(mover, `group ${name}`, async () => {
      const there = await registry.governing.group(name);
      const wish = readGroup(body, "classic", {});
      const members = await knownUsers(mover, wish.members ?? []);
      if (there !== null) {
        // Its new members come; what the group may do here is decided here.
        await registry.governing.changeGroup(principal, name, (current) => ({
          ...current,
          members: [...new Set([...current.members, ...members])],
        }));
        report.groups.same += 1;
        return;
      }
      const group: Omit<Group, "createdAt"> = {
        name,
        description: wish.description ?? null,
        members,
        joinsNew: wish.joinsNew ?? false,
        isAdmin: wish.isAdmin ?? false,
        kept: wish.kept,
      };
      await registry.governing.saveGroup(principal, group, true);
      report.groups.made += 1;
    });
  }
}

export async function movePermissions(mover: Mover): Promise<void> {
  const { registry, report, principal, source } = mover;
  for (const { name, isV2, body } of await source.permissions()) {
    await unlessRefused(mover, `permission ${name}`, async () => {
      if ((await registry.governing.permissionTarget(name)) !== null) {
        report.permissions.same += 1;
        return;
      }
      const wish = isV2 ? readV2(name, body) : readV1(name, body, null);
      await registry.governing.savePermissionTarget(principal, await withKnown(mover, wish));
      report.permissions.made += 1;
    });
  }
}

/** Without users, groups and repositories that did not come. */
async function withKnown(mover: Mover, wish: TargetWish): Promise<TargetWish> {
  const { registry, report } = mover;
  const users = new Set<string>(await knownUsers(mover, Object.keys(wish.users)));
  const groups = new Set((await registry.governing.groups()).map(({ name }) => name));
  const repositories: string[] = [];
  for (const key of wish.repositories) {
    const isKnown = key.startsWith("ANY") || key.includes("*") || (await registry.repositoryByKey(key)) !== null;
    if (isKnown) repositories.push(key);
    else report.leftOut.push({ what: `repository ${key} of permission ${wish.name}`, because: "it did not come" });
  }
  const only = <Value>(given: Readonly<Record<string, Value>>, known: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name)));
  return { ...wish, repositories, users: only(wish.users, users), groups: only(wish.groups, groups) };
}

async function knownUsers({ registry }: Mover, names: readonly string[]): Promise<readonly UserName[]> {
  const known: UserName[] = [];
  for (const text of names) {
    const name = userName(text);
    if (name !== null && (await registry.accounts.user(name)) !== null) known.push(name);
  }
  return known;
}

/** Of an account only what this dialect has words for: each version of Artifactory tells more. */
function withoutUnknown(body: JsonObject): JsonObject {
  const known = ["name", "email", "admin", "groups", "profileUpdatable", "disableUIAccess", "internalPasswordDisabled"];
  return Object.fromEntries(Object.entries(body).filter(([field]) => known.includes(field)));
}
