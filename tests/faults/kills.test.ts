import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openFakeUpstream } from "../support/fake-upstream.ts";
import { type Chance, openChance } from "./chance.ts";
import { ask, askPage, filesOn, type MadeWheel, makeIndex, makeWheel, sha256Of, shown, upload } from "./client.ts";
import { filesBelow, type MortalServer, openMortalServer, until } from "./server.ts";

/** kill -9 at random moments. Take `FAULTS_SEED` from a failure's message to have the same moments again. */

const UPLOAD_KILLS = 24;
const FETCH_KILLS = 16;
const CLIENTS = 4;
const PROJECTS = 6;
const LIMIT_MILLISECONDS = 150_000;

test("every upload that was answered 2xx is there after kills, byte for byte, and nothing is half there", {
  timeout: LIMIT_MILLISECONDS,
}, async (t) => {
  const chance = openChance(process.env);
  t.diagnostic(`seed ${chance.seed}`);
  await using server = await openMortalServer();
  await makeIndex(server.url, "root/dev", { type: "stage", bases: [], volatile: true });
  const attempted = new Map<string, MadeWheel>();
  const accepted = new Set<string>();
  const undone: MadeWheel[] = [];
  for (let kill = 0; kill < UPLOAD_KILLS; kill += 1) {
    const where = `seed ${chance.seed}, kill ${kill}`;
    const killed = new AbortController();
    const first = Promise.withResolvers<void>();
    const uploading = Array.from({ length: CLIENTS }, async () => {
      while (!killed.signal.aborted) {
        const wheel = undone.pop() ?? aRandomWheel(chance, attempted);
        attempted.set(wheel.file.filename, wheel);
        const answer = await upload(server.url, "root/dev", wheel.options, wheel.file).catch(() => null);
        if (answer === null) {
          undone.push(wheel);
          return;
        }
        // The same bytes again are a success too, when a kill came between storing and answering.
        assert.equal(answer.status, 200, `${where}: ${wheel.file.filename}: ${answer.body}`);
        accepted.add(wheel.file.filename);
        first.resolve();
      }
    });
    // Before it, the server is mostly busy with the password.
    await first.promise;
    await pause(chance.between(0, 300)); // The moment itself is what the test is about.
    killed.abort();
    await server.kill();
    await Promise.all(uploading);
    await server.start();

    assert.deepEqual(leftDrafts(server), [], `${where}: drafts are left`);
    await checkShown(server, where, attempted, accepted, kill === UPLOAD_KILLS - 1);
  }
  assert.ok(accepted.size > UPLOAD_KILLS, `only ${accepted.size} uploads were taken between the kills`);
  t.diagnostic(`${accepted.size} uploads were answered 2xx, ${UPLOAD_KILLS} kills`);
  await checkBlobs(server, attempted);
  await checkFacts(server);
});

test("whatever is read through a remote is right after kills during fetches, with the upstream there and gone", {
  timeout: LIMIT_MILLISECONDS,
}, async (t) => {
  const chance = openChance(process.env);
  t.diagnostic(`seed ${chance.seed}`);
  await using upstream = await openFakeUpstream();
  // In pieces, so that kills fall into the middle of files.
  upstream.behave({ chunkBytes: 16 * 1024 });
  const offered = new Map<string, Buffer>();
  for (let project = 0; project < FETCH_KILLS; project += 1) {
    for (let version = 0; version < 3; version += 1) {
      const filename = `far${project}-${version}.0-py3-none-any.whl`;
      const bytes = randomBytes(chance.between(1_000, 3_000_000));
      offered.set(filename, bytes);
      upstream.add(`far${project}`, { filename, bytes });
    }
  }
  await using server = await openMortalServer({ upstream: upstream.url });
  for (let kill = 0; kill < FETCH_KILLS; kill += 1) {
    const where = `seed ${chance.seed}, kill ${kill}`;
    const fetching = Array.from({ length: CLIENTS }, () =>
      readProject(server, `far${kill}`, offered, where).catch((error: unknown) => {
        if (error instanceof assert.AssertionError) throw error;
      }),
    );
    const began = (): boolean => upstream.seen.some(({ path }) => path.startsWith(`/files/far${kill}-`));
    await until("a file is on its way", began);
    await pause(chance.between(0, 120)); // The moment itself is what the test is about.
    await server.kill();
    await Promise.all(fetching);
    await server.start();
    assert.deepEqual(leftDrafts(server), [], `${where}: drafts are left`);
    assert.equal(await readProject(server, `far${kill}`, offered, where), 3);
  }
  // A kill may take copies that readers had already seen to the end; they are fetched again.
  for (let project = 0; project < FETCH_KILLS; project += 1) {
    assert.equal(await readProject(server, `far${project}`, offered, `seed ${chance.seed}, read again`), 3);
  }
  server.terminate();
  await server.ended;
  await server.start();
  await upstream.die();
  for (let project = 0; project < FETCH_KILLS; project += 1) {
    assert.equal(await readProject(server, `far${project}`, offered, `seed ${chance.seed}, upstream gone`), 3);
  }
  await checkBlobs(server, new Map());
  await checkFacts(server);
});

