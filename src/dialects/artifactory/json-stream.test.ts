import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, Reply } from "#core";
import { type ListPage, listReply } from "./json-stream.ts";

const show = (item: number): Json | null => (item < 0 ? null : item);

/** Pages of two. */
function pagesOf(numbers: readonly number[]): (after: number | null) => Promise<ListPage<number>> {
  return async (after) => {
    const start = after === null ? 0 : numbers.indexOf(after) + 1;
    return { items: numbers.slice(start, start + 2), hasMore: start + 2 < numbers.length };
  };
}

async function answered(numbers: readonly number[]): Promise<{ readonly kind: Reply["kind"]; readonly body: unknown }> {
  const page = pagesOf(numbers);
  const reply = listReply({ uri: "u" }, "files", await page(null), page, show);
  if (reply.kind === "json") return { kind: reply.kind, body: reply.body };
  assert.equal(reply.kind, "stream");
  const chunks: Uint8Array[] = [];
  for await (const chunk of reply.chunks) chunks.push(chunk);
  return { kind: reply.kind, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

test("a short list is answered at once, a long one piece by piece, and both are whole", async () => {
  for (const [numbers, kind] of [
    [[], "json"],
    [[1, 2], "json"],
    [[1, 2, 3], "stream"],
    [[1, 2, 3, 4, 5, 6], "stream"],
  ] as const) {
    assert.deepEqual(await answered(numbers), { kind, body: { uri: "u", files: numbers } });
  }
});

test("what is not shown leaves no gap, also where it is a whole page", async () => {
  for (const numbers of [
    [-1, -2, 3],
    [1, 2, -3, -4, 5],
    [-1, -2, -3],
    [1, -2, -3, -4, -5],
  ]) {
    assert.deepEqual((await answered(numbers)).body, { uri: "u", files: numbers.filter((number) => number > 0) });
  }
});
