import assert from "node:assert/strict";
import type { Instant, JournalEntry, JournalEvent, ProjectName, Seq } from "#core";
import type { MetadataStore } from "./metadata-store.ts";
import { type Place, promise } from "./place.contract.ts";
import { append, DEV, FOO, published, registered, SOMEBODY, saved, seqs } from "./samples.contract.ts";

type Make = () => Promise<Place<MetadataStore>>;

export function newsContract(make: Make): void {
  promise("listeners hear of a commit before the write resolves", make, async (place) => {
    await using store = await place.open();
    const heard: string[] = [];
    const stop = store.subscribe((entries) => heard.push(`told ${seqs(entries)}`));
    await append(store, registered("a"), registered("b"));
    heard.push("resolved");
    stop();
    await append(store, registered("c"));
    assert.deepEqual(heard, ["told 1,2", "resolved"]);
  });

  promise("listeners hear of every entry once and in order, whoever wrote it", make, async (place) => {
    await using mine = await place.open();
    await using theirs = await place.open();
    const heard: number[] = [];
    mine.subscribe((entries) => heard.push(...seqs(entries)));
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        await append(index % 2 === 0 ? mine : theirs, registered(`p-${index}`));
        await mine.catchUp();
      }),
    );
    await mine.catchUp();
    assert.deepEqual(
      heard,
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    assert.equal(mine.head, 40);
  });

  promise("after catching up nothing that another process has finished is unknown", make, async (place) => {
    await using mine = await place.open();
    await using theirs = await place.open();
    for (let round = 1; round <= 5; round += 1) {
      await append(theirs, registered(`p-${round}`), registered(`q-${round}`));
      // All who ask at the same time get what they were promised, not only the first.
      const heads = await Promise.all(
        Array.from({ length: 4 }, async () => {
          await mine.catchUp();
          return mine.head;
        }),
      );
      assert.deepEqual(heads, [2 * round, 2 * round, 2 * round, 2 * round]);
    }
    assert.equal(mine.catchUp(), undefined);
  });

  promise("an own write tells first of what others wrote before it", make, async (place) => {
    await using mine = await place.open();
    await using theirs = await place.open();
    const heard: number[] = [];
    mine.subscribe((entries) => heard.push(...seqs(entries)));
    await append(theirs, ...Array.from({ length: 600 }, (_, index) => registered(`p-${index}`)));
    assert.equal(await append(mine, registered("mine")), 601);
    assert.deepEqual(
      heard,
      Array.from({ length: 601 }, (_, index) => index + 1),
    );
  });
}

export function followersContract(make: Make): void {
  promise("a follower gets what was there and then what comes", make, async (place) => {
    await using store = await place.open();
    await append(store, registered("a"), registered("b"), registered("c"));
    const stop = new AbortController();
    const heard: number[] = [];
    for await (const { seq } of store.follow(1 as Seq, stop.signal)) {
      heard.push(seq);
      if (seq === 3) void append(store, registered("d"));
      if (seq === 4) stop.abort();
    }
    assert.deepEqual(heard, [2, 3, 4]);
  });

  promise("a follower hears of what another process writes without anybody asking", make, async (place) => {
    await using mine = await place.open();
    await using theirs = await place.open();
    const stop = new AbortController();
    const entries = mine.follow(0 as Seq, stop.signal)[Symbol.asyncIterator]();
    const next = entries.next();
    await append(theirs, registered("a"));
    assert.equal((await next).value?.seq, 1);
    stop.abort();
    assert.equal((await entries.next()).done, true);
  });

  promise(
    "a follower that is aborted in the middle of a batch stops at once and resumes exactly",
    make,
    async (place) => {
      await using store = await place.open();
      await append(store, ...Array.from({ length: 700 }, (_, index) => registered(`p-${index}`)));
      const heard: number[] = [];
      for (const last of [3, 300, 700]) {
        const stop = new AbortController();
        for await (const { seq } of store.follow(await store.cursor("test"), stop.signal)) {
          heard.push(seq);
          await store.advance("test", seq);
          if (seq === last) stop.abort();
        }
        assert.equal(heard.at(-1), last, "it went on after the abort");
      }
      assert.deepEqual(
        heard,
        Array.from({ length: 700 }, (_, index) => index + 1),
      );
    },
  );

  promise(
    "a follower that waits ends at once when it is aborted, and when the store is closed",
    make,
    async (place) => {
      const store = await place.open();
      const stop = new AbortController();
      const aborted = store
        .follow(0 as Seq, stop.signal)
        [Symbol.asyncIterator]()
        .next();
      const closed = store
        .follow(0 as Seq, new AbortController().signal)
        [Symbol.asyncIterator]()
        .next();
      const before = store
        .follow(0 as Seq, AbortSignal.abort())
        [Symbol.asyncIterator]()
        .next();
      assert.equal((await before).done, true);
      stop.abort();
      assert.equal((await aborted).done, true);
      await store[Symbol.asyncDispose]();
      assert.equal((await closed).done, true);
    },
  );

  promise("a cursor is 0 at first, is kept for each follower, and survives a restart", make, async (place) => {
    {
      await using store = await place.open();
      assert.equal(await store.cursor("search"), 0);
      await store.advance("search", 7 as Seq);
      await store.advance("audit", 3 as Seq);
      assert.equal(store.head, 0, "cursors are no history");
    }
    await using store = await place.open();
    assert.equal(await store.cursor("search"), 7);
    assert.equal(await store.cursor("audit"), 3);
  });
}

export function replayContract(make: Make): void {
  const entry = (seq: number, event: JournalEvent): JournalEntry => ({
    seq: seq as Seq,
    at: (seq * 10) as Instant,
    by: SOMEBODY,
    event,
  });

  promise("a journal that is replayed gives the same facts under the same numbers", make, async (place) => {
    await using primary = await place.open();
    await append(primary, saved(DEV), registered("foo"), published("foo-1.0.tar.gz"));
    await append(primary, {
      type: "artifact.yanked",
      ref: { repository: DEV, project: FOO, filename: "foo-1.0.tar.gz" },
      reason: "bad",
    });
    const journal = await primary.read((view) => view.entries(0 as Seq, 100));
    await using otherPlace = await make();
    await using replica = await otherPlace.open();
    const heard: number[] = [];
    replica.subscribe((entries) => heard.push(...seqs(entries)));
    await replica.replay(journal.slice(0, 2));
    await replica.replay([]);
    await replica.replay(journal.slice(2));
    assert.deepEqual(await replica.read((view) => view.entries(0 as Seq, 100)), journal);
    assert.deepEqual(
      await replica.read((view) => view.artifacts(DEV, FOO)),
      await primary.read((view) => view.artifacts(DEV, FOO)),
    );
    assert.deepEqual(heard, [1, 2, 3, 4]);
    assert.equal(replica.head, 4);
  });

  promise("a gap is refused, and nothing of the batch stays", make, async (place) => {
    await using store = await place.open();
    await store.replay([entry(1, registered("a"))]);
    for (const wrong of [
      [entry(3, registered("b"))],
      [entry(1, registered("a"))],
      [entry(2, registered("b")), entry(4, registered("c"))],
    ]) {
      await assert.rejects(store.replay(wrong), /without gaps/);
    }
    assert.equal(store.head, 1);
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 1);
    await store.replay([entry(2, registered("b"))]);
    assert.equal((await store.read((view) => view.project(DEV, "b" as ProjectName)))?.changedAtSeq, 2);
  });
}
