import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Instant } from "#core";
import { temporaryFolder } from "../../../tests/support/databases.ts";
import { searchContract } from "../metadata-search.contract.ts";
import type { MetadataStore } from "../metadata-store.ts";
import { append, DEV, fileAt } from "../samples.contract.ts";
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

test("while a search looks at everything other reads are answered, and closing waits for it", async () => {
  await using place = await temporaryFolder();
  const store = await open(place.folder, 0);
  await append(store, ...Array.from({ length: 3000 }, (_, index) => fileAt(`folder/file-${index}`)));
  const done: string[] = [];
  const query = {
    where: { kind: "field", field: "name", operator: "match", value: "*e*9*9*" },
    repositories: null,
    order: [{ field: "size", isDescending: true }],
    offset: 0,
    limit: 1,
    withProperties: false,
  } as const;
  const searching = store.read((view) => view.search(query)).then(() => done.push("search"));
  await store.read((view) => view.artifactAt(DEV, "folder/file-7")).then(() => done.push("other"));
  await store[Symbol.asyncDispose]();
  assert.deepEqual(done, ["other", "search"]);
  await searching;
});

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
