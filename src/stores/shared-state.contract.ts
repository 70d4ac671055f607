import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Instant } from "#core";
import { type Place, promise } from "./place.contract.ts";
import { digestOf } from "./samples.contract.ts";
import type { SharedState } from "./shared-state.ts";

/** What every keeper of shared state promises. `make` opens it on the clock it is given. */
export function sharedStateContract(name: string, makeAt: (now: () => Instant) => Promise<Place<SharedState>>): void {
  const make = (): Promise<Place<SharedState>> => makeAt(() => 1000 as Instant);
  describe(`${name} keeps entries`, () => entriesContract(make));
  describe(`${name} lets what has expired go`, () => expiryContract(makeAt));
}

function entriesContract(make: () => Promise<Place<SharedState>>): void {
  promise("an entry comes back as it was put, in its space only", make, async (place) => {
    await using state = await place.open();
    const value = { text: "ünï\u{1F600}\u0000", list: [1, null, { deep: true }] };
    await state.put("pages", "k", {
      value,
      blobs: [digestOf("a"), digestOf("b"), digestOf("a")],
      expiresAt: 2000 as Instant,
    });
    assert.deepEqual(await state.get("pages", "k"), {
      key: "k",
      value,
      blobs: [digestOf("a"), digestOf("b"), digestOf("a")],
      expiresAt: 2000,
      version: 1,
    });
    assert.equal(await state.get("page", "sk"), null);
    assert.equal(await state.get("other", "k"), null);
  });

  promise("the version of a key grows, also after it was deleted", make, async (place) => {
    await using state = await place.open();
    const versions: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await state.put("s", "k", { value: round });
      await state.put("s", "k", { value: round });
      versions.push((await state.get("s", "k"))?.version ?? 0);
      await state.delete("s", "k");
      assert.equal(await state.get("s", "k"), null);
    }
    assert.deepEqual(
      versions,
      [...new Set(versions)].sort((a, b) => a - b),
    );
    await state.delete("s", "k");
  });

  promise("a swap takes effect only over the version that it names", make, async (place) => {
    await using state = await place.open();
    assert.equal(await state.swap("s", "k", 1, { value: "no" }), false);
    assert.equal(await state.swap("s", "k", 0, { value: "first" }), true);
    assert.equal(await state.swap("s", "k", 0, { value: "no" }), false);
    const { version = 0 } = (await state.get("s", "k")) ?? {};
    assert.equal(await state.swap("s", "k", version + 1, { value: "no" }), false);
    assert.equal(await state.swap("s", "k", version, { value: "second", expiresAt: 5000 as Instant }), true);
    assert.equal(await state.swap("s", "k", version, { value: "no" }), false);
    const now = await state.get("s", "k");
    assert.equal(now?.value, "second");
    assert.equal(now?.expiresAt, 5000);
  });

  promise("of many who swap at the same time one wins", make, async (place) => {
    await using mine = await place.open();
    await using theirs = await place.open();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? mine : theirs).swap("leases", "k", 0, { value: index }),
      ),
    );
    assert.equal(outcomes.filter(Boolean).length, 1);
    assert.equal((await mine.get("leases", "k"))?.value, outcomes.indexOf(true));
  });

  promise("keys come sorted, by prefix, in pages", make, async (place) => {
    await using state = await place.open();
    for (const key of ["b/1", "a/2", "a/10", "a/1", "a", "a%", "a/\u{1F600}", "A/1"])
      await state.put("s", key, { value: key });
    await state.put("t", "a/9", { value: 0 });
    const list = async (keyPrefix: string, after: string | null, limit: number): Promise<string[]> =>
      (await state.list("s", { keyPrefix, after, limit })).map(({ key }) => key);
    assert.deepEqual(await list("a/", null, 2), ["a/1", "a/10"]);
    assert.deepEqual(await list("a/", "a/10", 9), ["a/2", "a/\u{1F600}"]);
    assert.deepEqual(await list("", null, 9), ["A/1", "a", "a%", "a/1", "a/10", "a/2", "a/\u{1F600}", "b/1"]);
    assert.deepEqual(await list("c", null, 9), []);
    await state.deleteAll("s", "a/");
    assert.deepEqual(await list("", null, 9), ["A/1", "a", "a%", "b/1"]);
    await state.deleteAll("s", "");
    assert.deepEqual(await list("", null, 9), []);
    assert.notEqual(await state.get("t", "a/9"), null);
  });

  promise("a counter counts, whoever adds", make, async (place) => {
    await using mine = await place.open();
    await using theirs = await place.open();
    assert.equal(await mine.add("hits", "k", 5), 5);
    assert.equal(await mine.add("hits", "k", -2), 3);
    await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? mine : theirs).add("hits", "k", 1)));
    assert.equal((await mine.get("hits", "k"))?.value, 23);
    await assert.rejects(mine.add("hits", "k", 0.5), RangeError);
  });

  promise("many counters and entries are written at once, or none of them", make, async (place) => {
    await using state = await place.open();
    await state.add("hits", "a", 2);
    await state.addAll("hits", [
      { key: "a", amount: 3 },
      { key: "b", amount: 1 },
      { key: "a", amount: 1 },
    ]);
    const values = async (space: string) =>
      (await state.list(space, { keyPrefix: "", after: null, limit: 9 })).map(({ key, value }) => [key, value]);
    assert.deepEqual(await values("hits"), [
      ["a", 6],
      ["b", 1],
    ]);
    await assert.rejects(
      state.addAll("hits", [
        { key: "a", amount: 1 },
        { key: "b", amount: 0.5 },
      ]),
      RangeError,
    );
    assert.equal((await state.get("hits", "a"))?.value, 6);
    await state.put("last", "a", { value: "old", blobs: [digestOf("a")] });
    await state.putAll("last", [
      { key: "a", value: { by: "new" } },
      { key: "c", value: null },
    ]);
    assert.deepEqual(await values("last"), [
      ["a", { by: "new" }],
      ["c", null],
    ]);
    assert.equal(await state.holdsBlob(digestOf("a")), false);
    await state.addAll("hits", []);
    await state.putAll("last", []);
  });

  promise("what was put is seen by others at once, and after a restart", make, async (place) => {
    {
      await using mine = await place.open();
      await using theirs = await place.open();
      await mine.put("s", "k", { value: 1 });
      assert.equal((await theirs.get("s", "k"))?.value, 1);
    }
    await using state = await place.open();
    assert.equal((await state.get("s", "k"))?.value, 1);
  });

  promise("many puts at a time all come through", make, async (place) => {
    await using state = await place.open();
    await Promise.all(Array.from({ length: 700 }, (_, index) => state.put("s", String(index), { value: index })));
    assert.equal((await state.list("s", { keyPrefix: "", after: null, limit: 1000 })).length, 700);
  });

  promise("a large value comes through", make, async (place) => {
    await using state = await place.open();
    const value = "x".repeat(5_000_000);
    await state.put("s", "k", { value });
    assert.equal((await state.get("s", "k"))?.value, value);
  });

  promise("a blob is held by entries that name it, until none does", make, async (place) => {
    await using state = await place.open();
    const blobs = [digestOf("a"), digestOf("b")];
    await state.put("s", "1", { value: 0, blobs });
    await state.put("s", "2", { value: 0, blobs: [digestOf("a")] });
    await state.put("s", "3", { value: 0, blobs: [digestOf("c")] });
    const held = async (): Promise<string> => {
      const answers = await Promise.all(
        [..."abc"].map(async (digit) => ((await state.holdsBlob(digestOf(digit))) ? digit : "")),
      );
      return answers.join("");
    };
    assert.equal(await held(), "abc");
    await state.put("s", "1", { value: 0 });
    assert.equal(await held(), "ac");
    await state.deleteAll("s", "2");
    assert.equal(await held(), "c");
    assert.equal(await state.swap("s", "3", 99, { value: 0 }), false);
    assert.equal(await held(), "c", "a swap that failed changed nothing");
    assert.equal(await state.swap("s", "3", (await state.get("s", "3"))?.version ?? 0, { value: 0 }), true);
    assert.equal(await held(), "", "what is swapped in names no blobs");
  });
}

