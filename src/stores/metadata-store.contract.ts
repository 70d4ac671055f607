import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Instant, JournalEntry, JournalEvent, ProjectName, Seq } from "#core";
import type { MetadataStore } from "./metadata-store.ts";
import { accountsContract, projectsContract, removalsContract } from "./metadata-tables.contract.ts";
import { type Place, promise } from "./place.contract.ts";
import { DEV, FOO, published, registered, SOMEBODY, saved } from "./samples.contract.ts";

type Make = () => Promise<Place<MetadataStore>>;

/** What every keeper of facts promises. The place's clock must stand still at 1000. */
export function metadataStoreContract(name: string, make: Make): void {
  describe(`${name} writes facts`, () => writesContract(make));
  describe(`${name} tells of facts`, () => newsContract(make));
  describe(`${name} hands facts to followers`, () => followersContract(make));
  describe(`${name} takes over another journal`, () => replayContract(make));
  describe(`${name} shows accounts and repositories`, () => accountsContract(make));
  describe(`${name} shows projects and files`, () => projectsContract(make));
  describe(`${name} forgets what was removed`, () => removalsContract(make));
}

async function append(store: MetadataStore, ...events: readonly JournalEvent[]): Promise<Seq> {
  const { seq } = await store.write(SOMEBODY, async (tx) => {
    for (const event of events) tx.append(event);
  });
  return seq;
}

const seqs = (entries: readonly JournalEntry[]): number[] => entries.map(({ seq }) => seq);

