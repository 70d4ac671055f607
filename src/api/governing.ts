import {
  type Action,
  type Call,
  type Group,
  type PermissionTarget,
  parseRepositoryName,
  refuse,
  type UserName,
  userName,
} from "#core";
import { type ApiParts, type Operation, operation } from "./operation.ts";
import { requireAdministrator } from "./rights.ts";
import type { Answers } from "./schemas.ts";
import { instantView } from "./views.ts";

const REFUSALS = ["not-signed-in", "not-permitted"] as const;
const ACTIONS: readonly Action[] = [
  "read",
  "annotate",
  "publish",
  "overwrite",
  "yank",
  "remove",
  "fill-cache",
  "upload-test-result",
  "administer",
];

const groupOperations: readonly Operation[] = [
  operation({
    id: "listGroups",
    method: "GET",
    path: "/groups",
    summary: "All groups, sorted by name. For administrators, as are the other calls about groups",
    answer: "Groups",
    refusals: REFUSALS,
    async handle({ registry }, { principal }) {
      requireAdministrator(principal, "manage-users", "see groups");
      return { items: (await registry.governing.groups()).map(groupView) };
    },
  }),
  operation({
    id: "createGroup",
    method: "POST",
    path: "/groups",
    summary: "Make a group",
    body: "NewGroup",
    answer: "Group",
    status: 201,
    refusals: [...REFUSALS, "group-exists", "setting-invalid"],
    async handle({ registry }, { principal }, { name, members = [], ...rest }) {
      const group = {
        description: null,
        joinsNew: false,
        isAdmin: false,
        ...rest,
        name,
        members: members.map(memberFrom),
      };
      return groupView(await registry.governing.saveGroup(principal, group, true));
    },
  }),
  operation({
    id: "getGroup",
    method: "GET",
    path: "/groups/:group",
    summary: "One group with its members",
    answer: "Group",
    refusals: [...REFUSALS, "group-not-found"],
    async handle({ registry }, call) {
      requireAdministrator(call.principal, "manage-users", "see groups");
      const name = call.params["group"] ?? "";
      const group = await registry.governing.group(name);
      if (group === null) throw refuse({ code: "group-not-found", group: name });
      return groupView(group);
    },
  }),
  operation({
    id: "changeGroup",
    method: "PATCH",
    path: "/groups/:group",
    summary: "Change a group; fields left out stay. `join` and `leave` change the members that there are",
    body: "GroupChange",
    answer: "Group",
    refusals: [...REFUSALS, "group-not-found", "setting-invalid"],
    async handle({ registry }, call, { join = [], leave = [], members, ...rest }) {
      const changed = await registry.governing.changeGroup(call.principal, call.params["group"] ?? "", (current) => {
        const before = members?.map(memberFrom) ?? current.members;
        const joined = [...before, ...join.map(memberFrom)];
        return { ...current, ...rest, members: joined.filter((member) => !leave.includes(member)) };
      });
      return groupView(changed);
    },
  }),
  operation({
    id: "removeGroup",
    method: "DELETE",
    path: "/groups/:group",
    summary: "Remove a group; permission targets lose it too",
    refusals: [...REFUSALS, "group-not-found"],
    async handle({ registry }, call) {
      await registry.governing.removeGroup(call.principal, call.params["group"] ?? "");
      return null;
    },
  }),
];

