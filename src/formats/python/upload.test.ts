import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Problem, RegistryError, type Reply, refuse } from "#core";
import {
  type ArchiveFile,
  anSdistFile,
  aWheelFile,
  type MetadataOptions,
  multipartOf,
  uploadFields,
  uploadOf,
  type WheelOptions,
} from "../../../tests/support/archives.ts";
import { openUploadDesk, postOf, standInBlake2, type UploadDesk } from "../../../tests/support/upload-desk.ts";
import type { Desk } from "../format.ts";
import { pythonAttributes } from "./attributes.ts";
import { uploadRoute } from "./upload.ts";

const foo = { name: "foo", version: "1.0" };
const wheel = aWheelFile(foo);
const sdist = anSdistFile(foo);
type Field = readonly [name: string, value: string];
type Part =
  | Field
  | { readonly name: string; readonly filename: string; readonly bytes: Uint8Array; readonly type?: string };

describe("an upload is taken", () => {
  test("from twine: a wheel, with its metadata as companion and what pages need as attributes", async () => {
    const options: WheelOptions = {
      ...foo,
      name: "Foo.Bar",
      requiresPython: ">=3.9",
      requiresDist: ["requests>=2", "x @ https://files.example/x.whl ; extra == 'y'"],
      headers: ["Classifier: Private :: Do Not Upload", "Classifier: Nobody :: Knows", "Provides-Extra: y"],
      description: "Prose, with Ünïcode.\n",
    };
    const file = aWheelFile(options);
    const desk = openUploadDesk();
    assert.deepEqual(await post(desk, uploadOf(file, options, [["comment", "first"]])), {
      kind: "done",
      status: 200,
      reason: "OK",
    });
    const [candidate] = desk.published;
    assert.ok(candidate);
    assert.equal(candidate.project, "foo-bar");
    assert.equal(candidate.displayName, "Foo.Bar");
    assert.equal(candidate.version, "1.0");
    assert.deepEqual(candidate.companions[".metadata"], Buffer.from(file.metadata));
    const attributes = pythonAttributes(candidate.attributes);
    assert.equal(attributes.packageType, "bdist_wheel");
    assert.equal(attributes.pythonVersion, "py3");
    assert.equal(attributes.requiresPython, ">=3.9");
    assert.equal(attributes.comment, "first");
    assert.deepEqual(attributes.coreMetadata, { sha256: sha256(file.metadata) });
    assert.deepEqual(Object.keys(attributes.hashes), ["sha256", "md5", "blake2b_256"]);
    assert.equal(attributes.metadata?.["description"], undefined);
    assert.equal(candidate.versionAttributes["description"], "Prose, with Ünïcode.\n");
    assert.deepEqual(candidate.versionAttributes["classifiers"], ["Private :: Do Not Upload", "Nobody :: Knows"]);
    assert.equal(desk.open.size, 0, "the draft is forgotten");
  });

  test("whatever the order of its fields, also those after the file (UPL-1)", async () => {
    const fields = uploadFields(wheel, foo);
    for (let split = 0; split <= fields.length; split += 1) {
      const parts = [...fields.slice(split), content(wheel), ...fields.slice(0, split)];
      const desk = openUploadDesk();
      await post(desk, multipartOf(parts));
      assert.equal(desk.published.length, 1, `content after ${fields.length - split} fields`);
    }
  });

  test("in whatever pieces it arrives", async () => {
    for (const chunkBytes of [1, 7, 1000, 1_000_000]) {
      const desk = openUploadDesk();
      await uploadRoute.handle(postOf(uploadOf(wheel, foo), { chunkBytes }), desk.desk);
      assert.deepEqual(await collect(desk), Buffer.from(wheel.bytes));
    }
  });

  test("with a signature and other files beside it, which are dropped (UPL-1)", async () => {
    const signature = { name: "gpg_signature", filename: "foo.asc", bytes: Buffer.alloc(200_000) };
    const desk = openUploadDesk();
    await post(desk, multipartOf([signature, ...uploadFields(wheel, foo), content(wheel)]));
    assert.equal(desk.published.length, 1);
  });

  test("with attestations, which are dropped, and the answer says so (ATT-3)", async () => {
    const reply = await post(openUploadDesk(), uploadOf(wheel, foo, [["attestations", "[{}]"]]));
    assert.match(reply.kind === "done" ? (reply.reason ?? "") : "", /attestations are not verified/);
  });

  test("with unknown and with empty fields (UPL-1)", async () => {
    const extra: Field[] = [
      ["whatever", "x"],
      ["whatever", "y"],
      ["home_page", ""],
      ["summary", "UNKNOWN"],
      ["requires_python", ""],
    ];
    await post(openUploadDesk(), uploadOf(wheel, foo, extra));
  });

  test("with a content part that has no content type, as uv and flit send it", async () => {
    await post(openUploadDesk(), multipartOf([...uploadFields(wheel, foo), { ...content(wheel), type: "" }]));
  });

  test("with no more than action, name, version and the file", async () => {
    await post(
      openUploadDesk(),
      multipartOf([[":action", "file_upload"], ["name", "foo"], ["version", "1.0"], content(wheel)]),
    );
  });

  test("with each digest that is right, in any case (UPL-2)", async () => {
    const digests: Field[] = [
      ["md5_digest", createHash("md5").update(wheel.bytes).digest("hex").toUpperCase()],
      ["blake2_256_digest", standInBlake2(wheel.bytes)],
    ];
    await post(openUploadDesk(), uploadOf(wheel, foo, digests));
  });

  test("of a local version, an epoch, linux_x86_64 and an old spelling of the name (VER-3, FN-2, FN-3)", async () => {
    for (const options of [
      { ...foo, version: "1.0+local.1" },
      { ...foo, version: "1!2.0" },
      { ...foo, tag: "cp312-cp312-linux_x86_64" },
    ]) {
      const desk = openUploadDesk();
      await post(desk, uploadOf(aWheelFile(options), options));
      assert.equal(desk.published[0]?.version, options.version);
    }
    const old = {
      ...aWheelFile({ ...foo, name: "Foo.Bar", distInfo: "Foo.Bar-1.0.dist-info" }),
      filename: "Foo.Bar-1.0-py3-none-any.whl",
    };
    await post(openUploadDesk(), uploadOf(old, { ...foo, name: "foo-bar" }));
  });

  test("of a source distribution; its metadata is announced only if the build cannot change it (MET-3)", async () => {
    for (const [options, isAnnounced] of [
      [{ ...foo, metadataVersion: "2.1" }, false],
      [{ ...foo, metadataVersion: "2.2" }, true],
      [{ ...foo, metadataVersion: "2.4", headers: ["Dynamic: Requires-Dist"] }, false],
    ] as const) {
      const desk = openUploadDesk();
      await post(desk, uploadOf(anSdistFile(options), options));
      const [candidate] = desk.published;
      assert.ok(candidate);
      assert.equal(".metadata" in candidate.companions, isAnnounced);
      assert.equal(pythonAttributes(candidate.attributes).coreMetadata !== null, isAnnounced);
    }
  });

  test("of METADATA with odd line ends and no last one, kept byte for byte (MET-1)", async () => {
    const metadata = Buffer.from("Metadata-Version: 2.1\r\nName: foo\r\nVersion: 1.0\r\nSummary: Ä");
    const options = { ...foo, metadata };
    const desk = openUploadDesk();
    await post(desk, uploadOf(aWheelFile(options), options));
    assert.deepEqual(desk.published[0]?.companions[".metadata"], metadata);
  });

  test("again with the same bytes (DUP-1)", async () => {
    const desk = openUploadDesk();
    await post(desk, uploadOf(wheel, foo));
    assert.deepEqual(await post(desk, uploadOf(wheel, foo)), { kind: "done", status: 200, reason: "OK" });
  });
});

