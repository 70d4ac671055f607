import { type Call, isInCharge, type JsonObject, type Reply, refuse, userName } from "#core";
import type { DialectRoute } from "#http";
import { accessRoutes, baseOf, route } from "../addresses.ts";
import { objectOf, textField, textsField } from "../json-fields.ts";
import type { ArtifactoryParts } from "../parts.ts";
import { changeGroups, changeUser, checkGroups, createUser, existingUser, groupsOf } from "./accounts.ts";
import { json, pageOf, text } from "./answers.ts";
import { requireAccount, requireAdministrator } from "./rights.ts";
import { showUser } from "./user-json.ts";

const MANAGE = "manage users";
const nameIn = (call: Call) => call.params["name"] ?? "";

/** Users: the classic API, and that of access. */
export function userRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    route("GET", "/api/security/users", (call) => list(parts, call)),
    route("GET", "/api/security/users/:name", (call) => show(parts, call)),
    route("PUT", "/api/security/users/:name", (call) => put(parts, call)),
    route("POST", "/api/security/users/:name", (call) => change(parts, call)),
    route("DELETE", "/api/security/users/:name", (call) => remove(parts, call)),
    route("POST", "/api/security/unlockUsers/:name", async (call) => unlock(call)),
    ...accessRoutes("GET", "/v2/users", (call) => listInAccess(parts, call)),
    ...accessRoutes("POST", "/v2/users", (call) => createInAccess(parts, call)),
    ...accessRoutes("GET", "/v2/users/:name", (call) => showInAccess(parts, call)),
    ...accessRoutes("PATCH", "/v2/users/:name", (call) => changeInAccess(parts, call)),
    ...accessRoutes("DELETE", "/v2/users/:name", (call) => removeInAccess(parts, call)),
    ...accessRoutes("PATCH", "/v2/users/:name/groups", (call) => changeMemberships(parts, call)),
    ...accessRoutes("POST", "/v2/users/:name/password", (call) => changePassword(parts, call)),
  ];
}

async function list(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const users = await parts.registry.accounts.users();
  const uriOf = (name: string) => `${baseOf(call)}/api/security/users/${encodeURIComponent(name)}`;
  return json(
    200,
    users.map(({ name }) => ({ name, uri: uriOf(name), realm: "internal" })),
  );
}

async function show(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireSelfOrAdministrator(call);
  const user = await existingUser(parts, nameIn(call));
  return json(200, showUser(user, await groupsOf(parts, user.name), "classic"));
}

async function put(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const body = objectOf(await call.json());
  const name = userName(nameIn(call));
  const current = name === null ? null : await parts.registry.accounts.user(name);
  if (current === null) {
    await createUser(parts, call, nameIn(call), body, "classic");
    return { kind: "done", status: 201 };
  }
  await changeUser(parts, call, { ...current, kept: {} }, { admin: false, groups: [], ...body }, "classic");
  return { kind: "done", status: 200 };
}

async function change(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const current = await existingUser(parts, nameIn(call));
  await changeUser(parts, call, current, objectOf(await call.json()), "classic");
  return { kind: "done", status: 200 };
}

async function remove(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existingUser(parts, nameIn(call));
  await parts.registry.accounts.remove(call.principal, name);
  return text(200, `The user: '${name}' has been removed successfully.`);
}

/** Nobody is locked out here: the waits after wrong passwords end by themselves. */
function unlock(call: Call): Reply {
  requireAdministrator(call, MANAGE);
  return text(200, `The user: '${nameIn(call)}' is not locked out.`);
}

async function listInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const users = await parts.registry.accounts.users();
  const { items, cursor } = pageOf(call, users, ({ name }) => name);
  const uriOf = (name: string) => `${call.publicUrl}/access/api/v2/users/${encodeURIComponent(name)}`;
  return json(200, {
    users: items.map(({ name }) => ({ username: name, uri: uriOf(name), realm: "internal", status: "enabled" })),
    cursor,
  });
}

async function createInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const body = objectOf(await call.json());
  const name = textField(body, "username") ?? "";
  const user = await createUser(parts, call, name, body, "access");
  return json(201, showUser(user, await groupsOf(parts, user.name), "access"));
}

async function showInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireSelfOrAdministrator(call);
  const user = await existingUser(parts, nameIn(call));
  return json(200, showUser(user, await groupsOf(parts, user.name), "access"));
}

async function changeInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const current = await existingUser(parts, nameIn(call));
  const user = await changeUser(parts, call, current, objectOf(await call.json()), "access");
  return json(200, showUser(user, await groupsOf(parts, user.name), "access"));
}

async function removeInAccess(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existingUser(parts, nameIn(call));
  await parts.registry.accounts.remove(call.principal, name);
  return { kind: "done", status: 204 };
}

async function changeMemberships(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existingUser(parts, nameIn(call));
  const body = objectOf(await call.json());
  const joined = textsField(body, "add") ?? [];
  await checkGroups(parts, joined);
  await changeGroups(parts, call, name, { joined, left: textsField(body, "remove") ?? [] });
  return json(200, { groups: [...(await groupsOf(parts, name))] });
}

async function changePassword(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireSelfOrAdministrator(call);
  const { name } = await existingUser(parts, nameIn(call));
  const body: JsonObject = objectOf(await call.json());
  const password = textField(body, "password") ?? textField(body, "new_password") ?? "";
  if (password === "") throw refuse({ code: "setting-invalid", because: "the field 'password' is missing or empty" });
  const passwordHash = await parts.access.hashPassword(password);
  await parts.registry.accounts.modify(call.principal, name, { passwordHash });
  return { kind: "done", status: 200 };
}

function requireSelfOrAdministrator(call: Call): void {
  if (isInCharge(call.principal)) return;
  if (requireAccount(call, "see a user") === nameIn(call)) return;
  requireAdministrator(call, MANAGE);
}
