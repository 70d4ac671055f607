import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { openFakeUpstream } from "../support/fake-upstream.ts";
import { expectStatus, openTestApp } from "../support/test-app.ts";

const DEMO = { name: "demo", version: "1.0" };

/** Samples of the page of figures, by everything that stands before the value. */
async function figures(app: Awaited<ReturnType<typeof openTestApp>>): Promise<ReadonlyMap<string, number>> {
  const reply = expectStatus(await app.anyone().get("/+metrics"), 200);
  assert.match(reply.headers["content-type"] ?? "", /^application\/openmetrics-text; version=1\.0\.0/);
  const lines = reply.body.toString().split("\n");
  assert.deepEqual(lines.slice(-2), ["# EOF", ""]);
  const samples = new Map<string, number>();
  const families: string[] = [];
  let family = "";
  for (const line of lines.slice(0, -2)) {
    const [, type] = /^# TYPE (\w+) (?:counter|gauge|histogram|info|unknown)$/.exec(line) ?? [];
    if (type !== undefined) {
      family = type;
      families.push(type);
      continue;
    }
    if (/^# (HELP|UNIT) /.test(line)) continue;
    const [, name = "", labels = "", value = ""] = /^(\w+)(\{[^\n]*\})? (\S+)$/.exec(line) ?? [];
    assert.ok(name.startsWith(family) && family !== "", `'${line}' stands in the family ${family}`);
    assert.ok(!samples.has(name + labels), `${name}${labels} is told once`);
    samples.set(name + labels, Number(value));
  }
  assert.equal(new Set(families).size, families.length, "every family is told once");
  for (const [name, value] of samples) assert.ok(!Number.isNaN(value), name);
  return samples;
}

test("the figures are OpenMetrics, and tell of requests, storage, cache and upstreams", async () => {
  await using fake = await openFakeUpstream();
  fake.add("other", aWheelFile({ name: "other", version: "1.0" }));
  await using app = await openTestApp({ upstream: fake.url });
  await app.user("alice");
  await app.index("alice/dev");
  const wheel = aWheelFile(DEMO);
  expectStatus(await app.as("alice").publish("alice/dev", wheel, DEMO), 200);
  for (let round = 0; round < 3; round += 1) await app.anyone().get("/alice/dev/simple/demo/");
  await app.anyone().get("/root/pypi/simple/other/");

  const samples = await figures(app);

  assert.equal(samples.get("vivarium_stored_files"), 1);
  assert.equal(samples.get("vivarium_stored_bytes"), wheel.bytes.byteLength);
  assert.equal(samples.get(`vivarium_upstream_requests_total{origin="${fake.origin}"}`), 1);
  const requests = [...samples].filter(([name]) =>
    /^vivarium_http_requests?_.*total|^vivarium_requests_total/.test(name),
  );
  assert.ok(requests.length > 0, "requests are counted");
  const histogram = [...samples.keys()].filter((name) => name.includes('le="'));
  assert.ok(histogram.length > 0, "latencies are there");
});

test("a server that is there says so, and one whose data folder is gone is not ready until it is back", async () => {
  await using app = await openTestApp();
  assert.equal((await app.anyone().get("/+health/live")).status, 200);
  assert.equal((await app.anyone().get("/+health/ready")).status, 200);

  await rename(app.dataFolder, `${app.dataFolder}-elsewhere`);
  try {
    const reply = await app.anyone().get("/+health/ready");
    assert.equal(reply.status, 503);
    assert.match(reply.body.toString(), /the data folder is not there/);
    assert.equal((await app.anyone().get("/+health/live")).status, 200);
  } finally {
    await rename(`${app.dataFolder}-elsewhere`, app.dataFolder);
  }
  assert.equal((await app.anyone().get("/+health/ready")).status, 200);
});

test("a failed search upstream, a 404 and a refusal are told in the log with their status", async () => {
  await using app = await openTestApp({ upstream: "http://127.0.0.1:9/simple/" });
  await app.anyone().get("/root/pypi/simple/demo/");
  await app.anyone().get("/nothing/here/simple/");
  const statuses = app.records.map(({ status }) => status);
  assert.deepEqual(statuses, [502, 404]);
  assert.ok(app.records[0]?.cause !== undefined, "what lies behind a 502 is in the log");
});

test("a start over data says nothing about an upstream that is set as it is", async () => {
  await using app = await openTestApp({ upstream: "https://up.example/simple/" });
  await app.restart();
  assert.deepEqual(app.notes, []);
});

test("an administrator is told how the server is, also of what it failed", async () => {
  await using world = await openTestApp();
  const root = world.as("root");
  for (let times = 0; times < 3; times += 1) await world.anyone().get("/+api");
  await world.anyone().get("/alice/nothing/");

  const status = JSON.parse((await root.get("/api/v1/status")).body.toString()) as {
    readonly traffic: { readonly requests: number; readonly refusals: number; readonly minutes: readonly unknown[] };
    readonly caches: readonly { readonly name: string }[];
    readonly jobs: readonly { readonly isRunning: boolean; readonly everySeconds: number }[];
    readonly failedRequests: readonly unknown[];
  };
  assert.equal(status.traffic.requests, 4);
  assert.equal(status.traffic.refusals, 1);
  assert.equal(status.traffic.minutes.length, 1);
  assert.deepEqual(
    status.caches.map(({ name }) => name),
    ["answers", "pages", "remotes"],
  );
  assert.deepEqual(
    status.jobs.map(({ everySeconds }) => everySeconds),
    [21_600, 5, 900],
  );
  assert.deepEqual(status.failedRequests, []);
});
