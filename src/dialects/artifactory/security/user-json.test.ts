import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, User, UserName } from "#core";
import { readGroup } from "./group-json.ts";
import { readUser, showUser } from "./user-json.ts";

const ALICE: User = {
  name: "alice" as UserName,
  email: null,
  title: null,
  description: null,
  customData: null,
  createdAt: 0 as Instant,
  modifiedAt: null,
  passwordHash: null,
};

test("what was read of a user can be sent back, and changes nothing", () => {
  for (const spelling of ["classic", "access"] as const) {
    const shown = showUser(ALICE, ["devs"], spelling);
    const wish = readUser(shown, spelling, {});
    assert.deepEqual(
      { email: wish.email, isAdmin: wish.isAdmin, groups: wish.groups, password: wish.password },
      { email: null, isAdmin: false, groups: ["devs"], password: undefined },
    );
  }
});

test("flags that mean nothing here come back as they came, in either spelling", () => {
  const { kept } = readUser({ disableUIAccess: true, profileUpdatable: false }, "classic", {});
  const shown = showUser({ ...ALICE, kept }, [], "access");
  assert.deepEqual([shown["disable_ui_access"], shown["profile_updatable"]], [true, false]);
});

test("texts for numbers and booleans are read as scripts write them, and nonsense is refused", () => {
  assert.equal(readUser({ admin: "True" }, "classic", {}).isAdmin, true);
  for (const body of [{ admin: 1 }, { email: 1 }, { groups: "devs" }, { groups: [1] }, { unknown: 1 }]) {
    assert.throws(() => readUser(body, "classic", {}), /setting-invalid/, JSON.stringify(body));
  }
});

test("dohq's word for groups that take in new users is understood", () => {
  assert.equal(readGroup({ newUserDefault: true, external: false }, "classic", {}).joinsNew, true);
  assert.equal(readGroup({ newUserDefault: true, autoJoin: false }, "classic", {}).joinsNew, false);
});
