import assert from "node:assert/strict";
import { test } from "node:test";
import type { Access } from "#access";
import { ANONYMOUS, type Limit, type Principal, RegistryError, type UserName } from "#core";
import { aCall, aUser } from "../../tests/support/fake-call.ts";
import { checkSignUp, isRoot, isSelfOrRoot, refuseForeignOrigin, requireSelfOrRoot } from "./rights.ts";

const ALICE = "alice" as UserName;
const UNLIMITED: Limit = { action: "*", repository: "*", projects: null };

test("root is root also by a token without limits, but by no other", () => {
  assert.ok(isRoot(aUser("root")));
  assert.ok(isRoot(tokenOf("root", UNLIMITED)));
  assert.ok(!isRoot(tokenOf("root", { ...UNLIMITED, action: "read" })));
  assert.ok(!isRoot(tokenOf("root")));
  assert.ok(!isRoot(aUser("alice")));
  assert.ok(!isRoot(ANONYMOUS));
});

test("an account is its user's and root's", () => {
  assert.ok(isSelfOrRoot(aUser("alice"), ALICE));
  assert.ok(isSelfOrRoot(aUser("root"), ALICE));
  assert.ok(isSelfOrRoot(tokenOf("alice", UNLIMITED), ALICE));
  assert.ok(!isSelfOrRoot(aUser("bob"), ALICE));
  assert.ok(!isSelfOrRoot(tokenOf("alice", { ...UNLIMITED, repository: "alice/*" }), ALICE));
});

test("who has not signed in is asked to, everybody else is told who may", () => {
  const tried = (principal: Principal) => () => requireSelfOrRoot(principal, ALICE, "manage-tokens");

  assert.throws(tried(ANONYMOUS), withCode("not-signed-in"));
  assert.throws(tried(aUser("bob")), withCode("not-permitted"));
  assert.doesNotThrow(tried(aUser("alice")));
});

test("root makes accounts whatever the sign-up setting, others only where it is open", () => {
  const closed = { signUpRefusal: () => "sign-up is closed here" } as Pick<Access, "signUpRefusal"> as Access;
  const open = { signUpRefusal: () => null } as Pick<Access, "signUpRefusal"> as Access;

  assert.doesNotThrow(() => checkSignUp(closed, aCall({ as: aUser("root") })));
  assert.throws(() => checkSignUp(closed, aCall({ as: aUser("alice") })), withCode("sign-up-closed"));
  assert.throws(() => checkSignUp(closed, aCall()), withCode("sign-up-closed"));
  assert.doesNotThrow(() => checkSignUp(open, aCall()));
});

test("sign-up is told whether the request came through a proxy, by whichever header", () => {
  const asked: boolean[] = [];
  const access = {
    signUpRefusal({ hasForwardingHeader }) {
      asked.push(hasForwardingHeader);
      return null;
    },
  } as Pick<Access, "signUpRefusal"> as Access;

  for (const name of ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "x-outside-url"]) {
    checkSignUp(access, aCall({ headers: { [name]: "x" } }));
  }
  checkSignUp(access, aCall({ headers: { host: "localhost:3141" } }));

  assert.deepEqual(asked, [true, true, true, true, true, true, false]);
});

test("a page of another site changes nothing, whatever the browser remembers", () => {
  const from =
    (origin: string, host = "here.example") =>
    () =>
      refuseForeignOrigin(aCall({ headers: { origin, host }, publicUrl: "https://here.example/prefix" }));

  assert.doesNotThrow(() => refuseForeignOrigin(aCall()), "other clients send no Origin");
  const behind = { origin: "https://here.example", host: "10.0.0.7:3141" };
  const publicUrl = "http://10.0.0.7:3141";
  const told = { ...behind, "sec-fetch-site": "same-origin" };
  assert.doesNotThrow(
    () => refuseForeignOrigin(aCall({ headers: told, publicUrl })),
    "the browser says that it is ours",
  );
  for (const site of ["same-site", "cross-site", "none"]) {
    const call = aCall({ headers: { ...behind, "sec-fetch-site": site }, publicUrl });
    assert.throws(() => refuseForeignOrigin(call), site);
  }
  assert.doesNotThrow(from("https://here.example"));
  assert.doesNotThrow(from("http://inside.example:3141", "inside.example:3141"), "the address the browser itself used");
  for (const origin of [
    "https://evil.example",
    "http://here.example:81",
    "null",
    "https://here.example.evil.example",
  ]) {
    assert.throws(from(origin), withCode("request-invalid"), origin);
  }
});

function tokenOf(owner: string, ...limits: readonly Limit[]): Principal {
  return { kind: "token", owner: owner as UserName, id: "t1", groups: [], limits };
}

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RegistryError && error.problem.code === code;
}
