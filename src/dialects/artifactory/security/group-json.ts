import type { Group, JsonObject } from "#core";
import { flagField, textField, textsField } from "../json-fields.ts";
import { keptField, keptFields } from "./kept-fields.ts";
import { checkFields, field, type Spelling } from "./spelling.ts";

/** What a client wants of a group; what is not given stays, or is as it is by default. */
export interface GroupWish {
  readonly name: string | undefined;
  readonly description: string | null | undefined;
  readonly members: readonly string[] | undefined;
  readonly joinsNew: boolean | undefined;
  readonly isAdmin: boolean | undefined;
  readonly kept: JsonObject;
}

const MEMBERS = field("userNames", "members");
const JOINS_NEW = field("autoJoin", "auto_join");
const IS_ADMIN = field("adminPrivileges", "admin_privileges");
const KEPT = keptFields([
  keptField("realm", "realm", "internal"),
  keptField("realmAttributes", "realm_attributes"),
  keptField("externalId", "external_id"),
  keptField("watchManager", "watch_manager", false),
  keptField("policyManager", "policy_manager", false),
  keptField("policyViewer", "policy_viewer", false),
  keptField("reportsManager", "reports_manager", false),
  keptField("manageResources", "manage_resources", false),
  keptField("manageWebhook", "manage_webhook", false),
]);

/** dohq's word for `autoJoin`, and what clients send back that they have read. */
const NEW_USER_DEFAULT = "newUserDefault";
const MORE: Readonly<Record<Spelling, readonly string[]>> = {
  classic: [NEW_USER_DEFAULT, "external", "uri"],
  access: ["group_name", "uri"],
};

/** `before`: what was kept of the group so far. */
export function readGroup(body: JsonObject, spelling: Spelling, before: JsonObject): GroupWish {
  const own = ["name", "description", MEMBERS[spelling], JOINS_NEW[spelling], IS_ADMIN[spelling]];
  checkFields(body, new Set([...own, ...MORE[spelling], ...KEPT.names(spelling)]), "a group");
  const description = textField(body, "description");
  return {
    name: textField(body, "name") ?? (spelling === "access" ? textField(body, "group_name") : undefined),
    description: description === undefined ? undefined : description === "" ? null : description,
    members: textsField(body, MEMBERS[spelling]),
    joinsNew: flagField(body, JOINS_NEW[spelling]) ?? flagField(body, NEW_USER_DEFAULT),
    isAdmin: flagField(body, IS_ADMIN[spelling]),
    kept: KEPT.read(body, spelling, before),
  };
}

/** Without its members. */
export function showGroup(group: Group, spelling: Spelling): JsonObject {
  return {
    name: group.name,
    description: group.description ?? "",
    [JOINS_NEW[spelling]]: group.joinsNew,
    [IS_ADMIN[spelling]]: group.isAdmin,
    ...(spelling === "classic" ? { [NEW_USER_DEFAULT]: group.joinsNew, external: false } : {}),
    ...KEPT.show(group.kept ?? {}, spelling),
  };
}
