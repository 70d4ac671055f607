import { type Call, type Group, type JsonObject, type Reply, refuse, type UserName, userName } from "#core";
import type { DialectRoute } from "#http";
import { accessRoutes, baseOf, route } from "../addresses.ts";
import { objectOf, textField, textsField } from "../json-fields.ts";
import type { ArtifactoryParts } from "../parts.ts";
import { flagIn } from "../query-flags.ts";
import { json, pageOf, text } from "./answers.ts";
import { readGroup, showGroup } from "./group-json.ts";
import { requireAdministrator } from "./rights.ts";
import { checkName, type Spelling } from "./spelling.ts";

const MANAGE = "manage groups";
const nameIn = (call: Call) => call.params["name"] ?? "";

/** Groups: the classic API, and that of access. */
export function groupRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    route("GET", "/api/security/groups", (call) => list(parts, call)),
    route("GET", "/api/security/groups/:name", (call) => show(parts, call)),
    route("PUT", "/api/security/groups/:name", (call) => put(parts, call)),
    route("POST", "/api/security/groups/:name", (call) => change(parts, call)),
    route("DELETE", "/api/security/groups/:name", (call) => remove(parts, call)),
    ...accessRoutes("GET", "/v2/groups", (call) => listInAccess(parts, call)),
    ...accessRoutes("POST", "/v2/groups", (call) => createInAccess(parts, call)),
    ...accessRoutes("GET", "/v2/groups/:name", (call) => showInAccess(parts, call)),
    ...accessRoutes("PATCH", "/v2/groups/:name", (call) => changeInAccess(parts, call)),
    ...accessRoutes("DELETE", "/v2/groups/:name", (call) => removeInAccess(parts, call)),
    ...accessRoutes("PATCH", "/v2/groups/:name/members", (call) => changeMembers(parts, call)),
  ];
}

async function list(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const groups = await parts.registry.governing.groups();
  const uriOf = (name: string) => `${baseOf(call)}/api/security/groups/${encodeURIComponent(name)}`;
  return json(
    200,
    groups.map(({ name }) => ({ name, uri: uriOf(name) })),
  );
}

async function show(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const group = await existing(parts, nameIn(call));
  // pyartifactory asks `includeUsers=True`.
  const members = flagIn(call, "includeUsers", false) ? { userNames: [...group.members] } : {};
  return json(200, { ...showGroup(group, "classic"), ...members });
}

async function put(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { governing } = parts.registry;
  const name = nameIn(call);
  const body = objectOf(await call.json());
  if ((await governing.group(name)) === null) {
    await governing.saveGroup(call.principal, changed({ ...EMPTY, name }, body, "classic"), true);
    return { kind: "done", status: 201 };
  }
  // What is replaced begins anew, but for the members, whom many clients leave to others.
  await governing.changeGroup(call.principal, name, ({ members }) =>
    changed({ ...EMPTY, name, members }, body, "classic"),
  );
  return { kind: "done", status: 200 };
}

async function change(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existing(parts, nameIn(call));
  const body = objectOf(await call.json());
  await parts.registry.governing.changeGroup(call.principal, name, (group) => changed(group, body, "classic"));
  return { kind: "done", status: 200 };
}

async function remove(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existing(parts, nameIn(call));
  await parts.registry.governing.removeGroup(call.principal, name);
  return text(200, `Group '${name}' has been removed successfully.`);
}

async function listInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { items, cursor } = pageOf(call, await parts.registry.governing.groups(), ({ name }) => name);
  const uriOf = (name: string) => `${call.publicUrl}/access/api/v2/groups/${encodeURIComponent(name)}`;
  return json(200, { groups: items.map(({ name }) => ({ group_name: name, uri: uriOf(name) })), cursor });
}

async function createInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const body = objectOf(await call.json());
  const name = textField(body, "name") ?? textField(body, "group_name") ?? "";
  const wish = changed({ ...EMPTY, name }, body, "access");
  const group = await parts.registry.governing.saveGroup(call.principal, wish, true);
  return json(201, showInAccessForm(group));
}

async function showInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  return json(200, showInAccessForm(await existing(parts, nameIn(call))));
}

async function changeInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existing(parts, nameIn(call));
  const body = objectOf(await call.json());
  const { governing } = parts.registry;
  const saved = await governing.changeGroup(call.principal, name, (group) => changed(group, body, "access"));
  return json(200, showInAccessForm(saved));
}

async function removeInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existing(parts, nameIn(call));
  await parts.registry.governing.removeGroup(call.principal, name);
  return { kind: "done", status: 204 };
}

async function changeMembers(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existing(parts, nameIn(call));
  const body = objectOf(await call.json());
  const removed = new Set<string>(textsField(body, "remove") ?? []);
  const added = membersFrom(textsField(body, "add") ?? []);
  const saved = await parts.registry.governing.changeGroup(call.principal, name, (group) => ({
    ...group,
    members: [...new Set([...group.members, ...added])].filter((member) => !removed.has(member)),
  }));
  return json(200, { members: [...saved.members] });
}

async function existing({ registry }: ArtifactoryParts, name: string): Promise<Group> {
  const group = await registry.governing.group(name);
  if (group === null) throw refuse({ code: "group-not-found", group: name });
  return group;
}

type Unsaved = Omit<Group, "createdAt">;

const EMPTY: Omit<Unsaved, "name"> = { description: null, members: [], joinsNew: false, isAdmin: false, kept: {} };

function changed(before: Unsaved, body: JsonObject, spelling: Spelling): Unsaved {
  const wish = readGroup(body, spelling, before.kept ?? {});
  checkName(wish.name, before.name, "group");
  return {
    name: before.name,
    description: wish.description === undefined ? before.description : wish.description,
    members: wish.members === undefined ? before.members : membersFrom(wish.members),
    joinsNew: wish.joinsNew ?? before.joinsNew,
    isAdmin: wish.isAdmin ?? before.isAdmin,
    kept: wish.kept,
  };
}

function showInAccessForm(group: Group): JsonObject {
  return { ...showGroup(group, "access"), members: [...group.members] };
}

function membersFrom(names: readonly string[]): readonly UserName[] {
  return names.map((text) => {
    const name = userName(text);
    if (name === null) throw refuse({ code: "setting-invalid", because: `there is no user '${text}' to be a member` });
    return name;
  });
}
