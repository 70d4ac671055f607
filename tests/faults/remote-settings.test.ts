import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { type Answer, addressOf, ask, askPage, filesOn, open, whateverComes } from "./client.ts";
import { type MortalServer, openMortalServer } from "./server.ts";

/** What a remote's own settings make of an upstream that is slow, dead, or behind a proxy. */

const FILENAME = "far-1.0-py3-none-any.whl";
const PAGE = "/simple/far/";
const FILE = `/files/${FILENAME}`;
const BYTES = randomBytes(3_000_000);

let server: MortalServer;

before(async () => {
  server = await openMortalServer();
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
});

describe("a remote's own settings", { concurrency: 4, timeout: 120_000 }, () => {
  test("an upstream that is dead: who merges goes on without it only where the remote says so", async () => {
    await using dead = await openFarUpstream();
    await using alive = await openFarUpstream();
    await make("root/dead", { kind: "remote", url: dead.url, hasPriority: false });
    await make("root/alive", { kind: "remote", url: alive.url });
    const both = { kind: "virtual", members: ["root/dead", "root/alive"], remotes: "union" };
    await make("root/merging", { ...both, resolution: "merge" });
    await make("root/shadowing", both);
    await dead.die();
    for (const index of ["root/merging", "root/shadowing"]) unavailable(await askPage(server.url, index, "far"));

    await change("root/dead", { failsHard: false });
    assert.deepEqual(namesOn(await askPage(server.url, "root/merging", "far"), "root/merging"), [FILENAME]);
    unavailable(await askPage(server.url, "root/shadowing", "far"));
    unavailable(await askPage(server.url, "root/dead", "far"));
  });

  test("an upstream that was found dead is left alone for as long as the remote says, also when it is back", async () => {
    await using upstream = await openFarUpstream();
    await make("root/careful", { kind: "remote", url: upstream.url, assumedOfflineSeconds: 3_600 });
    upstream.behave({ answer: "cut" });
    unavailable(await askPage(server.url, "root/careful", "far"));
    const asked = upstream.seen.length;
    upstream.behave({ answer: "normal" });

    const answer = await askPage(server.url, "root/careful", "far");
    unavailable(answer);
    assert.match(answer.body.toString(), /assumed to be offline/);
    assert.ok(Number(answer.headers["retry-after"]) > 3_000, "it says when to come again");
    assert.equal(upstream.seen.length, asked);

    await change("root/careful", { assumedOfflineSeconds: null });
    assert.deepEqual(namesOn(await askPage(server.url, "root/careful", "far"), "root/careful"), [FILENAME]);
  });

  test("an upstream that never answers is waited for as long as the remote says", async () => {
    await using upstream = await openFarUpstream();
    await make("root/hasty", { kind: "remote", url: upstream.url, timeoutMilliseconds: 100 });
    const gate = upstream.hold(PAGE);
    const began = Date.now();
    const answer = await askPage(server.url, "root/hasty", "far");
    gate.release();
    unavailable(answer);
    assert.match(answer.body.toString(), /did not answer in time/);
    assert.ok(Date.now() - began < 8_000, "the server's own patience is longer");
  });

  test("an upstream behind a proxy of its own is asked through that, and not when the proxy is dead", async () => {
    await using upstream = await openFarUpstream();
    const proxy = await openProxy(upstream);
    await make("root/proxied", { kind: "remote", url: upstream.url, proxy: proxy.url });
    assert.deepEqual(namesOn(await askPage(server.url, "root/proxied", "far"), "root/proxied"), [FILENAME]);
    const address = await addressOf(server.url, "root/proxied", "far", FILENAME);
    assert.ok((await ask(address)).body.equals(BYTES));
    assert.deepEqual([...new Set(proxy.asked)].toSorted(), [`${upstream.origin}${FILE}`, `${upstream.origin}${PAGE}`]);

    proxy.close();
    await change("root/proxied", { freshForSeconds: 0, missingForSeconds: 0 });
    unavailable(await askPage(server.url, "root/proxied", "other"));
    await change("root/proxied", { proxy: null });
    assert.equal((await askPage(server.url, "root/proxied", "other")).status, 404);
  });

  test("an upstream that lies about a file that passes through: the connection is cut before its end", async () => {
    await using upstream = await openFarUpstream();
    await make("root/passing", { kind: "remote", url: upstream.url, storesFiles: false });
    const address = await addressOf(server.url, "root/passing", "far", FILENAME);
    upstream.on(FILE, { lying: true });
    const reply = await open(address);
    const received = await whateverComes(reply);
    if (reply.statusCode === 200) {
      assert.ok(received.isCut, "a file with wrong bytes came as if it were whole");
      assert.ok(received.bytes.byteLength < BYTES.byteLength);
    } else assert.ok([502, 503].includes(reply.statusCode ?? 0));

    upstream.on(FILE, null);
    for (let turn = 0; turn < 2; turn += 1) assert.ok((await ask(address)).body.equals(BYTES));
    assert.equal(upstream.count(FILE), 3, "nothing was kept");
    await upstream.die();
    unavailable(await ask(address));
  });

  test("a remote that is offline by its settings asks nobody, and what is here comes", async () => {
    await using upstream = await openFarUpstream();
    await make("root/asleep", { kind: "remote", url: upstream.url });
    const address = await addressOf(server.url, "root/asleep", "far", FILENAME);
    assert.ok((await ask(address)).body.equals(BYTES));
    await change("root/asleep", { isOffline: true, freshForSeconds: 0 });
    const asked = upstream.seen.length;

    assert.ok((await ask(address)).body.equals(BYTES));
    assert.equal((await askPage(server.url, "root/asleep", "other")).status, 404);
    assert.equal(upstream.seen.length, asked);
  });
});

async function openFarUpstream(): Promise<FakeUpstream> {
  const upstream = await openFakeUpstream();
  upstream.add("far", { filename: FILENAME, bytes: BYTES });
  return upstream;
}

/** Hands on what is asked of it as a proxy. */
async function openProxy(upstream: FakeUpstream) {
  const asked: string[] = [];
  const proxy: Server = createServer((request, response) => {
    const target = new URL(request.url ?? "");
    asked.push(target.href);
    fetch(`${upstream.origin}${target.pathname}`, {
      headers: { accept: String(request.headers.accept ?? "*/*") },
    }).then(
      async (reply) => {
        response.writeHead(reply.status, { "content-type": reply.headers.get("content-type") ?? "" });
        response.end(Buffer.from(await reply.arrayBuffer()));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

async function make(name: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await set("PUT", name, settings, 201);
}

async function change(name: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await set("PATCH", name, settings, 200);
}

async function set(
  method: string,
  name: string,
  settings: Readonly<Record<string, unknown>>,
  expected: number,
): Promise<void> {
  const answer = await ask(`${server.url}/api/v1/repositories/${name}`, {
    method,
    as: "root",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(settings),
  });
  assert.equal(answer.status, expected, answer.body.toString());
}

function unavailable(answer: Answer): void {
  assert.ok([502, 503].includes(answer.status), `answered ${answer.status}: ${answer.body}`);
  assert.match(String(answer.headers["retry-after"]), /^\d+$/);
}

function namesOn(answer: Answer, index: string): readonly string[] {
  assert.equal(answer.status, 200, answer.body.toString());
  return filesOn(answer, `${server.url}/${index}/simple/far/`).map(({ filename }) => filename);
}
