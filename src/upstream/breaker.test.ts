import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "#core";
import { type Breaker, openBreaker } from "./breaker.ts";

function withClock(): { readonly breaker: Breaker; tick(milliseconds: number): void } {
  let now = 1_000_000;
  const breaker = openBreaker({ now: () => now as Instant, failuresMax: 3, restMilliseconds: 5_000 });
  return {
    breaker,
    tick(milliseconds) {
      now += milliseconds;
    },
  };
}

function fail(breaker: Breaker, times: number): void {
  for (let i = 0; i < times; i += 1) breaker.enter()?.fail();
}

test("after failures in a row nobody is let through until the rest is over", () => {
  const { breaker, tick } = withClock();
  fail(breaker, 3);
  assert.equal(breaker.enter(), null);
  assert.equal(breaker.isOpen, true);
  assert.equal(breaker.retryAfterSeconds, 5);
  tick(4_999);
  assert.equal(breaker.enter(), null);
  tick(1);
  assert.notEqual(breaker.enter(), null);
});

test("a success in between begins the count anew", () => {
  const { breaker } = withClock();
  fail(breaker, 2);
  breaker.enter()?.succeed();
  fail(breaker, 2);
  assert.equal(breaker.isOpen, false);
});

test("after the rest one probe is let through, and decides", () => {
  const { breaker, tick } = withClock();
  fail(breaker, 3);
  tick(5_000);
  const probe = breaker.enter();
  assert.equal(breaker.enter(), null, "only one probe at a time");
  probe?.fail();
  assert.equal(breaker.enter(), null, "a failed probe means another rest");
  tick(5_000);
  breaker.enter()?.answer();
  assert.equal(breaker.isOpen, false);
  assert.notEqual(breaker.enter(), null);
});

test("a probe whose caller left gives way to the next", () => {
  const { breaker, tick } = withClock();
  fail(breaker, 3);
  tick(5_000);
  breaker.enter()?.leave();
  assert.notEqual(breaker.enter(), null);
});

test("answers whose bodies always break open it too", () => {
  const { breaker } = withClock();
  for (let i = 0; i < 3; i += 1) {
    const pass = breaker.enter();
    pass?.answer();
    pass?.fail();
    pass?.succeed();
  }
  assert.equal(breaker.isOpen, true);
});
