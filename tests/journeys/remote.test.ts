import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { openFakeUpstream } from "../support/fake-upstream.ts";
import { expectStatus, JSON_PAGE, openTestApp } from "../support/test-app.ts";

const DEMO = { name: "demo", version: "1.0" };

test("what was read through the cache is there after a restart with the upstream gone", async () => {
  await using fake = await openFakeUpstream();
  const wheel = aWheelFile(DEMO);
  fake.add("demo", wheel);
  await using app = await openTestApp({ upstream: fake.url });
  assert.deepEqual(await app.anyone().download("root/pypi", "demo", wheel.filename), Buffer.from(wheel.bytes));

  await fake.die();
  await app.restart();
  app.tick(24 * 3600);

  const page = await app.anyone().get("/root/pypi/simple/demo/", { accept: JSON_PAGE });
  assert.equal(page.status, 200);
  assert.ok(page.headers["x-vivarium-stale-since"] !== undefined, "the copy says that it is one");
  assert.deepEqual(await app.anyone().download("root/pypi", "demo", wheel.filename), Buffer.from(wheel.bytes));
});

test("a part can be asked for while the file is still being fetched", async () => {
  await using fake = await openFakeUpstream();
  const wheel = aWheelFile(DEMO);
  fake.add("demo", wheel);
  await using app = await openTestApp({ upstream: fake.url });
  const page = await app.anyone().simplePage("root/pypi", "demo");
  const address = new URL(page.files[0]?.url ?? "", "http://packages.test/root/pypi/simple/demo/").pathname;
  const gate = fake.hold(`/files/${wheel.filename}`, 100);
  const whole = app.anyone().get(address);
  await gate.arrived;
  const parts = ["bytes=10-29", "bytes=-5", "bytes=9999999-"].map((range) => app.anyone().get(address, { range }));
  gate.release();

  const [middle, end, beyond] = await Promise.all(parts);
  assert.deepEqual([middle?.status, end?.status, beyond?.status], [206, 206, 416]);
  assert.deepEqual(middle?.body, Buffer.from(wheel.bytes).subarray(10, 30));
  assert.equal(middle?.headers["content-range"], `bytes 10-29/${wheel.bytes.length}`);
  assert.deepEqual(end?.body, Buffer.from(wheel.bytes).subarray(-5));
  assert.deepEqual((await whole).body, Buffer.from(wheel.bytes));
  assert.equal(fake.count(`/files/${wheel.filename}`), 1);
});

test("a project that nobody could ask for is unavailable and not absent while the upstream is gone", async () => {
  await using fake = await openFakeUpstream();
  await using app = await openTestApp({ upstream: fake.url });
  await fake.die();

  const reply = await app.anyone().get("/root/pypi/simple/demo/");
  assert.ok([502, 503].includes(reply.status), `answered ${reply.status}`);
  assert.match(reply.headers["retry-after"] ?? "", /^\d+$/);

  await fake.revive();
  assert.equal((await app.anyone().get("/root/pypi/simple/demo/")).status, 404);
});

test("a name that is held here is never asked upstream and never replaced by its public namesake", async () => {
  await using fake = await openFakeUpstream();
  fake.add("demo", aWheelFile({ ...DEMO, version: "99.0" }));
  await using app = await openTestApp({ upstream: fake.url });
  await app.user("alice");
  await app.index("alice/dev", { bases: ["root/pypi"] });
  await app.index("alice/all", { kind: "virtual", members: ["root/pypi", "alice/dev"], publishTo: "alice/dev" });
  const wheel = aWheelFile(DEMO);

  expectStatus(await app.as("alice").publish("alice/all", wheel, DEMO), 200);

  for (const index of ["alice/dev", "alice/all"]) {
    const page = await app.anyone().simplePage(index, "demo");
    assert.deepEqual(
      page.files.map(({ filename }) => filename),
      [wheel.filename],
    );
  }
  await app.as("alice").ask("DELETE", "/api/v1/repositories/alice/dev/projects/demo/versions/1.0");
  assert.deepEqual((await app.anyone().simplePage("alice/all", "demo")).files, []);
  assert.equal(fake.seen.length, 0);
});

test("a private name does not turn into its public namesake for those who may not see it", async () => {
  await using fake = await openFakeUpstream();
  fake.add("demo", aWheelFile({ ...DEMO, version: "99.0" }));
  await using app = await openTestApp({ upstream: fake.url });
  await app.user("alice");
  await app.user("bob");
  await app.index("alice/secret", { readers: ["alice"] });
  await app.index("alice/all", { kind: "virtual", members: ["alice/secret", "root/pypi"] });
  expectStatus(await app.as("alice").publish("alice/secret", aWheelFile(DEMO), DEMO), 200);

  const page = await app.as("bob").get("/alice/all/simple/demo/", { accept: JSON_PAGE });

  assert.doesNotMatch(page.body.toString(), /99\.0|demo-1\.0/);
  assert.equal(fake.seen.length, 0);
});

test("the password in the upstream's address is sealed, sent to the upstream, and shown to nobody", async () => {
  await using fake = await openFakeUpstream();
  const wheel = aWheelFile(DEMO);
  fake.add("demo", wheel);
  fake.behave({ credentials: "team:s3cret-word" });
  await using app = await openTestApp({ upstream: fake.url.replace("//", "//team:s3cret-word@") });

  assert.deepEqual(await app.anyone().download("root/pypi", "demo", wheel.filename), Buffer.from(wheel.bytes));

  for (const path of ["/api/v1/repositories/root/pypi", "/root/pypi?no_projects=", "/root", "/api/v1/journal"]) {
    const reply = await app.as("root").get(path, { accept: "application/json" });
    assert.equal(reply.status, 200, path);
    assert.doesNotMatch(reply.body.toString(), /s3cret-word/, path);
  }
  for (const file of ["vivarium.db", "vivarium.db-wal", "state.db", "state.db-wal"]) {
    const bytes = await readFile(join(app.dataFolder, file)).catch(() => Buffer.alloc(0));
    assert.equal(bytes.includes("s3cret-word"), false, file);
  }
  assert.doesNotMatch(JSON.stringify([app.records, app.notes]), /s3cret-word/);
});

test("without an upstream the house works, and its remote says what is missing instead of failing", async () => {
  await using app = await openTestApp();
  const reply = await app.anyone().get("/root/pypi/simple/demo/");
  assert.ok([404, 502, 503].includes(reply.status), `answered ${reply.status}`);
  assert.equal((await app.anyone().get("/+health/ready")).status, 200);
});

test("a file is fetched once, however many ask for it at the same time", async () => {
  await using fake = await openFakeUpstream();
  const wheel = aWheelFile({ ...DEMO, ballastBytes: 300_000 });
  fake.add("demo", wheel);
  await using app = await openTestApp({ upstream: fake.url });

  const all = await Promise.all(
    Array.from({ length: 8 }, () => app.anyone().download("root/pypi", "demo", wheel.filename)),
  );

  for (const bytes of all) assert.deepEqual(bytes, Buffer.from(wheel.bytes));
  assert.equal(fake.count(`/files/${wheel.filename}`), 1);
  assert.equal(fake.count("/simple/demo/"), 1);
});
