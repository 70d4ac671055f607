import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { JsonObject } from "#core";
import {
  type ArtifactoryAsk,
  type ArtifactoryReport,
  ArtifactorySourceFault,
  moveInFromArtifactory,
  openArtifactory,
} from "../../src/dialects/artifactory/index.ts";
import { aWheelFile } from "../support/archives.ts";
import { openTestApp, type TestApp } from "../support/test-app.ts";

/** Moving in from a server that speaks Artifactory's interface: here one of ours, asked as any other would be. */

const SOURCE = "http://old.example.com/artifactory/";
const WHEEL = aWheelFile({ name: "Team-Lib", version: "1.0" });

/** What the source is asked by, as root. `change`: bytes of files on the way. */
function asking(source: TestApp, change: (address: string, bytes: Buffer) => Buffer = (_address, bytes) => bytes) {
  const asked: string[] = [];
  const ask: ArtifactoryAsk = async (address, isFile) => {
    asked.push(address);
    const { status, body } = await source.as("root").get(`/artifactory/${address}`);
    const bytes = isFile ? change(address, body) : body;
    const pieces = (async function* () {
      yield bytes;
    })();
    return { status, bytes: async () => bytes, body: pieces, cancel() {} };
  };
  return { ask, asked };
}

async function move(
  target: TestApp,
  ask: ArtifactoryAsk,
  signal: AbortSignal = new AbortController().signal,
): Promise<ArtifactoryReport> {
  const source = await openArtifactory(SOURCE, ask);
  const { registry, access } = target.app;
  return moveInFromArtifactory({ registry, access, source, signal, progress() {} });
}

