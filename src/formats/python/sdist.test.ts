import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import {
  anSdist,
  anSdistFile,
  type SdistOptions,
  sdistName,
  type TarMember,
  tarOf,
} from "../../../tests/support/archives.ts";
import { receivedOf } from "../../../tests/support/upload-desk.ts";
import { BrokenFile } from "./broken-file.ts";
import { parseSdistFilename, type SdistFilename } from "./filenames.ts";
import { readSdist } from "./sdist.ts";

const foo: SdistOptions = { name: "foo", version: "1.0" };
const LONG = `foo-1.0/${"d".repeat(90)}/${"e".repeat(90)}.txt`;

describe("a source distribution is taken", () => {
  const accepted: readonly (readonly [what: string, options: SdistOptions])[] = [
    ["that is ordinary", foo],
    [
      "without pyproject.toml, as before PEP 517",
      { ...foo, members: (all) => all.filter(({ name }) => !name.endsWith(".toml")) },
    ],
    [
      "whose top directory spells the name as its project does",
      { name: "Foo.Bar", version: "1.0", topDirectory: "Foo.Bar-1.0" },
    ],
    ["with a name of two parts", { name: "foo-bar", version: "1.0.post1" }],
    ["without entries for directories", { ...foo, members: (all) => all.filter(({ type }) => type !== "directory") }],
    ["with long names", add({ name: LONG, data: "x" })],
    ["with names in pax records", add({ name: "short", pax: { path: `foo-1.0/${"ä".repeat(200)}` }, data: "x" })],
    [
      "with a global pax header, as git writes it",
      {
        ...foo,
        members: (all) => [{ name: "pax_global_header", type: "global", pax: { comment: "0123456789" } }, ...all],
      },
    ],
    [
      "with links that stay inside",
      {
        ...foo,
        members: (all) => [
          ...all,
          link("foo-1.0/docs/LICENSE", "../PKG-INFO"),
          link("foo-1.0/a", "foo.py"),
          { name: "foo-1.0/b", type: "hardlink", linkname: "foo-1.0/foo.py" },
        ],
      },
    ],
    ["with a big member", { ...foo, files: { "big.bin": Buffer.alloc(3_000_000, "abcdefg") } }],
  ];
  for (const [what, options] of accepted) {
    test(what, async () => {
      const { metadata, record } = await read(options);
      assert.deepEqual(metadata, Buffer.from(anSdistFile(options).metadata));
      assert.equal(record["name"], options.name);
    });
  }

  test("without the empty blocks at its end", async () => {
    const tar = Buffer.from(tarOf([{ name: "foo-1.0/PKG-INFO", data: anSdistFile(foo).metadata }]));
    await readBytes(gzipSync(tar.subarray(0, -1024)));
  });
});

