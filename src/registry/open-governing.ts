import {
  ANONYMOUS,
  ANONYMOUS_USER,
  ANY_LOCAL,
  ANY_REMOTE,
  ANY_REPOSITORY,
  accountOf,
  decide,
  type Group,
  groupFault,
  type Instant,
  isInCharge,
  type PermissionTarget,
  type Principal,
  parseRepositoryName,
  permissionTargetFault,
  type RepositoryKey,
  refuse,
  userName,
} from "#core";
import type { MetadataView, Transaction } from "#stores";
import { decideAdministration, requireAdministrator } from "./account-rights.ts";
import type { Governing } from "./governing.ts";
import { forgetGroup } from "./memberships.ts";
import type { Publishing } from "./publish.ts";
import { existing, type Tools, write } from "./tools.ts";

type GroupWish = Omit<Group, "createdAt">;
type TargetWish = Omit<PermissionTarget, "createdAt" | "modifiedAt">;

/** Opens groups and permission targets, and the question why. */
export function openGoverning(tools: Tools, publishing: Pick<Publishing, "subjectOf">): Governing {
  const { rules, now } = tools;

  async function caughtUp(): Promise<void> {
    const told = rules.catchUp();
    if (told !== undefined) await told;
  }

  return {
    async groups() {
      await caughtUp();
      return rules.groups();
    },
    async group(name) {
      await caughtUp();
      return rules.group(name);
    },
    async saveGroup(principal, wish, isNew = false) {
      requireAdministrator(principal, "manage-users", "make and change groups");
      return write(tools, principal, async (tx) => {
        const before = await tx.group(wish.name);
        if (isNew && before !== null) throw refuse({ code: "group-exists", group: wish.name });
        return saveGroup(tx, wish, before, now());
      });
    },
    async changeGroup(principal, name, change) {
      requireAdministrator(principal, "manage-users", "make and change groups");
      return write(tools, principal, async (tx) => {
        const before = await tx.group(name);
        if (before === null) throw refuse({ code: "group-not-found", group: name });
        return saveGroup(tx, { ...change(before), name }, before, now());
      });
    },
    async removeGroup(principal, name) {
      requireAdministrator(principal, "manage-users", "remove groups");
      await write(tools, principal, async (tx) => {
        if ((await tx.group(name)) === null) throw refuse({ code: "group-not-found", group: name });
        await forgetGroup(tx, name, now());
        tx.append({ type: "group.removed", name });
      });
    },
    async permissionTargets() {
      await caughtUp();
      return rules.targets();
    },
    async permissionTarget(name) {
      await caughtUp();
      return rules.target(name);
    },
    async savePermissionTarget(principal, wish, isNew = false) {
      requireAdministrator(principal, "administer", "make and change permission targets");
      return write(tools, principal, async (tx) => {
        const before = await tx.permissionTarget(wish.name);
        if (isNew && before !== null) throw refuse({ code: "permission-target-exists", target: wish.name });
        return saveTarget(tx, wish, before, now());
      });
    },
    async changePermissionTarget(principal, name, change) {
      requireAdministrator(principal, "administer", "make and change permission targets");
      return write(tools, principal, async (tx) => {
        const before = await tx.permissionTarget(name);
        if (before === null) throw refuse({ code: "permission-target-not-found", target: name });
        return saveTarget(tx, { ...change(before), name }, before, now());
      });
    },
    async removePermissionTarget(principal, name) {
      requireAdministrator(principal, "administer", "remove permission targets");
      await write(tools, principal, async (tx) => {
        if ((await tx.permissionTarget(name)) === null) {
          throw refuse({ code: "permission-target-not-found", target: name });
        }
        tx.append({ type: "permission.removed", name });
      });
    },
    async why(principal, { account, action, repository: name, project = null, path = null }) {
      const repository = await existing(tools, name);
      requireAsking(principal, account, () => decideAdministration(tools, principal, repository).isAllowed);
      const asked = await principalFor(tools, account);
      return action === "administer"
        ? decideAdministration(tools, asked, repository)
        : decide(asked, action, { repository: publishing.subjectOf(action, repository), project, path }, rules);
    },
  };
}

async function saveGroup(tx: Transaction, wish: GroupWish, before: Group | null, at: Instant): Promise<Group> {
  refuseFault(groupFault(wish));
  await requireMembers(tx, wish);
  const { name, description, members, joinsNew, isAdmin, kept = before?.kept } = wish;
  const group: Group = {
    name,
    description,
    members: [...new Set(members)],
    joinsNew,
    isAdmin,
    ...(kept === undefined ? {} : { kept }),
    createdAt: before?.createdAt ?? at,
  };
  if (!isSame(before, group)) tx.append({ type: "group.saved", group });
  return group;
}

