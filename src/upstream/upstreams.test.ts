import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Instant } from "#core";
import { type FakeUpstream, openFakeUpstream } from "../../tests/support/fake-upstream.ts";
import { UpstreamFailure } from "./upstream.ts";
import { openUpstreams, type Upstreams, type UpstreamsOptions } from "./upstreams.ts";

const WHEEL = { filename: "foo-1.0-py3-none-any.whl", bytes: Buffer.alloc(10_000, "foo") };

async function setUp(
  options: Partial<UpstreamsOptions> = {},
): Promise<AsyncDisposable & { readonly fake: FakeUpstream; readonly upstreams: Upstreams; tick(by: number): void }> {
  let now = 1_000_000;
  const fake = await openFakeUpstream();
  fake.add("foo", WHEEL);
  const upstreams = openUpstreams({
    now: () => now as Instant,
    random: () => 0.5,
    userAgent: "vivarium/test",
    ...options,
    limits: { retryMilliseconds: 1, ...options.limits },
  });
  return {
    fake,
    upstreams,
    tick: (by) => {
      now += by;
    },
    async [Symbol.asyncDispose]() {
      await upstreams[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

const open = (fake: FakeUpstream, upstreams: Upstreams, credentials: string | null = null) =>
  upstreams.for({ url: fake.url, credentials });

async function textOf(reply: { bytes(max: number): Promise<Uint8Array> }): Promise<string> {
  return Buffer.from(await reply.bytes(1 << 20)).toString();
}

test("an address is read relative to the upstream's own", async () => {
  await using world = await setUp();
  const reply = await open(world.fake, world.upstreams).get("foo/", { headers: { accept: "text/html" } });
  assert.equal(reply.status, 200);
  assert.equal(reply.url, `${world.fake.url}foo/`);
  assert.match(await textOf(reply), /foo-1.0-py3-none-any.whl/);
  assert.equal(world.fake.seen[0]?.headers["user-agent"], "vivarium/test");
});

test("connections are kept between requests", async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end("x"));
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await using world = await setUp();
    const upstream = world.upstreams.for({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      credentials: null,
    });
    for (let i = 0; i < 5; i += 1) await (await upstream.get("x")).bytes(10);
    assert.ok(connections <= 2, `${connections} connections for five requests in a row`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("statuses are answers, whatever they say", async () => {
  await using world = await setUp();
  const upstream = open(world.fake, world.upstreams);
  for (const status of [401, 403, 404, 410, 429]) {
    world.fake.behave({ answer: { status } });
    const reply = await upstream.get("foo/");
    assert.equal(reply.status, status);
    reply.cancel();
  }
  assert.equal(upstream.health().failures, 0);
});

test("a 500 is asked again, and answered when it stays one", async () => {
  await using world = await setUp();
  world.fake.behave({ answer: { status: 500 } });
  const reply = await open(world.fake, world.upstreams).get("foo/");
  assert.equal(reply.status, 500);
  reply.cancel();
  assert.equal(world.fake.count("/simple/foo/"), 3);
});

test("a server that says when to come back is not asked at once again", async () => {
  await using world = await setUp();
  world.fake.behave({ answer: { status: 503, headers: { "retry-after": "30" } } });
  const reply = await open(world.fake, world.upstreams).get("foo/");
  assert.equal(reply.header("retry-after"), "30");
  reply.cancel();
  assert.equal(world.fake.count("/simple/foo/"), 1);
});

test("a refused connection is a failure that names the address and not the password", async () => {
  await using world = await setUp();
  await world.fake.die();
  await assert.rejects(open(world.fake, world.upstreams, "alice:s3cret").get("foo/?signature=abc"), (error) => {
    assert.ok(error instanceof UpstreamFailure);
    assert.match(error.message, /GET http:\/\/127.0.0.1:\d+\/simple\/foo\/: the connection was refused/);
    assert.doesNotMatch(error.message, /s3cret|alice|abc/);
    return true;
  });
});

test("a connection that is cut before an answer is tried again", async () => {
  await using world = await setUp();
  world.fake.on("/simple/foo/", { answer: "cut" });
  await assert.rejects(open(world.fake, world.upstreams).get("foo/"), UpstreamFailure);
  assert.equal(world.fake.count("/simple/foo/"), 3);
});

test("a server that does not answer in time is a failure, asked once", async () => {
  await using world = await setUp({ limits: { answerMilliseconds: 30 } });
  const gate = world.fake.hold("/simple/foo/");
  await assert.rejects(open(world.fake, world.upstreams).get("foo/"), /did not answer in time/);
  gate.release();
  assert.equal(world.fake.count("/simple/foo/"), 1);
});

test("a body that stops is a failure", async () => {
  await using world = await setUp({ limits: { stallMilliseconds: 30 } });
  const gate = world.fake.hold(`/files/${WHEEL.filename}`, 100);
  const reply = await open(world.fake, world.upstreams).get(`../files/${WHEEL.filename}`, { raw: true });
  await assert.rejects(reply.bytes(1 << 20), /stopped in the middle/);
  gate.release();
});

test("an answer that takes longer than its asker allows is a failure", async () => {
  await using world = await setUp();
  const gate = world.fake.hold(`/files/${WHEEL.filename}`, 100);
  const upstream = open(world.fake, world.upstreams);
  const reply = await upstream.get(`../files/${WHEEL.filename}`, { raw: true, deadlineMilliseconds: 40 });
  await assert.rejects(reply.bytes(1 << 20), /took longer than 40 ms/);
  gate.release();
});

test("a body that is cut short is a failure, never a short body", async () => {
  await using world = await setUp();
  world.fake.behave({ truncating: true });
  const upstream = open(world.fake, world.upstreams);
  for (const lengths of [true, false]) {
    world.fake.behave({ lengths });
    const reply = await upstream.get(`../files/${WHEEL.filename}`, { raw: true });
    await assert.rejects(reply.bytes(1 << 20), UpstreamFailure);
  }
});

test("encoded pages are decoded, also piece by piece", async () => {
  await using world = await setUp();
  const upstream = open(world.fake, world.upstreams);
  const plain = await textOf(await upstream.get("foo/"));
  world.fake.behave({ gzip: true });
  assert.equal(await textOf(await upstream.get("foo/")), plain);
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await upstream.get("foo/")).body) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), plain);
});

test("a page that unpacks to more than the limit is refused before it is unpacked", async () => {
  const bomb = gzipSync(Buffer.alloc(8 << 20));
  await using world = await setUp();
  await using server = await serving((response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
  const reply = await world.upstreams.for({ url: server.url, credentials: null }).get("");
  await assert.rejects(reply.bytes(1 << 20), /larger than 1048576 bytes/);
});

test("an archive that the server calls encoded is taken as it travels", async () => {
  const archive = gzipSync("sdist");
  await using world = await setUp();
  await using server = await serving((response) =>
    response.writeHead(200, { "content-encoding": "x-gzip", "content-length": archive.length }).end(archive),
  );
  const reply = await world.upstreams.for({ url: server.url, credentials: null }).get("", { raw: true });
  assert.equal(reply.contentLength, archive.length);
  assert.deepEqual(Buffer.from(await reply.bytes(1000)), archive);
});

test("a range is asked for as the last bytes or from one to another", async () => {
  await using world = await setUp();
  const upstream = open(world.fake, world.upstreams);
  const tail = await upstream.get(`../files/${WHEEL.filename}`, { range: "-5" });
  assert.equal(tail.status, 206);
  assert.equal((await tail.bytes(100)).byteLength, 5);
  const head = await upstream.get(`../files/${WHEEL.filename}`, { range: "0-9" });
  assert.equal(Buffer.from(await head.bytes(100)).toString(), "foofoofoof");
});

test("redirects are followed up to a limit, and the last address is told", async () => {
  await using world = await setUp();
  await using other = await openFakeUpstream();
  other.add("foo", WHEEL);
  world.fake.behave({ redirectTo: other.origin });
  const reply = await open(world.fake, world.upstreams).get("foo/");
  assert.equal(reply.url, `${other.origin}/simple/foo/`);
  reply.cancel();
  world.fake.behave({ redirectTo: world.fake.origin });
  await assert.rejects(open(world.fake, world.upstreams).get("foo/"), /more than 5 redirects/);
});

test("the password goes to the upstream's own origin and never along a redirect or a link elsewhere", async () => {
  await using world = await setUp();
  await using other = await openFakeUpstream();
  world.fake.behave({ credentials: "alice:s3cret" });
  const upstream = open(world.fake, world.upstreams, "alice:s3cret");
  const reply = await upstream.get("foo/");
  assert.equal(reply.status, 200);
  reply.cancel();
  world.fake.behave({ redirectTo: other.origin });
  (await upstream.get("foo/")).cancel();
  (await upstream.get(`${other.url}bar/`)).cancel();
  (await upstream.get(`${other.url.replace("//", "//eve:evil@")}bar/`)).cancel();
  assert.equal(other.seen.length, 3);
  for (const { headers } of other.seen) assert.equal(headers.authorization, undefined);
});

test("a token goes to the upstream's own origin and never along a redirect, as to where its files are", async () => {
  await using world = await setUp();
  await using other = await openFakeUpstream();
  const upstream = open(world.fake, world.upstreams);
  const headers = { Authorization: "Bearer s3cret", accept: "text/html" };
  (await upstream.get("foo/", { headers })).cancel();
  world.fake.behave({ redirectTo: other.origin });
  (await upstream.get("foo/", { headers })).cancel();
  assert.equal(world.fake.seen[0]?.headers.authorization, "Bearer s3cret");
  assert.deepEqual([other.seen[0]?.headers.authorization, other.seen[0]?.headers.accept], [undefined, "text/html"]);
});

test("a server that fails again and again is left alone for a while, then tried once", async () => {
  await using world = await setUp({ limits: { failuresMax: 2, restMilliseconds: 5_000, retries: 0 } });
  const upstream = open(world.fake, world.upstreams);
  world.fake.behave({ answer: "cut" });
  for (let i = 0; i < 2; i += 1) await assert.rejects(upstream.get("foo/"), UpstreamFailure);
  assert.equal(upstream.health().isOpen, true);
  await assert.rejects(upstream.get("foo/"), (error) => {
    assert.ok(error instanceof UpstreamFailure);
    assert.equal(error.retryAfterSeconds, 5);
    return true;
  });
  assert.equal(world.fake.seen.length, 2);
  world.fake.behave({ answer: "normal" });
  world.tick(5_000);
  (await upstream.get("foo/")).cancel();
  assert.equal(upstream.health().isOpen, false);
});

test("a page that is always a 500 does not close the server's other pages", async () => {
  await using world = await setUp({ limits: { failuresMax: 2, retries: 0 } });
  world.fake.behave({ answer: { status: 500 } });
  const upstream = open(world.fake, world.upstreams);
  for (let i = 0; i < 3; i += 1) (await upstream.get("foo/")).cancel();
  assert.equal(upstream.health().isOpen, false);
});

test("bodies that break in a row count as failures of the server", async () => {
  await using world = await setUp({ limits: { failuresMax: 2 } });
  world.fake.behave({ truncating: true });
  const upstream = open(world.fake, world.upstreams);
  for (let i = 0; i < 2; i += 1) {
    const reply = await upstream.get(`../files/${WHEEL.filename}`, { raw: true });
    await assert.rejects(reply.bytes(1 << 20), UpstreamFailure);
  }
  assert.equal(upstream.health().isOpen, true);
});

test("a caller who leaves is told so and is no failure of the server", async () => {
  await using world = await setUp();
  const gate = world.fake.hold("/simple/foo/");
  const upstream = open(world.fake, world.upstreams);
  const leaver = new AbortController();
  const asking = upstream.get("foo/", { signal: leaver.signal });
  await gate.arrived;
  leaver.abort(new Error("gone home"));
  await assert.rejects(asking, /gone home/);
  gate.release();
  assert.equal(upstream.health().failures, 0);
  assert.equal(world.upstreams.figures()[0]?.underWay, 0);
});

test("more than so many waiting requests are refused at once", async () => {
  await using world = await setUp({ limits: { requestsMax: 2, connectionsMax: 1 } });
  const gate = world.fake.hold("/simple/foo/");
  const upstream = open(world.fake, world.upstreams);
  const waiting = [upstream.get("foo/"), upstream.get("foo/")];
  await gate.arrived;
  await assert.rejects(upstream.get("foo/"), /2 requests to that server are waiting already/);
  gate.release();
  for (const reply of await Promise.all(waiting)) await reply.bytes(1 << 20);
});

test("addresses that are not http are not fetched", async () => {
  await using world = await setUp();
  await assert.rejects(open(world.fake, world.upstreams).get("file:///etc/passwd"), /not one of http or https/);
});

test("http goes to the proxy as it is, https through a tunnel, and exceptions directly", async () => {
  const lines: string[] = [];
  const proxy = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      const line = bytes.toString("latin1").split("\r\n")[0] ?? "";
      lines.push(line);
      if (line.startsWith("CONNECT")) {
        socket.end("HTTP/1.1 502 no tunnel today\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      const target = new URL(line.split(" ")[1] ?? "");
      const onward = connect(world.port, "127.0.0.1", () =>
        onward.write(
          bytes
            .toString("latin1")
            .replace(target.origin, "")
            .replace(/connection: keep-alive/i, "connection: close"),
          "latin1",
        ),
      );
      onward.on("error", () => {}).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await using setting = await setUp({
    proxy: { httpProxy: address, httpsProxy: address, noProxy: "localhost, .internal.example" },
    limits: { retries: 0 },
  });
  const world = { port: Number(new URL(setting.fake.origin).port) };
  try {
    const plain = setting.upstreams.for({ url: "http://upstream.example/simple/", credentials: null });
    assert.match(await textOf(await plain.get("foo/")), /foo-1.0/);
    const secure = setting.upstreams.for({ url: "https://upstream.example/simple/", credentials: null });
    await assert.rejects(secure.get("foo/"), UpstreamFailure);
    const direct = setting.upstreams.for({
      url: setting.fake.url.replace("127.0.0.1", "localhost"),
      credentials: null,
    });
    (await direct.get("foo/")).cancel();
    assert.deepEqual(lines, [
      "GET http://upstream.example/simple/foo/ HTTP/1.1",
      "CONNECT upstream.example:443 HTTP/1.1",
    ]);
  } finally {
    proxy.close();
  }
});

async function serving(
  answer: (response: import("node:http").ServerResponse) => void,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