const permissionOperations: readonly Operation[] = [
  operation({
    id: "listPermissions",
    method: "GET",
    path: "/permissions",
    summary: "All permission targets, sorted by name. For administrators, as are the other calls about them",
    answer: "Permissions",
    refusals: REFUSALS,
    async handle({ registry }, { principal }) {
      requireAdministrator(principal, "administer", "see permission targets");
      return { items: (await registry.governing.permissionTargets()).map(permissionView) };
    },
  }),
  operation({
    id: "createPermission",
    method: "POST",
    path: "/permissions",
    summary: "Make a permission target: who may do what on which paths of which repositories",
    body: "NewPermission",
    answer: "Permission",
    status: 201,
    refusals: [...REFUSALS, "permission-target-exists", "setting-invalid"],
    async handle({ registry }, { principal }, wish) {
      const target = { includes: [], excludes: [], users: {}, groups: {}, ...wish };
      return permissionView(await registry.governing.savePermissionTarget(principal, target, true));
    },
  }),
  operation({
    id: "getPermission",
    method: "GET",
    path: "/permissions/:permission",
    summary: "One permission target",
    answer: "Permission",
    refusals: [...REFUSALS, "permission-target-not-found"],
    async handle({ registry }, call) {
      requireAdministrator(call.principal, "administer", "see permission targets");
      const name = call.params["permission"] ?? "";
      const target = await registry.governing.permissionTarget(name);
      if (target === null) throw refuse({ code: "permission-target-not-found", target: name });
      return permissionView(target);
    },
  }),
  operation({
    id: "changePermission",
    method: "PATCH",
    path: "/permissions/:permission",
    summary: "Change a permission target; fields left out stay, the others are replaced",
    body: "PermissionChange",
    answer: "Permission",
    refusals: [...REFUSALS, "permission-target-not-found", "setting-invalid"],
    async handle({ registry }, call, change) {
      const name = call.params["permission"] ?? "";
      const merge = (current: PermissionTarget) => ({ ...current, ...change });
      return permissionView(await registry.governing.changePermissionTarget(call.principal, name, merge));
    },
  }),
  operation({
    id: "removePermission",
    method: "DELETE",
    path: "/permissions/:permission",
    summary: "Remove a permission target; what it granted ends at once",
    refusals: [...REFUSALS, "permission-target-not-found"],
    async handle({ registry }, call) {
      await registry.governing.removePermissionTarget(call.principal, call.params["permission"] ?? "");
      return null;
    },
  }),
  operation({
    id: "why",
    method: "GET",
    path: "/why",
    summary:
      "Whether an account may do something, and the rule that says so. Everybody may ask about themselves and strangers",
    query: [
      { name: "user", kind: "string", description: "The account; left out or `anonymous`: a stranger" },
      { name: "action", kind: "string", description: ACTIONS.join(", ") },
      { name: "repository", kind: "string", description: "`owner/name`, or the repository's key" },
      { name: "project", kind: "string", description: "One project; left out: any" },
      { name: "path", kind: "string", description: "A path in the repository; left out: any" },
    ],
    answer: "Why",
    refusals: [...REFUSALS, "request-invalid", "repository-not-found", "user-not-found"],
    async handle(parts, call) {
      const action = ACTIONS.find((one) => one === call.query.get("action"));
      if (action === undefined) {
        const because = `the query parameter action must be one of: ${ACTIONS.join(", ")}`;
        throw refuse({ code: "request-invalid", because });
      }
      const repository = await repositoryIn(parts, call);
      const user = call.query.get("user") || null;
      const path = call.query.get("path")?.replace(/^\/+/, "") || null;
      const name = call.query.get("project") || null;
      const project = name === null ? null : parts.registry.format(repository.format).normalize(name);
      const question = { account: user, action, repository: repository.name, project, path };
      const decision = await parts.registry.governing.why(call.principal, question);
      return { user, action, repository: repository.name, path, ...decision };
    },
  }),
];

/** Groups, permission targets, and why somebody may or may not. */
export const governingOperations: readonly Operation[] = [...groupOperations, ...permissionOperations];

async function repositoryIn({ registry }: ApiParts, call: Call) {
  const text = call.query.get("repository") ?? "";
  const name = parseRepositoryName(text);
  const found = name === null ? await registry.repositoryByKey(text) : await registry.repository(name);
  if (found === null) throw refuse({ code: "repository-not-found", repository: text });
  return found;
}

/** Whether there is such an account is for the registry to say. */
function memberFrom(text: string): UserName {
  const name = userName(text);
  if (name !== null) return name;
  throw refuse({ code: "setting-invalid", because: `'${text}' cannot be a member: there is no such account` });
}

function groupView({ name, description, members, joinsNew, isAdmin, createdAt }: Group): Answers["Group"] {
  return { name, description, members: [...members], joinsNew, isAdmin, createdAt: instantView(createdAt) };
}

function permissionView(target: PermissionTarget): Answers["Permission"] {
  const { name, repositories, includes, excludes, users, groups, createdAt, modifiedAt } = target;
  return {
    name,
    repositories: [...repositories],
    includes: [...includes],
    excludes: [...excludes],
    users: grantsView(users),
    groups: grantsView(groups),
    createdAt: instantView(createdAt),
    modifiedAt: modifiedAt === null ? null : instantView(modifiedAt),
  };
}

function grantsView(grants: PermissionTarget["users"]): Answers["Permission"]["users"] {
  return Object.fromEntries(Object.entries(grants).map(([name, actions]) => [name, [...actions]]));
}
