import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type Instant, type JournalEvent, RegistryError, type Seq } from "#core";
import { temporaryFolder } from "../../../tests/support/databases.ts";
import type { MetadataStore } from "../metadata-store.ts";
import { DEV, registered, SOMEBODY } from "../samples.contract.ts";
import { openSqlMetadata } from "../sql/metadata.ts";
import { openSqlState } from "../sql/state.ts";
import type { MetadataTables, StateTables } from "../sql/tables.ts";
import { sqliteQueries } from "./compile.ts";
import { SQLITE_DIALECT } from "./dialect.ts";
import { openSqliteEngine } from "./engine.ts";

// SQLite answers SQLITE_FULL when a database reaches its largest allowed size, just as when its disk is full.

const NOW = (): Instant => 1000 as Instant;
const LARGE = "x".repeat(200_000);

interface Tight extends AsyncDisposable {
  readonly metadata: MetadataStore;
  /** Room for so many more pages of 4096 bytes. */
  leave(pages: number): Promise<void>;
}

test("a full disk refuses a write in words, nothing of it stays, and there is no number missing", async () => {
  await using folder = await temporaryFolder();
  await using store = await openTight(folder.folder);
  const { metadata } = store;
  await append(metadata, registered("before"));
  await store.leave(5);
  await assert.rejects(append(metadata, described("large"), registered("with-it")), isFull);
  assert.deepEqual(await projects(metadata), ["before"]);
  await store.leave(1000);
  assert.equal(await append(metadata, described("large")), 2);
});

test("of writes that are committed together none is acknowledged that a full disk took back", async () => {
  await using folder = await temporaryFolder();
  await using store = await openTight(folder.folder);
  const { metadata } = store;
  await store.leave(30);
  const names = Array.from({ length: 12 }, (_, index) => `p-${String(index).padStart(2, "0")}`);
  const outcomes = await Promise.allSettled(
    names.map((name, index) => append(metadata, index === 4 ? described(name) : registered(name))),
  );
  const acknowledged = names.filter((_, index) => outcomes[index]?.status === "fulfilled");
  for (const outcome of outcomes) if (outcome.status === "rejected") assert.ok(isFull(outcome.reason));
  assert.ok(!acknowledged.includes("p-04"));
  assert.deepEqual(await projects(metadata), acknowledged);
  assert.equal(metadata.head, acknowledged.length);
});

test("a write of very many events that meets a full disk is refused as a whole, and the next one goes on", async () => {
  await using folder = await temporaryFolder();
  await using store = await openTight(folder.folder);
  const { metadata } = store;
  await store.leave(40);
  await assert.rejects(append(metadata, ...Array.from({ length: 3000 }, (_, n) => registered(`p-${n}`))), isFull);
  assert.deepEqual(await projects(metadata), []);
  assert.equal(await append(metadata, registered("small")), 1);
});

test("shared state on a full disk is refused in words, and what was there stays", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.folder, "state.db");
  const engine = await openSqliteEngine(path, "NORMAL");
  await using state = await openSqlState({ engine, db: sqliteQueries<StateTables>(), now: NOW, where: path });
  await state.put("s", "k", { value: "old" });
  await engine.writer.atomically([{ sql: "pragma max_page_count = 1", parameters: [] }]);
  await assert.rejects(state.put("s", "k", { value: LARGE }), isFull);
  assert.equal((await state.get("s", "k"))?.value, "old");
  assert.equal(await state.add("s", "n", 1), 1, "what fits is still written");
});

async function openTight(folder: string): Promise<Tight> {
  const path = join(folder, "vivarium.db");
  const statePath = join(folder, "state.db");
  const stateEngine = await openSqliteEngine(statePath, "NORMAL");
  const state = await openSqlState({
    engine: stateEngine,
    db: sqliteQueries<StateTables>(),
    now: NOW,
    where: statePath,
  });
  const engine = await openSqliteEngine(path, "FULL");
  const metadata = await openSqlMetadata({
    engine,
    db: sqliteQueries<MetadataTables>(),
    dialect: SQLITE_DIALECT,
    state,
    now: NOW,
    where: path,
  });
  return {
    metadata,
    async leave(pages) {
      const count = { sql: "pragma page_count", parameters: [] };
      const [row] = (await engine.ask(count)) as readonly { page_count: number }[];
      const limit = (row?.page_count ?? 0) + pages;
      await engine.writer.atomically([{ sql: `pragma max_page_count = ${limit}`, parameters: [] }]);
    },
    async [Symbol.asyncDispose]() {
      await metadata[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}

async function append(metadata: MetadataStore, ...events: readonly JournalEvent[]): Promise<Seq> {
  const { seq } = await metadata.write(SOMEBODY, async (tx) => {
    for (const event of events) tx.append(event);
  });
  return seq;
}

function described(project: string): JournalEvent {
  return { type: "project.registered", repository: DEV, project: project as never, displayName: LARGE };
}

async function projects(metadata: MetadataStore): Promise<readonly string[]> {
  const all = await metadata.read((view) => view.projects(DEV, { after: null, limit: 10_000 }));
  return all.map(({ project }) => project);
}

function isFull(error: unknown): boolean {
  assert.ok(error instanceof RegistryError, String(error));
  assert.equal(error.problem.code, "storage-full");
  assert.match(error.message, /\.db could not be written because its disk is full; free some room and try again$/);
  return true;
}
