import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "#cli";
import type { Json } from "#core";
import { setPassword } from "../../src/process/offline.ts";
import { aWheelFile } from "../support/archives.ts";
import { type FakeIoWish, fakeIo, noMoves } from "../support/fake-io.ts";
import { expectStatus, openTestApp, type TestApp } from "../support/test-app.ts";

const DEMO = { name: "Demo.Pkg", version: "1.0" };

/** One command against the whole house. */
async function vivarium(app: TestApp, argv: readonly string[], wish: FakeIoWish = {}) {
  const fake = fakeIo({ ...wish, fetch: fetchFrom(app) });
  const exitCode = await run(argv, fake.io, {
    version: "0.0.0",
    options: [],
    serve: async () => 0,
    init: () => Promise.reject(new Error("not in these tests")),
    setPassword: () => Promise.reject(new Error("not in these tests")),
    probes: () => Promise.reject(new Error("not in these tests")),
    setup: () => Promise.reject(new Error("not in these tests")),
    moves: noMoves,
  });
  return { exitCode, out: fake.out, err: fake.err };
}

function fetchFrom(app: TestApp): typeof globalThis.fetch {
  return async (address, init = {}) => {
    const url = new URL(String(address));
    const reply = await app.app.frontDoor.inject({
      method: init.method ?? "GET",
      url: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...Object.fromEntries(new Headers(init.headers)) },
      ...(typeof init.body === "string" ? { body: init.body } : {}),
    });
    const headers = Object.entries(reply.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const isEmpty = reply.status === 204 || reply.status === 304;
    return new Response(isEmpty ? null : new Uint8Array(reply.body), { status: reply.status, headers });
  };
}

function as(name: string): FakeIoWish {
  return { env: { VIVARIUM_USER: name, VIVARIUM_PASSWORD: `${name}'s password` } };
}

/** A command that must succeed, by somebody; its JSON. */
async function json<Value = Json>(app: TestApp, who: string, ...argv: readonly string[]): Promise<Value> {
  const { exitCode, out, err } = await vivarium(app, [...argv, "--json"], as(who));
  assert.equal(exitCode, 0, err.join("\n"));
  return JSON.parse(out) as Value;
}

test("by the command alone a team gets accounts, repositories of all kinds and a token, and takes them away again", async () => {
  await using app = await openTestApp();
  const made = await vivarium(app, ["user", "create", "alice"], {
    ...as("root"),
    secrets: ["alice's password", "alice's password"],
  });
  assert.deepEqual([made.exitCode, made.out], [0, "The account alice is made.\n"]);

  await json(app, "alice", "index", "create", "alice/dev", "--base", "root/pypi", "--reserved", "acme-*");
  await json(
    app,
    "alice",
    "index",
    "create",
    "alice/up",
    "--upstream",
    "http://127.0.0.1:9/simple",
    "--fresh-for",
    "1h",
  );
  await json(
    app,
    "alice",
    "index",
    "create",
    "alice/all",
    "--member",
    "alice/dev",
    "--member",
    "alice/up",
    "--publish-to",
    "alice/dev",
  );
  await json(
    app,
    "alice",
    "index",
    "modify",
    "alice/up",
    "--project-list",
    "no",
    "--external-urls",
    "yes",
    "--missing-for",
    "90",
  );

  const { items } = await json<{ items: { name: string; kind: string }[] }>(app, "alice", "index", "list", "alice");
  assert.deepEqual(
    items.map(({ name, kind }) => `${kind} ${name}`),
    ["virtual alice/all", "local alice/dev", "remote alice/up"],
  );
  const up = await json<Record<string, Json>>(app, "alice", "index", "show", "alice/up");
  assert.deepEqual(
    [up["url"], up["freshForSeconds"], up["missingForSeconds"], up["noProjectList"], up["useExternalUrls"]],
    ["http://127.0.0.1:9/simple/", 3600, 90, true, true],
  );

  await json(app, "alice", "user", "modify", "alice", "--title", "Alice, web team");
  await json(app, "alice", "index", "refresh", "alice/up", "demo");
  for (const name of ["alice/all", "alice/up", "alice/dev"]) await json(app, "alice", "index", "remove", name);
  await json(app, "root", "user", "remove", "alice");
  const gone = await vivarium(app, ["user", "show", "alice"], as("root"));
  assert.deepEqual([gone.exitCode, gone.err.length], [1, 1]);
});

