import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Clients, openClients } from "../support/clients.ts";
import { type DevpiHttp, devpiHttp, ROOT_ACCOUNT } from "../support/devpi-http.ts";
import { type MoveRun, runMove } from "../support/moving-command.ts";
import { ALICE, BOB, DOCUMENTATION, openUsedDevpi, TOX_RESULT, type UsedDevpi } from "../support/moving-world.ts";
import { type Served, serveDevpi, serveVivarium } from "../support/served.ts";

/** A real devpi-server moves in, and out again. */

const INDEXES = ["alice/dev", "alice/prod", "bob/all", "root/up"];
const PROJECTS = ["hello-world", "other", "remote", "loose"];
const world = {} as { devpi: UsedDevpi; folder: string; ours: Served; http: DevpiHttp; run: MoveRun; clients: Clients };

before(async () => {
  world.devpi = await openUsedDevpi();
  world.clients = await openClients("clients");
  world.folder = await world.devpi.export();
  world.ours = await serveVivarium({ upstream: "none" });
  world.http = devpiHttp(world.ours.url);
  // Into the data folder of a server that runs.
  world.run = await runMove(["import", "devpi", world.folder, "--json", "--data", world.ours.data]);
});

after(async () => {
  world.clients?.[Symbol.dispose]();
  await world.ours?.[Symbol.asyncDispose]();
  await world.devpi?.[Symbol.asyncDispose]();
});

describe("an export of a real devpi-server", () => {
  test("comes in whole, and every file's hash is compared", () => {
    assert.equal(world.run.status, 0, world.run.err);
    const { isComplete, files, documentation, testResults, compared, leftOut, faults } = world.run.answer;
    assert.deepEqual({ isComplete, leftOut, faults }, { isComplete: true, leftOut: [], faults: [] });
    assert.deepEqual([files.copied, documentation.copied, testResults.copied], [8, 2, 2]);
    assert.deepEqual(compared, { files: 12, equal: 12 });
  });

  test("lets its users in with the passwords they have", async () => {
    for (const [user, password] of [ALICE, BOB, ROOT_ACCOUNT]) {
      const json = { user, password };
      assert.equal((await world.http.ask("POST", "/+login", { as: null, json })).status, 200, user);
      const wrong = { user, password: `${password}!` };
      assert.equal((await world.http.ask("POST", "/+login", { as: null, json: wrong })).status, 401, user);
    }
  });

  test("keeps what users say of themselves and what indexes are set to", async () => {
    for (const path of ["/alice", "/bob", ...INDEXES.map((index) => `/${index}?no_projects=`)]) {
      const [theirs, ours] = await both(path);
      assert.deepEqual(withoutReaders(ours), theirs, path);
    }
  });

  test("shows the same versions with the same metadata, files and logs", async () => {
    for (const path of ["/alice/dev/hello-world", "/alice/dev/other", "/alice/prod/hello-world"]) {
      const [theirs, ours] = await both(`${path}?ignore_bases=`);
      assert.deepEqual(withoutHosts(ours), withoutHosts(theirs), path);
    }
  });

  test("answers every address that the old server wrote, with the same bytes and date", async () => {
    let count = 0;
    for (const index of INDEXES) {
      for (const address of await addressesOf(world.devpi.server.url, index)) {
        const [theirs, ours] = await Promise.all(
          [world.devpi.server.url, world.ours.url].map(async (url) => {
            const reply = await fetch(`${url}${address}`);
            return { status: reply.status, bytes: Buffer.from(await reply.arrayBuffer()), headers: reply.headers };
          }),
        );
        assert.equal(ours?.status, 200, address);
        assert.deepEqual(ours?.bytes, theirs?.bytes, address);
        if (!address.startsWith("/root/up/")) {
          assert.equal(ours?.headers.get("last-modified"), theirs?.headers.get("last-modified"), address);
        }
        count += 1;
      }
    }
    assert.ok(count >= 12, `only ${count} addresses`);
  });

  test("keeps documentation and test results, byte for byte", async () => {
    const { json } = await world.http.ask("GET", "/alice/dev/hello-world/2.0", { as: null });
    const links = linksOf(json);
    const result = links.find(({ rel }) => rel === "toxresult");
    const documentation = links.find(({ rel }) => rel === "doczip");
    assert.ok(result !== undefined && documentation !== undefined);
    assert.deepEqual(await (await fetch(result.href)).json(), TOX_RESULT);
    const zip = Buffer.from(await (await fetch(documentation.href)).arrayBuffer());
    assert.ok(zip.includes("index.html"), DOCUMENTATION);
  });

  test("installs the same files with pip", async () => {
    const installed = await Promise.all(
      [world.devpi.server.url, world.ours.url].map((url) => installedFrom(`${url}/bob/all/+simple/`, "hello-world")),
    );
    assert.deepEqual(installed[1], installed[0]);
    assert.ok((installed[0] ?? []).length > 0);
  });

  test("changes nothing when it comes a second time", async () => {
    const before = await world.http.ask("GET", "/+api", { as: null });
    const again = await runMove(["import", "devpi", world.folder, "--json", "--data", world.ours.data]);
    assert.equal(again.status, 0, again.err);
    assert.deepEqual([again.answer.files.copied, again.answer.files.same], [0, 8]);
    assert.deepEqual(again.answer.users, { made: 0, changed: 0, same: 3 });
    const after = await world.http.ask("GET", "/+api", { as: null });
    assert.equal(after.headers.get("x-devpi-serial"), before.headers.get("x-devpi-serial"));
  });
});

