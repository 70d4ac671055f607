import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { Digest, Instant, Json } from "#core";
import type { SharedState, StateEntry } from "../shared-state.ts";
import { type Engine, told } from "./engine.ts";
import { migrate } from "./migrate.ts";
import { STATE_MIGRATIONS } from "./migrations.ts";
import { prepare, type Statement, statementOf } from "./statement.ts";
import type { EntryRow, StateTables } from "./tables.ts";

/** What has expired is cleared away with every so many writes, so many rows at a time. */
const CLEAR_EVERY = 256;
const CLEAR_ROWS = 512;
/** Greater than every key's next character. */
const LAST_CHARACTER = "\u{10FFFF}";

export interface SqlStateParts {
  readonly engine: Engine;
  readonly db: Kysely<StateTables>;
  readonly now: () => Instant;
  readonly where: string;
}

/** Shared state in SQL; what differs between databases is their {@link Engine}. Closes the engine with itself. */
export async function openSqlState({ engine, db, now, where }: SqlStateParts): Promise<SharedState> {
  await migrate({ writer: engine.writer, db, where }, STATE_MIGRATIONS);
  const reads = readStatements(db);
  const changes = changeStatements(db);
  let untilClearing = 0;

  async function change<Row>(statements: readonly Statement[], last?: Statement<Row>): Promise<readonly Row[]> {
    untilClearing -= 1;
    const clearing = untilClearing < 0 ? changes.clear(now()) : [];
    if (untilClearing < 0) untilClearing = CLEAR_EVERY;
    try {
      return await engine.writer.atomically([...clearing, ...statements], last);
    } catch (error) {
      throw told(error);
    }
  }

  return {
    async get(space, key) {
      const [row] = await engine.ask(reads.one({ space, key, now: now() }));
      return row === undefined ? null : entryOf(row);
    },
    async put(space, key, { value, blobs = [], expiresAt = null }) {
      await change([
        changes.countVersion,
        changes.put({
          space,
          key,
          value: JSON.stringify(value),
          blobs: JSON.stringify(blobs),
          expires_at: expiresAt,
        }),
        changes.dropBlobs({ space, key }),
        ...[...new Set(blobs)].map((blob) => changes.nameBlob({ space, key, blob })),
      ]);
    },
    async swap(space, key, version, { value, expiresAt = null }) {
      const given = { space, key, value: JSON.stringify(value), expires_at: expiresAt, now: now() };
      const rows = await change(
        [changes.countVersion, changes.dropSwappedBlobs({ space, key, version, now: given.now })],
        version === 0 ? changes.swapNew(given) : changes.swapOld({ ...given, version }),
      );
      return rows.length > 0;
    },
    async delete(space, key) {
      await change([changes.dropBlobs({ space, key }), changes.drop({ space, key })]);
    },
    async deleteAll(space, keyPrefix) {
      const range = { space, from: keyPrefix, to: keyPrefix + LAST_CHARACTER };
      await change([changes.dropAllBlobs(range), changes.dropAll(range)]);
    },
    async list(space, { keyPrefix, after, limit }) {
      const range = { space, from: keyPrefix, to: keyPrefix + LAST_CHARACTER, now: now(), limit };
      const rows = await engine.ask(after === null ? reads.first(range) : reads.next({ ...range, after }));
      return rows.map(entryOf);
    },
    async add(space, key, amount, expiresAt = null) {
      requireWhole(amount);
      const [row] = await change(
        [changes.countVersion, changes.dropBlobs({ space, key })],
        changes.add({ space, key, amount, value: String(amount), expires_at: expiresAt, now: now() }),
      );
      return Number(row?.value);
    },
    async addAll(space, amounts) {
      for (const { amount } of amounts) requireWhole(amount);
      await change(
        amounts.flatMap(({ key, amount }) => [
          changes.countVersion,
          changes.dropBlobs({ space, key }),
          changes.add({ space, key, amount, value: String(amount), expires_at: null, now: now() }),
        ]),
      );
    },
    async putAll(space, entries) {
      await change(
        entries.flatMap(({ key, value }) => [
          changes.countVersion,
          changes.dropBlobs({ space, key }),
          changes.put({ space, key, value: JSON.stringify(value), blobs: "[]", expires_at: null }),
        ]),
      );
    },
    async claim(digests, until) {
      await change([digests].flat().map((blob) => changes.claim({ blob, until })));
    },
    async holdsBlob(digest) {
      return (await engine.ask(reads.holds({ blob: digest, now: now() }))).length > 0;
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

function requireWhole(amount: number): void {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`counters take whole numbers, not ${amount}`);
}

function entryOf(row: EntryRow): StateEntry {
  return {
    key: row.key,
    value: JSON.parse(row.value) as Json,
    blobs: JSON.parse(row.blobs) as readonly Digest[],
    expiresAt: row.expires_at as Instant | null,
    version: row.version,
  };
}

function isLive(eb: ExpressionBuilder<StateTables, "entries">, now: number) {
  return eb.or([eb("entries.expires_at", "is", null), eb("entries.expires_at", ">", now)]);
}

function readStatements(db: Kysely<StateTables>) {
  const range = ({
    space,
    from,
    to,
    now,
    limit,
  }: {
    space: string;
    from: string;
    to: string;
    now: number;
    limit: number;
  }) =>
    db
      .selectFrom("entries")
      .selectAll()
      .where("space", "=", space)
      .where("key", ">=", from)
      .where("key", "<", to)
      .where((eb) => isLive(eb, now))
      .orderBy("key")
      .limit(limit);
  type Range = Parameters<typeof range>[0];
  return {
    one: prepare<{ space: string; key: string; now: number }>()(({ space, key, now }) =>
      db
        .selectFrom("entries")
        .selectAll()
        .where("space", "=", space)
        .where("key", "=", key)
        .where((eb) => isLive(eb, now)),
    ),
    first: prepare<{ [Name in keyof Range]: Range[Name] }>()((given) => range(rangeOf(given))),
    next: prepare<{ [Name in keyof Range]: Range[Name] } & { after: string }>()((given) =>
      range(rangeOf(given)).where("key", ">", given.after),
    ),
    holds: prepare<{ blob: string; now: number }>()(({ blob, now }) =>
      db
        .selectFrom("claims")
        .select("claims.blob")
        .where("claims.blob", "=", blob)
        .where("claims.until", ">", now)
        .unionAll(
          db
            .selectFrom("entry_blobs")
            .innerJoin("entries", (join) =>
              join.onRef("entries.space", "=", "entry_blobs.space").onRef("entries.key", "=", "entry_blobs.key"),
            )
            .select("entry_blobs.blob")
            .where("entry_blobs.blob", "=", blob)
            .where((eb) => eb.or([eb("entries.expires_at", "is", null), eb("entries.expires_at", ">", now)])),
        )
        .limit(1),
    ),
  };

  /** What stands for the values while a query is prepared cannot be spread. */
  function rangeOf({ space, from, to, now, limit }: Range): Range {
    return { space, from, to, now, limit };
  }
}

function changeStatements(db: Kysely<StateTables>) {
  const newest = db.selectFrom("last_version").select("version");
  const clearEntries = prepare<{ now: number; limit: number }>()(({ now, limit }) =>
    db
      .deleteFrom("entries")
      .where("expires_at", "<=", now)
      .where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple("space", "key"),
          "in",
          selectFrom("entries as old")
            .select(["old.space", "old.key"])
            .where("old.expires_at", "<=", now)
            .orderBy("old.expires_at")
            .limit(limit)
            .$asTuple("space", "key"),
        ),
      ),
  );
  const clearBlobs = prepare<{ now: number; limit: number }>()(({ now, limit }) =>
    db
      .deleteFrom("entry_blobs")
      .where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple("space", "key"),
          "in",
          selectFrom("entries as old")
            .select(["old.space", "old.key"])
            .where("old.expires_at", "<=", now)
            .orderBy("old.expires_at")
            .limit(limit)
            .$asTuple("space", "key"),
        ),
      ),
  );
  const clearClaims = prepare<{ now: number }>()(({ now }) => db.deleteFrom("claims").where("until", "<=", now));

  interface Given extends Readonly<Record<string, string | number | null>> {
    space: string;
    key: string;
    value: string;
    expires_at: number | null;
  }

  return {
    ...dropStatements(db),
    /** What has expired counts as absent at once; this only frees its room. */
    clear: (now: number): readonly Statement[] => [
      clearBlobs({ now, limit: CLEAR_ROWS }),
      clearEntries({ now, limit: CLEAR_ROWS }),
      clearClaims({ now }),
    ],
    countVersion: statementOf(db.updateTable("last_version").set((eb) => ({ version: eb("version", "+", 1) }))),
    put: prepare<Given & { blobs: string }>()(({ space, key, value, blobs, expires_at }) =>
      db
        .insertInto("entries")
        .values({ space, key, value, blobs, expires_at, version: newest })
        .onConflict((conflict) =>
          conflict
            .columns(["space", "key"])
            .doUpdateSet((eb) => ({ value, blobs, expires_at, version: eb.ref("excluded.version") })),
        ),
    ),
    /** There was none, or it had expired. */
    swapNew: prepare<Given & { now: number }>()(({ space, key, value, expires_at, now }) =>
      db
        .insertInto("entries")
        .values({ space, key, value, blobs: "[]", expires_at, version: newest })
        .onConflict((conflict) =>
          conflict
            .columns(["space", "key"])
            .doUpdateSet((eb) => ({ value, blobs: "[]", expires_at, version: eb.ref("excluded.version") }))
            .where("entries.expires_at", "<=", now),
        )
        .returning("version"),
    ),
    swapOld: prepare<Given & { now: number; version: number }>()(({ space, key, value, expires_at, now, version }) =>
      db
        .updateTable("entries")
        .set({ value, blobs: "[]", expires_at, version: newest })
        .where("space", "=", space)
        .where("key", "=", key)
        .where("version", "=", version)
        .where((eb) => isLive(eb, now))
        .returning("version"),
    ),
    /** A counter that has expired, or holds no number, begins again. */
    add: prepare<Given & { amount: number; now: number }>()(({ space, key, value, amount, expires_at, now }) =>
      db
        .insertInto("entries")
        .values({ space, key, value, blobs: "[]", expires_at, version: newest })
        .onConflict((conflict) =>
          conflict.columns(["space", "key"]).doUpdateSet((eb) => ({
            value: sql<string>`case when entries.expires_at <= ${now} then ${value} else cast(cast(entries.value as bigint) + ${amount} as text) end`,
            blobs: "[]",
            expires_at,
            version: eb.ref("excluded.version"),
          })),
        )
        .returning("value"),
    ),
    nameBlob: prepare<{ space: string; key: string; blob: string }>()(({ space, key, blob }) =>
      db.insertInto("entry_blobs").values({ space, key, blob }),
    ),
    claim: prepare<{ blob: string; until: number }>()(({ blob, until }) =>
      db
        .insertInto("claims")
        .values({ blob, until })
        .onConflict((conflict) =>
          conflict
            .column("blob")
            .doUpdateSet((eb) => ({ until: eb.ref("excluded.until") }))
            .whereRef("claims.until", "<", "excluded.until" as never),
        ),
    ),
  };
}