describe("a source distribution is refused", () => {
  const rejected: readonly (readonly [item: string, what: string, options: SdistOptions, message: RegExp])[] = [
    [
      "SD-1",
      "without PKG-INFO",
      { ...foo, members: (all) => all.filter(({ name }) => !name.endsWith("PKG-INFO")) },
      /required PKG-INFO/,
    ],
    [
      "SD-1",
      "whose PKG-INFO is a link",
      { ...foo, members: (all) => all.map((one) => (one.name.endsWith("PKG-INFO") ? link(one.name, "foo.py") : one)) },
      /PKG-INFO is no regular file/,
    ],
    ["SD-1", "with two PKG-INFO", add({ name: "foo-1.0/PKG-INFO", data: "Name: bar" }), /more than one PKG-INFO/],
    ["SD-1", "with two top directories", add({ name: "bar-1.0/x", data: "x" }), /not in its top directory/],
    ["SD-1", "with a file beside its top directory", add({ name: "setup.py", data: "x" }), /not in its top directory/],
    [
      "SD-1",
      "whose header is damaged",
      { ...foo, members: (all) => all.map((one) => ({ ...one, sizeBytes: 7 })) },
      /damaged|content but/,
    ],
    ["SD-2", "with '..' in a name", add({ name: "foo-1.0/../../etc/passwd", data: "x" }), /leads out/],
    [
      "SD-2",
      "with a global header that names members",
      { ...foo, members: (all) => [{ name: "g", type: "global", pax: { path: "foo-1.0/x" } }, ...all] },
      /global header sets/,
    ],
    ["SD-2", "with '..' in a pax name", add({ name: "x", pax: { path: "foo-1.0/../../x" }, data: "x" }), /leads out/],
    [
      "SD-2",
      "with a very long pax name",
      add({ name: "x", pax: { path: `foo-1.0/${"x/".repeat(9000)}x` }, data: "x" }),
      /too long/,
    ],
    ["SD-2", "with an absolute name", add({ name: "/etc/passwd", data: "x" }), /absolute/],
    ["SD-2", "with a symbolic link to an absolute path", add(link("foo-1.0/a", "/etc/passwd")), /leads out/],
    ["SD-2", "with a symbolic link above its top", add(link("foo-1.0/a", "../x")), /leads out/],
    ["SD-2", "with a symbolic link that climbs behind another", add(link("foo-1.0/a", "b/../../x")), /leads out/],
    [
      "SD-2",
      "with a member behind a link",
      { ...foo, members: (all) => [...all, link("foo-1.0/d/e", "."), { name: "foo-1.0/d/e/x", data: "x" }] },
      /behind the link/,
    ],
    [
      "SD-2",
      "with a hard link out of the archive",
      add({ name: "foo-1.0/a", type: "hardlink", linkname: "../etc/passwd" }),
      /leads out/,
    ],
    [
      "SD-2",
      "with a hard link to an absolute path",
      add({ name: "foo-1.0/a", type: "hardlink", linkname: "/etc/passwd" }),
      /leads out/,
    ],
    [
      "SD-2",
      "with a link whose target is in a pax record",
      add({ ...link("foo-1.0/a", "foo.py"), pax: { linkpath: "/etc/passwd" } }),
      /leads out/,
    ],
    ...(["character", "block", "fifo"] as const).map(
      (type) => ["SD-2", `with a ${type} device`, add({ name: "foo-1.0/a", type }), /neither a file/] as const,
    ),
    ["SD-2", "with a sparse member in GNU's form", add({ name: "foo-1.0/a", type: "sparse" }), /neither a file/],
    [
      "SD-2",
      "with a sparse member in pax's form",
      add({ name: "foo-1.0/a", pax: { "GNU.sparse.major": "1" } }),
      /sparse/,
    ],
    ["SD-2", "that is a bomb", { ...foo, files: { zeros: Buffer.alloc(70 * 1024 * 1024) } }, /50 times/],
    [
      "SD-2",
      "with a directory that has content",
      add({ name: "foo-1.0/d/", type: "directory", data: "x".repeat(600) }),
      /content but/,
    ],
    ["SD-3", "whose top directory has another name", { ...foo, topDirectory: "bar-1.0" }, /not named as the file/],
    ["SD-3", "whose top directory has another version", { ...foo, topDirectory: "foo-2.0" }, /not named as the file/],
    [
      "MD-4",
      "that lacks a license file",
      { ...foo, metadataVersion: "2.4", headers: ["License-File: LICENSE"] },
      /License-File 'LICENSE' is missing/,
    ],
  ];
  for (const [item, what, options, message] of rejected) {
    test(`${what} (${item})`, async () => {
      await assert.rejects(read(options), (error) => error instanceof BrokenFile && message.test(error.message));
    });
  }

  test("that is another compression under this name (SD-1)", async () => {
    await assert.rejects(readBytes(brotliCompressSync(tarOf([{ name: "foo-1.0/PKG-INFO" }]))), /not a gzip file/);
    await assert.rejects(readBytes(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])), /not a gzip file/);
  });

  test("whose gzip checksum is wrong (SD-1)", async () => {
    const bytes = Buffer.from(anSdist(foo));
    bytes[bytes.byteLength - 6] = (bytes.at(-6) ?? 0) ^ 0xff;
    await assert.rejects(readBytes(bytes), /gzip/);
  });

  test("with data behind its gzip stream (SD-1)", async () => {
    await assert.rejects(readBytes(Buffer.concat([anSdist(foo), Buffer.from("more")])), /gzip/);
    await assert.rejects(readBytes(Buffer.concat([anSdist(foo), Buffer.alloc(3)])), /after its gzip stream/);
  });

  test("with members behind its end, which some readers would see (SD-1)", async () => {
    const second = tarOf([{ name: "foo-1.0/evil.py", data: "x" }]);
    const tar = Buffer.concat([tarOf([{ name: "foo-1.0/PKG-INFO", data: anSdistFile(foo).metadata }]), second]);
    await assert.rejects(readBytes(gzipSync(tar)), /after its end/);
  });

  test("that is an empty tar (SD-1)", async () => {
    await assert.rejects(readBytes(gzipSync(tarOf([]))), /empty/);
  });

  test("that is cut short, inside or outside of its compression (SD-1)", async () => {
    const bytes = Buffer.from(anSdist(foo));
    const tar = Buffer.from(tarOf([{ name: "foo-1.0/PKG-INFO", data: anSdistFile(foo).metadata }]));
    for (let end = 0; end < bytes.byteLength; end += 5)
      await assert.rejects(readBytes(bytes.subarray(0, end)), BrokenFile);
    for (const end of [100, 511, 520]) await assert.rejects(readBytes(gzipSync(tar.subarray(0, end))), /cut short/);
  });

  test("never with anything but one sentence, whatever its bytes are", async () => {
    const tar = Buffer.from(
      tarOf([
        { name: "foo-1.0/PKG-INFO", data: anSdistFile(foo).metadata, pax: { path: "foo-1.0/PKG-INFO", mtime: "1.5" } },
        link("foo-1.0/a", "PKG-INFO"),
      ]),
    );
    const noise = fc.record({ at: fc.nat(tar.byteLength - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 4 }), async (changes) => {
        const damaged = Buffer.from(tar);
        for (const { at, byte } of changes) damaged[at] = byte;
        await readBytes(gzipSync(damaged)).catch((error) => assert.ok(error instanceof BrokenFile, String(error)));
      }),
      { numRuns: 300 },
    );
  });
});

async function read(options: SdistOptions): ReturnType<typeof readSdist> {
  return readSdist(receivedOf(Buffer.from(anSdist(options))), nameOf(options));
}

async function readBytes(bytes: Buffer): ReturnType<typeof readSdist> {
  return readSdist(receivedOf(bytes), nameOf(foo));
}

function nameOf(options: SdistOptions): SdistFilename {
  const parsed = parseSdistFilename(sdistName(options));
  assert.ok(parsed);
  return parsed;
}

function add(member: TarMember): SdistOptions {
  return { ...foo, members: (all) => [...all, member] };
}

function link(name: string, linkname: string): TarMember {
  return { name, type: "symlink", linkname };
}