async function call(app: TestApp, method: string, path: string, body?: JsonObject | Uint8Array): Promise<Buffer> {
  const options = body === undefined ? {} : body instanceof Uint8Array ? { body } : { json: body };
  const reply = await app.as("root").ask(method, `/artifactory/${path}`, options);
  assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.body}`);
  return reply.body;
}

async function openSource(): Promise<TestApp> {
  const source = await openTestApp();
  await call(source, "PUT", "api/security/groups/team", { name: "team", description: "the team" });
  await call(source, "PUT", "api/security/users/ruth", {
    email: "ruth@example.com",
    password: "Secret-12",
    groups: ["team"],
  });
  await call(source, "PUT", "api/repositories/py-all-early", {
    rclass: "virtual",
    packageType: "pypi",
    repositories: [],
  });
  await call(source, "PUT", "api/repositories/py-local", { rclass: "local", packageType: "pypi", description: "ours" });
  await call(source, "PUT", "api/repositories/files", { rclass: "local", packageType: "generic", notes: "kept" });
  await call(source, "PUT", "api/repositories/py-remote", {
    rclass: "remote",
    packageType: "pypi",
    url: "http://up.example.com/",
    offline: true,
    retrievalCachePeriodSecs: 77,
  });
  await call(source, "POST", "api/repositories/py-all-early", {
    repositories: ["py-local", "py-remote"],
    defaultDeploymentRepo: "py-local",
  });
  await call(source, "PUT", `py-local/Team-Lib/1.0/${WHEEL.filename};stage=prod;sign=a,b`, WHEEL.bytes);
  await call(source, "PUT", "files/x/a%20b%2Bc%23d.bin;team=red", Buffer.from("some bytes"));
  await call(source, "PUT", "files/x/empty", Buffer.alloc(0));
  await call(source, "PUT", "api/v2/security/permissions/team-reads", {
    name: "team-reads",
    repo: {
      repositories: ["files", "ANY REMOTE"],
      "include-patterns": ["x/**"],
      "exclude-patterns": [""],
      actions: { users: {}, groups: { team: ["read", "annotate"] } },
    },
  });
  return source;
}

test("everything comes: configurations, files with dates and properties, accounts, groups and permissions", async () => {
  await using source = await openSource();
  source.tick(3600);
  await using target = await openTestApp();
  target.tick(86_400);

  const report = await move(target, asking(source).ask);

  assert.deepEqual(report.faults, []);
  assert.ok(report.isComplete);
  assert.deepEqual(
    [report.users, report.groups, report.repositories, report.permissions],
    [
      { made: 1, same: 1 },
      { made: 1, same: 0 },
      { made: 4, same: 1 },
      { made: 1, same: 0 },
    ],
  );
  assert.deepEqual(report.files, { copied: 3, copiedBytes: WHEEL.bytes.byteLength + 10, same: 0, equal: 3 });
  for (const path of [
    "api/repositories/py-local",
    "api/repositories/py-remote",
    "api/repositories/py-all-early",
    "api/security/groups/team?includeUsers=true",
    "api/v2/security/permissions/team-reads",
    "api/security/users/ruth",
    `api/storage/py-local/Team-Lib/1.0/${WHEEL.filename}?properties`,
    "api/storage/files/x/a%20b%2Bc%23d.bin?properties",
  ]) {
    assert.deepEqual(
      JSON.parse(String(await call(target, "GET", path))),
      JSON.parse(String(await call(source, "GET", path))),
      path,
    );
  }
  const info = (app: TestApp) =>
    call(app, "GET", "api/storage/files/x/a%20b%2Bc%23d.bin").then((body) => JSON.parse(String(body)));
  const [there, here] = [await info(source), await info(target)];
  assert.deepEqual([here.checksums, here.size, here.lastModified], [there.checksums, there.size, there.lastModified]);
  const page = await target.as("root").simplePage("root/py-local", "team-lib");
  assert.equal(page.files[0]?.hashes["sha256"], createHash("sha256").update(WHEEL.bytes).digest("hex"));
  assert.match(report.notes.join(), /new users cannot sign in yet/);
});

test("run again, nothing is fetched again, and what changed there meanwhile comes", async () => {
  await using source = await openSource();
  await using target = await openTestApp();
  await move(target, asking(source).ask);
  await call(source, "PUT", "files/x/new.bin", Buffer.from("new"));
  await call(source, "PUT", "api/storage/files/x/empty?properties=late=yes");
  const { ask, asked } = asking(source);

  const again = await move(target, ask);

  assert.deepEqual([again.files.copied, again.files.same, again.isComplete], [1, 3, true]);
  assert.deepEqual(
    asked.filter((address) => !address.startsWith("api/")),
    ["files/x/new.bin"],
  );
  const { properties } = JSON.parse(String(await call(target, "GET", "api/storage/files/x/empty?properties")));
  assert.deepEqual(properties, { late: ["yes"] });
});

test("a file that arrives damaged is told of and not kept, the others come, and the next run brings it", async () => {
  await using source = await openSource();
  await using target = await openTestApp();
  const damaging = asking(source, (address, bytes) => (address.startsWith("py-local/") ? Buffer.from("other") : bytes));

  const report = await move(target, damaging.ask);

  assert.deepEqual([report.isComplete, report.files.copied, report.faults.length], [false, 2, 1]);
  assert.match(report.faults[0]?.because ?? "", /digest|damaged|wheel/i);
  const missing = await target.as("root").get(`/artifactory/py-local/Team-Lib/1.0/${WHEEL.filename}`);
  assert.equal(missing.status, 404);
  assert.deepEqual((await move(target, asking(source).ask)).files.copied, 1);
});

test("told to stop, it stops, says so, and goes on from there", async () => {
  await using source = await openSource();
  await using target = await openTestApp();
  for (let number = 0; number < 20; number += 1) await call(source, "PUT", `files/many/${number}`, Buffer.from("many"));
  const stopping = new AbortController();
  const { ask } = asking(source, (_address, bytes) => {
    stopping.abort();
    return bytes;
  });

  const stopped = await move(target, ask, stopping.signal);

  assert.equal(stopped.isComplete, false);
  assert.match(stopped.notes.join(), /it was stopped/);
  const rest = await move(target, asking(source).ask);
  assert.ok(rest.isComplete);
  assert.equal(rest.files.copied + rest.files.same, 23);
  assert.ok(rest.files.same < 23 && rest.files.same === stopped.files.copied);
});

test("what is no Artifactory, and one that lets no administrator in, are refused with what to do", async () => {
  const answering =
    (status: number, text: string): ArtifactoryAsk =>
    async () => ({
      status,
      bytes: async () => Buffer.from(text),
      body: (async function* () {})(),
      cancel() {},
    });
  for (const [ask, message] of [
    [answering(401, "{}"), /refused \(401\): an administrator's token is needed/],
    [answering(200, "<html>"), /answers with no JSON: name the address that ends in \/artifactory/],
    [answering(200, "{}"), /is no Artifactory/],
    [answering(404, "{}"), /answers 404: name the address/],
  ] as const) {
    await assert.rejects(openArtifactory(SOURCE, ask), (error: unknown) => {
      assert.ok(error instanceof ArtifactorySourceFault);
      assert.match(error.message, message);
      return true;
    });
  }
});
