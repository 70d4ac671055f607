import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { aWheelFile, type WheelOptions } from "../../../tests/support/archives.ts";
import type { RandomAccess } from "../format.ts";
import { makeWheelMetadata } from "./wheel-tail.ts";

const foo: WheelOptions = { name: "foo", version: "1.0", requiresDist: ["bar>=1"], description: "Prose.\n" };

describe("METADATA of a wheel that is far away", () => {
  test("comes byte for byte with one read, when it lies at the end (MET-1)", async () => {
    const wheel = aWheelFile({ ...foo, ballastBytes: 500_000 });
    const { file, reads } = counting(wheel.bytes);
    assert.deepEqual(await makeWheelMetadata(wheel.filename, file), Buffer.from(wheel.metadata));
    assert.equal(reads.length, 1);
    assert.ok((reads[0] ?? 0) <= 32 * 1024);
  });

  test("comes with two reads, when it lies at the beginning", async () => {
    const wheel = aWheelFile({ ...foo, ballastBytes: 500_000, members: (all) => [...all].reverse() });
    const { file, reads } = counting(wheel.bytes);
    assert.deepEqual(await makeWheelMetadata(wheel.filename, file), Buffer.from(wheel.metadata));
    assert.equal(reads.length, 2);
  });

  test("comes with three reads, when the directory is longer than the tail", async () => {
    const files = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`foo/${index}.bin`, randomBytes(50)]));
    const wheel = aWheelFile({ ...foo, files, members: (all) => [...all].reverse() });
    const { file, reads } = counting(wheel.bytes);
    assert.deepEqual(await makeWheelMetadata(wheel.filename, file), Buffer.from(wheel.metadata));
    assert.ok(reads.length <= 3, `${reads.length} reads`);
  });

  test("comes although the local extra field is longer than the directory's", async () => {
    const wheel = aWheelFile({
      ...foo,
      ballastBytes: 100_000,
      members: (all) => [...all].reverse().map((one) => ({ ...one, localExtra: extra(900) })),
    });
    assert.deepEqual(await makeWheelMetadata(wheel.filename, counting(wheel.bytes).file), Buffer.from(wheel.metadata));
  });

  test("is null for what is no wheel by its name", async () => {
    const wheel = aWheelFile(foo);
    assert.equal(await makeWheelMetadata("foo-1.0.tar.gz", counting(wheel.bytes).file), null);
  });

  test("is a SyntaxError for a broken wheel, and for one without METADATA (MET-2)", async () => {
    const { filename, bytes } = aWheelFile(foo);
    await assert.rejects(makeWheelMetadata(filename, counting(bytes.subarray(0, 200)).file), SyntaxError);
    await assert.rejects(makeWheelMetadata(filename, counting(new Uint8Array(0)).file), SyntaxError);
    const bare = aWheelFile({ ...foo, without: ["METADATA"] });
    await assert.rejects(makeWheelMetadata(filename, counting(bare.bytes).file), SyntaxError);
    const other = aWheelFile({ ...foo, distInfo: "bar-1.0.dist-info" });
    await assert.rejects(makeWheelMetadata(filename, counting(other.bytes).file), SyntaxError);
  });

  test("does not mind what an upload would be refused for", async () => {
    const wheel = aWheelFile({ ...foo, members: (all) => all.map((one) => ({ ...one, descriptor: true })) });
    assert.deepEqual(await makeWheelMetadata(wheel.filename, counting(wheel.bytes).file), Buffer.from(wheel.metadata));
  });
});

function counting(bytes: Uint8Array): { readonly file: RandomAccess; readonly reads: number[] } {
  const reads: number[] = [];
  return {
    reads,
    file: {
      sizeBytes: bytes.byteLength,
      read: async (start, end) => {
        reads.push(end - start);
        return bytes.slice(start, end);
      },
    },
  };
}

function extra(sizeBytes: number): Uint8Array {
  const field = Buffer.alloc(4 + sizeBytes);
  field.writeUInt16LE(0xcafe, 0);
  field.writeUInt16LE(sizeBytes, 2);
  return field;
}
