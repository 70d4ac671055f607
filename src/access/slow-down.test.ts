import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Instant, RegistryError } from "#core";
import { openSlowDown } from "./slow-down.ts";

describe("the slow-down", () => {
  test("doubles the wait with each failure, up to a minute", () => {
    const { slowDown, pass, waitOf } = aSlowDown();
    const waits: number[] = [];
    for (let failure = 0; failure < 14; failure += 1) {
      slowDown.begin("alice", "192.0.2.1");
      const wait = waitOf("alice", "192.0.2.1");
      waits.push(wait);
      pass(wait);
    }
    assert.deepEqual(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60].slice(0, waits.length));
  });

  test("forgets after a quarter of an hour of quiet, and at once what was right", () => {
    const { slowDown, pass, waitOf } = aSlowDown();
    for (let failure = 0; failure < 5; failure += 1) slowDown.begin("alice", "192.0.2.1");
    pass(1);
    slowDown.begin("alice", "192.0.2.1").succeeded();
    for (let failure = 0; failure < 4; failure += 1) slowDown.begin("alice", "192.0.2.1");
    assert.equal(waitOf("alice", "192.0.2.1"), 0);
    slowDown.begin("alice", "192.0.2.1");
    assert.equal(waitOf("alice", "192.0.2.1"), 1);
    pass(15 * 60);
    slowDown.begin("alice", "192.0.2.1");
    assert.equal(waitOf("alice", "192.0.2.1"), 0);
  });

  test("one address that tries many accounts is slowed down, the accounts elsewhere are not", () => {
    const { slowDown, waitOf } = aSlowDown();
    for (let account = 0; account < 50; account += 1) slowDown.begin(`user${account}`, "192.0.2.1");
    assert.ok(waitOf("another", "192.0.2.1") > 0);
    assert.equal(waitOf("user1", "192.0.2.2"), 0);
  });

  test("one account that many addresses try is slowed down, other accounts are not", () => {
    const { slowDown, waitOf } = aSlowDown();
    for (let host = 0; host < 100; host += 1) slowDown.begin("alice", `192.0.2.${host}`);
    assert.ok(waitOf("alice", "198.51.100.1") > 0);
    assert.equal(waitOf("bob", "198.51.100.1"), 0);
  });

  test("a network of IPv6 counts as one address, and IPv4 within IPv6 as itself", () => {
    const { slowDown, waitOf } = aSlowDown();
    for (let host = 1; host <= 5; host += 1) slowDown.begin("alice", `2001:db8:0:1::${host}`);
    assert.equal(waitOf("alice", "2001:0db8::1:aaaa:bbbb:cccc:dddd"), 1);
    assert.equal(waitOf("alice", "2001:db8:0:2::1"), 0);
    for (let guess = 0; guess < 5; guess += 1) slowDown.begin("bob", "::ffff:192.0.2.9");
    assert.equal(waitOf("bob", "192.0.2.9"), 1);
  });

  test("a try that was not made does not count", () => {
    const { slowDown, waitOf } = aSlowDown();
    for (let turn = 0; turn < 20; turn += 1) slowDown.begin("alice", "192.0.2.1").takenBack();
    assert.equal(waitOf("alice", "192.0.2.1"), 0);
  });
});

function aSlowDown() {
  let now = 1_000_000;
  const slowDown = openSlowDown(() => now as Instant);
  return {
    slowDown,
    pass(seconds: number) {
      now += seconds * 1000;
    },
    waitOf(user: string, address: string): number {
      try {
        slowDown.begin(user, address).takenBack();
        return 0;
      } catch (error) {
        assert.ok(error instanceof RegistryError && error.problem.code === "too-many-attempts");
        return error.problem.retryAfterSeconds;
      }
    },
  };
}
