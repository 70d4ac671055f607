import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "#core";
import { docZip } from "../../../tests/support/documentation.ts";
import { type ZipMember, zipOf } from "../../../tests/support/zip-writer.ts";
import type { DocumentationPage, RandomAccess } from "../format.ts";
import { zippedDocumentation } from "./documentation.ts";

interface Counted extends RandomAccess {
  /** How many bytes were asked for. */
  readBytes(): number;
}

function fileOf(bytes: Uint8Array): Counted {
  let readBytes = 0;
  return {
    sizeBytes: bytes.byteLength,
    async read(start, end) {
      readBytes += end - start;
      return Uint8Array.from(bytes.subarray(start, end));
    },
    readBytes: () => readBytes,
  };
}

async function contentOf(page: DocumentationPage | undefined): Promise<Buffer> {
  assert.ok(page);
  const chunks: Uint8Array[] = [];
  for await (const chunk of page.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const check = (zip: Uint8Array): Promise<void> => zippedDocumentation.check("foo-1.0.doc.zip", fileOf(zip));

test("pages are found by their paths and read as they were packed", async () => {
  const big = Buffer.alloc(5 * 1024 * 1024, "0123456789 and more, ");
  const zip = zipOf([
    { name: "index.html", data: "<h1>hello</h1>" },
    { name: "sub/", data: "" },
    { name: "sub/stored.css", data: "a{}", method: "stored" },
    { name: "empty.txt", data: "" },
    { name: "big.bin", data: big },
    { name: "big-stored.bin", data: big, method: "stored" },
    { name: "ünï.html", data: "ü" },
  ]);
  const pages = await zippedDocumentation.open(fileOf(zip));

  assert.deepEqual([...pages.keys()].sort(), [
    "big-stored.bin",
    "big.bin",
    "empty.txt",
    "index.html",
    "sub/stored.css",
    "ünï.html",
  ]);
  assert.equal((await contentOf(pages.get("index.html"))).toString(), "<h1>hello</h1>");
  assert.equal((await contentOf(pages.get("sub/stored.css"))).toString(), "a{}");
  assert.equal((await contentOf(pages.get("empty.txt"))).byteLength, 0);
  assert.ok((await contentOf(pages.get("big.bin"))).equals(big));
  assert.ok((await contentOf(pages.get("big-stored.bin"))).equals(big));
  assert.equal(pages.get("big.bin")?.sizeBytes, big.byteLength);
});

test("one page of a large archive costs what the page weighs, not the archive", async () => {
  const ballast = Array.from(
    { length: 50 },
    (_, index): ZipMember => ({
      name: `${index}.bin`,
      data: Buffer.alloc(100_000, String(index)),
      method: "stored",
    }),
  );
  const file = fileOf(zipOf([...ballast, { name: "index.html", data: "x".repeat(1000), method: "stored" }]));
  const pages = await zippedDocumentation.open(file);
  const before = file.readBytes();

  await contentOf(pages.get("index.html"));

  assert.ok(file.readBytes() - before < 2000, `${file.readBytes() - before} bytes were read`);
});

test("what writers to a pipe leave behind the data is no obstacle", async () => {
  const zip = zipOf([{ name: "index.html", data: "piped", descriptor: true, comment: "hi" }]);
  await check(zip);
  const pages = await zippedDocumentation.open(fileOf(zip));
  assert.equal((await contentOf(pages.get("index.html"))).toString(), "piped");
});

test("a page changes its validator with its content", async () => {
  const [one, two] = await Promise.all(
    ["a", "b"].map(async (text) =>
      (await zippedDocumentation.open(fileOf(docZip({ "index.html": text })))).get("index.html"),
    ),
  );
  assert.notEqual(one?.validator, two?.validator);
});

const REFUSED: readonly (readonly [what: string, zip: Uint8Array, words: RegExp])[] = [
  ["no zip", Buffer.from("x".repeat(100)), /it is not a zip file/],
  ["nothing", Buffer.alloc(0), /it is not a zip file/],
  ["a zip without files", zipOf([{ name: "sub/", data: "" }]), /no file in it/],
  ["a path that leads out", docZip({ "a/../../x": "" }), /leads out of the archive/],
  ["an absolute path", docZip({ "/etc/passwd": "" }), /absolute path/],
  ["a drive of Windows", docZip({ "c:/x": "" }), /absolute path/],
  ["a backslash", docZip({ "a\\b": "" }), /backslash/],
  ["a control character", docZip({ "a\nb": "" }), /control character/],
  ["a link", zipOf([{ name: "link", data: "/etc/passwd", mode: 0o120777 }]), /is a link/],
  [
    "one name twice",
    zipOf([
      { name: "a", data: "1" },
      { name: "a", data: "2" },
    ]),
    /more than one member named 'a'/,
  ],
  ["encryption", zipOf([{ name: "a", data: "1", central: { flags: 1 } }]), /is encrypted/],
  ["an odd compression", zipOf([{ name: "a", data: "1", central: { method: 12 } }]), /neither stored nor deflated/],
  ["a bomb", zipOf([{ name: "a", data: "1", central: { sizeBytes: 2 ** 31 } }]), /more than 50 times its size/],
  ["members that are not there", zipOf([{ name: "a", data: "1" }], { entries: 2 }), /fewer members/],
];

for (const [what, zip, words] of REFUSED) {
  test(`documentation with ${what} is refused`, async () => {
    await assert.rejects(check(zip), (error: unknown) => {
      assert.ok(error instanceof RegistryError);
      assert.equal(error.problem.code, "upload-invalid");
      assert.match(error.message, words);
      assert.match(error.message, /foo-1\.0\.doc\.zip/);
      return true;
    });
  });
}

for (const sizeBytes of [1_000, 5 * 1024 * 1024]) {
  for (const method of ["stored", "deflated"] as const) {
    test(`a ruined ${method} page of ${sizeBytes} bytes is never sent whole`, async () => {
      const data = Buffer.alloc(sizeBytes, "some text, ");
      const zip = zipOf([{ name: "a", data, method, central: { crc: 1 } }]);
      const pages = await zippedDocumentation.open(fileOf(zip));
      let sent = 0;
      await assert.rejects(async () => {
        for await (const chunk of pages.get("a")?.read() ?? []) sent += chunk.byteLength;
      }, SyntaxError);
      assert.ok(sent < sizeBytes);
    });
  }
}

test("a reader who leaves in the middle of a large page leaves nothing running", async () => {
  const data = Buffer.alloc(6 * 1024 * 1024, "some text, ");
  const pages = await zippedDocumentation.open(fileOf(zipOf([{ name: "a", data }])));
  for await (const chunk of pages.get("a")?.read() ?? []) {
    assert.ok(chunk.byteLength > 0);
    break;
  }
});
