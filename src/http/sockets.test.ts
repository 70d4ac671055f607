import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Reply } from "#core";
import { basic, type FrontWorld, openFrontWorld } from "../../tests/support/front-world.ts";
import type { Dialect } from "./routes.ts";

function dialectOf(handle: () => Promise<Reply>): Dialect {
  return {
    name: "native",
    routes: [{ scope: "root", method: "GET", path: "/+test", handle }],
    renderProblem: (_problem, message) => ({ contentType: "text/plain", body: message }),
  };
}

async function portOf(world: FrontWorld): Promise<number> {
  const address = await world.door.listen({ host: "127.0.0.1", port: 0 });
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
  return Number(new URL(address).port);
}

/** A connection that is spoken to by hand. */
function openLine(port: number): { readonly socket: Socket; until(pattern: RegExp): Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  let heard = "";
  socket.on("data", (chunk) => {
    heard += chunk.toString("latin1");
  });
  return {
    socket,
    async until(pattern) {
      while (!pattern.test(heard)) {
        await Promise.race([once(socket, "data"), once(socket, "close")]);
        if (socket.closed && !pattern.test(heard)) throw new Error(`closed after: ${heard}`);
      }
      const said = heard;
      heard = "";
      return said;
    },
  };
}

const SIGNED_IN = `host: here.example\r\nauthorization: ${basic("alice")}`;

test("devpi's method is understood on a connection that was used before and is used after", async () => {
  await using world = await openFrontWorld();
  const { socket, until } = openLine(await portOf(world));
  const get = `GET /+health/live HTTP/1.1\r\n${SIGNED_IN}\r\n\r\n`;
  const push = `PUSH /alice/dev HTTP/1.1\r\n${SIGNED_IN}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n`;
  for (let times = 0; times < 2; times += 1) {
    socket.write(get);
    await until(/alive/);
    socket.write(push);
    // The body may come later than the head.
    setImmediate(() => socket.write("{}"));
    assert.match(await until(/'name' and 'version' are needed/), /^HTTP\/1\.1 400 /);
  }
  socket.end();
  assert.deepEqual(
    world.records.map(({ method, status, remoteAddress }) => [method, status, remoteAddress]),
    [
      ["GET", 200, "127.0.0.1"],
      ["PUSH", 400, "127.0.0.1"],
      ["GET", 200, "127.0.0.1"],
      ["PUSH", 400, "127.0.0.1"],
    ],
  );
});

