import assert from "node:assert/strict";
import { test } from "node:test";
import { clearCookieLine, readSessionCookie, sessionCookieIn, setCookieLine } from "./session-cookie.ts";
import { newSession } from "./tokens.ts";

const { text: SECRET } = newSession((count) => Buffer.alloc(count, 9));
const PLAIN = "http://localhost:3141";
const SECURE = "https://packages.example.com";
const BELOW = "https://example.com/py";

function valueIn(line: string): string {
  return /=([^;]*)/.exec(line)?.[1] ?? "";
}

test("a browser keeps it from scripts and from other sites, and over HTTPS from anything but HTTPS", () => {
  const session = { user: "alice", secret: SECRET };
  assert.match(
    setCookieLine(session, PLAIN, 60),
    /^vivarium_session=[\w-]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Strict$/,
  );
  assert.match(
    setCookieLine(session, SECURE, 60),
    /^__Host-vivarium_session=[\w-]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Strict; Secure$/,
  );
  assert.match(setCookieLine(session, BELOW, 60), /^__Secure-vivarium_session=[\w-]+; Path=\/py; .*; Secure$/);
  assert.match(clearCookieLine(BELOW), /^__Secure-vivarium_session=; Path=\/py; Max-Age=0; .*; Secure$/);
});

test("what was set is read again, with any name that an account may have", () => {
  for (const user of ["alice", "a.b-c_d@e", "käse"]) {
    const session = { user, secret: SECRET };
    for (const url of [PLAIN, SECURE, BELOW]) {
      const [pair = ""] = setCookieLine(session, url, 60).split(";");
      const value = sessionCookieIn(`theme=dark; ${pair}; last=1`, url);
      assert.deepEqual(readSessionCookie(value ?? ""), session);
    }
  }
});

test("a cookie of a neighbour that could be set without HTTPS is not taken where there is HTTPS", () => {
  const [pair = ""] = setCookieLine({ user: "mallory", secret: SECRET }, PLAIN, 60).split(";");
  assert.equal(sessionCookieIn(pair, SECURE), null);
  assert.equal(sessionCookieIn(`x${pair}`, PLAIN), null);
  assert.equal(sessionCookieIn(null, PLAIN), null);
});

test("only a session is read from it: no password, no token, nothing torn", () => {
  const encoded = (text: string) => Buffer.from(text).toString("base64url");
  const whole = valueIn(setCookieLine({ user: "alice", secret: SECRET }, PLAIN, 60));
  const odd = [
    encoded("alice:secret"),
    encoded(`alice:viv_${"a".repeat(12)}_${"b".repeat(43)}`),
    encoded(`:${SECRET}`),
  ];
  for (const value of [...odd, encoded(SECRET), "", "a b", whole.slice(0, -2), `${whole}=`, "x".repeat(3000)]) {
    assert.equal(readSessionCookie(value), null, value);
  }
});
