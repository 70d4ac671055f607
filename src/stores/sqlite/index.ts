import { join } from "node:path";
import { type Instant, refuse } from "#core";
import { makeDataFolder } from "../data-folder.ts";
import { realDisk } from "../disk.ts";
import type { MetadataStore } from "../metadata-store.ts";
import type { SharedState } from "../shared-state.ts";
import { SqlFailure } from "../sql/engine.ts";
import { openSqlMetadata } from "../sql/metadata.ts";
import { refuseNewer } from "../sql/migrate.ts";
import { METADATA_MIGRATIONS, STATE_MIGRATIONS } from "../sql/migrations.ts";
import { openSqlState } from "../sql/state.ts";
import type { MetadataTables, StateTables } from "../sql/tables.ts";
import { sqliteQueries } from "./compile.ts";
import { SQLITE_DIALECT } from "./dialect.ts";
import { type Durability, openSqliteEngine, type SqliteEngine } from "./engine.ts";

export type { Durability } from "./engine.ts";

export interface SqliteStore extends AsyncDisposable {
  readonly metadata: MetadataStore;
  readonly state: SharedState;
  /** Asked of the open connection that writes the facts; for `doctor` and tests. */
  durability(): Promise<Durability>;
}

export interface SqliteStoreParts {
  readonly folder: string;
  readonly now: () => Instant;
  readonly newId?: () => string;
}

/**
 * Keeps facts and shared state in two SQLite files of one folder, which it makes if need be:
 *
 *     vivarium.db   the journal and its tables; a commit survives a power cut
 *     state.db      what is no history; a power cut may lose its last moments (docs/decisions/0002)
 *
 * Several processes of one machine may open the same folder.
 */
export async function openSqliteStore(parts: SqliteStoreParts): Promise<SqliteStore> {
  await makeDataFolder(realDisk(), parts.folder);
  try {
    return await openBoth(parts);
  } catch (error) {
    throw openingRefusal(error);
  }
}

async function openBoth({ folder, now, newId }: SqliteStoreParts): Promise<SqliteStore> {
  const factsPath = join(folder, "vivarium.db");
  const statePath = join(folder, "state.db");
  await using opened = new AsyncDisposableStack();
  const open = async (path: string, synchronous: "FULL" | "NORMAL"): Promise<SqliteEngine> =>
    opened.use(await openSqliteEngine(path, synchronous));
  const openings = [open(factsPath, "FULL"), open(statePath, "NORMAL")] as const;
  // Where one fails the other is waited for all the same, so that it is closed and not left running.
  await Promise.allSettled(openings);
  const [facts, shared] = await Promise.all(openings);
  // Both are looked at before one is changed, so that a newer program's data is left as it is.
  await refuseNewer({ writer: facts.writer, db: sqliteQueries(), where: factsPath }, METADATA_MIGRATIONS.length);
  await refuseNewer({ writer: shared.writer, db: sqliteQueries(), where: statePath }, STATE_MIGRATIONS.length);
  const state = await openSqlState({ engine: shared, db: sqliteQueries<StateTables>(), now, where: statePath });
  const metadata = await openSqlMetadata({
    engine: facts,
    db: sqliteQueries<MetadataTables>(),
    dialect: SQLITE_DIALECT,
    state,
    now,
    ...(newId === undefined ? {} : { newId }),
    where: factsPath,
  });
  // From here on the stores close their engines.
  opened.move();
  let closing: Promise<void> | null = null;
  async function close(): Promise<void> {
    // Followers that stop while the facts are closed still move their cursors, so the state is closed last.
    await using _state = state;
    await using _metadata = metadata;
  }
  return {
    metadata,
    state,
    durability: facts.durability,
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

/** At the start a file that cannot be used is a setting to mend, not a bug. */
function openingRefusal(error: unknown): unknown {
  return error instanceof SqlFailure && error.why !== "other"
    ? refuse({ code: "setting-invalid", because: error.message }, error)
    : error;
}