test("a token made by the command publishes where it may, and nowhere after it was revoked", async () => {
  await using app = await openTestApp();
  await app.user("alice");
  await app.index("alice/dev");
  await app.index("alice/other");
  const argv = ["token", "create", "ci", "--repository", "alice/dev", "--permission", "publish", "--expires", "90d"];
  const { out: secret } = await vivarium(app, argv, as("alice"));
  const machine = app.withToken(secret.trim());

  expectStatus(await machine.publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  expectStatus(await machine.publish("alice/other", aWheelFile(DEMO), DEMO), 403);
  const me = await vivarium(app, ["whoami"], { env: { VIVARIUM_TOKEN: secret.trim() } });
  assert.match(me.out, /user +alice\nsigned in with +token\n/);

  const { items } = await json<{ items: { id: string }[] }>(app, "alice", "token", "list");
  await json(app, "alice", "token", "revoke", items[0]?.id ?? "");
  expectStatus(await machine.publish("alice/dev", aWheelFile(DEMO), DEMO), 401);
});

test("yank, unyank and status show in the simple page", async () => {
  await using app = await openTestApp();
  await app.user("alice");
  await app.index("alice/dev");
  expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  const page = () => app.anyone().simplePage("alice/dev", "demo-pkg");

  await json(app, "alice", "yank", "alice/dev", "Demo.Pkg", "1.0", "--reason", "broken on Windows");
  assert.deepEqual(
    (await page()).files.map(({ yanked }) => yanked),
    ["broken on Windows"],
  );
  await json(app, "alice", "unyank", "alice/dev", "demo_pkg", "1.0");
  assert.deepEqual(
    (await page()).files.map(({ yanked }) => yanked),
    [false],
  );

  await json(app, "alice", "status", "alice/dev", "demo-pkg", "deprecated", "--reason", "use demo2");
  assert.deepEqual((await page())["project-status"], { status: "deprecated", reason: "use demo2" });
  assert.deepEqual(await json(app, "alice", "status", "alice/dev", "demo-pkg"), {
    status: "deprecated",
    statusReason: "use demo2",
  });
});

test("a changed password works at once, and the old one no more", async () => {
  await using app = await openTestApp();
  await app.user("alice");
  const changed = await vivarium(app, ["user", "password"], { ...as("alice"), secrets: ["a new one", "a new one"] });
  assert.equal(changed.exitCode, 0);
  const wrong = await vivarium(app, ["whoami"], as("alice"));
  assert.deepEqual([wrong.exitCode, wrong.out], [1, ""]);
  const right = await vivarium(app, ["whoami"], { env: { VIVARIUM_USER: "alice", VIVARIUM_PASSWORD: "a new one" } });
  assert.match(right.out, /user +alice/);
});

test("root's lost password is set in the data folder, and root is root again", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "vivarium-password-"));
  try {
    await (await openTestApp({ dataFolder }))[Symbol.asyncDispose]();
    const { signal } = new AbortController();
    const parts = { io: fakeIo().io, version: "0.0.0", isTerminal: false, stop: signal };

    await setPassword({ data: dataFolder }, { user: "root", password: "found again" }, parts);

    await using app = await openTestApp({ dataFolder });
    const root = { env: { VIVARIUM_USER: "root", VIVARIUM_PASSWORD: "found again" } };
    assert.match((await vivarium(app, ["whoami"], root)).out, /user +root\n/);
    assert.equal((await vivarium(app, ["whoami"], as("root"))).exitCode, 1);
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
});

for (const [argv, says] of [
  [["user", "create", "alice", "--tokens-only"], /sign/],
  [["index", "create", "nobody/dev"], /sign|nobody/],
  [["index", "show", "alice/none"], /alice\/none/],
  [["index", "remove", "root/pypi"], /sign in/],
  [["yank", "root/pypi", "demo", "1.0"], /root\/pypi is a remote/],
] as const) {
  test(`'vivarium ${argv.join(" ")}' by nobody is refused in one line`, async () => {
    await using app = await openTestApp();
    const { exitCode, err, out } = await vivarium(app, argv);
    assert.deepEqual([exitCode, err.length, out], [1, 1, ""]);
    assert.match(err[0] ?? "", says);
  });
}
