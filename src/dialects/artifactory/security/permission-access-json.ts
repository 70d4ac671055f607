import { type Json, type JsonObject, refuse } from "#core";
import { given, textsField } from "../json-fields.ts";
import { NO_GRANTS, objectFrom, readGrants, showGrants } from "./actions.ts";
import { limited } from "./kept-fields.ts";
import { grantsOf, type TargetWish, target } from "./permission-json.ts";
import { checkFields } from "./spelling.ts";

/** The resource that is about files. */
export const ARTIFACT = "artifact";
/** Resources of things that are not here; given back as they came. */
const OTHERS: ReadonlySet<string> = new Set(["build", "release_bundle", "destination", "pipeline_source"]);
/** Under which they are kept, beside those of the classic API, which look otherwise. */
const KEPT = "resources";

export function isOtherResource(resource: string): boolean {
  return OTHERS.has(resource);
}

export function readAccess(name: string, body: JsonObject): TargetWish {
  checkFields(body, new Set(["name", "resources"]), "a permission");
  const none = target(name, { repositories: [], includes: [], excludes: [], grants: NO_GRANTS, others: {} });
  return Object.entries(objectFrom(given(body, "resources"), "'resources'")).reduce(
    (sofar, [resource, value]) => withResource(sofar, resource, value),
    none,
  );
}

export function showAccess(permission: TargetWish): JsonObject {
  const artifact = showResource(permission, ARTIFACT);
  return {
    name: permission.name,
    resources: { ...(artifact === null ? {} : { [ARTIFACT]: artifact }), ...othersOf(permission) },
  };
}

/** `null`: it has no such resource. */
export function showResource(permission: TargetWish, resource: string): JsonObject | null {
  if (resource !== ARTIFACT) {
    const other = othersOf(permission)[resource];
    return other === undefined ? null : objectFrom(other, resource);
  }
  if (permission.repositories.length === 0) return null;
  const patterns = { include_patterns: [...permission.includes], exclude_patterns: [...permission.excludes] };
  return {
    actions: showGrants(grantsOf(permission), "capitals"),
    targets: Object.fromEntries(permission.repositories.map((key) => [key, patterns])),
  };
}

/** With one resource in place of what it was; `null` takes it away. */
export function withResource(permission: TargetWish, resource: string, value: Json): TargetWish {
  if (resource !== ARTIFACT) return withOther(permission, resource, value);
  const body = objectFrom(value, `'${resource}'`);
  checkFields(body, new Set(["actions", "targets"]), `'${resource}'`);
  const { actions: _, ...others } = permission.kept ?? {};
  return target(permission.name, {
    ...readTargets(given(body, "targets")),
    grants: readGrants(given(body, "actions"), "capitals"),
    others,
  });
}

/** With single users, groups and targets in place of what they were; `null`, or no action, takes one away. */
export function changedResource(permission: TargetWish, resource: string, change: JsonObject): TargetWish {
  const before = showResource(permission, resource) ?? {};
  const { users, groups } = objectFrom(before["actions"], "'actions'");
  const given = objectFrom(change["actions"], "'actions'");
  return withResource(permission, resource, {
    actions: { users: merged(users, given["users"]), groups: merged(groups, given["groups"]) },
    targets: merged(before["targets"], change["targets"]),
  });
}

function merged(before: Json | undefined, change: Json | undefined): JsonObject {
  const all = { ...objectFrom(before, "what was there"), ...objectFrom(change, "the change") };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  );
}

function withOther(permission: TargetWish, resource: string, value: Json): TargetWish {
  if (!isOtherResource(resource)) {
    const because = `a permission has no resource '${resource}'; there are ${[ARTIFACT, ...OTHERS].join(", ")}`;
    throw refuse({ code: "setting-invalid", because });
  }
  const { [resource]: _, ...others } = othersOf(permission);
  const resources = value === null ? others : { ...others, [resource]: objectFrom(value, `'${resource}'`) };
  return { ...permission, kept: limited({ ...permission.kept, [KEPT]: resources }) };
}

function othersOf({ kept = {} }: TargetWish): JsonObject {
  return objectFrom(kept[KEPT], "what is kept");
}

/** The same patterns count in all repositories of a target here. */
function readTargets(value: Json | undefined) {
  const entries = Object.entries(objectFrom(value, "'targets'")).map(([repository, patterns]) => {
    const body = objectFrom(patterns, `the target '${repository}'`);
    checkFields(body, new Set(["include_patterns", "exclude_patterns"]), `the target '${repository}'`);
    const includes = textsField(body, "include_patterns") ?? [];
    const excludes = (textsField(body, "exclude_patterns") ?? []).filter((pattern) => pattern !== "");
    return { repository, includes: includes.length === 0 ? ["**"] : includes, excludes };
  });
  const [first] = entries;
  const odd = entries.find(
    ({ includes, excludes }) => !isSame(includes, first?.includes) || !isSame(excludes, first?.excludes),
  );
  if (odd !== undefined) {
    const because = `the patterns of '${odd.repository}' are others than those of '${first?.repository}': one permission has the same patterns in all of its repositories here; make a permission for each`;
    throw refuse({ code: "setting-invalid", because });
  }
  return {
    repositories: entries.map(({ repository }) => repository),
    includes: first?.includes ?? [],
    excludes: first?.excludes ?? [],
  };
}

function isSame(a: readonly string[], b: readonly string[] = []): boolean {
  return a.length === b.length && [...a].sort().every((text, index) => text === [...b].sort()[index]);
}
