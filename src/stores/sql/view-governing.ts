import type { Kysely } from "kysely";
import type { Group, PermissionTarget, RetentionPolicy } from "#core";
import type { MetadataView } from "../metadata-store.ts";
import { allJson, firstJson } from "./rows.ts";
import { type Ask, prepare } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";

type GoverningView = Pick<
  MetadataView,
  "group" | "groups" | "permissionTarget" | "permissionTargets" | "retentionPolicies"
>;

/** Groups, permission targets and retention policies. */
export function openGoverningView(db: Kysely<MetadataTables>): (ask: Ask) => GoverningView {
  const group = prepare<{ name: string }>()(({ name }) =>
    db.selectFrom("groups").select("group as json").where("name", "=", name),
  );
  const groups = prepare()(() => db.selectFrom("groups").select("group as json").orderBy("name"));
  const target = prepare<{ name: string }>()(({ name }) =>
    db.selectFrom("permission_targets").select("target as json").where("name", "=", name),
  );
  const targets = prepare()(() => db.selectFrom("permission_targets").select("target as json").orderBy("name"));
  const policies = prepare()(() => db.selectFrom("policies").select("policy as json").orderBy("name"));
  return (ask) => ({
    async group(name) {
      return firstJson<Group>(await ask(group({ name })));
    },
    async groups() {
      return allJson<Group>(await ask(groups({})));
    },
    async permissionTarget(name) {
      return firstJson<PermissionTarget>(await ask(target({ name })));
    },
    async permissionTargets() {
      return allJson<PermissionTarget>(await ask(targets({})));
    },
    async retentionPolicies() {
      return allJson<RetentionPolicy>(await ask(policies({})));
    },
  });
}
