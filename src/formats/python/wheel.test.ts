import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  aWheel,
  aWheelFile,
  extraField,
  tarOf,
  type WheelOptions,
  wheelName,
  type ZipMember,
  zip64Extra,
} from "../../../tests/support/archives.ts";
import { receivedOf } from "../../../tests/support/upload-desk.ts";
import { BrokenFile } from "./broken-file.ts";
import { parseWheelFilename, type WheelFilename } from "./filenames.ts";
import { readWheel } from "./wheel.ts";

const foo: WheelOptions = { name: "foo", version: "1.0" };

describe("a wheel is taken", () => {
  const accepted: readonly (readonly [what: string, options: WheelOptions])[] = [
    ["that is ordinary", foo],
    [
      "with compressed tags, a build and a local version",
      { ...foo, version: "1.0+abc.1", build: "2", tag: "py2.py3-none-any" },
    ],
    [
      "whose WHEEL names its tags as one compressed set, as poetry writes it",
      { ...foo, tag: "py2.py3-none-any", wheel: "Wheel-Version: 1.0\nTag: py2.py3-none-any\n" },
    ],
    [
      "whose .dist-info spells the name as its project does",
      { name: "Foo.Bar", version: "1.0", distInfo: "Foo.Bar-1.0.dist-info" },
    ],
    [
      "with members that are stored",
      { ...foo, members: (all) => all.map((member) => ({ ...member, method: "stored" })) },
    ],
    ["with directories, which RECORD does not list", { ...foo, members: (all) => [directory("foo/"), ...all] }],
    [
      "with ZIP64 sizes and end records",
      { ...foo, members: (all) => all.map((member) => ({ ...member, zip64: true })), zip: { zip64: true } },
    ],
    [
      "with an empty ZIP64 extra field",
      { ...foo, members: (all) => all.map((member) => ({ ...member, localExtra: zip64Extra([]) })) },
    ],
    [
      "with timestamps in extra fields",
      {
        ...foo,
        members: (all) => all.map((member) => ({ ...member, localExtra: extraField(0x5455, Buffer.alloc(5)) })),
      },
    ],
    ["with names beyond ASCII, marked as UTF-8", { ...foo, files: { "foo/ä.py": "", "foo/日本.txt": "x" } }],
    ["with commas and quotes in names", { ...foo, files: { 'foo/a,"b".txt': "x" } }],
    ["with a comment at its end", { ...foo, zip: { comment: "made with care" } }],
    ["whose RECORD ends its lines as Windows does", { ...foo, record: (text) => text.replaceAll("\n", "\r\n") }],
    ["whose RECORD pads its digests", { ...foo, record: (text) => text.replace(/^(foo\/[^,]*,sha256=[^,]*)/m, "$1=") }],
    ["that is signed", { ...foo, members: (all) => [...all, member("foo-1.0.dist-info/RECORD.jws", "{}")] }],
    [
      "with scripts",
      { ...foo, files: { "foo-1.0.dist-info/entry_points.txt": "# by hand\n[console_scripts]\nfoo-cli = foo:main\n" } },
    ],
    ["that is empty but for its .dist-info", { ...foo, files: {} }],
    [
      "with a member that is streamed",
      { ...foo, ballastBytes: 700_000, files: { "foo/big.txt": "ab".repeat(300_000) } },
    ],
  ];
  for (const [what, options] of accepted) {
    test(what, async () => {
      const { metadata, record } = await read(options);
      assert.deepEqual(metadata, Buffer.from(aWheelFile(options).metadata));
      assert.equal(record["name"], options.name);
    });
  }
});

