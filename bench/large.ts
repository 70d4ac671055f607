import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { performance } from "node:perf_hooks";
import { atMost, type Figure, shown } from "./figures.ts";
import type { Running } from "./process.ts";
import { type Place, passwordOf, startVivarium } from "./servers.ts";

const PIECE_BYTES = 1024 * 1024;
const GROWTH_MB = 50;
const LOOK_MS = 100;

/** One file of several gigabytes in and out of a generic repository: how long, and how much memory the server takes for it. */
export async function largeRows(place: Place, gigabytes: number): Promise<Figure[]> {
  await using server = await startVivarium(place, "large");
  const sizeBytes = gigabytes * 1024 ** 3;
  const authorization = server.authorization ?? "";
  await makeRepository(server.port, passwordOf(server));
  const path = "/root/files/large.bin";
  const up = await watched(server, () => upload(server.port, path, authorization, sizeBytes));
  const down = await watched(server, () => digestOf(server.port, path));
  if (down.result !== up.result) throw new Error("what came back is not what was sent");
  const file = `a file of ${gigabytes} GB`;
  return [
    atMost(`memory that the server grows by while ${file} comes in`, up.grownMb, GROWTH_MB, "MB"),
    atMost(`memory that the server grows by while ${file} goes out`, down.grownMb, GROWTH_MB, "MB"),
    shown(`upload of ${file}`, `${Math.round(sizeBytes / 1e6 / up.seconds)} MB/s`),
    shown(`download of ${file}`, `${Math.round(sizeBytes / 1e6 / down.seconds)} MB/s`),
  ];
}

async function makeRepository(port: number, token: string): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/v1/repositories/root/files`, {
    method: "PUT",
    headers: {
      authorization: `Basic ${Buffer.from(`root:${token}`).toString("base64")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ kind: "local", format: "generic" }),
  });
  if (reply.status !== 201) throw new Error(`making the repository: ${reply.status} ${await reply.text()}`);
}

interface Watched<Result> {
  readonly result: Result;
  readonly seconds: number;
  readonly grownMb: number;
}

async function watched<Result>(server: Running, work: () => Promise<Result>): Promise<Watched<Result>> {
  const before = server.memoryMb();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, server.memoryMb());
  }, LOOK_MS);
  const began = performance.now();
  try {
    const result = await work();
    return { result, seconds: (performance.now() - began) / 1000, grownMb: most - before };
  } finally {
    clearInterval(timer);
  }
}

/** Sends pieces that all differ, as fast as they are taken; returns their SHA-256. */
function upload(port: number, path: string, authorization: string, sizeBytes: number): Promise<string> {
  const hash = createHash("sha256");
  const pattern = randomBytes(PIECE_BYTES);
  return new Promise((resolve, reject) => {
    const headers = { authorization, "content-length": sizeBytes };
    const sent = request({ port, host: "127.0.0.1", method: "PUT", path, headers }, (reply) => {
      reply.resume();
      if (reply.statusCode === 201) reply.on("end", () => resolve(hash.digest("hex")));
      else reject(new Error(`the upload was answered ${reply.statusCode}`));
    });
    sent.on("error", reject);
    let left = sizeBytes;
    const send = (): void => {
      while (left > 0) {
        const piece = Buffer.from(pattern.subarray(0, Math.min(left, PIECE_BYTES)));
        piece.writeUInt32LE(Math.ceil(left / PIECE_BYTES), 0);
        hash.update(piece);
        left -= piece.byteLength;
        if (!sent.write(piece)) {
          sent.once("drain", send);
          return;
        }
      }
      sent.end();
    };
    send();
  });
}

function digestOf(port: number, path: string): Promise<string> {
  const hash = createHash("sha256");
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", path }, (reply) => {
      reply.on("data", (piece: Uint8Array) => hash.update(piece));
      reply.on("end", () => resolve(hash.digest("hex")));
      reply.on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}
