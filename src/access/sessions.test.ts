import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import type { Instant, Sealed, User, UserName } from "#core";
import { memoryState } from "../../tests/support/memory-stores.ts";
import { openSessions, sessionIdOf } from "./sessions.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const BROWSER = { kind: "browser", address: "192.0.2.7", userAgent: "Mozilla/5.0" } as const;
const CLIENT = { kind: "client", address: "", userAgent: null } as const;

function aWorld() {
  const world = { now: Date.UTC(2026, 10, 1) as Instant };
  const state = memoryState(() => world.now);
  const sessions = openSessions({ state, now: () => world.now, randomBytes: (count) => randomBytes(count) });
  const user = (name: string, change: Partial<User> = {}): User => ({
    name: name as UserName,
    email: null,
    title: null,
    description: null,
    customData: null,
    createdAt: Date.UTC(2026, 9, 1) as Instant,
    modifiedAt: null,
    passwordHash: "sealed" as Sealed,
    ...change,
  });
  const pass = (milliseconds: number): void => {
    world.now = (world.now + milliseconds) as Instant;
  };
  return { world, state, sessions, alice: user("alice"), user, pass };
}

describe("a session of a browser", () => {
  test("goes on while it is used, ten hours at a time, and for a week at most", async () => {
    const { world, sessions, alice, pass } = aWorld();
    const { text } = await sessions.begin(alice, BROWSER);
    const begunAt = world.now;
    for (let hours = 9; hours < 7 * 24; hours += 9) {
      pass(9 * HOUR);
      assert.ok((await sessions.expiryOf(alice, text)) !== null, `after ${hours} hours`);
    }
    assert.equal(await sessions.expiryOf(alice, text), begunAt + 7 * DAY);
    pass(9 * HOUR);
    assert.equal(await sessions.expiryOf(alice, text), null);
  });

  test("ends when nobody uses it for ten hours", async () => {
    const { sessions, alice, pass } = aWorld();
    const { text } = await sessions.begin(alice, BROWSER);
    pass(10 * HOUR);
    assert.equal(await sessions.expiryOf(alice, text), null);
    assert.deepEqual(await sessions.list(alice), []);
  });

  test("ends when the password is changed, and with the account", async () => {
    const { sessions, alice, user } = aWorld();
    const { text } = await sessions.begin(alice, BROWSER);
    const changed = user("alice", { passwordHash: "another" as Sealed });
    const namesake = user("alice", { createdAt: Date.UTC(2026, 10, 2) as Instant });
    for (const other of [changed, namesake, user("bob")]) {
      assert.equal(await sessions.expiryOf(other, text), null);
      assert.deepEqual(await sessions.list(other), []);
    }
  });

  test("is shown with where and when it began and was seen last, but never with its secret", async () => {
    const { world, sessions, alice, pass } = aWorld();
    const begunAt = world.now;
    const { id, text } = await sessions.begin(alice, { ...BROWSER, userAgent: "M".repeat(5000) });
    pass(5 * 60_000);
    await sessions.expiryOf(alice, text);
    pass(1000);
    const [shown, ...more] = await sessions.list(alice);
    assert.deepEqual(more, []);
    assert.deepEqual(shown, {
      id,
      kind: "browser",
      address: "192.0.2.7",
      userAgent: "M".repeat(300),
      begunAt,
      lastSeenAt: begunAt + 5 * 60_000,
      expiresAt: begunAt + 5 * 60_000 + 10 * HOUR,
    });
    assert.equal(sessionIdOf(text), id);
  });

  test("is ended by its owner only, and once", async () => {
    const { sessions, alice, user } = aWorld();
    const { id, text } = await sessions.begin(alice, BROWSER);
    await sessions.begin(alice, BROWSER);
    assert.equal(await sessions.end(user("bob"), id), false);
    for (const odd of ["", id.slice(0, 4), `${id}0`, "../alice", "%"])
      assert.equal(await sessions.end(alice, odd), false);
    assert.equal(await sessions.end(alice, id), true);
    assert.equal(await sessions.expiryOf(alice, text), null);
    assert.equal(await sessions.end(alice, id), false);
    assert.equal((await sessions.list(alice)).length, 1);
  });
});

describe("a login of devpi's client", () => {
  test("ends after ten hours however it is used, and outlives a changed password", async () => {
    const { world, sessions, alice, user, pass } = aWorld();
    const { text } = await sessions.begin(alice, CLIENT);
    const end = world.now + 10 * HOUR;
    pass(9 * HOUR);
    assert.equal(await sessions.expiryOf(user("alice", { passwordHash: "another" as Sealed }), text), end);
    pass(HOUR);
    assert.equal(await sessions.expiryOf(alice, text), null);
  });

  test("of an earlier release is still good, and listed", async () => {
    const { world, state, sessions, alice } = aWorld();
    const { text } = await sessions.begin(alice, CLIENT);
    const [entry] = await state.list("session", { keyPrefix: "alice/", after: null, limit: 1 });
    await state.put("session", entry?.key ?? "", {
      value: { accountMadeAt: alice.createdAt },
      expiresAt: entry?.expiresAt ?? null,
    });
    assert.ok((await sessions.expiryOf(alice, text)) !== null);
    const [shown] = await sessions.list(alice);
    assert.deepEqual([shown?.kind, shown?.begunAt, shown?.userAgent], ["client", world.now, null]);
  });
});
