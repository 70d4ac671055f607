import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Sealed } from "#core";
import { readOrMakeKey } from "./key-file.ts";
import { openSealer } from "./sealer.ts";

describe("the sealer", () => {
  const sealer = openSealer(Buffer.alloc(32, 1));

  test("opens what it sealed, whatever the text", () => {
    for (const secret of ["", "secret", "p:ä€𝄞\0", "x".repeat(10_000)]) {
      assert.equal(sealer.open(sealer.seal(secret)), secret);
    }
  });

  test("the same secret is sealed differently each time and shows nothing of itself", () => {
    const [a, b] = [sealer.seal("hunter2"), sealer.seal("hunter2")];
    assert.notEqual(a, b);
    assert.match(a, /^v1\.[0-9a-f]{8}\.[\w-]+$/);
  });

  test("another installation's key does not open it, and the message says that the key is another", () => {
    const sealed = sealer.seal("secret");
    assert.throws(() => openSealer(Buffer.alloc(32, 2)).open(sealed), /restore its key file/);
  });

  test("a changed, shortened or foreign text is an error, never a wrong secret", () => {
    const sealed = sealer.seal("secret");
    const changed = `${sealed.slice(0, -3)}${sealed.endsWith("AAA") ? "BBB" : "AAA"}`;
    for (const text of [changed, sealed.slice(0, 20), "v9.x.y", "secret", ""]) {
      assert.throws(() => sealer.open(text as Sealed), Error, text);
    }
  });

  test("a key of another length is refused", () => {
    assert.throws(() => openSealer(Buffer.alloc(16)), RangeError);
  });
});

describe("the key file", () => {
  test("is made once, for its owner only, and read from then on", async (context) => {
    const path = join(folderFor(context), "secrets", "key");
    const made = await readOrMakeKey(path);
    assert.equal(made.byteLength, 32);
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(await readOrMakeKey(path, { mayMake: false }), made);
  });

  test("of many that make it at once all get the same key, and no drafts are left", async (context) => {
    const folder = folderFor(context);
    const keys = await Promise.all(Array.from({ length: 8 }, () => readOrMakeKey(join(folder, "key"))));
    assert.equal(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size, 1);
    assert.deepEqual(readdirSync(folder), ["key"]);
  });

  test("is never replaced where secrets may be sealed with the lost one", async (context) => {
    const path = join(folderFor(context), "key");
    await assert.rejects(readOrMakeKey(path, { mayMake: false }), /is missing.*restore it from a backup/);
    assert.throws(() => readFileSync(path));
  });

  test("one that holds something else is refused and left alone", async (context) => {
    const path = join(folderFor(context), "key");
    for (const text of ["", "abc", "zz".repeat(32), "ab".repeat(31)]) {
      writeFileSync(path, text);
      await assert.rejects(readOrMakeKey(path), /must hold 64 hex digits/);
      assert.equal(readFileSync(path, "utf8"), text);
    }
  });

  test("one that cannot be read is named", async (context) => {
    await assert.rejects(readOrMakeKey(folderFor(context)), /the key file .* cannot be read/);
  });
});

function folderFor(context: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "vivarium-key-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