describe("a wheel is refused", () => {
  const rejected: readonly (readonly [item: string, what: string, options: WheelOptions, message: RegExp])[] = [
    ["WHL-1", "with a wrong checksum", change("foo/", { local: { crc: 1 }, central: { crc: 1 } }), /checksum/],
    [
      "WHL-1",
      "with a member that cannot be unpacked",
      change("foo/", { method: "stored", local: { method: 8 }, central: { method: 8 } }),
      /unpacked|size/,
    ],
    [
      "WHL-1",
      "with a method that not every installer knows",
      change("foo/", { local: { method: 12 }, central: { method: 12 } }),
      /neither stored nor deflated/,
    ],
    ["WHL-1", "with an encrypted member", change("foo/", { local: { flags: 1 }, central: { flags: 1 } }), /encrypted/],
    ["WHL-1", "that is a bomb", { ...foo, files: { "foo/zeros": new Uint8Array(70 * 1024 * 1024) } }, /50 times/],
    [
      "WHL-1",
      "whose member is larger than it says",
      change("foo/", { local: { sizeBytes: 3 }, central: { sizeBytes: 3 } }),
      /size/,
    ],
    [
      "WHL-1",
      "whose member is smaller than it says",
      change("foo/", { local: { sizeBytes: 999 }, central: { sizeBytes: 999 } }),
      /size/,
    ],
    ["WHL-2", "with '..' in a name", { ...foo, files: { "foo/../../etc/passwd": "x" } }, /leads out/],
    ["WHL-2", "with an absolute name", { ...foo, files: { "/etc/passwd": "x" } }, /absolute/],
    ["WHL-2", "with a drive", { ...foo, files: { "C:/x": "x" } }, /absolute/],
    ["WHL-2", "with a backslash", { ...foo, files: { "foo\\x": "x" } }, /backslash/],
    ["WHL-2", "with a zero byte", { ...foo, files: { "foo/a\0b": "x" } }, /control/],
    ["WHL-2", "with a control character", { ...foo, files: { "foo/a\x7fb": "x" } }, /control/],
    ["WHL-2", "with an empty part in a name", { ...foo, files: { "foo//x": "x" } }, /empty part/],
    ["WHL-2", "with a very long name", { ...foo, files: { [`foo/${"x".repeat(2000)}`]: "x" } }, /too long/],
    ["WHL-2", "with a very deep name", { ...foo, files: { [`foo/${"x/".repeat(200)}x`]: "x" } }, /too long/],
    ["WHL-2", "with a symbolic link", change("foo/", { mode: 0o120777 }), /link/],
    ["WHL-2", "with a device", change("foo/", { mode: 0o060600 }), /regular/],
    [
      "WHL-2",
      "with a name twice",
      { ...foo, members: (all) => [...all, member("foo/__init__.py", "other")] },
      /more than one/,
    ],
    [
      "WHL-2",
      "with a file and a directory of one name",
      { ...foo, members: (all) => [...all, directory("foo/__init__.py/")] },
      /more than one/,
    ],
    [
      "WHL-2",
      "with a name that is not marked as UTF-8",
      {
        ...foo,
        files: { "foo/ä.py": "" },
        members: (all) => all.map((one) => ({ ...one, local: { flags: 0 }, central: { flags: 0 } })),
      },
      /UTF-8/,
    ],
    ["WHL-2", "with a name that is not UTF-8", change("foo/", { name: Buffer.from([0x66, 0x2f, 0xff]) }), /UTF-8/],
    [
      "WHL-3",
      "whose local header has another name",
      change("foo/", { local: { name: "foo/__evil__.py" } }),
      /another name/,
    ],
    ["WHL-3", "whose local header has another size", change("foo/", { local: { sizeBytes: 1 } }), /other sizes/],
    [
      "WHL-3",
      "whose local header has another packed size",
      change("foo/", { local: { compressedBytes: 1 } }),
      /other sizes/,
    ],
    ["WHL-3", "whose local header has another checksum", change("foo/", { local: { crc: 1 } }), /another checksum/],
    [
      "WHL-3",
      "whose local header names another method",
      change("foo/", { local: { method: 0 } }),
      /another compression/,
    ],
    ["WHL-3", "whose local header has other flags", change("foo/", { local: { flags: 8 } }), /other flags/],
    [
      "WHL-3",
      "with a member that the directory does not list",
      { ...foo, members: (all) => [member("foo/hidden.py", "x", { isHidden: true }), ...all] },
      /not where/,
    ],
    [
      "WHL-3",
      "with a hidden member at the end",
      { ...foo, members: (all) => [...all, member("foo/hidden.py", "x", { isHidden: true })] },
      /between its last member/,
    ],
    ["WHL-3", "with data in front", { ...foo, zip: { before: Buffer.from("#!/bin/sh\n") } }, /not where/],
    [
      "WHL-3",
      "with data in front that its offsets ignore",
      { ...foo, zip: { before: Buffer.from("#!/bin/sh\n"), directoryOffset: 1 } },
      /not where/,
    ],
    ["WHL-3", "with data between members", change("foo/", { gapAfter: Buffer.alloc(7) }), /not where/],
    [
      "WHL-3",
      "with data in front of the directory",
      { ...foo, zip: { beforeDirectory: Buffer.alloc(7) } },
      /between its last member/,
    ],
    ["WHL-3", "with data behind the directory", { ...foo, zip: { beforeEnd: Buffer.alloc(7) } }, /not where/],
    ["WHL-3", "with data behind its end", { ...foo, zip: { after: Buffer.from("more") } }, /after its end/],
    [
      "WHL-3",
      "that is two archives in one",
      { ...foo, zip: { after: aWheel({ ...foo, files: { "foo/other.py": "x" } }) } },
      /not where/,
    ],
    ["WHL-3", "with a comment on a member", change("foo/", { comment: "x" }), /comment/],
    ["WHL-3", "with sizes behind the data", change("foo/", { descriptor: true }), /data descriptor/],
    ["WHL-3", "that counts more members than it has", { ...foo, zip: { entries: 9 } }, /fewer members/],
    ["WHL-3", "that counts fewer members than it has", { ...foo, zip: { entries: 1 } }, /more than its end record/],
    ["WHL-3", "whose directory is shorter than it says", { ...foo, zip: { directoryBytes: 10 } }, /not where/],
    ["WHL-3", "with two ZIP64 extra fields", change("foo/", { zip64: true, extra: zip64Extra([20, 20]) }), /two ZIP64/],
    [
      "WHL-3",
      "with ZIP64 sizes that contradict the header",
      change("foo/", { localExtra: zip64Extra([1, 2]) }),
      /contradict/,
    ],
    ["WHL-3", "that lacks its ZIP64 sizes", change("foo/", { local: { sizeBytes: 0xffffffff } }), /ZIP64/],
    [
      "WHL-3",
      "with two Unicode paths",
      change("foo/", { extra: Buffer.concat([unicodePath("foo/__init__.py"), unicodePath("foo/__init__.py")]) }),
      /two Unicode/,
    ],
    [
      "WHL-3",
      "with a Unicode path that is not the name",
      change("foo/", { extra: unicodePath("foo/other.py") }),
      /Unicode path/,
    ],
    ["WHL-3", "with a malformed extra field", change("foo/", { extra: Buffer.from([1, 0, 9, 0]) }), /malformed/],
    ["WHL-3", "with two members in one place", change("foo/", { central: { offset: 5 } }), /not where|local header/],
    ["WHL-4", "without METADATA", { ...foo, without: ["METADATA"] }, /required METADATA/],
    ["WHL-4", "without WHEEL", { ...foo, without: ["WHEEL"] }, /required WHEEL/],
    ["WHL-4", "without RECORD", { ...foo, without: ["RECORD"] }, /required RECORD/],
    ["WHL-4", "whose .dist-info has another name", { ...foo, distInfo: "bar-1.0.dist-info" }, /not named as the file/],
    [
      "WHL-4",
      "whose .dist-info has another version",
      { ...foo, distInfo: "foo-2.0.dist-info" },
      /not named as the file/,
    ],
    [
      "WHL-4",
      "with two .dist-info directories",
      { ...foo, files: { "bar-1.0.dist-info/METADATA": "x" } },
      /more than one .dist-info/,
    ],
    ["WHL-4", "with no .dist-info at all", { ...foo, distInfo: "info" }, /no .dist-info/],
    [
      "WHL-4",
      "with a Wheel-Version of the future",
      { ...foo, wheel: "Wheel-Version: 2.0\nTag: py3-none-any\n" },
      /Wheel-Version/,
    ],
    ["WHL-4", "without a Wheel-Version", { ...foo, wheel: "Tag: py3-none-any\n" }, /Wheel-Version/],
    [
      "WHL-4",
      "with other tags than its file name",
      { ...foo, wheel: "Wheel-Version: 1.0\nTag: cp312-cp312-win32\n" },
      /tags/,
    ],
    [
      "WHL-4",
      "with another build than its file name",
      { ...foo, build: "1", wheel: "Wheel-Version: 1.0\nTag: py3-none-any\nBuild: 2\n" },
      /Build/,
    ],
    [
      "WHL-5",
      "with a file that RECORD does not list",
      { ...foo, record: (text) => text.replace(/^foo\/.*\n/m, "") },
      /does not list 'foo\/__init__.py'/,
    ],
    [
      "WHL-5",
      "whose RECORD lists a file that is not there",
      { ...foo, record: (text) => `${text}foo/gone.py,sha256=abc,3\n` },
      /foo\/gone.py', which is not there/,
    ],
    [
      "WHL-5",
      "whose RECORD has another digest",
      { ...foo, record: (text) => text.replace(/(foo\/[^,]*,sha256=)[^,]*/, "$1AAAA") },
      /another digest/,
    ],
    [
      "WHL-5",
      "whose RECORD has another size",
      { ...foo, record: (text) => text.replace(/^(foo\/.*),\d+$/m, "$1,1") },
      /another size/,
    ],
    [
      "WHL-5",
      "whose RECORD has no digest",
      { ...foo, record: (text) => text.replace(/^(foo\/[^,]*),.*$/m, "$1,,") },
      /no digest/,
    ],
    [
      "WHL-5",
      "whose RECORD has MD5 only",
      { ...foo, record: (text) => text.replace("sha256=", "md5=") },
      /SHA-256 or better/,
    ],
    ["WHL-5", "whose RECORD lists a file twice", { ...foo, record: (text) => `${text}${text}` }, /twice/],
    ["WHL-5", "whose RECORD is no CSV", { ...foo, record: () => 'a"b,c\n' }, /CSV/],
    [
      "WHL-6",
      "with a script that is a path",
      { ...foo, files: { "foo-1.0.dist-info/entry_points.txt": "[console_scripts]\n../../bin/sh = foo:main\n" } },
      /entry_points/,
    ],
    [
      "WHL-6",
      "with entry points without '='",
      { ...foo, files: { "foo-1.0.dist-info/entry_points.txt": "[console_scripts]\nfoo: foo:main\n" } },
      /entry_points/,
    ],
    [
      "WHL-6",
      "with entry points that are not UTF-8",
      { ...foo, files: { "foo-1.0.dist-info/entry_points.txt": Buffer.from([0x5b, 0xff, 0x5d]) } },
      /entry_points/,
    ],
    ["MD-2", "whose METADATA is not UTF-8", { ...foo, metadata: Buffer.from([0x4e, 0xff]) }, /UTF-8/],
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

  test("that is a tar as well (WHL-1)", async () => {
    const tar = tarOf([{ name: "x", data: aWheel(foo) }]);
    await assert.rejects(readBytes(Buffer.concat([tar.subarray(0, 512), Buffer.from(aWheel(foo))])), /tar archive/);
  });

  test("that is cut short, wherever it is cut (WHL-1)", async () => {
    const bytes = Buffer.from(aWheel(foo));
    for (let end = 0; end < bytes.byteLength; end += 7) {
      await assert.rejects(readBytes(bytes.subarray(0, end)), BrokenFile, `cut at ${end}`);
    }
  });

  test("never with anything but one sentence, whatever its bytes are", async () => {
    const bytes = Buffer.from(aWheel({ ...foo, zip: { zip64: true } }));
    const noise = fc.record({ at: fc.nat(bytes.byteLength - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 6 }), async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const { at, byte } of changes) damaged[at] = byte;
        await readBytes(damaged).catch((error) => assert.ok(error instanceof BrokenFile, String(error)));
      }),
      { numRuns: 500 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (random) => {
        await assert.rejects(readBytes(Buffer.from(random)), BrokenFile);
      }),
      { numRuns: 200 },
    );
  });
});

