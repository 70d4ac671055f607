import assert from "node:assert/strict";
import { test } from "node:test";
import { type FormatName, type Instant, newRepository, type Principal, type RepositoryName } from "#core";
import { ALICE, BOB, limit, NOBODY, ROOT, token } from "../../tests/support/registry-tools.ts";
import { decideAdministration } from "./account-rights.ts";

const DEV = newRepository(
  "alice/dev" as RepositoryName,
  { kind: "local" },
  { format: "python" as FormatName, createdAt: 0 as Instant },
);

function administer(principal: Principal, restrictModify: readonly string[] | null): boolean {
  return decideAdministration(principal, DEV, { restrictModify }).isAllowed;
}

test("owners and root administer, and their tokens as far as they go", () => {
  assert.ok(administer(ALICE, null));
  assert.ok(administer(ROOT, null));
  assert.ok(administer(token("alice", limit("administer", "alice/*")), null));
  assert.ok(!administer(token("alice", limit("publish", "alice/dev")), null));
  assert.ok(!administer(BOB, null));
  assert.ok(!administer(NOBODY, null));
});

test("kept to a list, administering is theirs in every account's repositories, and nobody else's", () => {
  assert.ok(administer(BOB, ["bob"]));
  assert.ok(administer({ kind: "user", name: "eve" as never, groups: ["ops"] }, [":ops"]));
  assert.ok(administer(token("bob", limit("*", "alice/dev")), ["bob"]));
  assert.ok(!administer(token("bob", limit("*", "bob/*")), ["bob"]));
  assert.ok(!administer(ALICE, ["bob"]));
  assert.ok(!administer(ROOT, ["bob"]));
  assert.ok(!administer(NOBODY, ["bob"]));
});

test("the installation itself is never locked out", () => {
  assert.ok(administer({ kind: "system", reason: "first start" }, []));
});
