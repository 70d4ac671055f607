import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeIoWish, fakeIo, noMoves } from "../../../tests/support/fake-io.ts";
import { EXIT, type Offline } from "../io.ts";
import { run } from "../run.ts";

const offline: Offline = {
  version: "1.2.3",
  options: [],
  serve: async () => EXIT.done,
  init: () => Promise.reject(new Error("not in these tests")),
  setPassword: () => Promise.reject(new Error("not in these tests")),
  probes: () => Promise.reject(new Error("not in these tests")),
  setup: () => Promise.reject(new Error("not in these tests")),
  moves: noMoves,
};

const COPY = {
  path: "foo/1.0/foo-1.0.zip",
  sizeBytes: 1200,
  sha256: "00",
  copiedFrom: "https://upstream.example/foo-1.0.zip",
  copiedAt: "2026-11-25T00:00:00.000Z",
};

async function vivarium(line: string, wish: FakeIoWish) {
  const fake = fakeIo({ env: { VIVARIUM_TOKEN: "t" }, ...wish });
  const exitCode = await run(line.split(" "), fake.io, offline);
  const sent = fake.requests.map(({ method, url }) => `${method} ${url.replace("http://localhost:3141/api/v1", "")}`);
  return { exitCode, out: fake.out, err: fake.err, sent };
}

test("copies are listed page by page, all or those of a folder", async () => {
  const first = "/repositories/root/pypi/copies?below=foo&limit=1000";
  const api = {
    [`GET ${first}`]: { items: [COPY], next: COPY.path },
    [`GET ${first}&after=foo%2F1.0%2Ffoo-1.0.zip`]: { items: [], next: null },
  };
  const { out, sent } = await vivarium("index copies root/pypi foo", { api });
  assert.deepEqual(sent, [
    "GET /repositories/root/pypi/copies?below=foo&limit=1000",
    "GET /repositories/root/pypi/copies?below=foo&limit=1000&after=foo%2F1.0%2Ffoo-1.0.zip",
  ]);
  assert.match(out, /foo\/1\.0\/foo-1\.0\.zip/);
});

test("copies are dropped by path, and all of them only where that is said", async () => {
  const api = { "DELETE /repositories/root/pypi/copies": { files: 1, sizeBytes: 1200 } };
  const { out, sent } = await vivarium("index drop-copies root/pypi foo/1.0", { api });
  assert.deepEqual(sent, ["DELETE /repositories/root/pypi/copies?path=foo%2F1.0"]);
  assert.match(out, /1 file is gone/);

  const unsaid = await vivarium("index drop-copies root/pypi", { api });
  assert.deepEqual([unsaid.exitCode, unsaid.sent], [EXIT.usage, []]);
  const all = await vivarium("index drop-copies root/pypi --all", { api });
  assert.deepEqual(all.sent, ["DELETE /repositories/root/pypi/copies?path="]);
});
