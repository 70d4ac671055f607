import type { Kysely } from "kysely";
import type { Instant, TrashedFile } from "#core";
import type { MetadataView } from "../metadata-store.ts";
import { artifactOfRow, propertiesOfRows } from "./rows.ts";
import { type Ask, prepare } from "./statement.ts";
import type { MetadataTables, TrashRow } from "./tables.ts";

/** The properties of so many files are asked for at once. */
const IDS_A_QUESTION = 100;

/** Removed files that rest. */
export function openTrashView(db: Kysely<MetadataTables>): (ask: Ask) => Pick<MetadataView, "trashed" | "trash"> {
  const one = prepare<{ id: string }>()(({ id }) => db.selectFrom("trash").selectAll().where("id", "=", id));
  const properties = prepare<Readonly<Record<string, string>>>()((given) =>
    db
      .selectFrom("trash_properties")
      .select(["id", "key", "value"])
      .where(
        "id",
        "in",
        Array.from({ length: IDS_A_QUESTION }, (_, index) => given[`id${index}`] ?? ""),
      )
      .orderBy("id")
      .orderBy("key")
      .orderBy("position"),
  );
  const page = ({ after, limit }: { after: string; limit: number }) =>
    db
      .selectFrom("trash")
      .selectAll()
      // Ids sort by time, and say where they stood also after they were cleared away.
      .where("id", ">", after)
      .orderBy("id")
      .limit(limit);
  const all = prepare<{ after: string; limit: number }>()(page);
  const ofRepository = prepare<{ repository: string; after: string; limit: number }>()(({ repository, after, limit }) =>
    page({ after, limit }).where("repository", "=", repository),
  );

  const below = prepare<{ repository: string; path: string; from: string; to: string; after: string; limit: number }>()(
    ({ repository, path, from, to, after, limit }) =>
      page({ after, limit })
        .where("repository", "=", repository)
        .where((eb) => eb.or([eb("path", "=", path), eb.and([eb("path", ">=", from), eb("path", "<", to)])])),
  );

  async function whole(ask: Ask, rows: readonly TrashRow[]): Promise<readonly TrashedFile[]> {
    const files: TrashedFile[] = [];
    for (let start = 0; start < rows.length; start += IDS_A_QUESTION) {
      const some = rows.slice(start, start + IDS_A_QUESTION);
      // One text however many there are: the first one stands for those that are missing.
      const ids = Array.from({ length: IDS_A_QUESTION }, (_, index) => (some[index] ?? some[0])?.id ?? "");
      const found = await ask(properties(Object.fromEntries(ids.map((id, index) => [`id${index}`, id]))));
      const byId = Map.groupBy(found, ({ id }) => id);
      files.push(...some.map((row) => trashedFileOf(row, byId.get(row.id) ?? [])));
    }
    return files;
  }

  return (ask) => ({
    async trashed(id) {
      const [row] = await ask(one({ id }));
      return row === undefined ? null : ((await whole(ask, [row]))[0] ?? null);
    },
    async trash({ repository, path = "", after, limit }) {
      const some = { after: after ?? "", limit };
      if (repository === undefined) return whole(ask, await ask(all(some)));
      if (path === "") return whole(ask, await ask(ofRepository({ repository, ...some })));
      // `0` comes right after the slash.
      return whole(ask, await ask(below({ repository, path, from: `${path}/`, to: `${path}0`, ...some })));
    },
  });
}

function trashedFileOf(row: TrashRow, properties: Parameters<typeof propertiesOfRows>[0]): TrashedFile {
  const { id, trashed_at, trashed_by, until } = row;
  return {
    id,
    artifact: artifactOfRow(row),
    properties: propertiesOfRows(properties),
    trashedAt: trashed_at as Instant,
    trashedBy: trashed_by,
    until: until as Instant,
  };
}
