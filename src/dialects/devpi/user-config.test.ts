import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant, Sealed, User, UserName } from "#core";
import { RegistryError } from "#core";
import { checkKnownKeys, newPasswordFrom, userChangesFrom, userConfigOf } from "./user-config.ts";

const USER: User = {
  name: "alice" as UserName,
  email: null,
  title: null,
  description: null,
  customData: null,
  createdAt: Date.UTC(2026, 10, 24, 10, 42, 18, 999) as Instant,
  modifiedAt: null,
  passwordHash: "sealed" as Sealed,
};

test("a user shows what was set, when it was made, and never a secret", () => {
  assert.deepEqual(userConfigOf(USER, []), { username: "alice", indexes: {}, created: "2026-11-24T10:42:18Z" });

  const described = {
    ...USER,
    email: "a@example.org",
    title: "A",
    customData: { team: "x" },
    modifiedAt: 0 as Instant,
  };
  assert.deepEqual(userConfigOf(described, []), {
    username: "alice",
    indexes: {},
    created: "2026-11-24T10:42:18Z",
    modified: "1970-01-01T00:00:00Z",
    email: "a@example.org",
    title: "A",
    custom_data: { team: "x" },
  });
});

test("keys that are not sent stay, and a falsy value takes a key away", () => {
  assert.deepEqual(userChangesFrom({}), {});
  assert.deepEqual(userChangesFrom({ title: "T", email: "", description: null, custom_data: false }), {
    title: "T",
    email: null,
    description: null,
    customData: null,
  });
});

test("what a GET has answered can be sent back", () => {
  const config = { ...userConfigOf(USER, []), title: "new" };

  assert.doesNotThrow(() => checkKnownKeys(config));
  assert.deepEqual(userChangesFrom(config), { title: "new" });
});

test("keys that no user has are named", () => {
  assert.throws(
    () => checkKnownKeys({ password: "x", zzz: 1, yyy: 2 }),
    saying("Unknown keys in user config: zzz, yyy"),
  );
});

test("a password is a text, and an argon2 hash of another server comes instead of it", () => {
  const hash = "$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA";

  assert.deepEqual(newPasswordFrom({ password: "secret" }), { kind: "password", password: "secret" });
  assert.deepEqual(newPasswordFrom({ password: "secret", pwhash: hash }), { kind: "hash", hash });
  assert.deepEqual(newPasswordFrom({ pwhash: "", title: "x" }), { kind: "none" });
  assert.deepEqual(newPasswordFrom({ password: null }), { kind: "none" });
  assert.throws(
    () => newPasswordFrom({ pwhash: "5f4dcc3b5aa765d61d8327deb882cf99" }),
    saying("'pwhash' must be an argon2 hash."),
  );
  assert.throws(() => newPasswordFrom({ password: 1 }), saying("'password' must be a text."));
});

function saying(because: string): (error: unknown) => boolean {
  return (error) => error instanceof RegistryError && "because" in error.problem && error.problem.because === because;
}
