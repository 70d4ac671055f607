import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { run } from "#cli";
import { configOptions } from "../../src/process/config.ts";
import { openProbes } from "../../src/process/probes.ts";
import { readConfig } from "../../src/process/start.ts";
import { aWheelFile } from "../support/archives.ts";
import { fakeIo, noMoves } from "../support/fake-io.ts";
import { expectStatus, openTestApp } from "../support/test-app.ts";

const DEMO = { name: "demo", version: "1.0" };

/** A data folder with one published wheel, closed; `plant` spoils it, then doctor looks, for real. */
async function faultsAfter(
  plant: (folder: string) => Promise<void>,
  more: readonly string[] = [],
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "vivarium-doctor-"));
  try {
    await using app = await openTestApp({ dataFolder: folder });
    await app.user("alice");
    await app.index("alice/dev");
    expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
    await app[Symbol.asyncDispose]();
    await plant(folder);
    return await faultsOf(["--data", folder, ...more]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function faultsOf(argv: readonly string[]): Promise<readonly string[]> {
  const fake = fakeIo();
  const hasPort = argv.includes("--port");
  const exitCode = await run(["doctor", "--json", ...argv, ...(hasPort ? [] : ["--port", "0"])], fake.io, {
    version: "0.0.0",
    options: configOptions,
    serve: async () => 0,
    init: () => Promise.reject(new Error("not in these tests")),
    setPassword: () => Promise.reject(new Error("not in these tests")),
    // What programs this machine has is not this test's to say, and asking them takes seconds.
    probes: async (flags) => ({ ...openProbes(await readConfig(flags, fake.io)), machine: SOUND_MACHINE }),
    setup: () => Promise.reject(new Error("not in these tests")),
    moves: noMoves,
  });
  assert.equal(fake.out.startsWith("{"), true, fake.err.join("\n"));
  const { faults, findings } = JSON.parse(fake.out) as {
    readonly faults: number;
    readonly findings: readonly { readonly status: string; readonly code: string }[];
  };
  assert.equal(exitCode, faults === 0 ? 0 : 1);
  return findings.filter(({ status }) => status === "fault").map(({ code }) => code);
}

const SOUND_MACHINE = { programVersion: async () => "v22.0.0", openFilesMax: async () => null };

async function pathOfBlob(folder: string): Promise<string> {
  const blobs = join(folder, "blobs", "sha256");
  const names = await readdir(blobs, { recursive: true });
  return join(blobs, names.find((name) => /[0-9a-f]{64}$/.test(name)) ?? "");
}

function sql(folder: string, text: string): void {
  const db = new DatabaseSync(join(folder, "vivarium.db"));
  try {
    db.exec(text);
  } finally {
    db.close();
  }
}

test("a data folder at rest is sound", async () => {
  assert.deepEqual(await faultsAfter(async () => {}), []);
});

test("a database that the server has not brought to a newer schema yet is told as that alone", async () => {
  const oneStepBack = (folder: string): void =>
    sql(folder, "drop table attachments; update meta set value = '1' where key = 'schema'");
  assert.deepEqual(await faultsAfter(async (folder) => oneStepBack(folder)), ["version-older"]);
});

test("documentation whose bytes are gone is found as well", async () => {
  const attach = (folder: string): void =>
    sql(
      folder,
      `insert into attachments (repository, project, filename, version, kind, blob, size_bytes, attached_at, log, seq)
       values ('alice/dev', 'foo', 'foo-1.0.doc.zip', '1.0', 'documentation', 'sha256:${"0".repeat(64)}', 1, 1, '[]', 1)`,
    );
  // The journal knows nothing of it, which is told, too.
  assert.deepEqual(await faultsAfter(async (folder) => attach(folder)), ["journal-differs", "blob-missing"]);
});

const LONG_AGO = new Date("2020-01-01");

for (const [code, plant] of [
  ["folder-missing", (folder: string) => rm(folder, { recursive: true })],
  ["folder-open", (folder: string) => chmod(folder, 0o755)],
  ["key-open", (folder: string) => chmod(join(folder, "secret.key"), 0o644)],
  ["key-missing", (folder: string) => rm(join(folder, "secret.key"))],
  ["key-does-not-fit", (folder: string) => writeFile(join(folder, "secret.key"), "ab".repeat(32))],
  ["blob-missing", async (folder: string) => rm(await pathOfBlob(folder))],
  [
    "blob-damaged",
    async (folder: string) => {
      const path = await pathOfBlob(folder);
      await chmod(path, 0o600);
      await truncate(path, 100);
    },
  ],
  ["database-missing", (folder: string) => truncate(join(folder, "vivarium.db"))],
  ["database-missing", (folder: string) => rm(join(folder, "vivarium.db"))],
  ["database-damaged", (folder: string) => writeFile(join(folder, "vivarium.db"), "this is no database at all")],
  ["version-newer", async (folder: string) => sql(folder, "update meta set value = '999' where key = 'schema'")],
  ["journal-differs", async (folder: string) => sql(folder, "update artifacts set filename = 'other'")],
  [
    "drafts-left",
    async (folder: string) => {
      const path = join(folder, "blobs", "drafts", "left-by-a-kill");
      await writeFile(path, "half a wheel");
      await utimes(path, LONG_AGO, LONG_AGO);
    },
  ],
] as const) {
  test(`doctor finds ${code} on a real data folder`, async () => {
    assert.deepEqual(await faultsAfter(plant), [code]);
  });
}

test("doctor finds another program at the port, and a configuration that is wrong", async () => {
  const server = createServer((_request, response) => void response.end("something else"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    assert.deepEqual(await faultsAfter(async () => {}, ["--port", String(port)]), ["port-taken"]);
    assert.deepEqual(await faultsAfter(async () => {}, ["--public-url", "not an address"]), ["configuration-wrong"]);
  } finally {
    server.close();
  }
});
