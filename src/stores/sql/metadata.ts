import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import type { Actor, Instant, JournalEntry, JournalEvent, Seq } from "#core";
import type { MetadataStore, MetadataView, Transaction } from "../metadata-store.ts";
import type { SharedState } from "../shared-state.ts";
import type { Dialect } from "./dialect.ts";
import type { Engine } from "./engine.ts";
import { openFold, openJournalRow } from "./fold.ts";
import { migrate } from "./migrate.ts";
import { METADATA_MIGRATIONS } from "./migrations.ts";
import { openNews } from "./news.ts";
import { prepare, statementOf } from "./statement.ts";
import type { MetadataTables } from "./tables.ts";
import { openViews } from "./view.ts";
import { openWrites, type Scope } from "./writes.ts";

const WATCH_EVERY_MS = 250;
/** Where followers' cursors stand in the shared state. */
const CURSORS = "follower-cursors";

export interface SqlMetadataParts {
  readonly engine: Engine;
  /** Compiles for the engine's dialect. */
  readonly db: Kysely<MetadataTables>;
  readonly dialect: Dialect;
  /** A search that an index narrows to no more places than these looks at each of them; see `search.ts`. */
  readonly narrowPlacesMax?: number;
  /** Holds the cursors of followers, which are no history. */
  readonly state: SharedState;
  readonly now: () => Instant;
  readonly newId?: () => string;
  /** The database in words, for messages. */
  readonly where: string;
}

/** The one keeper of facts in SQL; what differs between databases is their {@link Engine}. Closes the engine with itself. */
export async function openSqlMetadata(parts: SqlMetadataParts): Promise<MetadataStore> {
  const { engine, db, state, now, newId = randomUUID } = parts;
  await migrate({ writer: engine.writer, db, where: parts.where }, METADATA_MIGRATIONS);
  const readHead = statementOf(db.selectFrom("head").select("seq"));
  const views = openViews(db, parts.dialect, parts.narrowPlacesMax);
  const outside = views(engine.ask);
  const fold = openFold(db);
  const journalRow = openJournalRow(db);
  // Asked before the head is read, so that whatever is committed after that counts as a move.
  engine.hasMoved();
  const news = openNews({
    head: ((await engine.ask(readHead))[0]?.seq ?? 0) as Seq,
    entries: (after, limit) => outside.entries(after, limit),
    hasMoved: engine.hasMoved,
    watchEveryMs: WATCH_EVERY_MS,
  });
  const writes = openWrites({
    writer: engine.writer,
    readHead,
    saveHead: prepare<{ seq: number }>()(({ seq }) => db.updateTable("head").set({ seq })),
    statementsOf: (entry) => [journalRow(entry), ...fold(entry)],
    committed: news.announce,
  });
  const installationId = await readInstallationId(engine, db, newId);

  return {
    installationId,
    get head() {
      return news.head;
    },
    read: (work) => engine.snapshot((ask) => work(views(ask))),
    write: (by, work) => writes.submit((scope) => work(transactionOf(scope, views(scope.ask), by, now))),
    async replay(entries) {
      if (entries.length === 0) return;
      await writes.submit(async (scope) => {
        for (const entry of entries) addNext(scope, entry);
      });
    },
    follow: news.follow,
    subscribe: news.subscribe,
    catchUp: news.catchUp,
    async cursor(follower) {
      const entry = await state.get(CURSORS, follower);
      return (typeof entry?.value === "number" ? entry.value : 0) as Seq;
    },
    advance: (follower, to) => state.put(CURSORS, follower, { value: to }),
    async [Symbol.asyncDispose]() {
      await writes.close();
      news.close();
      await engine[Symbol.asyncDispose]();
    },
  };
}

function transactionOf(scope: Scope, view: MetadataView, by: Actor, now: () => Instant): Transaction {
  return {
    ...view,
    append(event: JournalEvent) {
      scope.add({ seq: (scope.head + 1) as Seq, at: now(), by, event });
    },
  };
}

/** A gap is a bug or a foreign journal: stop loudly, never skip. */
function addNext(scope: Scope, entry: JournalEntry): void {
  if (entry.seq !== scope.head + 1) {
    throw new Error(
      `cannot replay entry ${entry.seq} of another journal after ${scope.head}: entries must follow one another without gaps`,
    );
  }
  scope.add(entry);
}

/** Made once; of two processes that start at the same time the first one's stands. */
async function readInstallationId(engine: Engine, db: Kysely<MetadataTables>, newId: () => string): Promise<string> {
  const insert = db
    .insertInto("meta")
    .values({ key: "installation", value: newId() })
    .onConflict((conflict) => conflict.doNothing());
  const read = db.selectFrom("meta").select("value").where("key", "=", "installation");
  const [row] = await engine.writer.atomically([statementOf(insert)], statementOf(read));
  if (row === undefined) throw new Error("the installation's id was written and is not there");
  return row.value;
}
