import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { type Json, RegistryError } from "#core";
import { type Intake, openIntake } from "./intake.ts";

/** What `read` makes of one request that is spoken by hand: its result, or the code that it is refused with. */
async function told<Result>(text: string, read: (intake: Intake) => Promise<Result>): Promise<Result | string> {
  const seen = Promise.withResolvers<Result | string>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const intake = openIntake(request, response, { bodySizeBytesMax: 100, waitsForContinue: false });
    const refused = (error: unknown): string => {
      if (error instanceof RegistryError) return error.problem.code;
      throw error;
    };
    read(intake).catch(refused).then(seen.resolve, seen.reject);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => {});
  socket.end(Buffer.from(text, "latin1"));
  try {
    return await seen.promise;
  } finally {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const post = (body: string, length = Buffer.byteLength(body)): string =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n${body}`;
const json = (intake: Intake): Promise<Json | undefined> => intake.json();
async function size(intake: Intake): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of intake.body()) sizeBytes += chunk.byteLength;
  return sizeBytes;
}

test("JSON is read whatever its type is called, and nothing at all is not JSON's fault", async () => {
  assert.deepEqual(await told(post('{"a":[1]}'), json), { a: [1] });
  assert.equal(await told(post(""), json), undefined);
  assert.equal(await told("GET / HTTP/1.1\r\nhost: x\r\n\r\n", json), undefined);
});

test("what is not JSON, or not UTF-8, is refused", async () => {
  assert.equal(await told(post("{"), json), "request-invalid");
  assert.equal(await told(`${post("", 3)}"\u00ff"`, async (intake) => intake.json()), "request-invalid");
});

test("a body stops at the limit, announced or not", async () => {
  assert.equal(await told(post("x".repeat(100)), size), 100);
  assert.equal(await told(post("", 101), size), "too-large");
  const chunked = `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n65\r\n${"x".repeat(101)}\r\n0\r\n\r\n`;
  assert.equal(await told(chunked, size), "too-large");
});

test("a body that is cut short is no body", async () => {
  assert.equal(await told(post("half", 8), size), "request-invalid");
});

test("what routes look at is noted, and the front door's own looks are not", async () => {
  const noted = await told("GET / HTTP/1.1\r\nhost: x\r\nx-a: 1\r\nX-A: 2\r\n\r\n", async (intake) => {
    assert.equal(intake.peek("host"), "x");
    assert.equal(intake.header("x-a"), "1, 2");
    assert.equal(intake.header("x-none"), null);
    return [...intake.headersRead];
  });
  assert.deepEqual(noted, ["x-a", "x-none"]);
});
