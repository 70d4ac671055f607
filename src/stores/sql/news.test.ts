import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalEntry, Seq } from "#core";
import { registered, SOMEBODY } from "../samples.contract.ts";
import { type News, openNews } from "./news.ts";

interface World {
  readonly news: News;
  /** What listeners were told, in order. */
  readonly heard: number[];
  /** Another process writes so many entries. */
  write(count: number): void;
  /** So many looks at the journal fail. */
  breakDown(looks: number): void;
}

test("a look at the journal that failed is repeated, although nothing has moved since", async () => {
  const { news, heard, write, breakDown } = world();
  write(3);
  breakDown(1);
  await assert.rejects(async () => news.catchUp(), /broken/);
  assert.equal(news.head, 0);
  await news.catchUp();
  assert.deepEqual(heard, [1, 2, 3]);
  assert.equal(news.catchUp(), undefined, "nothing is to be done any more");
});

test("an own write that cannot tell of what came before it fails loudly, and the next look makes up for it", async () => {
  const { news, heard, write, breakDown } = world();
  write(2);
  breakDown(1);
  await assert.rejects(news.announce([entry(3)]), /broken/);
  write(1);
  await news.catchUp();
  assert.deepEqual(heard, [1, 2, 3]);
});

test("a follower that waits survives a look that failed", async () => {
  const { news, write, breakDown } = world();
  const stop = new AbortController();
  const entries = news.follow(0 as Seq, stop.signal)[Symbol.asyncIterator]();
  const next = entries.next();
  await null;
  breakDown(1);
  write(1);
  assert.equal((await next).value?.seq, 1);
  stop.abort();
  assert.equal((await entries.next()).done, true);
});

test("many pages of news are told in order and without gaps, whoever catches up at the same time", async () => {
  const { news, heard, write } = world();
  write(600);
  const first = news.catchUp();
  write(10);
  await Promise.all([first, news.catchUp(), news.announce([entry(611)])]);
  assert.deepEqual(
    heard,
    Array.from({ length: 611 }, (_, index) => index + 1),
  );
});

function world(): World {
  const journal: JournalEntry[] = [];
  const heard: number[] = [];
  let hasMoved = false;
  let failures = 0;
  const news = openNews({
    head: 0 as Seq,
    async entries(after, limit) {
      // Like a real journal, it takes its time.
      await null;
      if (failures > 0) {
        failures -= 1;
        throw new Error("broken");
      }
      return journal.slice(after, after + limit);
    },
    hasMoved() {
      const answer = hasMoved;
      hasMoved = false;
      return answer;
    },
    watchEveryMs: 1,
  });
  news.subscribe((entries) => heard.push(...entries.map(({ seq }) => seq)));
  return {
    news,
    heard,
    write(count) {
      for (let each = 0; each < count; each += 1) journal.push(entry(journal.length + 1));
      hasMoved = true;
    },
    breakDown(looks) {
      failures = looks;
    },
  };
}

function entry(seq: number): JournalEntry {
  return { seq: seq as Seq, at: 1000 as JournalEntry["at"], by: SOMEBODY, event: registered(`p-${seq}`) };
}
