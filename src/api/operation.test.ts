import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistryError } from "#core";
import { aCall } from "../../tests/support/fake-call.ts";
import { booleanIn, integerIn, pageOf, repositoryIn } from "./operation.ts";

const ITEMS = ["a", "b", "c", "d", "e"];

test("a page has what was asked for, and says where the next begins", () => {
  const first = pageOf(aCall({ query: { limit: "2" } }), ITEMS, (item) => item);
  const last = pageOf(aCall({ query: { limit: "2", after: "d" } }), ITEMS, (item) => item);

  assert.deepEqual(first, { items: ["a", "b"], next: "b" });
  assert.deepEqual(last, { items: ["e"], next: null });
});

test("following the pages shows every item once, in order, whatever the limit", () => {
  const lists = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 30 });
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 12 }), (items, limit) => {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const query: Record<string, string> = { limit: String(limit), ...(after === null ? {} : { after }) };
        const page = pageOf(aCall({ query }), items, (item) => item);
        seen.push(...page.items);
        after = page.next;
      } while (after !== null);
      assert.deepEqual(seen, items);
    }),
  );
});

test("a page after something that is not there is refused, not empty", () => {
  assert.throws(
    () => pageOf(aCall({ query: { after: "zzz" } }), ITEMS, (item) => item),
    saying("nothing here is called 'zzz', so no page follows it"),
  );
});

test("a limit is a whole number in its range", () => {
  for (const limit of ["0", "1001", "-1", "1.5", "x", "", "1e3"]) {
    assert.throws(
      () => pageOf(aCall({ query: { limit } }), ITEMS, (item) => item),
      saying("the query parameter limit must be a whole number from 1 to 1000"),
      limit,
    );
  }
  assert.equal(integerIn(aCall({ query: { n: "7" } }), "n", { least: 0, most: 9, otherwise: 1 }), 7);
  assert.equal(integerIn(aCall(), "n", { least: 0, most: 9, otherwise: 1 }), 1);
});

test("a yes or no of the query may be its name alone", () => {
  const given = (force: string) => booleanIn(aCall({ query: { force } }), "force");

  assert.deepEqual(["", "true", "1", "false", "0"].map(given), [true, true, true, false, false]);
  assert.equal(booleanIn(aCall(), "force"), false);
  assert.throws(() => given("perhaps"), saying("the query parameter force must be true or false"));
});

test("a path that cannot name a repository names none", () => {
  assert.equal(repositoryIn(aCall({ params: { owner: "alice", name: "dev" } })), "alice/dev");
  assert.throws(
    () => repositoryIn(aCall({ params: { owner: "alice", name: "a b" } })),
    (error) => error instanceof RegistryError && error.problem.code === "repository-not-found",
  );
});

function saying(because: string): (error: unknown) => boolean {
  return (error) => error instanceof RegistryError && "because" in error.problem && error.problem.because === because;
}
