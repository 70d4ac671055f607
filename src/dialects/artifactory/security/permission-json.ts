import { type JsonObject, type PermissionTarget, refuse } from "#core";
import { given, textField, textsField } from "../json-fields.ts";
import { type Grants, NO_GRANTS, objectFrom, readGrants, showGrants } from "./actions.ts";
import { limited } from "./kept-fields.ts";
import { checkFields, checkName } from "./spelling.ts";

/** A permission target as it is written. */
export type TargetWish = Omit<PermissionTarget, "createdAt" | "modifiedAt">;

const EVERYWHERE = "**";
/** Parts about things that are not here; given back as they came. */
const OTHER_PARTS = ["build", "releaseBundle"];

/** v1: patterns are texts with commas between them, actions are letters. `before`: what the target was, if it was. */
export function readV1(name: string, body: JsonObject, before: PermissionTarget | null): TargetWish {
  const known = ["name", "includesPattern", "excludesPattern", "repositories", "principals", "uri"];
  checkFields(body, new Set(known), "a permission target");
  checkName(textField(body, "name"), name, "permission target");
  const repositories = textsField(body, "repositories");
  if (repositories === undefined)
    throw invalid(`the permission target '${name}' must say for which 'repositories' it is`);
  return target(name, {
    repositories,
    includes: (textField(body, "includesPattern") ?? EVERYWHERE).split(","),
    excludes: (textField(body, "excludesPattern") ?? "").split(","),
    grants: readGrants(given(body, "principals"), "letter"),
    // v1 has no words for them, so it cannot mean to take them away.
    others: otherParts(before?.kept ?? {}),
  });
}

export function showV1(permission: PermissionTarget): JsonObject {
  return {
    name: permission.name,
    includesPattern: permission.includes.join(","),
    excludesPattern: permission.excludes.join(","),
    repositories: [...permission.repositories],
    principals: showGrants(grantsOf(permission), "letter"),
  };
}

/** v2: without `repo` it is about nothing here. */
export function readV2(name: string, body: JsonObject): TargetWish {
  checkFields(body, new Set(["name", "repo", "uri", ...OTHER_PARTS]), "a permission target");
  checkName(textField(body, "name"), name, "permission target");
  const repo = objectFrom(given(body, "repo"), "'repo'");
  checkFields(repo, new Set(["include-patterns", "exclude-patterns", "repositories", "actions"]), "'repo'");
  return target(name, {
    repositories: textsField(repo, "repositories") ?? [],
    includes: textsField(repo, "include-patterns") ?? [EVERYWHERE],
    excludes: textsField(repo, "exclude-patterns") ?? [],
    grants: readGrants(given(repo, "actions"), "word"),
    others: otherParts(body),
  });
}

export function showV2(permission: PermissionTarget): JsonObject {
  const repo = {
    "include-patterns": [...permission.includes],
    "exclude-patterns": [...permission.excludes],
    repositories: [...permission.repositories],
    actions: showGrants(grantsOf(permission), "word"),
  };
  return {
    name: permission.name,
    ...(permission.repositories.length === 0 ? {} : { repo }),
    ...otherParts(permission.kept ?? {}),
  };
}

export interface TargetParts {
  readonly repositories: readonly string[];
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly grants: Grants;
  readonly others: JsonObject;
}

/** An empty pattern includes, and excludes, nothing. */
export function target(name: string, { repositories, includes, excludes, grants, others }: TargetParts): TargetWish {
  const included = patterns(includes);
  const kept = Object.keys(grants.kept).length === 0 ? {} : { actions: grants.kept };
  return {
    name,
    repositories: [...new Set(repositories)],
    includes: included.length === 0 ? [EVERYWHERE] : included,
    excludes: patterns(excludes),
    users: grants.users,
    groups: grants.groups,
    kept: limited({ ...others, ...kept }),
  };
}

export function grantsOf({ users, groups, kept = {} }: Pick<PermissionTarget, "users" | "groups" | "kept">): Grants {
  return { ...NO_GRANTS, users, groups, kept: objectFrom(kept["actions"], "what is kept") };
}

function otherParts(body: JsonObject): JsonObject {
  return Object.fromEntries(
    OTHER_PARTS.flatMap((name) => {
      const value = given(body, name);
      return value === undefined ? [] : [[name, objectFrom(value, `'${name}'`)]];
    }),
  );
}

function patterns(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}

function invalid(because: string): Error {
  return refuse({ code: "setting-invalid", because });
}
