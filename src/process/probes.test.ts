import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { Probes } from "#cli";
import { aWheelFile } from "../../tests/support/archives.ts";
import { expectStatus, openTestApp } from "../../tests/support/test-app.ts";
import { loadConfig } from "./config.ts";
import { openProbes } from "./probes.ts";

const DEMO = { name: "demo", version: "1.0" };

interface Installation extends AsyncDisposable {
  readonly folder: string;
  readonly probes: Probes;
  /** Where the blob of the one file is. */
  readonly blobPath: string;
  sql(statement: string): void;
}

/** A data folder with one published wheel, that nobody has open. */
async function openInstallation(): Promise<Installation> {
  const parent = await mkdtemp(join(tmpdir(), "vivarium-probes-"));
  const folder = join(parent, "data");
  const wheel = aWheelFile(DEMO);
  {
    await using app = await openTestApp({ dataFolder: folder });
    await app.index("root/dev");
    expectStatus(await app.as("root").publish("root/dev", wheel, DEMO), 200);
  }
  return {
    folder,
    probes: await probesOf(folder),
    blobPath: join(folder, "blobs", "sha256", wheel.sha256.slice(0, 2), wheel.sha256),
    sql(statement) {
      const db = new DatabaseSync(join(folder, "vivarium.db"));
      db.exec(statement);
      db.close();
    },
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  };
}

async function probesOf(folder: string): Promise<Probes> {
  const loaded = await loadConfig({
    flags: { data: folder },
    env: {},
    readFile: async () => null,
    workingFolder: tmpdir(),
  });
  return openProbes(loaded);
}

test("sound data are found sound", async () => {
  await using place = await openInstallation();
  const { data } = place.probes;
  const version = await data.version();
  assert.ok(version !== null && version.found === version.known);
  assert.deepEqual(await data.integrityFaults(), []);
  assert.deepEqual(await data.journalFaults(), []);
  assert.deepEqual(await data.missingBlobs(10), []);
  assert.deepEqual(await data.damagedBlobs(10), []);
  assert.equal(await data.whyKeyDoesNotFit(), null);
  assert.deepEqual(await data.remotes(), [
    { name: "root/pypi", url: null, hasProjectList: true, isOffline: false, proxy: null },
  ]);
});

test("where no data are yet, there is no version and no fault", async () => {
  const { data } = await probesOf(join(tmpdir(), "vivarium-nothing-here"));
  assert.equal(await data.version(), null);
});

test("a blob that is gone, or has other bytes, is found with the file that needs it", async () => {
  await using place = await openInstallation();
  const { data } = place.probes;
  await writeFile(place.blobPath, "other bytes");
  assert.deepEqual(
    (await data.damagedBlobs(10)).map(({ file }) => file),
    ["root/dev/demo-1.0-py3-none-any.whl"],
  );
  await rm(place.blobPath);
  assert.deepEqual(
    (await data.missingBlobs(10)).map(({ file }) => file),
    ["root/dev/demo-1.0-py3-none-any.whl"],
  );
  assert.deepEqual(await data.damagedBlobs(10), [], "what is missing is told once");
});

test("a gap in the journal, and a head that is not its end, are found", async () => {
  await using place = await openInstallation();
  place.sql("delete from journal where seq = 2");
  assert.match((await place.probes.data.journalFaults()).join(), /gap after entry 1/);
  place.sql("delete from journal where seq = (select max(seq) from journal)");
  assert.match(
    (await place.probes.data.journalFaults()).join(),
    /last entry of the journal is \d+, but \d+ were written/,
  );
});

test("a table that is not what the journal says is found by its name", async () => {
  await using place = await openInstallation();
  place.sql("update artifacts set yanked = 'by hand'");
  assert.deepEqual(await place.probes.data.journalFaults(), ["the table artifacts is not what the journal says"]);
});