test("what is not HTTP is told so, and the door stays open for others", async () => {
  await using world = await openFrontWorld();
  const port = await portOf(world);
  for (const [text, status] of [
    ["hello\r\n\r\n", /^HTTP\/1\.1 (400|501) /],
    ["BREW / HTTP/1.1\r\nhost: x\r\n\r\n", /^HTTP\/1\.1 501 /],
    [`GET / HTTP/1.1\r\nhost: x\r\nlong: ${"x".repeat(70_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ["GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
  ] as const) {
    const { socket, until } = openLine(port);
    socket.write(text);
    assert.match(await until(/\r\n\r\n[\s\S]*/), status);
    socket.destroy();
  }
  assert.equal((await fetch(`http://127.0.0.1:${port}/+health/live`)).status, 200);
});

test("who asks before sending is refused before sending, and let on where all is well", async () => {
  await using world = await openFrontWorld();
  const port = await portOf(world);
  const head = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n${more}\r\n`;
  const stranger = openLine(port);
  stranger.socket.write(head("/alice/dev/", ""));
  assert.match(await stranger.until(/\r\n\r\n/), /^HTTP\/1\.1 401 /);
  const alice = openLine(port);
  alice.socket.write(head("/alice/dev", `authorization: ${basic("alice")}\r\ncontent-type: application/json\r\n`));
  assert.match(await alice.until(/\r\n\r\n/), /^HTTP\/1\.1 100 /);
  alice.socket.write("{}");
  assert.match(await alice.until(/are needed/), /^HTTP\/1\.1 400 /);
  alice.socket.destroy();
  stranger.socket.destroy();
});

test("a body beyond the limit is refused by its announced length, and the client gets to read why", async () => {
  await using world = await openFrontWorld({ settings: { bodySizeBytesMax: 1000 } });
  const port = await portOf(world);
  const body = Buffer.alloc(3_000_000);
  const headers = { authorization: basic("alice"), "content-type": "multipart/form-data; boundary=x" };
  const announced = await ask({ port, path: "/alice/dev/", method: "POST", headers }, body);
  assert.equal(announced.statusCode, 413);
  const chunked = { ...headers, "transfer-encoding": "chunked" };
  const counted = await ask({ port, path: "/alice/dev/", method: "POST", headers: chunked }, body);
  assert.equal(counted.statusCode, 413);
});

test("a stream that fails in the middle cuts the connection, so that nobody takes a part for the whole", async () => {
  const cause = new Error("the upstream lied");
  const chunks = (async function* () {
    yield Buffer.from("12345");
    throw cause;
  })();
  const stream: Reply = { kind: "stream", status: 200, contentType: "text/plain", sizeBytes: null, chunks };
  await using world = await openFrontWorld({ more: [dialectOf(async () => stream)] });
  const port = await portOf(world);
  await assert.rejects(async () => (await fetch(`http://127.0.0.1:${port}/+test`)).text());
  assert.equal(world.records.at(-1)?.cause, cause);
});

test("a client that goes away stops the stream it was sent", async () => {
  const stopped = Promise.withResolvers<void>();
  const chunks = (async function* () {
    try {
      for (;;) yield Buffer.alloc(1 << 16);
    } finally {
      stopped.resolve();
    }
  })();
  const stream: Reply = { kind: "stream", status: 200, contentType: "text/plain", sizeBytes: null, chunks };
  await using world = await openFrontWorld({ more: [dialectOf(async () => stream)] });
  const { socket, until } = openLine(await portOf(world));
  socket.write("GET /+test HTTP/1.1\r\nhost: x\r\n\r\n");
  await until(/200 OK/);
  socket.destroy();
  await stopped.promise;
});

test("closing finishes what runs, and takes no more", async () => {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = dialectOf(async () => {
    begun.resolve();
    await goOn.promise;
    return { kind: "done", status: 204 };
  });
  await using world = await openFrontWorld({ more: [slow] });
  const port = await portOf(world);
  const running = fetch(`http://127.0.0.1:${port}/+test`);
  await begun.promise;
  const closed = world.door.close(10_000);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/+health/live`));
  goOn.resolve();
  const reply = await running;
  assert.equal(reply.status, 204);
  assert.equal(reply.headers.get("connection"), "close");
  await closed;
});

test("what does not end within the grace is cut", async () => {
  const begun = Promise.withResolvers<void>();
  const never = dialectOf(() => {
    begun.resolve();
    return new Promise<Reply>(() => {});
  });
  await using world = await openFrontWorld({ more: [never] });
  const running = fetch(`http://127.0.0.1:${await portOf(world)}/+test`);
  await begun.promise;
  await Promise.all([assert.rejects(running), world.door.close(1)]);
});

test("a unix socket works, and one that a killed server left behind is cleared away", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vivarium-socket-"));
  const socketPath = join(folder, "s");
  try {
    await leaveSocketBehind(socketPath);
    await using world = await openFrontWorld();
    assert.equal(await world.door.listen({ socketPath }), `unix:${socketPath}`);
    assert.equal((await ask({ socketPath, path: "/+health/live" })).statusCode, 200);
    await using other = await openFrontWorld();
    await assert.rejects(other.door.listen({ socketPath }), { code: "EADDRINUSE" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a file that is no socket is never cleared away for one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vivarium-socket-"));
  const socketPath = join(folder, "s");
  try {
    writeFileSync(socketPath, "mine");
    await using world = await openFrontWorld();
    await assert.rejects(world.door.listen({ socketPath }), { code: "EADDRINUSE" });
    assert.equal(readFileSync(socketPath, "utf8"), "mine");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a port that is taken is Node's own error", async () => {
  await using world = await openFrontWorld();
  await using other = await openFrontWorld();
  const port = await portOf(world);
  await assert.rejects(other.door.listen({ host: "127.0.0.1", port }), { code: "EADDRINUSE" });
});

/** The file of a socket that nobody listens at: linked away before its server closes, which takes its own name along. */
async function leaveSocketBehind(socketPath: string): Promise<void> {
  const { linkSync } = await import("node:fs");
  const server = createServer();
  const first = `${socketPath}.first`;
  await new Promise<void>((resolve) => server.listen(first, resolve));
  linkSync(first, socketPath);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function ask(options: RequestOptions, body?: Uint8Array): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", agent: false, ...options }, (reply) => {
      reply.resume();
      resolve(reply);
    });
    request.on("error", reject);
    request.end(body);
  });
}
