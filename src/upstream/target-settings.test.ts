import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { Instant } from "#core";
import { openFakeUpstream } from "../../tests/support/fake-upstream.ts";
import { UpstreamFailure } from "./upstream.ts";
import { openUpstreams } from "./upstreams.ts";

async function setUp() {
  let now = 1_000_000;
  const fake = await openFakeUpstream();
  fake.add("foo", { filename: "foo-1.0-py3-none-any.whl", bytes: Buffer.alloc(1_000, "foo") });
  const upstreams = openUpstreams({
    now: () => now as Instant,
    random: () => 0.5,
    userAgent: "vivarium/test",
    limits: { retries: 0, retryMilliseconds: 1, failuresMax: 1_000 },
  });
  return {
    fake,
    upstreams,
    target: { url: fake.url, credentials: null },
    tick: (by: number) => {
      now += by;
    },
    async [Symbol.asyncDispose]() {
      await upstreams[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

test("a target that has found its upstream dead leaves it alone for its own time, then tries once", async () => {
  await using world = await setUp();
  const upstream = world.upstreams.for({ ...world.target, restMilliseconds: 300_000 });
  world.fake.behave({ answer: "cut" });
  await assert.rejects(upstream.get("foo/"), UpstreamFailure);

  await assert.rejects(upstream.get("foo/"), /assumed to be offline for 300 s more/);
  world.tick(299_000);
  await assert.rejects(upstream.get("foo/"), /assumed to be offline for 1 s more/);
  assert.equal(world.fake.count("/simple/foo/"), 1);

  world.fake.behave({ answer: "normal" });
  world.tick(1_000);
  (await upstream.get("foo/")).cancel();
  (await upstream.get("foo/")).cancel();
  assert.equal(world.fake.count("/simple/foo/"), 3);
});

test("what one target assumes, others of the same upstream do not", async () => {
  await using world = await setUp();
  const strict = world.upstreams.for({ ...world.target, restMilliseconds: 300_000 });
  world.fake.behave({ answer: { status: 503, headers: { "retry-after": "1" } } });
  (await strict.get("foo/")).cancel();
  await assert.rejects(strict.get("foo/"), /assumed to be offline/);

  world.fake.behave({ answer: "normal" });
  (await world.upstreams.for(world.target).get("foo/")).cancel();
  await assert.rejects(strict.get("foo/"), /assumed to be offline/);
  assert.equal(strict.health().isOpen, true);
});

test("answers that are no trouble of the server's do not take it away, nor does a caller who leaves", async () => {
  await using world = await setUp();
  const upstream = world.upstreams.for({ ...world.target, restMilliseconds: 300_000 });
  for (const status of [404, 401, 500]) {
    world.fake.behave({ answer: { status } });
    (await upstream.get("foo/")).cancel();
  }
  world.fake.behave({ answer: "normal" });
  const leaving = new AbortController();
  const gate = world.fake.hold("/simple/foo/");
  const asked = upstream.get("foo/", { signal: leaving.signal });
  await gate.arrived;
  leaving.abort(new Error("left"));
  await assert.rejects(asked, /left/);
  gate.release();

  (await upstream.get("foo/")).cancel();
});

test("a target waits as long as it says, and others are not told that it did not wait", async () => {
  await using world = await setUp();
  const hasty = world.upstreams.for({ ...world.target, timeoutMilliseconds: 20 });
  const gate = world.fake.hold("/simple/foo/");
  await assert.rejects(hasty.get("foo/"), /did not answer in time/);
  gate.release();

  assert.equal(hasty.health().failures, 1);
  assert.equal(world.upstreams.for(world.target).health().failures, 0);
  const rows = world.upstreams.figures().filter(({ origin }) => origin === world.fake.origin);
  assert.deepEqual(
    rows.map(({ requests, failures }) => [requests, failures]),
    [[1, 1]],
  );
});

test("a target's own proxy is asked, and nobody else's", async () => {
  await using world = await setUp();
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("by proxy");
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const reply = await world.upstreams.for({ ...world.target, proxy: address }).get("foo/");
    assert.equal(Buffer.from(await reply.bytes(100)).toString(), "by proxy");
    assert.deepEqual(asked, [`${world.fake.url}foo/`]);

    (await world.upstreams.for(world.target).get("foo/")).cancel();
    assert.equal(asked.length, 1);
    assert.equal(world.fake.count("/simple/foo/"), 1);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
