import { type Kysely, sql } from "kysely";
import type { Instant, TrashedFile } from "#core";
import type { MetadataView } from "../metadata-store.ts";
import { artifactOfRow, propertiesOfRows } from "./rows.ts";
import { type Ask, prepare } from "./statement.ts";
import type { MetadataTables, TrashRow } from "./tables.ts";

/** Removed files that rest. */
export function openTrashView(db: Kysely<MetadataTables>): (ask: Ask) => Pick<MetadataView, "trashed" | "trash"> {
  const one = prepare<{ id: string }>()(({ id }) => db.selectFrom("trash").selectAll().where("id", "=", id));
  const properties = prepare<{ id: string }>()(({ id }) =>
    db.selectFrom("trash_properties").select(["key", "value"]).where("id", "=", id).orderBy("key").orderBy("position"),
  );
  const page = ({ after, limit }: { after: string; limit: number }) =>
    db
      .selectFrom("trash")
      .selectAll()
      // Behind one that was cleared away meanwhile come those that are left, from the first on.
      .where("seq", ">", sql<number>`coalesce((select seq from trash where id = ${after}), 0)`)
      .orderBy("seq")
      .limit(limit);
  const all = prepare<{ after: string; limit: number }>()(page);
  const ofRepository = prepare<{ repository: string; after: string; limit: number }>()(({ repository, after, limit }) =>
    page({ after, limit }).where("repository", "=", repository),
  );

  async function whole(ask: Ask, row: TrashRow): Promise<TrashedFile> {
    const { id, trashed_at, trashed_by, until } = row;
    return {
      id,
      artifact: artifactOfRow(row),
      properties: propertiesOfRows(await ask(properties({ id }))),
      trashedAt: trashed_at as Instant,
      trashedBy: trashed_by,
      until: until as Instant,
    };
  }

  return (ask) => ({
    async trashed(id) {
      const [row] = await ask(one({ id }));
      return row === undefined ? null : whole(ask, row);
    },
    async trash({ repository, after, limit }) {
      const rows = await ask(
        repository === undefined
          ? all({ after: after ?? "", limit })
          : ofRepository({ repository, after: after ?? "", limit }),
      );
      const files: TrashedFile[] = [];
      for (const row of rows) files.push(await whole(ask, row));
      return files;
    },
  });
}
