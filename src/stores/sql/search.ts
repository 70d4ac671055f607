import { type Kysely, sql } from "kysely";
import { compareTexts, type Item, type ItemQuery, itemMatches, itemValue, placeOf, type RepositoryName } from "#core";
import type { Ask } from "./statement.ts";
import { statementOf } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";
import { openTreeView } from "./view-tree.ts";

const PAGE = 1000;

/** Finds items; see `ItemQuery`. */
export function openSearch(db: Kysely<MetadataTables>): (ask: Ask, query: ItemQuery) => Promise<readonly Item[]> {
  const tree = openTreeView(db);
  const all = statementOf(db.selectFrom("repositories").select("name").orderBy("name"));
  void sql;
  return async (ask, query) => {
    const view = tree(ask);
    const repositories = query.repositories ?? (await ask(all)).map(({ name }) => name as RepositoryName);
    const found: Item[] = [];
    for (const repository of [...repositories].sort(compareTexts)) {
      const root = await view.folder(repository, "");
      if (root !== null) {
        const properties = await view.properties(repository, "");
        found.push({ kind: "folder", folder: root, repository, path: "", properties });
      }
      for (let after: string | null = null; ; ) {
        const entries = await view.below(repository, "", { after, limit: PAGE });
        if (entries.length === 0) break;
        const paths = entries.map((entry) => (entry.kind === "file" ? placeOf(entry.artifact) : entry.folder.path));
        const properties = await view.propertiesOf(repository, paths);
        entries.forEach((entry, index) => {
          const path = paths[index] ?? "";
          found.push({ ...entry, repository, path, properties: properties.get(path) ?? {} });
        });
        after = paths.at(-1) ?? null;
      }
    }
    const matching = found.filter((item) => itemMatches(query.where, item));
    matching.sort((one, other) => {
      for (const { field, isDescending } of query.order) {
        const [a, b] = [itemValue(one, field) ?? "", itemValue(other, field) ?? ""];
        const order = typeof a === "number" && typeof b === "number" ? a - b : compareTexts(String(a), String(b));
        if (order !== 0) return isDescending ? -order : order;
      }
      return 0;
    });
    const page = matching.slice(query.offset, query.offset + query.limit);
    return query.withProperties ? page : page.map((item) => ({ ...item, properties: {} }));
  };
}