function dropStatements(db: Kysely<StateTables>) {
  interface Range extends Readonly<Record<string, string>> {
    space: string;
    from: string;
    to: string;
  }
  interface Key extends Readonly<Record<string, string>> {
    space: string;
    key: string;
  }
  return {
    drop: prepare<Key>()(({ space, key }) =>
      db.deleteFrom("entries").where("space", "=", space).where("key", "=", key),
    ),
    dropBlobs: prepare<Key>()(({ space, key }) =>
      db.deleteFrom("entry_blobs").where("space", "=", space).where("key", "=", key),
    ),
    /** Before a swap that will succeed; what is swapped in names no blobs. */
    dropSwappedBlobs: prepare<{ space: string; key: string; version: number; now: number }>()(
      ({ space, key, version, now }) =>
        db
          .deleteFrom("entry_blobs")
          .where("space", "=", space)
          .where("key", "=", key)
          .where(
            sql<boolean>`exists (select 1 from entries where space = ${space} and key = ${key} and case when expires_at <= ${now} then 0 else version end = ${version})`,
          ),
    ),
    dropAll: prepare<Range>()(({ space, from, to }) =>
      db.deleteFrom("entries").where("space", "=", space).where("key", ">=", from).where("key", "<", to),
    ),
    dropAllBlobs: prepare<Range>()(({ space, from, to }) =>
      db.deleteFrom("entry_blobs").where("space", "=", space).where("key", ">=", from).where("key", "<", to),
    ),
  };
}
