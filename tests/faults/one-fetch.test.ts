import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { addressOf, ask, askPage, bodyOf, open } from "./client.ts";
import { type MortalServer, openMortalServer } from "./server.ts";

/** However many ask, the upstream is asked once; and nobody waits for the end of a file to see its beginning. */

const LIMIT_MILLISECONDS = 60_000;
const ASKERS = 40;
const LARGE_BYTES = 64 << 20;

let upstream: FakeUpstream;
let server: MortalServer;

before(async () => {
  upstream = await openFakeUpstream();
  server = await openMortalServer({ upstream: upstream.url });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
});

test("a cold page that many ask for at once is fetched once", { timeout: LIMIT_MILLISECONDS }, async () => {
  upstream.add("paged", { filename: "paged-1.0-py3-none-any.whl", bytes: randomBytes(1_000) });
  const gate = upstream.hold("/simple/paged/");
  const asking = Array.from({ length: ASKERS }, () => askPage(server.url, "root/pypi", "paged"));
  await gate.arrived;
  await ask(`${server.url}/+health/live`);
  gate.release();

  const answers = await Promise.all(asking);

  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(new Set(answers.map(({ body }) => body.toString())).size, 1);
  assert.equal(upstream.count("/simple/paged/"), 1);
});

test("a cold file that many ask for at once is fetched once, and each gets all of it", {
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  const filename = "wanted-1.0-py3-none-any.whl";
  const bytes = randomBytes(3_000_000);
  upstream.add("wanted", { filename, bytes });
  const address = await addressOf(server.url, "root/pypi", "wanted", filename);
  const gate = upstream.hold(`/files/${filename}`, 1_000_000);
  const asking = Array.from({ length: ASKERS }, () => ask(address));
  await gate.arrived;
  await ask(`${server.url}/+health/live`);
  gate.release();

  for (const { status, body } of await Promise.all(asking)) {
    assert.equal(status, 200);
    assert.ok(body.equals(bytes));
  }
  assert.equal(upstream.count(`/files/${filename}`), 1);
});

test("the first bytes of a cold 64 MB file are there long before the upstream has sent the last", {
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  const filename = "huge-1.0-py3-none-any.whl";
  const bytes = randomBytes(LARGE_BYTES);
  upstream.add("huge", { filename, bytes });
  const address = await addressOf(server.url, "root/pypi", "huge", filename);
  const gate = upstream.hold(`/files/${filename}`, 1 << 20);

  const reply = await open(address);
  const first = await new Promise<Buffer>((resolve) =>
    reply.once("readable", () => resolve((reply.read() as Buffer | null) ?? Buffer.alloc(0))),
  );

  // The upstream is still held after its first mebibyte.
  assert.equal(reply.headers["content-length"], String(LARGE_BYTES));
  assert.ok(first.byteLength > 0 && bytes.subarray(0, first.byteLength).equals(first));
  const joined = await open(address);
  gate.release();
  assert.ok(Buffer.concat([first, await bodyOf(reply)]).equals(bytes));
  assert.ok((await bodyOf(joined)).equals(bytes), "one who came later got something else");
  assert.ok((await ask(address)).body.equals(bytes), "what was kept is something else");
  assert.equal(upstream.count(`/files/${filename}`), 1);
});