describe("an upload is refused", () => {
  const forms: readonly (readonly [
    item: string,
    what: string,
    parts: readonly Part[],
    code: Problem["code"],
    message: RegExp,
  ])[] = [
    ["UPL-1", "without an action", without(":action"), "request-invalid", /':action'/],
    ["UPL-1", "with an unknown action", replace(":action", "dance"), "request-invalid", /'dance' is not supported/],
    [
      "UPL-1",
      "with another protocol version",
      replace("protocol_version", "2"),
      "upload-invalid",
      /protocol version '2'/,
    ],
    ["UPL-1", "without a name", without("name"), "upload-invalid", /lacks the field 'name'/],
    ["UPL-1", "without a version", without("version"), "upload-invalid", /lacks the field 'version'/],
    ["UPL-1", "without a file", uploadFields(wheel, foo), "upload-invalid", /no file in its field 'content'/],
    ["UPL-1", "with two files", [...form(), content(sdist)], "request-invalid", /more than one file/],
    [
      "UPL-1",
      "with a single-use field twice",
      [["summary", "a"], ["summary", "b"], ...form()],
      "request-invalid",
      /'summary' is given more than once/,
    ],
    ["UPL-1", "with its name twice", [["name", "bar"], ...form()], "request-invalid", /'name' is given more than once/],
    [
      "UPL-1",
      "with a digest twice",
      [["sha256_digest", wheel.sha256], ...form()],
      "request-invalid",
      /'sha256_digest' is given more than once/,
    ],
    ["UPL-1", "as a wheel without pyversion", without("pyversion"), "upload-invalid", /'pyversion'/],
    [
      "UPL-1",
      "as a source distribution with another pyversion",
      replace("pyversion", "py3", sdist),
      "upload-invalid",
      /must be 'source'/,
    ],
    [
      "UPL-1",
      "with a type that is not the file's",
      replace("filetype", "sdist"),
      "upload-invalid",
      /not of the type 'sdist'/,
    ],
    ["UPL-1", "with a retired type", replace("filetype", "bdist_egg"), "upload-invalid", /not of the type 'bdist_egg'/],
    ["UPL-2", "with a wrong sha256", replace("sha256_digest", "0".repeat(64)), "digest-mismatch", /^$/],
    [
      "UPL-2",
      "with a wrong md5 beside a right sha256",
      [["md5_digest", "0".repeat(32)], ...form()],
      "digest-mismatch",
      /^$/,
    ],
    [
      "UPL-2",
      "with a wrong blake2 beside a right sha256",
      [["blake2_256_digest", "0".repeat(64)], ...form()],
      "digest-mismatch",
      /^$/,
    ],
    [
      "UPL-2",
      "with a wrong digest that comes after the file",
      [...without("sha256_digest"), ["sha256_digest", "0".repeat(64)]],
      "digest-mismatch",
      /^$/,
    ],
    [
      "UPL-2",
      "with a malformed digest",
      replace("sha256_digest", "xyz"),
      "upload-invalid",
      /malformed 'sha256_digest'/,
    ],
    [
      "UPL-4",
      "with a field that is too long",
      [["description", "x".repeat(9 * 1024 * 1024)], ...form()],
      "too-large",
      /^$/,
    ],
    [
      "UPL-4",
      "with too many fields",
      [...Array.from({ length: 10_001 }, (_, index): Field => [`f${index}`, ""]), ...form()],
      "request-invalid",
      /10000 fields/,
    ],
    ["UPL-5", "that only registers", replace(":action", "submit"), "action-retired", /upload the files directly/],
    [
      "UPL-5",
      "that only sends PKG-INFO",
      replace(":action", "submit_pkg_info"),
      "action-retired",
      /upload the files directly/,
    ],
    ["NAM-1", "with a name that is none", replace("name", "foo\n"), "upload-invalid", /^$/],
    [
      "VER-1",
      "with a version that is none",
      replace("version", "one"),
      "upload-invalid",
      /'one' is an invalid value for Version/,
    ],
    [
      "MD-1",
      "with an unknown metadata version",
      replace("metadata_version", "2.0"),
      "upload-invalid",
      /'2.0' is an invalid value for Metadata-Version/,
    ],
    [
      "MD-2",
      "with Requires-Python that is none",
      [["requires_python", "~=3"], ...form()],
      "upload-invalid",
      /'~=3' is an invalid value for Requires-Python/,
    ],
    [
      "MD-5",
      "with a link that runs a script",
      [["home_page", "javascript:alert(1)"], ...form()],
      "upload-invalid",
      /Home-Page/,
    ],
    ["FN-1", "with a slash in the file name", named("../foo-1.0-py3-none-any.whl"), "upload-invalid", /contains '\/'/],
    [
      "FN-1",
      "with a backslash in the file name",
      named("a\\\\foo-1.0-py3-none-any.whl"),
      "upload-invalid",
      /contains '\/'/,
    ],
    [
      "FN-1",
      "with a control character in the file name",
      named("foo-1.0-py3-none-any\x7f.whl"),
      "upload-invalid",
      /control character/,
    ],
    ["FN-1", "without a file name", named(""), "upload-invalid", /it is empty/],
    ["FN-1", "named as a folder", named(".."), "upload-invalid", /it names a folder/],
    [
      "FN-1",
      "with a very long file name",
      named(`foo-1.0-py3-none-${"a".repeat(300)}.whl`),
      "upload-invalid",
      /longer than 255/,
    ],
    [
      "FN-1",
      "with an upper-case extension",
      named("foo-1.0-py3-none-any.WHL"),
      "upload-invalid",
      /only .whl and .tar.gz/,
    ],
    ["FN-1", "as a zip", named("foo-1.0.zip"), "upload-invalid", /only .whl and .tar.gz/],
    ["FN-1", "as an egg", named("foo-1.0-py3.9.egg"), "upload-invalid", /only .whl and .tar.gz/],
    [
      "MET-5",
      "with a name that would be a companion's",
      named("foo-1.0-py3-none-any.whl.metadata"),
      "upload-invalid",
      /only .whl/,
    ],
    ["MET-5", "with a name that would be a signature's", named("foo-1.0.tar.gz.asc"), "upload-invalid", /only .whl/],
    [
      "MET-5",
      "with a name that would be a provenance's",
      named("foo-1.0.tar.gz.provenance"),
      "upload-invalid",
      /only .whl/,
    ],
    ["FN-2", "with a wheel's name of too few parts", named("foo-1.0-py3.whl"), "upload-invalid", /a wheel is named/],
    [
      "FN-2",
      "with another project's name",
      named("bar-1.0-py3-none-any.whl"),
      "upload-invalid",
      /does not belong to project 'foo'/,
    ],
    [
      "FN-2",
      "with another version in its name",
      named("foo-2.0-py3-none-any.whl"),
      "upload-invalid",
      /does not have version '1.0'/,
    ],
    [
      "FN-4",
      "as a source distribution with another spelling",
      named("Foo-1.0.tar.gz"),
      "upload-invalid",
      /should be 'foo-1.0.tar.gz'/,
    ],
    [
      "WHL-1",
      "of a text under a wheel's name",
      withBytes(wheel, Buffer.from("not a wheel at all")),
      "upload-invalid",
      /^Invalid distribution file. 'foo-1.0-py3-none-any.whl': it is not a zip file.$/,
    ],
    [
      "SD-1",
      "of a text under an sdist's name",
      withBytes(sdist, Buffer.from("not an sdist")),
      "upload-invalid",
      /'foo-1.0.tar.gz': it is not a gzip file/,
    ],
    ["SD-1", "of nothing", withBytes(wheel, new Uint8Array(0)), "upload-invalid", /not a zip file/],
    [
      "FN-5",
      "whose METADATA has another name",
      inside({ metadata: "Metadata-Version: 2.1\nName: bar\nVersion: 1.0\n" }),
      "upload-invalid",
      /metadata has the name 'bar'/,
    ],
    [
      "FN-5",
      "whose METADATA has another version",
      inside({ metadata: "Metadata-Version: 2.1\nName: foo\nVersion: 2.0\n" }),
      "upload-invalid",
      /metadata has the version '2.0'/,
    ],
    [
      "MD-2",
      "whose METADATA has no name",
      inside({ metadata: "Metadata-Version: 2.1\nVersion: 1.0\n" }),
      "upload-invalid",
      /Name is missing/,
    ],
    [
      "MD-2",
      "whose METADATA has two names",
      inside({ headers: ["Name: bar"] }),
      "upload-invalid",
      /Name is given more than once/,
    ],
  ];
  for (const [item, what, parts, code, message] of forms) {
    test(`${what} (${item})`, async () => {
      const desk = openUploadDesk();
      const problem = await refusal(post(desk, multipartOf(parts)));
      assert.equal(problem.code, code);
      if (message.source !== "^$") assert.match("because" in problem ? problem.because : "", message);
      assertUntouched(desk);
    });
  }

  test("without a right to publish, before anything of it is read or judged (UPL-7)", async () => {
    const desk = openUploadDesk({ refusal: refuse({ code: "not-signed-in", because: "Sign in to publish." }) });
    for (const upload of [
      uploadOf(wheel, foo),
      multipartOf([]),
      { contentType: "text/plain", body: Buffer.from("x") },
    ]) {
      assert.equal((await refusal(post(desk, upload))).code, "not-signed-in");
    }
    assert.equal(desk.takenBytes(), 0);
    assertUntouched(desk);
  });

  test("when the file cannot be received, wherever in the form that happens, and the process lives on", async () => {
    for (const after of [0, 5000]) {
      const desk = openUploadDesk();
      const full = refuse({ code: "storage-full", because: "The disk is full." });
      const receive: Desk["receive"] = async (bytes) => {
        let taken = 0;
        if (after > 0) {
          for await (const chunk of bytes) {
            taken += chunk.byteLength;
            if (taken > after) break;
          }
        }
        throw full;
      };
      const big = aWheelFile({ ...foo, ballastBytes: 300_000 });
      const upload = uploadOf(big, foo);
      for (const cutAt of [upload.body.byteLength, 20_000]) {
        const answer = uploadRoute.handle(postOf(upload, { cutAt }), { ...desk.desk, receive });
        assert.deepEqual(await refusal(answer), full.problem);
      }
    }
  });

  test("when it is cut short, wherever that is (UPL-3)", async () => {
    const upload = uploadOf(wheel, foo);
    for (let cutAt = 0; cutAt < upload.body.byteLength - 4; cutAt += 37) {
      const desk = openUploadDesk();
      const problem = await refusal(uploadRoute.handle(postOf(upload, { cutAt, chunkBytes: 500 }), desk.desk));
      assert.equal(problem.code, "request-invalid", `cut at ${cutAt}`);
      assertUntouched(desk);
    }
    // The last line without its two dashes.
    const problem = await refusal(
      uploadRoute.handle(postOf(upload, { cutAt: upload.body.byteLength - 4 }), openUploadDesk().desk),
    );
    assert.equal(problem.code, "request-invalid");
  });

  test("when the body itself is refused while it is read, with that reason (UPL-4)", async () => {
    const desk = openUploadDesk();
    const upload = uploadOf(aWheelFile({ ...foo, ballastBytes: 100_000 }), foo);
    const call = postOf(upload);
    const tooLarge = refuse({ code: "too-large", what: "the body", sizeBytesMax: 20_000 });
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield upload.body.subarray(0, 20_000);
      throw tooLarge;
    };
    assert.deepEqual(await refusal(uploadRoute.handle({ ...call, body }, desk.desk)), tooLarge.problem);
    assertUntouched(desk);
  });

  test("when it is no form at all", async () => {
    const body = Buffer.from("{}");
    for (const contentType of [
      "application/json",
      "multipart/form-data",
      "multipart/form-data; charset=utf-8",
      "application/x-www-form-urlencoded",
    ]) {
      assert.equal((await refusal(post(openUploadDesk(), { contentType, body }))).code, "request-invalid");
    }
  });

  test("with the same name and other bytes (DUP-2)", async () => {
    const desk = openUploadDesk();
    await post(desk, uploadOf(wheel, foo));
    const other = aWheelFile({ ...foo, summary: "Changed" });
    assert.equal((await refusal(post(desk, uploadOf(other, foo)))).code, "file-exists");
    assert.equal(desk.open.size, 0);
  });

  test("never with a crash, whatever the form holds (ANS-1)", async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("foo", "1.0", "file_upload", "sdist", "\0", "../x", "'\"<>"),
    );
    const name = fc.oneof(
      fc.constantFrom(
        ...uploadFields(wheel, foo).map(([field]) => field),
        "requires_dist",
        "project_urls",
        "license_expression",
      ),
      text,
    );
    const clean = (value: string): string => value.replace(/[\r\n"\\]/g, "_");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, text), { maxLength: 8 }),
        text,
        fc.uint8Array(),
        async (fields, filename, bytes) => {
          const parts = [
            ...fields.map(([key, value]): Field => [clean(key), value]),
            { name: "content", filename: clean(filename), bytes },
          ];
          const desk = openUploadDesk();
          await refusal(post(desk, multipartOf(parts)));
          assertUntouched(desk);
        },
      ),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (body) => {
        await refusal(
          post(openUploadDesk(), {
            contentType: "multipart/form-data; boundary=x",
            body: Buffer.concat([Buffer.from("--x\r\n"), body]),
          }),
        );
      }),
      { numRuns: 200 },
    );
  });
});

