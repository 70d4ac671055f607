import { join } from "node:path";
import { describe } from "node:test";
import type { Instant } from "#core";
import { temporaryFolder } from "../../../tests/support/databases.ts";
import { searchContract } from "../metadata-search.contract.ts";
import type { MetadataStore } from "../metadata-store.ts";
import { openSqlMetadata } from "../sql/metadata.ts";
import { openSqlState } from "../sql/state.ts";
import type { MetadataTables, StateTables } from "../sql/tables.ts";
import { sqliteQueries } from "./compile.ts";
import { SQLITE_DIALECT } from "./dialect.ts";
import { openSqliteEngine } from "./engine.ts";

const NOW = (): Instant => 1000 as Instant;

// With thirty items every index narrows a search, and none is walked for as with millions; unless these are called many.
for (const narrowPlacesMax of [0, 2]) {
  describe(`sqlite, where more than ${narrowPlacesMax} places are many`, () => {
    searchContract(async () => {
      const { folder, ...place } = await temporaryFolder();
      return { ...place, open: () => open(folder, narrowPlacesMax), leftovers: async () => [] };
    });
  });
}

async function open(folder: string, narrowPlacesMax: number): Promise<MetadataStore> {
  const where = join(folder, "state.db");
  const state = await openSqlState({
    engine: await openSqliteEngine(where, "NORMAL"),
    db: sqliteQueries<StateTables>(),
    now: NOW,
    where,
  });
  const metadata = await openSqlMetadata({
    engine: await openSqliteEngine(join(folder, "vivarium.db"), "FULL"),
    db: sqliteQueries<MetadataTables>(),
    dialect: SQLITE_DIALECT,
    narrowPlacesMax,
    state,
    now: NOW,
    where: folder,
  });
  return {
    ...metadata,
    async [Symbol.asyncDispose]() {
      await metadata[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}
