import { type Group, refuse, type UserName, userName } from "#core";
import { type Given, type Operation, operation } from "./operation.ts";
import { requireAdministrator } from "./rights.ts";
import type { Answers, Bodies } from "./schemas.ts";
import { instantView } from "./views.ts";

const REFUSALS = ["not-signed-in", "not-permitted"] as const;

/** Accounts that are given rights together. */
export const groupOperations: readonly Operation[] = [
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
    async handle({ registry }, { principal }, { name, ...wish }) {
      return groupView(await registry.governing.saveGroup(principal, groupFrom(name, wish), true));
    },
  }),
  operation({
    id: "saveGroup",
    method: "PUT",
    path: "/groups/:group",
    summary: "Make or replace a group; what is left out has its default",
    body: "GroupWish",
    answer: "Group",
    refusals: [...REFUSALS, "setting-invalid"],
    async handle({ registry }, call, wish) {
      const group = groupFrom(call.params["group"] ?? "", wish);
      return groupView(await registry.governing.saveGroup(call.principal, group));
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

function groupFrom(name: string, { members = [], ...rest }: Given<Bodies["GroupWish"]>): Omit<Group, "createdAt"> {
  return { description: null, joinsNew: false, isAdmin: false, ...rest, name, members: members.map(memberFrom) };
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
