import type { Kysely } from "kysely";
import { prepare } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";

/** Groups, permission targets and retention policies: kept whole, found by name. */
export function governingStatements(db: Kysely<MetadataTables>) {
  const remove = (table: "groups" | "permission_targets" | "policies") =>
    prepare<{ name: string }>()(({ name }) => db.deleteFrom(table).where("name", "=", name));
  return {
    saveGroup: prepare<MetadataTables["groups"]>()(({ name, group }) =>
      db
        .insertInto("groups")
        .values({ name, group })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ group })),
    ),
    removeGroup: remove("groups"),
    savePermissionTarget: prepare<MetadataTables["permission_targets"]>()(({ name, target }) =>
      db
        .insertInto("permission_targets")
        .values({ name, target })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ target })),
    ),
    removePermissionTarget: remove("permission_targets"),
    savePolicy: prepare<MetadataTables["policies"]>()(({ name, policy }) =>
      db
        .insertInto("policies")
        .values({ name, policy })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ policy })),
    ),
    removePolicy: remove("policies"),
  };
}
