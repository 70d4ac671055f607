import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, changed, isUnderWay, nextOf, type Upload } from "../../ui/src/parts/uploads.ts";

const after = (...changes: readonly Change<null>[]): readonly Upload<null>[] =>
  changes.reduce<readonly Upload<null>[]>(changed, []);
const added = (...names: readonly string[]): Change<null> => ({
  type: "added",
  files: names.map((name) => ({ name, sizeBytes: 10, content: null })),
});
const namesOf = (uploads: readonly Upload<null>[]): readonly string[] => uploads.map(({ name }) => name);

test("two files go at once, and the next follows when one has come to an end, good or bad", () => {
  const three = after(added("a", "b", "c"));
  assert.deepEqual(namesOf(nextOf(three)), ["a", "b"]);

  const running = [{ type: "began", id: 1 } as const, { type: "began", id: 2 } as const].reduce(changed<null>, three);
  assert.deepEqual(nextOf(running), []);
  const failed = changed(running, { type: "failed", id: 1, error: new Error("no") });
  assert.deepEqual(namesOf(nextOf(failed)), ["c"]);
});

test("a file that failed can be tried again by itself, and the others are left alone", () => {
  const error = new Error("no");
  const uploads = after(
    added("a", "b"),
    { type: "failed", id: 1, error },
    { type: "done", id: 2, path: "p", repository: "r" },
  );
  const again = changed(uploads, { type: "retried", id: 1 });
  assert.deepEqual(
    again.map(({ state }) => state.kind),
    ["waiting", "done"],
  );
});

test("what is added later gets a name of its own, also after some were cleared away", () => {
  const cleared = after(added("a", "b"), { type: "done", id: 1, path: "p", repository: "r" }, { type: "cleared" });
  const more = changed(cleared, added("c"));
  assert.deepEqual(
    more.map(({ id, name }) => [id, name]),
    [
      [2, "b"],
      [3, "c"],
    ],
  );
});

test("closing the page is warned of while something is under way, not after", () => {
  assert.equal(isUnderWay(after(added("a"))), true);
  assert.equal(isUnderWay(after(added("a"), { type: "sent", id: 1, bytes: 3 })), true);
  assert.equal(isUnderWay(after(added("a"), { type: "failed", id: 1, error: new Error("no") })), false);
});
