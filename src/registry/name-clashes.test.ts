import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal, RepositoryName, UserName } from "#core";
import type { Transaction } from "#stores";
import { NEW_USER, openToolsWorld, refusal } from "../../tests/support/registry-tools.ts";
import { openAccounts } from "./accounts.ts";
import { openRepositoriesAdmin } from "./repositories-admin.ts";
import type { Tools } from "./tools.ts";

const SYSTEM: Principal = { kind: "system", reason: "test" };

test("making an account or a repository reads no list of all accounts or repositories, however many there are", async () => {
  await using world = await openToolsWorld();
  await world.users("alice");
  const tools = withoutLists(world.tools);
  const accounts = openAccounts(tools);
  const admin = openRepositoriesAdmin(tools);
  const base = "alice/base" as RepositoryName;

  await accounts.create(SYSTEM, { ...NEW_USER, name: "bob" as UserName });
  await admin.create(SYSTEM, base, { kind: "local" });
  await admin.create(SYSTEM, "alice/dev" as RepositoryName, { kind: "local", bases: [base] });

  await assert.rejects(
    accounts.create(SYSTEM, { ...NEW_USER, name: "BOB" as UserName }),
    refusal("user-exists", /user-exists/),
  );
  const cyclic = (name: string) =>
    admin.modify(SYSTEM, base, (current) => ({ ...current, bases: [name as RepositoryName] }) as typeof current);
  await assert.rejects(cyclic("alice/dev"), refusal("setting-invalid", /itself/));
});

test("names that differ in case only are the same name, also beyond ASCII", async () => {
  await using world = await openToolsWorld();
  await world.users("Änne");
  const create = (name: string) => world.accounts.create(SYSTEM, { ...NEW_USER, name: name as UserName });
  await assert.rejects(create("ÄNNE"), refusal("user-exists"));
  await assert.rejects(create("änne"), refusal("user-exists"));
});

/** Transactions in which nobody may ask for everything. */
function withoutLists(tools: Tools): Tools {
  const refuseList = (): never => assert.fail("everything is read");
  return {
    ...tools,
    metadata: {
      ...tools.metadata,
      write: (by, work) =>
        tools.metadata.write(by, (tx: Transaction) => work({ ...tx, users: refuseList, repositories: refuseList })),
    },
  };
}
