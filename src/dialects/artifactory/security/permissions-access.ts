import { type Call, type JsonObject, type PermissionTarget, type Reply, refuse } from "#core";
import type { DialectRoute } from "#http";
import { accessRoutes } from "../addresses.ts";
import { objectOf, textField } from "../json-fields.ts";
import type { ArtifactoryParts } from "../parts.ts";
import { json, pageOf } from "./answers.ts";
import {
  ARTIFACT,
  changedResource,
  isOtherResource,
  readAccess,
  showAccess,
  showResource,
  withResource,
} from "./permission-access-json.ts";
import type { TargetWish } from "./permission-json.ts";
import { existingTarget } from "./permissions.ts";
import { requireAdministrator } from "./rights.ts";

const MANAGE = "manage permission targets";
const nameIn = (call: Call) => call.params["name"] ?? "";
const resourceIn = (call: Call) => call.params["resource"] ?? "";

/** Permission targets in the access API's form: the same ones, cut into resources, of which `artifact` is about files. */
export function accessPermissionRoutes(parts: ArtifactoryParts): readonly DialectRoute[] {
  return [
    ...accessRoutes("GET", "/v2/permissions", (call) => list(parts, call)),
    ...accessRoutes("POST", "/v2/permissions", (call) => create(parts, call)),
    ...accessRoutes("GET", "/v2/permissions/:name", (call) => show(parts, call)),
    ...accessRoutes("PUT", "/v2/permissions/:name", (call) => replace(parts, call)),
    ...accessRoutes("PATCH", "/v2/permissions/:name", (call) => change(parts, call)),
    ...accessRoutes("DELETE", "/v2/permissions/:name", (call) => remove(parts, call)),
    ...accessRoutes("GET", "/v2/permissions/:name/:resource", (call) => showOne(parts, call)),
    ...accessRoutes("PUT", "/v2/permissions/:name/:resource", (call) => replaceOne(parts, call)),
    ...accessRoutes("PATCH", "/v2/permissions/:name/:resource", (call) => changeOne(parts, call)),
    ...accessRoutes("DELETE", "/v2/permissions/:name/:resource", (call) => removeOne(parts, call)),
  ];
}

async function list({ registry }: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { items, cursor } = pageOf(call, await registry.governing.permissionTargets(), ({ name }) => name);
  const uriOf = (name: string) => `${call.publicUrl}/access/api/v2/permissions/${encodeURIComponent(name)}`;
  return json(200, { permissions: items.map(({ name }) => ({ name, uri: uriOf(name) })), cursor });
}

async function create({ registry }: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const body = objectOf(await call.json());
  const name = textField(body, "name") ?? "";
  const wish = readAccess(name, body);
  return json(201, showAccess(await registry.governing.savePermissionTarget(call.principal, wish, true)));
}

async function show(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  return json(200, showAccess(await existingTarget(parts, nameIn(call))));
}

async function replace(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existingTarget(parts, nameIn(call));
  const wish = readAccess(name, objectOf(await call.json()));
  return json(200, showAccess(await parts.registry.governing.savePermissionTarget(call.principal, wish)));
}

/** Resources that are given are replaced, others stay. */
async function change(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existingTarget(parts, nameIn(call));
  const { resources } = objectOf(await call.json());
  const given = Object.entries(objectOf(resources));
  const saved = await parts.registry.governing.changePermissionTarget(call.principal, name, (current) =>
    given.reduce((sofar, [resource, value]) => withResource(sofar, resource, value), unsaved(current)),
  );
  return json(200, showAccess(saved));
}

async function remove(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const { name } = await existingTarget(parts, nameIn(call));
  await parts.registry.governing.removePermissionTarget(call.principal, name);
  return { kind: "done", status: 204 };
}

async function showOne(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const found = showResource(await existingTarget(parts, nameIn(call)), checkedResource(call));
  if (found === null) throw noResource(call);
  return json(200, found);
}

async function replaceOne(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const body: JsonObject = objectOf(await call.json());
  return changed(parts, call, (current, resource) => withResource(current, resource, body));
}

async function changeOne(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  const body: JsonObject = objectOf(await call.json());
  return changed(parts, call, (current, resource) => changedResource(current, resource, body));
}

async function removeOne(parts: ArtifactoryParts, call: Call): Promise<Reply> {
  requireAdministrator(call, MANAGE);
  await changed(parts, call, (current, resource) => withResource(current, resource, null));
  return { kind: "done", status: 204 };
}

async function changed(
  parts: ArtifactoryParts,
  call: Call,
  change: (current: TargetWish, resource: string) => TargetWish,
): Promise<Reply> {
  const { name } = await existingTarget(parts, nameIn(call));
  const resource = checkedResource(call);
  const { governing } = parts.registry;
  const saved = await governing.changePermissionTarget(call.principal, name, (current) =>
    change(unsaved(current), resource),
  );
  return json(200, showResource(saved, resource) ?? {});
}

function unsaved({ createdAt: _, modifiedAt: __, ...target }: PermissionTarget) {
  return target;
}

function checkedResource(call: Call): string {
  const resource = resourceIn(call);
  if (resource === ARTIFACT || isOtherResource(resource)) return resource;
  throw noResource(call);
}

function noResource(call: Call): Error {
  return refuse({ code: "permission-target-not-found", target: `${nameIn(call)}/${resourceIn(call)}` });
}