function expiryContract(makeAt: (now: () => Instant) => Promise<Place<SharedState>>): void {
  /** A test that moves its own clock. */
  function timed(name: string, run: (state: SharedState, moveTo: (now: number) => void) => Promise<void>): void {
    let now = 1000;
    promise(
      name,
      () => makeAt(() => now as Instant),
      async (place) => {
        await using state = await place.open();
        await run(state, (to) => {
          now = to;
        });
      },
    );
  }

  timed("what has expired is not there any more, for anybody", async (state, moveTo) => {
    await state.put("s", "k", { value: 1, blobs: [digestOf("a")], expiresAt: 2000 as Instant });
    moveTo(1999);
    assert.equal((await state.get("s", "k"))?.value, 1);
    moveTo(2000);
    assert.equal(await state.get("s", "k"), null);
    assert.equal(await state.holdsBlob(digestOf("a")), false);
    assert.deepEqual(await state.list("s", { keyPrefix: "", after: null, limit: 9 }), []);
    assert.equal(await state.swap("s", "k", 1, { value: "no" }), false);
    assert.equal(await state.swap("s", "k", 0, { value: "anew" }), true);
    assert.equal((await state.get("s", "k"))?.expiresAt, null);
    assert.equal(await state.holdsBlob(digestOf("a")), false);
  });

  timed("a counter that has expired begins again", async (state, moveTo) => {
    assert.equal(await state.add("s", "k", 4, 2000 as Instant), 4);
    assert.equal(await state.add("s", "k", 1, 2000 as Instant), 5);
    moveTo(2000);
    assert.equal(await state.add("s", "k", 2, 3000 as Instant), 2);
  });

  timed("a claim holds a blob until its end, and is never shortened", async (state, moveTo) => {
    await state.claim(digestOf("a"), 3000 as Instant);
    await state.claim(digestOf("a"), 2000 as Instant);
    await state.claim([digestOf("b"), digestOf("d")], 2000 as Instant);
    moveTo(2500);
    assert.equal(await state.holdsBlob(digestOf("a")), true);
    assert.equal(await state.holdsBlob(digestOf("b")), false);
    await state.claim(digestOf("b"), 4000 as Instant);
    moveTo(3000);
    assert.equal(await state.holdsBlob(digestOf("a")), false);
    assert.equal(await state.holdsBlob(digestOf("b")), true);
  });

  timed("clearing away what has expired leaves what has not", async (state, moveTo) => {
    for (let index = 0; index < 300; index += 1) {
      const expiresAt = (index % 2 === 0 ? 2000 : 5000) as Instant;
      await state.put("s", String(index), { value: index, blobs: [digestOf(index % 2 === 0 ? "a" : "b")], expiresAt });
    }
    moveTo(2000);
    for (let index = 0; index < 600; index += 1) await state.put("t", "k", { value: index });
    assert.equal((await state.list("s", { keyPrefix: "", after: null, limit: 1000 })).length, 150);
    assert.equal(await state.holdsBlob(digestOf("b")), true);
  });
}
