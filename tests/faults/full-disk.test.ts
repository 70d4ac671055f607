import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openFakeUpstream } from "../support/fake-upstream.ts";
import {
  addressOf,
  ask,
  askPage,
  makeIndex,
  makeWheel,
  open,
  sha256Of,
  shown,
  upload,
  whateverComes,
} from "./client.ts";
import { filesBelow, type MortalServer, openMortalServer, until } from "./server.ts";

/** The kernel's own ENOSPC: the data folder is a small file system, and it is really full. */

const DISK_BYTES = 32 << 20;
const LIMIT_MILLISECONDS = 90_000;
const skip = whyNoDisk() ?? false;

test("an upload without room is refused in words and leaves nothing; reading goes on; with room it succeeds", {
  skip,
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  await using server = await openFullableServer();
  const kept = makeWheel({ name: "kept", version: "1.0", ballastBytes: 50_000 });
  const large = makeWheel({ name: "large", version: "1.0", ballastBytes: 4_000_000 });
  const small = makeWheel({ name: "small", version: "1.0", ballastBytes: 5_000 });
  assert.equal((await upload(server.url, "root/dev", kept.options)).status, 200);
  const before = filesBelow(server.data);

  fill(server, 1_000_000);
  await refused(server, large);
  fill(server, 0);
  await refused(server, small);
  await refused(server, large);

  assert.deepEqual(
    filesBelow(server.data).filter((path) => path !== FILLER && !path.includes("-wal") && !path.includes("-shm")),
    before.filter((path) => !path.includes("-wal") && !path.includes("-shm")),
    "a refused upload left files",
  );
  const { status, body } = await ask(await addressOf(server.url, "root/dev", "kept", kept.file.filename));
  assert.equal(status, 200);
  assert.equal(sha256Of(body), kept.file.sha256);

  makeRoom(server);
  for (const wheel of [small, large]) {
    assert.equal((await upload(server.url, "root/dev", wheel.options)).status, 200);
    const answer = await ask(await addressOf(server.url, "root/dev", wheel.options.name, wheel.file.filename));
    assert.equal(sha256Of(answer.body), wheel.file.sha256);
  }
});

test("wherever in an upload the room runs out, it is wholly there or not at all", {
  skip,
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  await using server = await openFullableServer();
  for (let leftBytes = 0; leftBytes <= 600_000; leftBytes += 24_000) {
    const { options, file } = makeWheel({ name: `edge${leftBytes}`, version: "1.0", ballastBytes: 300_000 });
    fill(server, leftBytes);
    const uploaded = await upload(server.url, "root/dev", options, file);
    makeRoom(server);

    const files = await shown(server.url, "root/dev", options.name);
    if (uploaded.status === 200) {
      assert.deepEqual(
        files.map(({ sha256 }) => sha256),
        [file.sha256],
        `${leftBytes} bytes left: accepted and not listed`,
      );
      assert.equal(sha256Of((await ask(files[0]?.url ?? "")).body), file.sha256);
    } else {
      assert.ok([503, 507].includes(uploaded.status), `${leftBytes} bytes left: ${uploaded.status} ${uploaded.body}`);
      assert.deepEqual(files, [], `${leftBytes} bytes left: refused and listed`);
    }
    assert.deepEqual(leftDrafts(server), [], `${leftBytes} bytes left: drafts are left`);
  }
});

test("a remote file that cannot be stored is refused or cut, never wrong or missing, and comes once there is room", {
  skip,
  timeout: LIMIT_MILLISECONDS,
}, async () => {
  await using upstream = await openFakeUpstream();
  const filename = "far-1.0-py3-none-any.whl";
  const bytes = randomBytes(3_000_000);
  upstream.add("far", { filename, bytes });
  await using server = await openFullableServer(upstream.url);
  const address = await addressOf(server.url, "root/pypi", "far", filename);

  fill(server, 500_000);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const reply = await open(address);
    const { bytes: received, isCut } = await whateverComes(reply);
    if (reply.statusCode === 200) assert.ok(isCut || received.equals(bytes), "a whole answer with other bytes");
    else assert.ok([502, 503, 507].includes(reply.statusCode ?? 0), `answered ${reply.statusCode}: ${received}`);
  }
  await until("no drafts are left", () => leftDrafts(server).length === 0);
  assert.equal((await askPage(server.url, "root/pypi", "far")).status, 200, "its page is read on");

  makeRoom(server);
  const { status, body } = await ask(address);
  assert.equal(status, 200);
  assert.ok(body.equals(bytes));
});

async function openFullableServer(upstream = "none"): Promise<MortalServer> {
  const server = await openMortalServer({ upstream, diskBytes: DISK_BYTES });
  await makeIndex(server.url, "root/dev", { type: "stage", bases: [], volatile: true });
  return server;
}

async function refused(server: MortalServer, { options, file }: ReturnType<typeof makeWheel>): Promise<void> {
  const { status, body } = await upload(server.url, "root/dev", options, file);
  assert.ok([503, 507].includes(status), `${status} ${body}`);
  assert.match(body.toString(), /full|room|space/i);
  assert.deepEqual(await shown(server.url, "root/dev", options.name), [], "a refused upload is listed");
  assert.deepEqual(leftDrafts(server), [], "drafts are left");
}

const FILLER = "filler";

/** Fills the disk until this many bytes are left, as far as the kernel counts so finely. */
function fill(server: MortalServer, leftBytes: number): void {
  const path = join(server.data, FILLER);
  const file = openSync(path, "a");
  const block = Buffer.alloc(64 * 1024, 1);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(file);
  }
  const { size } = statSync(path);
  truncateSync(path, Math.max(0, size - leftBytes));
  if (leftBytes === 0) assert.throws(() => appendFileSync(path, block), /ENOSPC/);
}

function makeRoom(server: MortalServer): void {
  rmSync(join(server.data, FILLER));
}

function leftDrafts(server: MortalServer): readonly string[] {
  return filesBelow(server.data).filter((path) => path.includes("drafts/"));
}

/** Why there can be no small file system here; `null`: there can. */
function whyNoDisk(): string | null {
  if (process.platform !== "linux") return "a small file system of its own is made on Linux only";
  const folder = mkdtempSync(join(tmpdir(), "vivarium-mount-"));
  const mount = 'mount -t tmpfs -o size=1m tmpfs "$1"';
  const { status, stderr, error } = spawnSync("unshare", ["-m", "sh", "-c", mount, "sh", folder], { encoding: "utf8" });
  rmSync(folder, { recursive: true, force: true });
  if (status === 0) return null;
  return `this user may not mount a small file system: ${error?.message ?? stderr.trim()}`;
}
