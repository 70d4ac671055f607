import { type Call, type JsonObject, type PermissionTarget, type Reply, refuse } from "#core";
import type { DialectRoute } from "#http";
import { baseOf, route } from "../addresses.ts";
import { objectOf } from "../json-fields.ts";
import type { ArtifactoryParts } from "../parts.ts";
import { json, text } from "./answers.ts";
import { readV1, readV2, showV1, showV2, type TargetWish } from "./permission-json.ts";
import { requireAdministrator } from "./rights.ts";

const MANAGE = "manage permission targets";
const V1 = "/api/security/permissions";
const V2 = "/api/v2/security/permissions";
const nameIn = (call: Call) => call.params["name"] ?? "";

/** Permission targets, in the classic API's two forms; both are views of the same targets. */
export function permissionRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    route("GET", V1, (call) => list(parts, call, V1)),
    route("GET", `${V1}/:name`, (call) => show(parts, call, showV1)),
    route("PUT", `${V1}/:name`, (call) => put(parts, call, readV1)),
    route("DELETE", `${V1}/:name`, (call) => remove(parts, call)),
    route("GET", V2, (call) => list(parts, call, V2)),
    route("GET", `${V2}/:name`, (call) => show(parts, call, showV2)),
    route("PUT", `${V2}/:name`, (call) => put(parts, call, readV2)),
    route("POST", `${V2}/:name`, (call) => create(parts, call)),
    route("DELETE", `${V2}/:name`, (call) => remove(parts, call)),
  ];
}

/** Refuses what is not there. */
export async function existingTarget({ registry }: ArtifactoryParts, name: string): Promise<PermissionTarget> {
  const found = await registry.governing.permissionTarget(name);
  if (found === null) throw refuse({ code: "permission-target-not-found", target: name });
  return found;
}

async function list({ registry }: ArtifactoryParts, call: Call, path: string): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const targets = await registry.governing.permissionTargets();
  return json(
    200,
    targets.map(({ name }) => ({ name, uri: `${baseOf(call)}${path}/${encodeURIComponent(name)}` })),
  );
}

async function show(
  parts: ArtifactoryParts,
  call: Call,
  view: (target: PermissionTarget) => JsonObject,
): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  return json(200, view(await existingTarget(parts, nameIn(call))));
}

async function put(
  { registry }: ArtifactoryParts,
  call: Call,
  read: (name: string, body: JsonObject, before: PermissionTarget | null) => TargetWish,
): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const before = await registry.governing.permissionTarget(nameIn(call));
  const wish = read(nameIn(call), objectOf(await call.json()), before);
  await registry.governing.savePermissionTarget(call.principal, wish);
  return { kind: "done", status: before === null ? 201 : 200 };
}

async function create({ registry }: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const name = nameIn(call);
  const wish = readV2(name, objectOf(await call.json()));
  await registry.governing.savePermissionTarget(call.principal, wish, true);
  return { kind: "done", status: 201 };
}

async function remove(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existingTarget(parts, nameIn(call));
  await parts.registry.governing.removePermissionTarget(call.principal, name);
  return text(200, `Permission Target '${name}' has been removed successfully.`);
}