/** Sometimes in memory until it is kept, sometimes spilt into a file. */
function aRandomWheel(chance: Chance, others: ReadonlyMap<string, MadeWheel>): MadeWheel {
  return makeWheel({
    name: `near${chance.between(0, PROJECTS)}`,
    version: `1.${others.size}`,
    ballastBytes: chance.between(0, 4) === 0 ? chance.between(300_000, 900_000) : chance.between(1, 60_000),
  });
}

/** Everything accepted is shown; what is shown was uploaded, and can be downloaded as it was uploaded. */
async function checkShown(
  server: MortalServer,
  where: string,
  attempted: ReadonlyMap<string, MadeWheel>,
  accepted: ReadonlySet<string>,
  isEveryFileRead: boolean,
): Promise<void> {
  const files = (
    await Promise.all(Array.from({ length: PROJECTS }, (_, project) => shown(server.url, "root/dev", `near${project}`)))
  ).flat();
  const names = new Set(files.map(({ filename }) => filename));
  for (const filename of accepted) assert.ok(names.has(filename), `${where}: ${filename} was accepted and is lost`);
  const newest = [...attempted.keys()].slice(-60);
  for (const { filename, url, sha256 } of files) {
    const wheel = attempted.get(filename);
    assert.equal(sha256, wheel?.file.sha256, `${where}: ${filename} is listed with another hash`);
    if (!isEveryFileRead && !newest.includes(filename)) continue;
    const answer = await ask(url);
    assert.equal(answer.status, 200, `${where}: ${filename} is listed and not there`);
    assert.equal(sha256Of(answer.body), wheel?.file.sha256, `${where}: ${filename} has other bytes`);
    const metadata = await ask(`${url}.metadata`);
    assert.equal(metadata.body.toString(), Buffer.from(wheel?.file.metadata ?? []).toString(), `${where}: ${filename}`);
  }
}

/** Reads all files of a project of the remote; returns how many. Any answer but the right bytes fails. */
async function readProject(
  server: MortalServer,
  project: string,
  offered: ReadonlyMap<string, Buffer>,
  where: string,
): Promise<number> {
  const page = await askPage(server.url, "root/pypi", project);
  assert.equal(page.status, 200, `${where}: ${project}: ${page.body}`);
  const files = filesOn(page, `${server.url}/root/pypi/simple/${project}/`);
  for (const { filename, url } of files) {
    const { status, body } = await ask(url);
    assert.equal(status, 200, `${where}: ${filename}: ${status}`);
    assert.ok(offered.get(filename)?.equals(body), `${where}: ${filename} has other bytes`);
  }
  return files.length;
}

/** Files of drafts, while nothing is being uploaded or fetched. */
function leftDrafts(server: MortalServer): readonly string[] {
  return filesBelow(server.data).filter((path) => path.includes("drafts/"));
}

/** Every blob is what its name says; nobody has blobs that were never sent. */
async function checkBlobs(server: MortalServer, attempted: ReadonlyMap<string, MadeWheel>): Promise<void> {
  const blobs = filesBelow(server.data).filter((path) => path.includes("sha256/"));
  assert.ok(blobs.length > 0, "the blobs are kept elsewhere now: this check must follow them");
  for (const path of blobs) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(server.data, path)), hash);
    assert.equal(hash.digest("hex"), basename(path), `${path} is damaged`);
  }
  const names = new Set(blobs.map((path) => basename(path)));
  const sent = [...attempted.values()].flatMap(({ file }) => [file.sha256, sha256Of(file.metadata)]);
  const unknown = attempted.size === 0 ? [] : [...names].filter((name) => !sent.includes(name));
  assert.deepEqual(unknown, [], "blobs that nobody sent");
}

/** What doctor looks at: the database, the journal and its fold, whether what is listed is there, what was left behind. */
async function checkFacts(server: MortalServer): Promise<void> {
  server.terminate();
  await server.ended;
  const found = await server.examine();
  for (const check of ["drafts", "key", "database", "journal", "files"]) assert.equal(found[check], "ok");
}
