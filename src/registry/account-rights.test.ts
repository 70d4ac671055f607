import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compileRules,
  type FormatName,
  type Instant,
  NO_RULES,
  newRepository,
  type Principal,
  type RepositoryName,
} from "#core";
import { ALICE, BOB, limit, NOBODY, ROOT, refusal, token } from "../../tests/support/registry-tools.ts";
import { decideAdministration, requireAdministration } from "./account-rights.ts";

const DEV = newRepository(
  "alice/dev" as RepositoryName,
  { kind: "local" },
  { format: "python" as FormatName, createdAt: 0 as Instant },
);

function administer(principal: Principal, restrictModify: readonly string[] | null): boolean {
  return decideAdministration({ rules: NO_RULES, settings: { restrictModify } }, principal, DEV).isAllowed;
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

test("administrators stand beside root, whatever is kept to a list that names root", () => {
  const admin: Principal = { kind: "user", name: "ops" as never, groups: [], isAdmin: true };
  assert.ok(administer(admin, null));
  assert.ok(administer(admin, ["root"]));
  assert.ok(!administer(admin, ["bob"]));
});

test("who manages a repository by a permission target changes it, and makes no other", () => {
  const target = {
    name: "dev",
    repositories: ["ANY"],
    includes: [],
    excludes: [],
    users: { bob: ["administer"] },
    groups: {},
    createdAt: 0 as Instant,
    modifiedAt: null,
  } as const;
  const tools = { rules: compileRules([target]), settings: { restrictModify: null } };
  assert.doesNotThrow(() => requireAdministration(tools, BOB, DEV, "administer"));
  assert.throws(() => requireAdministration(tools, BOB, DEV, "create-repository"), refusal("not-permitted"));
});

test("the installation itself is never locked out", () => {
  assert.ok(administer({ kind: "system", reason: "first start" }, []));
});