test("a folder that nobody made is found by its table's name", async () => {
  await using place = await openInstallation();
  place.sql(
    "insert into folders (repository, path, folder, name, depth, created_at, created_by) values ('root/dev', 'x', '', 'x', 1, 0, '')",
  );
  assert.deepEqual(await place.probes.data.journalFaults(), ["the table folders is not what the journal says"]);
});

test("a database that the newer program has not opened yet is compared by what it has", async () => {
  await using place = await openInstallation();
  for (const table of ["folders", "properties", "trash", "trash_blobs"]) place.sql(`drop table ${table}`);
  place.sql("drop index artifacts_by_size");
  place.sql("drop index artifacts_by_creation");
  place.sql("alter table artifacts drop column created_at");
  assert.deepEqual(await place.probes.data.journalFaults(), []);
  assert.deepEqual(await place.probes.data.missingBlobs(10), []);
});

test("a damaged database is told by its own check, or cannot be looked at", async () => {
  await using place = await openInstallation();
  await writeFile(join(place.folder, "vivarium.db"), Buffer.alloc(8192, 7));
  await assert.rejects(place.probes.data.integrityFaults());
});

test("a key that opens nothing is told from the one that fits", async () => {
  await using place = await openInstallation();
  await writeFile(join(place.folder, "secret.key"), "ab".repeat(32));
  assert.match((await place.probes.data.whyKeyDoesNotFit()) ?? "", /sealed with the key/);
});

test("looking leaves no file behind, beside data that nobody has open", async () => {
  await using place = await openInstallation();
  const before = await readdir(place.folder);
  await place.probes.data.journalFaults();
  await place.probes.data.missingBlobs(10);
  assert.equal(await place.probes.files.whyNotWritable(place.folder), null);
  assert.deepEqual(await readdir(place.folder), before);
});

test("files and folders are told as they are", async () => {
  await using place = await openInstallation();
  const { files } = place.probes;
  const key = join(place.folder, "secret.key");
  assert.deepEqual(await files.stat(key), { kind: "file", mode: 0o600, uid: files.uid });
  await chmod(key, 0o644);
  assert.equal((await files.stat(key))?.mode, 0o644);
  assert.equal((await files.stat(place.folder))?.kind, "folder");
  assert.equal(await files.stat(join(key, "below")), null);
  assert.match((await files.whyNotWritable(join(place.folder, "nowhere"))) ?? "", /ENOENT/);
  const space = await files.freeSpace(place.folder);
  assert.ok(space.totalBytes >= space.freeBytes && space.freeBytes > 0);
});

test("drafts that a kill left behind are found once they are old", async () => {
  await using place = await openInstallation();
  const folder = join(place.folder, "blobs", "drafts", "elsewhere-1-2");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "1"), "half");
  assert.deepEqual(await place.probes.files.oldDrafts(), []);
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
  await utimes(join(folder, "1"), twoDaysAgo, twoDaysAgo);
  assert.deepEqual(await place.probes.files.oldDrafts(), [join(folder, "1")]);
});

test("nobody, ourselves and another program are told apart at our address", async () => {
  const { network } = await probesOf(tmpdir());
  let answer = "hello";
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    assert.equal(await network.whoListens("0.0.0.0", port), "other");
    answer = '{"name": "vivarium", "version": "1"}';
    assert.equal(await network.whoListens("127.0.0.1", port), "vivarium");
    const facts = await network.get(`http://127.0.0.1:${port}/`, "*/*");
    assert.ok("status" in facts && facts.status === 200 && facts.text === answer && facts.date !== null);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  assert.equal(await network.whoListens("127.0.0.1", port), "nobody");
  const silent = await network.get(`http://127.0.0.1:${port}/`, "*/*");
  assert.ok("because" in silent);
  assert.match(silent.because, /refused/);
});

test("programs that are there have a version, others have none", async () => {
  const { machine } = await probesOf(tmpdir());
  assert.match((await machine.programVersion(process.execPath, ["--version"])) ?? "", /^v\d+/);
  assert.equal(await machine.programVersion("no-such-program-here", []), null);
  const most = await machine.openFilesMax();
  assert.ok(most === null || most > 0);
});