test("what comes in can go out: a real devpi-import takes it, and shows what the first server showed", async () => {
  const { devpi, ours } = world;
  const folder = join(devpi.clients.folder(), "out");
  const written = await runMove(["export", "devpi", folder, "--json", "--data", ours.data]);
  assert.equal(written.status, 0, written.err);
  await using next = await serveDevpi(devpi.clients, { importing: folder });
  const theirs = devpiHttp(devpi.server.url);
  const after = devpiHttp(next.url);
  for (const path of [
    "/alice",
    ...INDEXES.map((index) => `/${index}?no_projects=`),
    "/alice/dev/hello-world?ignore_bases=",
    "/alice/dev/other?ignore_bases=",
    "/alice/prod/hello-world?ignore_bases=",
  ]) {
    const [first, last] = await Promise.all([theirs, after].map((http) => http.ask("GET", path, { as: null })));
    assert.equal(last?.status, 200, path);
    assert.deepEqual(withoutHosts(last?.json), withoutHosts(first?.json), path);
  }
  for (const [user, password] of [ALICE, BOB]) {
    const login = await after.ask("POST", "/+login", { as: null, json: { user, password } });
    assert.equal(login.status, 200, user);
  }
});

test("a running devpi is copied again and again, only what changed", async () => {
  const { devpi } = world;
  await using ours = await serveVivarium({ upstream: "none" });
  const passwordFile = join(devpi.clients.folder(), "password");
  writeFileSync(passwordFile, `${ROOT_ACCOUNT[1]}\n`);
  const copy = (): Promise<MoveRun> =>
    runMove([
      "import",
      "devpi",
      "--live",
      devpi.server.url,
      "--password-file",
      passwordFile,
      "--json",
      "--data",
      ours.data,
    ]);

  const first = await copy();
  assert.equal(first.status, 0, first.err);
  assert.deepEqual([first.answer.files.copied, first.answer.documentation.copied], [6, 2]);
  assert.match(first.answer.notes.join(), /nobody its users' passwords.*--users-only/);
  const idle = await copy();
  assert.match(idle.answer.notes.join(), /nothing has changed/);

  const wheel = { name: "other", version: "0.2" };
  assert.equal((await devpi.http.upload("alice/dev", wheel, ALICE)).status, 200);
  assert.equal((await devpi.http.ask("DELETE", "/alice/dev/hello-world/1.0", { as: ALICE })).status, 200);
  assert.equal((await devpi.http.ask("PATCH", "/alice/dev", { as: ALICE, json: ["title=New"] })).status, 200);
  const second = await copy();
  assert.equal(second.status, 0, second.err);
  assert.deepEqual([second.answer.files.copied, second.answer.files.removed], [1, 1]);
  assert.equal(second.answer.indexes.changed, 1);
  const http = devpiHttp(ours.url);
  assert.equal((await http.ask("GET", "/alice/dev/hello-world/1.0", { as: null })).status, 404);
  const { json } = await http.ask("GET", "/alice/dev/other", { as: null });
  assert.deepEqual(Object.keys((json as { result: object }).result).sort(), ["0.1", "0.2"]);

  const users = await runMove(["import", "devpi", world.folder, "--users-only", "--json", "--data", ours.data]);
  assert.equal(users.status, 0, users.err);
  const login = await http.ask("POST", "/+login", { as: null, json: { user: BOB[0], password: BOB[1] } });
  assert.equal(login.status, 200, "the users' passwords come from an export");

  const stranger = await runMove(["import", "devpi", "--live", devpi.server.url, "--data", ours.data], {
    VIVARIUM_DEVPI_PASSWORD: "wrong",
  });
  assert.equal(stranger.status, 3);
  assert.match(stranger.err, /does not let root in: the name or the password is wrong/);
});

async function both(path: string): Promise<readonly [unknown, unknown]> {
  const [theirs, ours] = await Promise.all(
    [world.devpi.http, world.http].map((http) => http.ask("GET", path, { as: null })),
  );
  return [theirs?.json, ours?.json];
}

/** The same but for who may read, which devpi leaves to plug-ins and ours always says. */
function withoutReaders(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, one) => (key === "acl_read" ? undefined : one));
}

/** The same but for where it is, and for the order of links, which devpi-export itself does not keep. */
function withoutHosts(value: unknown): unknown {
  const text = JSON.stringify(value).replaceAll(/http:\/\/127\.0\.0\.1:\d+\/(?!simple\/|files\/)/g, "/");
  return JSON.parse(text, (key, one) =>
    key === "+links" ? one.toSorted((a: { href: string }, b: { href: string }) => (a.href < b.href ? -1 : 1)) : one,
  );
}

function linksOf(json: unknown): readonly { readonly rel: string; readonly href: string }[] {
  return (json as { result: { "+links": { rel: string; href: string }[] } }).result["+links"];
}

/** What the simple pages of an index link to, as paths. */
async function addressesOf(url: string, index: string): Promise<readonly string[]> {
  const addresses: string[] = [];
  for (const project of PROJECTS) {
    const page = `${url}/${index}/+simple/${project}/`;
    const reply = await fetch(page, { headers: { accept: "text/html" } });
    const text = await reply.text();
    if (!reply.ok) continue;
    for (const [, href = ""] of text.matchAll(/<a[^>]* href="([^"#]+)/g)) {
      const { pathname } = new URL(href, page);
      if (/\/\+[ef]\//.test(pathname)) addresses.push(pathname);
    }
  }
  return addresses;
}

/** Names and hashes of what pip puts into an empty folder. */
async function installedFrom(index: string, project: string): Promise<readonly string[]> {
  const target = mkdtempSync(join(tmpdir(), "vivarium-pip-"));
  try {
    const args = ["install", "--no-deps", "--no-compile", "--target", target, "--index-url", index, project];
    const ended = await world.clients.run("pip", args);
    assert.equal(ended.status, 0, ended.output);
    return readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => `${path.slice(target.length)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`)
      .sort();
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}