async function post(
  desk: UploadDesk,
  upload: { readonly contentType: string; readonly body: Uint8Array },
): Promise<Reply> {
  return uploadRoute.handle(postOf(upload), desk.desk);
}

async function refusal(answer: Promise<Reply>): Promise<Problem> {
  const error = await answer.then(
    () => assert.fail("it was taken"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RegistryError, String(error instanceof Error ? error.stack : error));
  return error.problem;
}

/** UPL-6. */
function assertUntouched(desk: UploadDesk): void {
  assert.deepEqual(desk.published, []);
  assert.deepEqual(desk.registered, []);
  assert.equal(desk.open.size, 0, "a refused upload leaves no draft");
}

async function collect(desk: UploadDesk): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of desk.published[0]?.received.chunks() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function content(file: ArchiveFile): Part & { readonly filename: string } {
  return { name: "content", filename: file.filename, bytes: file.bytes };
}

function form(file: ArchiveFile = wheel, options: MetadataOptions = foo): readonly Part[] {
  return [...uploadFields(file, options), content(file)];
}

function without(field: string): readonly Part[] {
  return form().filter((part) => !(Array.isArray(part) && part[0] === field));
}

function replace(field: string, value: string, file: ArchiveFile = wheel): readonly Part[] {
  return form(file).map((part): Part => (Array.isArray(part) && part[0] === field ? [field, value] : part));
}

function named(filename: string): readonly Part[] {
  const fields = uploadFields(wheel, foo).filter(([field]) => field !== "filetype" && field !== "pyversion");
  return [...fields, { ...content(wheel), filename }];
}

function withBytes(file: ArchiveFile, bytes: Uint8Array): readonly Part[] {
  return form({ ...file, bytes, sha256: sha256(bytes) });
}

function inside(options: Partial<WheelOptions>): readonly Part[] {
  return form(aWheelFile({ ...foo, ...options }));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
