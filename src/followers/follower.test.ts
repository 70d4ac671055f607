import assert from "node:assert/strict";
import { test } from "node:test";
import type { Actor, Instant, JournalEvent, ProjectName, RepositoryName } from "#core";
import type { MetadataStore } from "#stores";
import { openTemporaryStore } from "../../tests/support/databases.ts";
import { runFollower } from "./follower.ts";

const NOW = (): Instant => 1000 as Instant;
const SOMEBODY: Actor = { kind: "user", name: "alice", tokenId: null };

test("a follower is handed every entry once and in order, and stops at once in the middle of many", async () => {
  await using store = await openTemporaryStore(NOW);
  await append(store.metadata, 20);
  const heard: number[] = [];
  for (const last of [1, 7, 20]) {
    const stop = new AbortController();
    await runFollower(
      store.metadata,
      {
        name: "test",
        async handle({ seq }) {
          heard.push(seq);
          if (seq === last) stop.abort();
        },
      },
      stop.signal,
    );
    assert.equal(heard.at(-1), last, "it went on after the abort");
    assert.equal(await store.metadata.cursor("test"), last);
  }
  assert.deepEqual(
    heard,
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test("a follower that fails is handed the same entry again, and none is skipped", async () => {
  await using store = await openTemporaryStore(NOW);
  await append(store.metadata, 3);
  const heard: number[] = [];
  const stop = new AbortController();
  let fails = true;
  const run = (): Promise<void> =>
    runFollower(
      store.metadata,
      {
        name: "test",
        async handle({ seq }) {
          heard.push(seq);
          if (seq === 2 && fails) throw new Error("the other side is down");
          if (seq === 3) stop.abort();
        },
      },
      stop.signal,
    );
  await assert.rejects(run(), /the other side is down/);
  assert.equal(await store.metadata.cursor("test"), 1);
  fails = false;
  await run();
  assert.deepEqual(heard, [1, 2, 2, 3]);
});

test("a follower that waits for news hears of it, and ends when it is aborted while it waits", async () => {
  await using store = await openTemporaryStore(NOW);
  const stop = new AbortController();
  const first = Promise.withResolvers<number>();
  const running = runFollower(
    store.metadata,
    { name: "test", handle: async ({ seq }) => first.resolve(seq) },
    stop.signal,
  );
  await append(store.metadata, 1);
  assert.equal(await first.promise, 1);
  stop.abort();
  await running;
  await append(store.metadata, 1);
  assert.equal(await store.metadata.cursor("test"), 1);
});

test("stopping waits for the work that has begun, and its cursor is kept", async () => {
  await using store = await openTemporaryStore(NOW);
  await append(store.metadata, 2);
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const work = Promise.withResolvers<void>();
  const running = runFollower(
    store.metadata,
    {
      name: "test",
      async handle() {
        begun.resolve();
        await work.promise;
      },
    },
    stop.signal,
  );
  await begun.promise;
  stop.abort();
  work.resolve();
  await running;
  assert.equal(await store.metadata.cursor("test"), 1);
});

async function append(metadata: MetadataStore, count: number): Promise<void> {
  await metadata.write(SOMEBODY, async (tx) => {
    for (let each = 0; each < count; each += 1) tx.append(registered(`p-${each}`));
  });
}

function registered(project: string): JournalEvent {
  return {
    type: "project.registered",
    repository: "alice/dev" as RepositoryName,
    project: project as ProjectName,
    displayName: project,
  };
}
