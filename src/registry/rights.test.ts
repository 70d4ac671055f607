import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ANONYMOUS,
  compileRules,
  type FormatName,
  type Instant,
  newRepository,
  type PermissionTarget,
  type Principal,
  type ProjectName,
  type Repository,
  type RepositoryName,
  type Rules,
} from "#core";
import { ALICE, BOB, limit, token, user } from "../../tests/support/registry-tools.ts";
import { mayFill, partRead, visibilityTo } from "./rights.ts";

const CLOSED = repository("root/closed", []);
const OPEN = repository("root/open", [":ANONYMOUS:"]);
const FOO = "foo" as ProjectName;
const CAROL = user("carol");

const tools = rulesOf(
  target({ name: "part", includes: ["foo/**"], users: { bob: ["read"], carol: ["read"] } }),
  target({ name: "other part", includes: ["bar/**"], users: { dave: ["read"], anonymous: ["read"] } }),
  target({ name: "all", users: { alice: ["read"] } }),
);

function seen(principal: Principal, project: ProjectName | null = FOO): string {
  return visibilityTo(tools, principal, [CLOSED, OPEN], project);
}

test("those who read the same share pages, and nobody else does", () => {
  assert.equal(seen(BOB), seen(CAROL));
  assert.notEqual(seen(BOB), seen(ALICE));
  assert.notEqual(seen(BOB), seen(user("dave")));
  assert.equal(seen(user("dave")), seen(user("eve")), "what strangers read everybody does");
});

test("strangers who read a part share with nobody, because they are asked to sign in", () => {
  assert.notEqual(seen(ANONYMOUS), seen(user("eve")));
});

test("a token that is for elsewhere sees what strangers see, whatever its owner reads by targets", () => {
  const elsewhere = token("bob", limit("read", "root/open"));
  assert.equal(partRead(tools, elsewhere, CLOSED, FOO), partRead(tools, ANONYMOUS, CLOSED, FOO));
  assert.notEqual(partRead(tools, elsewhere, CLOSED, FOO), partRead(tools, BOB, CLOSED, FOO));
  const ofAlice = token("alice", limit("read", "root/open"));
  assert.notEqual(partRead(tools, ofAlice, CLOSED, FOO), null, "not all, as alice does");
});

test("a token for some projects shares a list with those only who have the same projects", () => {
  const foo = token("bob", limit("read", "*", ["foo"]));
  const bar = token("bob", limit("read", "*", ["bar"]));
  assert.notEqual(seen(foo, null), seen(bar, null));
  assert.equal(seen(foo), seen(BOB));
});

test("what a repository opens to all is read as a whole, whatever targets say of parts", () => {
  const some = rulesOf(target({ repositories: ["open"], includes: ["foo/**"], users: { bob: ["read"] } }));
  assert.equal(partRead(some, BOB, OPEN, FOO), null);
  assert.equal(visibilityTo(some, BOB, [OPEN], FOO), visibilityTo(some, CAROL, [OPEN], FOO));
});

test("readers by the list have things fetched, readers by a target do not, and publishers by a target do", () => {
  const remote = { ...CLOSED, kind: "remote", readers: ["alice"] } as unknown as Repository;
  const some = rulesOf(target({ users: { bob: ["read"], carol: ["read", "publish"] } }));
  assert.ok(mayFill(some, ALICE, remote));
  assert.ok(!mayFill(some, BOB, remote));
  assert.ok(mayFill(some, CAROL, remote));
});

function rulesOf(...targets: readonly PermissionTarget[]): { readonly rules: Rules } {
  return { rules: compileRules(targets) };
}

function target(change: Partial<PermissionTarget>): PermissionTarget {
  return {
    name: "target",
    repositories: ["closed"],
    includes: [],
    excludes: [],
    users: {},
    groups: {},
    createdAt: 0 as Instant,
    modifiedAt: null,
    ...change,
  };
}

function repository(name: string, readers: readonly string[]): Repository {
  return newRepository(
    name as RepositoryName,
    { kind: "local", readers },
    { format: "python" as FormatName, createdAt: 0 as Instant },
  );
}