function writesContract(make: Make): void {
  promise("an entry says what happened, when and by whom", make, async (place) => {
    await using store = await place.open();
    await append(store, saved(DEV));
    const [entry] = await store.read((view) => view.entries(0 as Seq, 10));
    assert.deepEqual(entry, { seq: 1, at: 1000, by: SOMEBODY, event: saved(DEV) });
  });

  promise("write resolves to the result and the last position", make, async (place) => {
    await using store = await place.open();
    const first = await store.write(SOMEBODY, async (tx) => {
      tx.append(saved(DEV));
      tx.append(registered("foo"));
      return "done";
    });
    assert.deepEqual(first, { result: "done", seq: 2 });
    const second = await store.write(SOMEBODY, async () => "nothing to do");
    assert.deepEqual(second, { result: "nothing to do", seq: 2 });
    assert.equal(store.head, 2);
  });

  promise("a transaction sees what it appended", make, async (place) => {
    await using store = await place.open();
    await store.write(SOMEBODY, async (tx) => {
      assert.equal(await tx.artifact(DEV, "foo-1.0.tar.gz"), null);
      tx.append(published("foo-1.0.tar.gz"));
      assert.equal((await tx.artifact(DEV, "foo-1.0.tar.gz"))?.sizeBytes, 100);
      assert.equal((await tx.project(DEV, FOO))?.changedAtSeq, 1);
      assert.deepEqual(seqs(await tx.entries(0 as Seq, 10)), [1]);
    });
  });

  promise("a write that throws leaves nothing and takes no number", make, async (place) => {
    await using store = await place.open();
    await append(store, saved(DEV));
    await assert.rejects(
      store.write(SOMEBODY, async (tx) => {
        tx.append(registered("foo"));
        assert.notEqual(await tx.project(DEV, FOO), null);
        throw new Error("changed my mind");
      }),
      /changed my mind/,
    );
    assert.equal(await store.read((view) => view.project(DEV, FOO)), null);
    assert.equal(await append(store, registered("bar")), 2);
  });

  promise("of writes that are committed together only the one that throws is undone", make, async (place) => {
    await using store = await place.open();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        store.write(SOMEBODY, async (tx) => {
          tx.append(registered(`project-${index}`));
          if (index % 3 === 1) await tx.users();
          if (index % 3 === 2) throw new Error(`number ${index} fails`);
          return index;
        }),
      ),
    );
    const failed = outcomes.flatMap(({ status }, index) => (status === "rejected" ? [index] : []));
    assert.deepEqual(failed, [2, 5, 8, 11, 14, 17]);
    const entries = await store.read((view) => view.entries(0 as Seq, 100));
    assert.deepEqual(
      seqs(entries),
      Array.from({ length: 14 }, (_, index) => index + 1),
    );
    const page = await store.read((view) => view.projects(DEV, { after: null, limit: 100 }));
    assert.equal(page.length, 14);
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 14);
  });

  promise("an event that the tables refuse undoes its own write only", make, async (place) => {
    await using store = await place.open();
    await append(store, published("foo-1.0.tar.gz"));
    const twice = append(store, registered("bar"), published("foo-1.0.tar.gz"), registered("baz"));
    const other = append(store, registered("qux"));
    await assert.rejects(twice);
    assert.equal(await other, 2);
    const names = (await store.read((view) => view.projects(DEV, { after: null, limit: 9 }))).map((p) => p.project);
    assert.deepEqual(names, ["foo", "qux"]);
  });

  promise("writes run one after another, in the order in which they were asked for", make, async (place) => {
    await using store = await place.open();
    const results = await Promise.all(
      Array.from({ length: 30 }, () =>
        store.write(SOMEBODY, async (tx) => {
          const { artifacts } = await tx.totals(DEV);
          tx.append(published(`foo-${artifacts}.tar.gz`));
          await tx.users();
          return artifacts;
        }),
      ),
    );
    assert.deepEqual(
      results.map(({ result }) => result),
      Array.from({ length: 30 }, (_, index) => index),
    );
    assert.deepEqual(
      results.map(({ seq }) => seq),
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
  });

  promise("a write of many events is one write", make, async (place) => {
    await using store = await place.open();
    const names = Array.from({ length: 3000 }, (_, index) => `p-${String(index).padStart(4, "0")}`);
    assert.equal(await append(store, ...names.map((name) => registered(name))), 3000);
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 3000);
    await assert.rejects(
      store.write(SOMEBODY, async (tx) => {
        for (const name of names) tx.append(registered(`${name}-more`));
        throw new Error("no");
      }),
    );
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 3000);
  });

  promise("a large write that the tables refuse undoes nothing but itself", make, async (place) => {
    await using store = await place.open();
    await append(store, published("foo-1.0.tar.gz"));
    const many = Array.from({ length: 1000 }, (_, index) => registered(`p-${index}`));
    const before = append(store, registered("a"));
    const large = append(store, registered("first"), published("foo-1.0.tar.gz"), ...many);
    const behind = append(store, registered("b"));
    await assert.rejects(large);
    assert.deepEqual(await Promise.all([before, behind]), [2, 3]);
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 3);
  });

  promise("a read sees one moment, whatever is written meanwhile", make, async (place) => {
    await using store = await place.open();
    await append(store, registered("foo"));
    let write: Promise<Seq> | null = null;
    const counts = await store.read(async (view) => {
      const before = (await view.totals(DEV)).projects;
      write = append(store, registered("bar"));
      // Many questions, so that the write has every chance to get in between.
      for (let question = 0; question < 200; question += 1) await view.totals();
      return [before, (await view.totals(DEV)).projects];
    });
    assert.deepEqual(counts, [1, 1]);
    await write;
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 2);
  });

  promise("many reads at a time all get their answer", make, async (place) => {
    await using store = await place.open();
    await append(store, registered("foo"));
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        store.read(async (view) => [(await view.project(DEV, FOO))?.project, (await view.totals()).projects]),
      ),
    );
    assert.ok(answers.every(([project, count]) => project === "foo" && count === 1));
  });

  promise("what was written is there when the store is opened again", make, async (place) => {
    let installationId = "";
    {
      await using store = await place.open();
      installationId = store.installationId;
      await append(store, saved(DEV), published("foo-1.0.tar.gz"));
    }
    await using store = await place.open();
    assert.equal(store.head, 2);
    assert.equal(store.installationId, installationId);
    assert.match(installationId, /./);
    assert.equal((await store.read((view) => view.artifacts(DEV, FOO))).length, 1);
    assert.equal(await append(store, registered("bar")), 3);
  });

  promise("closing lets the reads that run come to their end", make, async (place) => {
    const store = await place.open();
    await append(store, registered("foo"));
    const read = store.read(async (view) => {
      for (let question = 0; question < 200; question += 1) await view.totals();
      return (await view.totals(DEV)).projects;
    });
    await store[Symbol.asyncDispose]();
    assert.equal(await read, 1);
  });

  promise("closing finishes the writes that wait and refuses later ones", make, async (place) => {
    const store = await place.open();
    const writes = Promise.all([append(store, registered("a")), append(store, registered("b"))]);
    await store[Symbol.asyncDispose]();
    assert.deepEqual(await writes, [1, 2]);
    await assert.rejects(append(store, registered("c")), { problem: { code: "shutting-down", retryAfterSeconds: 5 } });
  });
}

function newsContract(make: Make): void {
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

function followersContract(make: Make): void {
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

function replayContract(make: Make): void {
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
