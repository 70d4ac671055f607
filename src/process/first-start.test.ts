import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonOf, openTestApp, type TestApp } from "../../tests/support/test-app.ts";
import type { FoundUpstream } from "./find-upstream.ts";
import { DEFAULT_REMOTE, type FirstStartParts, firstStart, ROOT } from "./first-start.ts";

const FOUND: FoundUpstream = { url: "https://up.example/simple/", credentials: null, source: "the test" };
const SYSTEM = { kind: "system", reason: "test" } as const;

async function again(app: TestApp, findUpstream: FirstStartParts["findUpstream"] = async () => FOUND) {
  return firstStart({
    app: app.app,
    configured: null,
    rootPassword: "another password",
    findUpstream,
    randomBytes: (count) => Buffer.alloc(count, 9),
  });
}

test("a password that is made is returned once and lets root in", async () => {
  await using app = await openTestApp({ rootPassword: null });
  const { isFirst, rootPassword } = app.first;
  assert.equal(isFirst, true);
  assert.ok(rootPassword !== null && rootPassword.length >= 24);
  const reply = await app.as("root", rootPassword).get("/api/v1/whoami");
  assert.deepEqual(jsonOf<{ isRoot: boolean }>(reply).isRoot, true);
});

test("a second start changes neither root's password nor the remote", async () => {
  await using app = await openTestApp({ upstream: "https://first.example/simple/" });
  const { head } = app.app.registry;

  const second = await again(app);

  assert.deepEqual(second, { isFirst: false, rootPassword: null, search: null });
  assert.equal(app.app.registry.head, head);
  assert.equal((await app.as("root").get("/api/v1/whoami")).status, 200);
});

test("a remote that found no upstream gets one at a later start", async () => {
  await using app = await openTestApp();
  const second = await again(app);
  assert.deepEqual(await second.search, { kind: "found", upstream: FOUND });
  const remote = await app.app.registry.repository(DEFAULT_REMOTE);
  assert.ok(remote?.kind === "remote" && remote.url === FOUND.url);
});

test("none at the first start is remembered: a later start looks for no upstream, until one is named", async () => {
  await using app = await openTestApp({ upstream: FOUND.url, config: { upstream: "none" } });
  const urlNow = async () => {
    const remote = await app.app.registry.repository(DEFAULT_REMOTE);
    return remote?.kind === "remote" ? remote.url : undefined;
  };
  assert.equal(await urlNow(), null);

  await app.restart({ upstream: null });
  assert.equal(app.first.search, null);
  assert.equal(await urlNow(), null);

  await app.restart({ upstream: "https://named.example/simple/" });
  assert.equal(await urlNow(), "https://named.example/simple/");
});

test("a search that fails is told and harms nothing", async () => {
  await using app = await openTestApp();
  const cause = new Error("no Python here");
  const second = await again(app, () => Promise.reject(cause));
  assert.deepEqual(await second.search, { kind: "failed", cause });
});

test("an address that somebody set during the search stays", async () => {
  await using app = await openTestApp();
  const url = "https://own.example/simple/";
  const second = await again(app, async () => {
    await app.app.registry.repositoriesAdmin.modify(SYSTEM, DEFAULT_REMOTE, (now) => ({ ...now, url }) as typeof now);
    return FOUND;
  });
  await second.search;
  const remote = await app.app.registry.repository(DEFAULT_REMOTE);
  assert.ok(remote?.kind === "remote" && remote.url === url);
});

test("a remote that was removed on purpose does not come back", async () => {
  await using app = await openTestApp();
  const { repositoriesAdmin } = app.app.registry;
  await repositoriesAdmin.modify(SYSTEM, DEFAULT_REMOTE, (now) => ({ ...now, mutability: "volatile" }));
  await repositoriesAdmin.remove(SYSTEM, DEFAULT_REMOTE);
  assert.equal((await again(app)).search, null);
  assert.equal(await app.app.registry.repository(DEFAULT_REMOTE), null);
  assert.notEqual(await app.app.registry.accounts.user(ROOT), null);
});