async function saveTarget(
  tx: Transaction,
  wish: TargetWish,
  before: PermissionTarget | null,
  at: Instant,
): Promise<PermissionTarget> {
  refuseFault(permissionTargetFault(wish));
  await requireNamed(tx, wish, before);
  const { name, repositories, includes, excludes, kept = before?.kept } = wish;
  const same: PermissionTarget = {
    name,
    repositories,
    includes,
    excludes,
    users: withGrants(wish.users),
    groups: withGrants(wish.groups),
    ...(kept === undefined ? {} : { kept }),
    createdAt: before?.createdAt ?? at,
    modifiedAt: before?.modifiedAt ?? null,
  };
  if (isSame(before, same)) return same;
  const target = before === null ? same : { ...same, modifiedAt: at };
  tx.append({ type: "permission.saved", target });
  return target;
}

/** Everybody may ask about themselves and about strangers; about others, who administers all of it or the repository. */
function requireAsking(principal: Principal, account: string | null, administers: () => boolean): void {
  if (account === null || accountOf(principal) === account || isInCharge(principal) || administers()) return;
  requireAdministrator(principal, "administer", `ask what ${account} may do`);
}

/** The account as it would be if it signed in now. */
async function principalFor({ rules, metadata }: Tools, account: string | null): Promise<Principal> {
  if (account === null || account === ANONYMOUS_USER) return ANONYMOUS;
  const name = userName(account);
  const user = name === null ? null : await metadata.read((view) => view.user(name));
  if (user === null) throw refuse({ code: "user-not-found", user: account });
  const { groups, isAdmin } = rules.standingOf(user.name);
  return { kind: "user", name: user.name, groups, ...(isAdmin || user.isAdmin === true ? { isAdmin: true } : {}) };
}

async function requireMembers(view: MetadataView, { name, members }: GroupWish): Promise<void> {
  for (const member of members) {
    if ((await view.user(member)) !== null) continue;
    throw invalid(`the group '${name}' cannot have the member '${member}', because there is no such account`);
  }
}

/** What a target has named already may be gone by now; that grants nothing, and does not stand in the way of a change. */
async function requireNamed(view: MetadataView, wish: TargetWish, before: PermissionTarget | null): Promise<void> {
  const cannot = (what: string): Error => invalid(`the permission target '${wish.name}' cannot name ${what}`);
  for (const name of Object.keys(wish.users)) {
    const user = userName(name);
    if (name === ANONYMOUS_USER || (user !== null && (await view.user(user)) !== null)) continue;
    throw cannot(`the user '${name}', because there is no such account`);
  }
  for (const name of Object.keys(wish.groups)) {
    if ((await view.group(name)) === null) throw cannot(`the group '${name}', because there is no such group`);
  }
  for (const text of wish.repositories) {
    if (before?.repositories.includes(text) === true || (await isRepository(view, text))) continue;
    throw cannot(
      `the repository '${text}', because there is none of that key; ` +
        `patterns with '*' and ${ANY_REPOSITORY}, ${ANY_LOCAL} or ${ANY_REMOTE} may name some that are not there yet`,
    );
  }
}

const ANY: ReadonlySet<string> = new Set([ANY_REPOSITORY, ANY_LOCAL, ANY_REMOTE]);

async function isRepository(view: MetadataView, text: string): Promise<boolean> {
  if (ANY.has(text) || text.includes("*")) return true;
  const name = parseRepositoryName(text);
  if (name !== null) return (await view.repository(name)) !== null;
  if ((await view.repositoryByKey(text as RepositoryKey)) !== null) return true;
  const cached = /^(.+)-cache$/i.exec(text)?.[1];
  if (cached === undefined) return false;
  return (await view.repositoryByKey(cached as RepositoryKey))?.kind === "remote";
}

/** Who is granted nothing need not be remembered. */
function withGrants(grants: PermissionTarget["users"]): PermissionTarget["users"] {
  return Object.fromEntries(
    Object.entries(grants)
      .filter(([, actions]) => actions.length > 0)
      .map(([name, actions]) => [name, [...new Set(actions)]]),
  );
}

function isSame(before: object | null, after: object): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

function refuseFault(fault: string | null): void {
  if (fault !== null) throw invalid(fault);
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