test("a big wheel is read in windows, each byte about once", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [`foo/${index}.bin`, randomBytes(20_000)]),
  );
  const bytes = Buffer.from(aWheel({ ...foo, files, ballastBytes: 3_000_000 }));
  let reads = 0;
  let readBytesTotal = 0;
  let largest = 0;
  const file = {
    sizeBytes: bytes.byteLength,
    read: async (start: number, end: number): Promise<Uint8Array> => {
      reads += 1;
      readBytesTotal += end - start;
      largest = Math.max(largest, end - start);
      return bytes.subarray(start, end);
    },
  };
  await readWheel(file, nameOf(foo));
  assert.ok(reads < 30, `${reads} reads`);
  assert.ok(readBytesTotal < bytes.byteLength * 1.5, `${readBytesTotal} of ${bytes.byteLength} bytes`);
  assert.ok(largest <= 1024 * 1024, `one read of ${largest} bytes`);
});

async function read(options: WheelOptions): ReturnType<typeof readWheel> {
  return readWheel(receivedOf(Buffer.from(aWheel(options))), nameOf(options));
}

async function readBytes(bytes: Buffer): ReturnType<typeof readWheel> {
  return readWheel(receivedOf(bytes), nameOf(foo));
}

function nameOf(options: WheelOptions): WheelFilename {
  const parsed = parseWheelFilename(wheelName(options));
  assert.ok(parsed);
  return parsed;
}

/** Foo with a change to the members whose names begin so. */
function change(prefix: string, lie: Partial<ZipMember>): WheelOptions {
  return {
    ...foo,
    members: (all) => all.map((one) => (String(one.name).startsWith(prefix) ? { ...one, ...lie } : one)),
  };
}

function member(name: string, data: string, more: Partial<ZipMember> = {}): ZipMember {
  return { name, data, ...more };
}

function directory(name: string): ZipMember {
  return { name, data: "", method: "stored", mode: 0o040755 };
}

function unicodePath(name: string): Buffer {
  return extraField(0x7075, Buffer.concat([Buffer.alloc(5), Buffer.from(name)]));
}
