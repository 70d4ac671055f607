import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { uploadOf } from "../support/archives.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { ROOT_PASSWORD } from "../support/served.ts";
import { addressOf, ask, bodyOf, type MadeWheel, makeIndex, makeWheel, open, shown, upload } from "./client.ts";
import { filesBelow, type MortalServer, openMortalServer, until } from "./server.ts";

/** Clients that go away in the middle. */

const LIMIT_MILLISECONDS = 60_000;
const LEAVERS = 20;
const LARGE_BYTES = 48 << 20;

let upstream: FakeUpstream;
let server: MortalServer;

before(async () => {
  upstream = await openFakeUpstream();
  server = await openMortalServer({ upstream: upstream.url });
  await makeIndex(server.url, "root/dev", { type: "stage", bases: [], volatile: true });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
});

for (const { title, ballastBytes } of [
  { title: "small", ballastBytes: 60_000 },
  { title: "large", ballastBytes: 3_000_000 },
]) {
  test(`clients that go away in the middle of ${title} uploads leave nothing, and others do not notice`, {
    timeout: LIMIT_MILLISECONDS,
  }, async () => {
    const wheel = makeWheel({ name: `left-${title}`, version: "1.0", ballastBytes });
    const other = makeWheel({ name: `left-${title}`, version: "2.0", ballastBytes });
    const leaving = Array.from({ length: LEAVERS }, (_, index) => leaveUpload(wheel, (index + 1) / (LEAVERS + 2)));
    const uploaded = upload(server.url, "root/dev", other.options, other.file);
    await Promise.all(leaving);

    assert.equal((await uploaded).status, 200);
    await until("no drafts are left", () => leftDrafts().length === 0);
    assert.deepEqual(
      (await shown(server.url, "root/dev", wheel.options.name)).map(({ filename }) => filename),
      [other.file.filename],
    );
    assert.equal((await upload(server.url, "root/dev", wheel.options, wheel.file)).status, 200);
  });
}

test("clients that go away in the middle of downloads leave no file open, and others do not notice", {
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  const wheel = makeWheel({ name: "heavy", version: "1.0", ballastBytes: LARGE_BYTES });
  assert.equal((await upload(server.url, "root/dev", wheel.options, wheel.file)).status, 200);
  const address = await addressOf(server.url, "root/dev", "heavy", wheel.file.filename);

  const staying = ask(address);
  await Promise.all(Array.from({ length: LEAVERS }, () => leaveDownload(address)));

  assert.ok((await staying).body.equals(Buffer.from(wheel.file.bytes)));
  if (process.platform === "linux") {
    await until("no blob is open any more", () => server.openFiles().every((path) => !path.includes("sha256/")));
    await until(
      "the connections are closed",
      () => server.openFiles().filter((path) => path.startsWith("socket:")).length < LEAVERS,
    );
  }
});

test("a client that goes away while a file is fetched takes nobody else's along", {
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  const filename = "shared-1.0-py3-none-any.whl";
  const bytes = randomBytes(4_000_000);
  upstream.add("shared", { filename, bytes });
  const gate = upstream.hold(`/files/${filename}`, 1_000_000);
  const address = await addressOf(server.url, "root/pypi", "shared", filename);

  const first = await open(address);
  const second = await open(address);
  first.destroy();
  gate.release();

  assert.ok((await bodyOf(second)).equals(bytes));
  assert.equal(upstream.count(`/files/${filename}`), 1);
});

test("a file whose every reader has left is fetched to its end, for the next one", {
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  const filename = "deserted-1.0-py3-none-any.whl";
  const bytes = randomBytes(4_000_000);
  upstream.add("deserted", { filename, bytes });
  const gate = upstream.hold(`/files/${filename}`, 1_000_000);
  const address = await addressOf(server.url, "root/pypi", "deserted", filename);

  const readers = await Promise.all(Array.from({ length: 5 }, () => open(address)));
  for (const reader of readers) reader.destroy();
  gate.release();

  assert.ok((await ask(address)).body.equals(bytes));
  assert.equal(upstream.count(`/files/${filename}`), 1);
  await until("no drafts are left", () => leftDrafts().length === 0);
});

/** Sends this part of an upload and hangs up. */
function leaveUpload({ options, file }: MadeWheel, part: number): Promise<void> {
  const { contentType, body } = uploadOf(file, options);
  return new Promise((resolve) => {
    const outgoing = request(`${server.url}/root/dev/`, {
      method: "POST",
      agent: false,
      auth: `root:${ROOT_PASSWORD}`,
      headers: { "content-type": contentType, "content-length": String(body.byteLength) },
    });
    outgoing.on("error", () => {}); // Hanging up is what it is for.
    outgoing.once("close", resolve);
    outgoing.write(body.subarray(0, Math.floor(body.byteLength * part)), () => outgoing.destroy());
  });
}

/** Hangs up after the first piece. */
async function leaveDownload(address: string): Promise<void> {
  const reply = await open(address);
  await new Promise<void>((resolve) => reply.once("data", () => resolve()));
  reply.on("error", () => {}); // Hanging up is what it is for.
  reply.destroy();
}

function leftDrafts(): readonly string[] {
  return filesBelow(server.data).filter((path) => path.includes("drafts/"));
}
