import type { Kysely } from "kysely";
import type { RepositoryName } from "#core";
import { prepare, type Statement } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";

/** Accounts, tokens and repositories: kept whole, found by name. */
export function accountStatements(db: Kysely<MetadataTables>) {
  const removals = (
    [
      "companions",
      "removed_files",
      "attachments",
      "properties",
      "folders",
      "artifacts",
      "versions",
      "projects",
      "totals",
    ] as const
  ).map((table) => prepare<{ name: string }>()(({ name }) => db.deleteFrom(table).where("repository", "=", name)));
  const removeRepositoryRow = prepare<{ name: string }>()(({ name }) =>
    db.deleteFrom("repositories").where("name", "=", name),
  );
  return {
    saveUser: prepare<MetadataTables["users"]>()(({ name, name_folded, user }) =>
      db
        .insertInto("users")
        .values({ name, name_folded, user })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ user })),
    ),
    removeUser: prepare<{ name: string }>()(({ name }) => db.deleteFrom("users").where("name", "=", name)),
    saveToken: prepare<MetadataTables["tokens"]>()(({ id, owner, token }) =>
      db
        .insertInto("tokens")
        .values({ id, owner, token })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ owner, token })),
    ),
    removeToken: prepare<{ id: string; owner: string }>()(({ id, owner }) =>
      db.deleteFrom("tokens").where("id", "=", id).where("owner", "=", owner),
    ),
    /** A token of nobody must not open anything. */
    removeTokensOf: prepare<{ owner: string }>()(({ owner }) => db.deleteFrom("tokens").where("owner", "=", owner)),
    saveRepository: prepare<MetadataTables["repositories"]>()(({ name, owner, key_folded, repository }) =>
      db
        .insertInto("repositories")
        .values({ name, owner, key_folded, repository })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ repository })),
    ),
    /** Everything in it goes with it. */
    removeRepository(name: RepositoryName): Statement[] {
      return [...removals, removeRepositoryRow].map((removal) => removal({ name }));
    },
  };
}
