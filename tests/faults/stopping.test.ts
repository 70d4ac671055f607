import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { uploadOf } from "../support/archives.ts";
import { openFakeUpstream } from "../support/fake-upstream.ts";
import { ROOT_PASSWORD } from "../support/served.ts";
import { openChance } from "./chance.ts";
import {
  addressOf,
  ask,
  bodyOf,
  type MadeWheel,
  makeIndex,
  makeWheel,
  open,
  sha256Of,
  shown,
  upload,
} from "./client.ts";
import { filesBelow, type MortalServer, openMortalServer, until } from "./server.ts";

/** SIGTERM: what runs is finished. */

const LIMIT_MILLISECONDS = 120_000;
const STOPS = 6;

test("SIGTERM lets an upload, a download and a fetch that are under way finish, and takes no more", {
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  await using upstream = await openFakeUpstream();
  const filename = "far-1.0-py3-none-any.whl";
  const bytes = randomBytes(8_000_000);
  upstream.add("far", { filename, bytes });
  await using server = await openMortalServer({ upstream: upstream.url });
  await makeIndex(server.url, "root/dev", { type: "stage", bases: [], volatile: true });
  const heavy = makeWheel({ name: "heavy", version: "1.0", ballastBytes: 32 << 20 });
  assert.equal((await upload(server.url, "root/dev", heavy.options, heavy.file)).status, 200);
  const late = makeWheel({ name: "late", version: "1.0", ballastBytes: 2_000_000 });

  const gate = upstream.hold(`/files/${filename}`, 1_000_000);
  const fetched = await open(await addressOf(server.url, "root/pypi", "far", filename));
  // Nobody reads it yet, so most of it is still on the server's side.
  const downloaded = await open(await addressOf(server.url, "root/dev", "heavy", heavy.file.filename));
  const uploading = await beginUpload(server, late);
  server.terminate();
  await until("no more requests are taken", () => isClosed(server));
  gate.release();

  assert.equal((await uploading.finish()).statusCode, 200);
  assert.equal(sha256Of(await bodyOf(downloaded)), heavy.file.sha256);
  assert.ok((await bodyOf(fetched)).equals(bytes));
  assert.deepEqual(await server.ended, { code: 0, signal: null });

  await server.start();
  assert.deepEqual(
    (await shown(server.url, "root/dev", "late")).map(({ sha256 }) => sha256),
    [late.file.sha256],
  );
  await upstream.die();
  const kept = await ask(await addressOf(server.url, "root/pypi", "far", filename));
  assert.ok(kept.body.equals(bytes), "what was fetched during the stop was not kept");
});

test("SIGTERM while four clients upload loses none of the uploads that were answered 2xx", {
  timeout: LIMIT_MILLISECONDS,
}, async (t) => {
  const chance = openChance(process.env);
  t.diagnostic(`seed ${chance.seed}`);
  await using server = await openMortalServer();
  await makeIndex(server.url, "root/dev", { type: "stage", bases: [], volatile: true });
  const accepted = new Map<string, string>();
  for (let stop = 0; stop < STOPS; stop += 1) {
    const stopped = new AbortController();
    const uploading = Array.from({ length: 4 }, async (_, client) => {
      for (let count = 0; !stopped.signal.aborted; count += 1) {
        const { options, file } = makeWheel({
          name: "busy",
          version: `${stop}.${client}.${count}`,
          ballastBytes: chance.between(1, 400_000),
        });
        const answer = await upload(server.url, "root/dev", options, file).catch(() => null);
        // Refused or cut once it stops; whatever was taken must stay.
        if (answer?.status === 200) accepted.set(file.filename, file.sha256);
        else assert.ok(answer === null || answer.status === 503, `answered ${answer?.status}: ${answer?.body}`);
      }
    });
    await pause(chance.between(50, 500)); // The moment itself is what the test is about.
    server.terminate();
    assert.deepEqual(await server.ended, { code: 0, signal: null }, `seed ${chance.seed}, stop ${stop}`);
    stopped.abort();
    await Promise.all(uploading);
    assert.deepEqual(leftDrafts(server), [], `seed ${chance.seed}, stop ${stop}: drafts are left`);
    await server.start();
    const listed = new Map((await shown(server.url, "root/dev", "busy")).map((file) => [file.filename, file.sha256]));
    for (const [filename, sha256] of accepted) assert.equal(listed.get(filename), sha256, `${filename} was lost`);
  }
  assert.ok(accepted.size > STOPS);
});

test("a client that never finishes holds up a stop only for a while", { timeout: LIMIT_MILLISECONDS }, async () => {
  await using server = await openMortalServer({ args: ["--grace", "3"] });
  await makeIndex(server.url, "root/dev", { type: "stage", bases: [], volatile: true });
  const wheel = makeWheel({ name: "endless", version: "1.0", ballastBytes: 500_000 });
  const uploading = await beginUpload(server, wheel);
  server.terminate();

  const { signal } = await server.ended;

  assert.equal(signal, null, "it had to be killed");
  await assert.rejects(uploading.finish());
  assert.deepEqual(leftDrafts(server), []);
});

/** Half of an upload, so far that the server has it under way. */
async function beginUpload(
  server: MortalServer,
  { options, file }: MadeWheel,
): Promise<{ finish(): Promise<IncomingMessage> }> {
  const { contentType, body } = uploadOf(file, options);
  const half = body.byteLength >> 1;
  const outgoing = request(`${server.url}/root/dev/`, {
    method: "POST",
    agent: false,
    auth: `root:${ROOT_PASSWORD}`,
    headers: { "content-type": contentType, "content-length": String(body.byteLength) },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", (reply) => resolve(reply.resume()));
    outgoing.on("error", reject);
  });
  answered.catch(() => {});
  await new Promise<void>((resolve) => outgoing.write(body.subarray(0, half), () => resolve()));
  // Beyond what a draft keeps in memory there is a file to be seen.
  await until("the upload is under way", () => leftDrafts(server).length > 0 || half < 256 * 1024);
  return {
    finish() {
      outgoing.end(body.subarray(half));
      return answered;
    },
  };
}

/** Whether a new client is sent away. */
async function isClosed(server: MortalServer): Promise<boolean> {
  const answer = await ask(`${server.url}/+api`).catch(() => null);
  return answer === null || answer.status === 503;
}

function leftDrafts(server: MortalServer): readonly string[] {
  return filesBelow(server.data).filter((path) => path.includes("drafts/"));
}
