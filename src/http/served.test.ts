import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { test } from "node:test";
import type { Instant, Reply } from "#core";
import { openFrontWorld } from "../../tests/support/front-world.ts";
import type { Dialect } from "./routes.ts";

const BYTES = Buffer.from("0123456789");
const FOO = { name: "foo", version: "1.0" };

/** A dialect with one file, which tells who was served. */
function dialectWith(served: string[], reply: Partial<Extract<Reply, { kind: "file" }>> = {}): Dialect {
  return {
    name: "native",
    routes: [
      {
        scope: "root",
        method: "GET",
        path: "/+test/file",
        handle: async () => ({
          kind: "file",
          filename: "file",
          contentType: "text/plain",
          body: { sizeBytes: BYTES.length, bytes: BYTES, open: async () => piecesOf([BYTES]) },
          etag: "e",
          lastModified: 0 as Instant,
          cache: { kind: "none" },
          noteServed: (by) => void served.push(by),
          ...reply,
        }),
      },
    ],
    renderProblem: (_problem, message) => ({ contentType: "text/plain", body: message }),
  };
}

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

test("who got the whole file is told; a head, a part and a copy that was right already are not", async () => {
  const served: string[] = [];
  await using world = await openFrontWorld({ more: [dialectWith(served)] });
  assert.equal((await world.ask("/+test/file")).status, 200);
  assert.equal((await world.ask("/+test/file", { as: "alice" })).status, 200);
  assert.deepEqual(served, ["", "alice"]);
  assert.equal((await world.ask("/+test/file", { method: "HEAD" })).status, 200);
  assert.equal((await world.ask("/+test/file", { headers: { range: "bytes=0-4" } })).status, 206);
  assert.equal((await world.ask("/+test/file", { headers: { "if-none-match": '"e"' } })).status, 304);
  assert.deepEqual(served, ["", "alice"]);
});

test("a file that comes as a stream is told of at its end, and not when it breaks off", async () => {
  const served: string[] = [];
  let isBroken = false;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield BYTES.subarray(0, 5);
    if (isBroken) throw new Error("the disk is gone");
    yield BYTES.subarray(5);
  }
  const body = { sizeBytes: BYTES.length, bytes: null, open: async () => pieces() };
  await using world = await openFrontWorld({ more: [dialectWith(served, { body })] });
  assert.deepEqual((await world.ask("/+test/file")).body, BYTES);
  assert.deepEqual(served, [""]);
  isBroken = true;
  await world.ask("/+test/file").catch(() => null);
  assert.deepEqual(served, [""]);
});

test("files that are answered from memory over a connection are counted one by one", async () => {
  await using world = await openFrontWorld();
  await world.publish("alice/dev", FOO.name, FOO.version);
  const page = (await world.ask("/alice/dev/simple/foo/")).body.toString();
  const path = /href="\.\.\/\.\.\/([^"#]+)/.exec(page)?.[1];
  const address = await world.door.listen({ host: "127.0.0.1", port: 0 });
  for (let times = 0; times < 4; times += 1) await read(`${address}/alice/dev/${path}`);
  const principal = { kind: "system", reason: "test" } as const;
  const place = { repository: "alice/dev" as never, path: "foo/1.0/foo-1.0-py3-none-any.whl" };
  assert.equal((await world.registry.tree.downloads(principal, place))?.count, 4);
  const metrics = (await world.ask("/+metrics")).body.toString();
  assert.match(metrics, /vivarium_cache_requests_total\{cache="answers",result="hit"\} 3\n/);
});

async function read(url: string): Promise<void> {
  const request = get(url);
  const [response] = await once(request, "response");
  response.resume();
  await once(response, "end");
}
