import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Instant } from "#core";
import { readPageCopy, writePageCopy } from "./remote-copies.ts";
import { openDigestCheck } from "./remote-digests.ts";
import { openLater } from "./remote-later.ts";
import { openMemory } from "./remote-memory.ts";
import { openWindow } from "./remote-window.ts";

test("memory keeps what was used last and stays within its budget", () => {
  const dropped: object[] = [];
  const memory = openMemory<{ readonly name: string }>(10, (value) => dropped.push(value));
  for (const name of ["a", "b", "c"]) memory.set(name, { name }, 3);
  assert.notEqual(memory.get("a"), null);
  memory.set("d", { name: "d" }, 3);
  assert.deepEqual(dropped, [{ name: "b" }]);
  assert.equal(memory.get("b"), null);
  assert.deepEqual(
    memory.withPrefix("").map(([key]) => key),
    ["c", "a", "d"],
  );
});

test("a value heavier than the whole budget drives out nothing, and is shared while somebody holds it", () => {
  const memory = openMemory<{ readonly name: string }>(10);
  const whale = { name: "whale" };
  memory.set("shrimp", { name: "shrimp" }, 1);
  memory.set("whale", whale, 1_000);
  assert.equal(memory.get("whale"), whale);
  assert.notEqual(memory.get("shrimp"), null);
});

test("a window gives what was pushed last, in any cut, and forgets no unwritten byte", () => {
  const window = openWindow(10);
  const all = randomBytes(40);
  for (let start = 0; start < 40; start += 8) window.push(all.subarray(start, start + 8));
  window.trim(20);
  assert.equal(window.at(15, 40), null, "written and over the budget");
  assert.deepEqual(window.at(16, 40), all.subarray(16, 24), "not written yet");
  assert.deepEqual(window.at(33, 36), all.subarray(33, 36));
  assert.equal(window.at(40, 50), null);
  window.trim(40);
  assert.equal(window.at(31, 40), null);
  assert.deepEqual(window.at(32, 40), all.subarray(32, 40));
});

test("the strongest announced digest that we know decides", () => {
  const bytes = Buffer.from("bytes");
  const sha512 = createHash("sha512").update(bytes).digest("hex");
  const check = openDigestCheck({ md5: "wrong", sha512, whirlpool: "unknown" });
  check.update(bytes);
  assert.equal(check.fault({ sha256: "any" }), null);
  const wrong = openDigestCheck({ sha256: "expected", md5: "right" });
  assert.match(wrong.fault({ sha256: "actual", md5: "right" }) ?? "", /sha256 is actual instead of expected/);
  assert.deepEqual(openDigestCheck({ blake2b_256: "x" }).drafted, ["blake2b_256"]);
  assert.equal(openDigestCheck({ whirlpool: "x" }).fault({ sha256: "any" }), null);
});

test("what is done later is done in order per key, outlives failures, and is finished by settling", async () => {
  const later = openLater(10);
  const done: string[] = [];
  later.do("a", async () => {
    done.push("a1");
    throw new Error("disk full");
  });
  later.do("a", async () => void done.push("a2"));
  assert.deepEqual(done, []);
  await later.settle();
  assert.deepEqual(done, ["a1", "a2"]);
});

test("settling waits for what was given before it, not for all that follows", async () => {
  const later = openLater(10);
  const never = Promise.withResolvers<void>();
  const order: string[] = [];
  later.do("a", async () => {
    order.push("first");
    later.do("b", () => never.promise);
  });
  await later.settle();
  assert.deepEqual(order, ["first"]);
});

test("what would wait beyond the limit is left undone", async () => {
  const later = openLater(1);
  const done: string[] = [];
  later.do("a", async () => void done.push("a"));
  later.do("b", async () => void done.push("b"));
  await later.settle();
  assert.deepEqual(done, ["a"]);
});

test("a page copy comes back byte for byte, whatever its encoding, and nothing else is taken for one", async () => {
  const copy = {
    page: { url: "https://upstream.example/simple/foo/", contentType: "text/html", bytes: randomBytes(5_000) },
    etag: '"1"',
    lastModified: null,
    upstreamSerial: "7",
    checkedAt: 5 as Instant,
    isOutdated: true,
  };
  const written = JSON.parse(JSON.stringify(await writePageCopy(copy)));
  assert.deepEqual(await readPageCopy(written, 5_000), copy);
  assert.equal(await readPageCopy(written, 4_999), null);
  for (const value of [null, 5, [], {}, { ...written, zstd: "AAAA" }, { ...written, checkedAt: "x" }]) {
    assert.equal(await readPageCopy(value, 5_000), null);
  }
});
