import type { JsonObject, User } from "#core";
import { flagField, given, textField, textsField } from "../json-fields.ts";
import { keptField, keptFields } from "./kept-fields.ts";
import { checkFields, type Spelling } from "./spelling.ts";

/** What a client wants of an account; what is not given stays, or is as it is by default. */
export interface UserWish {
  readonly name: string | undefined;
  readonly email: string | null | undefined;
  readonly password: string | undefined;
  readonly isAdmin: boolean | undefined;
  readonly groups: readonly string[] | undefined;
  /** Nobody signs in with a password. */
  readonly hasNoPassword: boolean | undefined;
  readonly kept: JsonObject;
}

/** pyartifactory reads no account without an address; this one stands for none, and is none when it is sent back. */
const NO_EMAIL = "no-address@example.com";

const KEPT = keptFields([
  keptField("profileUpdatable", "profile_updatable", true),
  keptField("disableUIAccess", "disable_ui_access", false),
  keptField("internalPasswordDisabled", "internal_password_disabled", false),
  keptField("policyManager", "policy_manager", false),
  keptField("watchManager", "watch_manager", false),
  keptField("reportsManager", "reports_manager", false),
]);

/** Clients send back what they have read. */
const READ_BACK: Readonly<Record<Spelling, readonly string[]>> = {
  classic: ["realm", "lastLoggedIn", "lastLoggedInMillis", "offlineMode", "mfaStatus", "uri", "shouldInvite", "status"],
  access: ["realm", "last_logged_in", "uri", "should_invite", "status", "mfa_status"],
};

const nameOf = (spelling: Spelling) => (spelling === "classic" ? "name" : "username");
const noPasswordOf = (spelling: Spelling) =>
  spelling === "classic" ? "internalPasswordDisabled" : "internal_password_disabled";

/** `before`: what was kept of the account so far. */
export function readUser(body: JsonObject, spelling: Spelling, before: JsonObject): UserWish {
  const own = [nameOf(spelling), "email", "password", "admin", "groups"];
  checkFields(body, new Set([...own, ...KEPT.names(spelling), ...READ_BACK[spelling]]), "a user");
  const email = textField(body, "email");
  return {
    name: textField(body, nameOf(spelling)),
    email: email === undefined ? undefined : email === "" || email === NO_EMAIL ? null : email,
    password: textField(body, "password") || undefined,
    isAdmin: flagField(body, "admin"),
    groups: readGroups(body),
    hasNoPassword: flagField(body, noPasswordOf(spelling)),
    kept: KEPT.read(body, spelling, before),
  };
}

/** Never the password, nor its hash. */
export function showUser(user: User, groups: readonly string[], spelling: Spelling): JsonObject {
  return {
    [nameOf(spelling)]: user.name,
    email: user.email ?? NO_EMAIL,
    admin: isAdmin(user),
    groups: [...groups],
    realm: "internal",
    ...(spelling === "access" ? { status: "enabled" } : { offlineMode: false }),
    ...KEPT.show(user.kept ?? {}, spelling),
  };
}

export function isAdmin(user: User): boolean {
  return user.name === "root" || user.isAdmin === true;
}

/** Names, or (as Terraform once sent them) objects with a name. */
function readGroups(body: JsonObject): readonly string[] | undefined {
  const value = given(body, "groups");
  if (!Array.isArray(value)) return textsField(body, "groups");
  const groups = value.map((item) =>
    typeof item === "object" && item !== null && !Array.isArray(item) ? (item as JsonObject)["name"] : item,
  );
  return textsField({ groups: groups.map((item) => item ?? null) }, "groups");
}
