import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import type { Instant, Seq } from "#core";
import { rowsOf, temporaryFolder, withDatabase } from "../../../tests/support/databases.ts";
import { DEV } from "../samples.contract.ts";
import { openSqliteStore } from "./index.ts";

const NOW = (): Instant => 1000 as Instant;
const WRITER = join(import.meta.dirname, "../../../tests/support/journal-writer.ts");

interface Acknowledged {
  readonly seq: number;
  readonly project: string;
}

test("a kill in the middle of many writes loses none that was acknowledged, and leaves none by half", async () => {
  await using place = await temporaryFolder();
  const acknowledged: Acknowledged[] = [];
  // Killed again and again over the same folder, each time at another moment.
  for (const [round, lines] of [1, 150, 700].entries()) {
    acknowledged.push(...(await writeAndKill(place.folder, `round-${round}`, lines)));
    await using store = await openSqliteStore({ folder: place.folder, now: NOW });
    const entries = await store.metadata.read((view) => view.entries(0 as Seq, 100_000));
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      Array.from({ length: store.metadata.head }, (_, index) => index + 1),
      "the journal has a gap",
    );
    const written = new Map(
      entries.map(({ seq, event }) => [event.type === "project.registered" ? event.project : "", seq]),
    );
    for (const { seq, project } of acknowledged) assert.equal(written.get(project as never), seq, `${project} is lost`);
    assert.equal((await store.metadata.read((view) => view.totals(DEV))).projects, entries.length);
  }
  await tablesAreTheJournal(place.folder);
});

test("two processes that write at the same time never share a number, and lose nothing when both are killed", async () => {
  await using place = await temporaryFolder();
  const rounds = await Promise.all(["a", "b"].map((prefix) => writeAndKill(place.folder, prefix, 200)));
  const acknowledged = rounds.flat();
  assert.equal(new Set(acknowledged.map(({ seq }) => seq)).size, acknowledged.length);
  {
    await using store = await openSqliteStore({ folder: place.folder, now: NOW });
    const entries = await store.metadata.read((view) => view.entries(0 as Seq, 100_000));
    for (const { seq, project } of acknowledged) {
      const { event } = entries[seq - 1] ?? {};
      assert.equal(event?.type === "project.registered" ? event.project : null, project);
    }
  }
  await tablesAreTheJournal(place.folder);
});

/** Runs a process that writes, kills it after so many lines, and returns all that it acknowledged. */
async function writeAndKill(folder: string, prefix: string, lines: number): Promise<readonly Acknowledged[]> {
  const child = spawn(process.execPath, ["--conditions=source", WRITER, folder, prefix], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const closed = once(child, "close");
    const acknowledged: Acknowledged[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const [, seq, project] = /^(\d+) (\S+)$/.exec(line) ?? [];
      // The kill may have cut the last line.
      if (project !== undefined) acknowledged.push({ seq: Number(seq), project });
      if (acknowledged.length === lines) child.kill("SIGKILL");
    }
    await closed;
    assert.ok(acknowledged.length >= lines, `it ended by itself after ${acknowledged.length} writes`);
    return acknowledged;
  } finally {
    child.kill("SIGKILL");
  }
}

/** What the tables say is what a replay of the journal gives. */
async function tablesAreTheJournal(folder: string): Promise<void> {
  await using replica = await temporaryFolder();
  {
    await using store = await openSqliteStore({ folder, now: NOW });
    const { installationId } = store.metadata;
    await using fresh = await openSqliteStore({ folder: replica.folder, now: NOW, newId: () => installationId });
    await fresh.metadata.replay(await store.metadata.read((view) => view.entries(0 as Seq, 100_000)));
  }
  assert.deepEqual(
    withDatabase(join(folder, "vivarium.db"), rowsOf),
    withDatabase(join(replica.folder, "vivarium.db"), rowsOf),
  );
}
