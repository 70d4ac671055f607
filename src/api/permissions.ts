import { type Action, type Call, type PermissionTarget, parseRepositoryName, refuse } from "#core";
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

const NO_GRANTS = { includes: [], excludes: [], users: {}, groups: {} };

/** Who may do what, and why. */
export const permissionOperations: readonly Operation[] = [
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
      const target = { ...NO_GRANTS, ...wish };
      return permissionView(await registry.governing.savePermissionTarget(principal, target, true));
    },
  }),
  operation({
    id: "savePermission",
    method: "PUT",
    path: "/permissions/:permission",
    summary: "Make or replace a permission target; what is left out has its default",
    body: "PermissionWish",
    answer: "Permission",
    refusals: [...REFUSALS, "setting-invalid"],
    async handle({ registry }, call, wish) {
      const target = { ...NO_GRANTS, ...wish, name: call.params["permission"] ?? "" };
      return permissionView(await registry.governing.savePermissionTarget(call.principal, target));
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

async function repositoryIn({ registry }: ApiParts, call: Call) {
  const text = call.query.get("repository") ?? "";
  const name = parseRepositoryName(text);
  const found = name === null ? await registry.repositoryByKey(text) : await registry.repository(name);
  if (found === null) throw refuse({ code: "repository-not-found", repository: text });
  return found;
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
