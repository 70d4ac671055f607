import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import type { Instant } from "#core";
import type { HotAnswer } from "./hot-replies.ts";
import { type Lane, openLane } from "./lane.ts";

const HEAD: readonly string[] = ["content-type", "text/plain", "content-length", "4"];
const GET = "GET /hot HTTP/1.1\r\nHost: here\r\n\r\n";
const HOT_REPLY =
  "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\nDate: Tue, 24 Nov 2026 10:42:18 GMT\r\n" +
  "Connection: keep-alive\r\nKeep-Alive: timeout=75\r\n\r\ntext";

/** A lane on a real port that knows `/hot`; what it hands over says what it came with. */
async function openLaneWorld(options: { readonly body?: Buffer; readonly keepAliveMilliseconds?: number } = {}) {
  const body = options.body ?? Buffer.from("text");
  const world = { answered: [] as string[], handedOver: [] as string[], at: Date.UTC(2026, 10, 24, 10, 42, 18) };
  const answerTo = (status: 200 | 304): HotAnswer => ({
    status,
    head: HEAD,
    bytes: status === 200 ? body : null,
    sentBytes: body.length,
    at: world.at as Instant,
    path: "/hot",
    principal: "",
    series: { count() {} },
    noteServed: null,
  });
  const lane: Lane = openLane({
    answer: ({ url, headers }) =>
      url === "/hot" ? answerTo(headers["if-none-match"] === undefined ? 200 : 304) : null,
    answered: ({ url = "" }) => void world.answered.push(url),
    stopwatch: () => 0,
    handOver(socket: Socket) {
      socket.on("error", () => {});
      socket.on("data", (piece) => {
        world.handedOver.push(piece.toString("latin1"));
        socket.write("slow");
      });
      socket.on("end", () => socket.end());
    },
    keepAliveMilliseconds: options.keepAliveMilliseconds ?? 75_000,
  });
  const server = createServer({ allowHalfOpen: true }, lane.take);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    lane,
    world,
    port,
    line: () => lineTo(port),
    async [Symbol.asyncDispose]() {
      lane.cutAll();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

function lineTo(port: number) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let heard = "";
  socket.on("error", () => {});
  socket.on("data", (piece) => {
    heard += piece.toString("latin1");
  });
  return {
    socket,
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
    async hear(length: number): Promise<string> {
      while (heard.length < length) await once(socket, "data");
      const said = heard;
      heard = "";
      return said;
    },
  };
}

test("what is in memory is answered again and again on one connection, and each answer is told of", async () => {
  await using opened = await openLaneWorld();
  await using line = opened.line();
  for (let times = 0; times < 3; times += 1) {
    line.socket.write(GET);
    assert.equal(await line.hear(HOT_REPLY.length), HOT_REPLY);
  }
  assert.deepEqual(opened.world.answered, ["/hot", "/hot", "/hot"]);
  assert.deepEqual(opened.world.handedOver, []);
});

test("the date of an answer is the date of that answer", async () => {
  await using opened = await openLaneWorld();
  await using line = opened.line();
  for (const [milliseconds, date] of [
    [0, "10:42:18"],
    [999, "10:42:18"],
    [1000, "10:42:19"],
  ] as const) {
    opened.world.at = Date.UTC(2026, 10, 24, 10, 42, 18) + milliseconds;
    line.socket.write(GET);
    assert.match(await line.hear(HOT_REPLY.length), new RegExp(`Date: Tue, 24 Nov 2026 ${date} GMT\r\n`));
  }
});

test("an answer without a body ends with its head", async () => {
  await using opened = await openLaneWorld();
  await using line = opened.line();
  line.socket.write('GET /hot HTTP/1.1\r\nHost: here\r\nIf-None-Match: "x"\r\n\r\n');
  assert.match(await line.hear(100), /^HTTP\/1\.1 304 Not Modified\r\n[\s\S]*timeout=75\r\n\r\n$/);
});

test("the first request that is not in memory takes the connection along, with every byte", async () => {
  await using opened = await openLaneWorld();
  for (const other of [
    "GET /cold HTTP/1.1\r\nHost: here\r\n\r\n",
    "GET /hot HTTP/1.1\r\nHo",
    `${GET}${GET}`,
    "POST /hot HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody",
    "\x16\x03\x01\x02\x00",
  ]) {
    await using line = opened.line();
    line.socket.write(GET);
    await line.hear(HOT_REPLY.length);
    line.socket.write(Buffer.from(other, "latin1"));
    assert.equal(await line.hear(4), "slow");
    assert.equal(opened.world.handedOver.at(-1), other);
    line.socket.write(GET);
    assert.equal(await line.hear(4), "slow");
    assert.equal(opened.world.handedOver.at(-1), GET);
  }
});

test("who asks on without taking the answers is handed over, so that they do not pile up", async () => {
  await using opened = await openLaneWorld({ body: Buffer.alloc(16 << 20) });
  await using line = opened.line();
  line.socket.pause();
  line.socket.write(GET);
  while (opened.world.answered.length === 0) await new Promise(setImmediate);
  line.socket.write(GET);
  while (opened.world.handedOver.length === 0) await new Promise(setImmediate);
  assert.equal(opened.world.answered.length, 1);
});

test("a client that has said all it wants to say still gets its answer, and then the end", async () => {
  await using opened = await openLaneWorld();
  await using line = opened.line();
  line.socket.end(GET);
  const ended = once(line.socket, "end");
  assert.equal(await line.hear(HOT_REPLY.length), HOT_REPLY);
  await ended;
});

test("a connection on which nothing is asked is closed after the time, and at once when the server goes", async () => {
  await using opened = await openLaneWorld({ keepAliveMilliseconds: 20 });
  await using idle = opened.line();
  await once(idle.socket, "end");
  await using other = await openLaneWorld();
  await using line = other.line();
  line.socket.write(GET);
  await line.hear(HOT_REPLY.length);
  other.lane.endAll();
  await once(line.socket, "end");
});
