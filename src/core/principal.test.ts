import assert from "node:assert/strict";
import { test } from "node:test";
import type { UserName } from "./names.ts";
import { ANONYMOUS, accountOf, actorOf, isSignedIn, type Principal } from "./principal.ts";

const ALICE = "alice" as UserName;
const PRINCIPALS: readonly Principal[] = [
  ANONYMOUS,
  { kind: "user", name: ALICE, groups: ["ops"] },
  { kind: "token", owner: ALICE, id: "t1", groups: [], limits: [] },
  { kind: "workload", issuer: "https://ci.example", subject: "repo:x", limits: [] },
  { kind: "replica", node: "node-2" },
  { kind: "system", reason: "first start" },
];

test("the journal names who did it, and of a token which one", () => {
  assert.deepEqual(PRINCIPALS.map(actorOf), [
    { kind: "anonymous", name: "", tokenId: null },
    { kind: "user", name: "alice", tokenId: null },
    { kind: "token", name: "alice", tokenId: "t1" },
    { kind: "workload", name: "https://ci.example repo:x", tokenId: null },
    { kind: "replica", name: "node-2", tokenId: null },
    { kind: "system", name: "first start", tokenId: null },
  ]);
});

test("an account stands behind a user and their tokens, and behind nobody else", () => {
  assert.deepEqual(PRINCIPALS.map(accountOf), [null, "alice", "alice", null, null, null]);
});

test("no account stands behind a token that stands for groups, but who shows it has signed in", () => {
  const alone: Principal = { kind: "token", owner: ALICE, id: "t1", groups: ["ops"], limits: [], standsAlone: true };
  assert.equal(accountOf(alone), null);
  assert.equal(actorOf(alone).name, "alice");
  assert.deepEqual([...PRINCIPALS, alone].map(isSignedIn), [false, true, true, false, false, false, true]);
});
