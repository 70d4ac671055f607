import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RegistryError } from "#core";
import { type ArchiveFile, aWheelFile, multipartOf, uploadFields } from "../../../tests/support/archives.ts";
import { openUploadDesk, postOf, type UploadDesk } from "../../../tests/support/upload-desk.ts";
import { pythonAttributes } from "./attributes.ts";
import { uploadRoute } from "./upload.ts";

const foo = { name: "foo", version: "1.0" };
type Field = readonly [name: string, value: string];

describe("a legacy repository", () => {
  test("takes submit: a project and a version with its metadata, without a file", async () => {
    const desk = openUploadDesk({ validation: "legacy" });
    await post(desk, [
      [":action", "submit"],
      ["name", "Foo.Bar"],
      ["version", "1.0"],
      ["summary", "S"],
      ["classifiers", "A"],
      ["provides_extras", "x"],
      ["home_page", "UNKNOWN"],
    ]);
    const attributes = { name: "Foo.Bar", version: "1.0", summary: "S", classifiers: ["A"], provides_extra: ["x"] };
    assert.deepEqual(desk.registered, [{ project: "foo-bar", displayName: "Foo.Bar", version: "1.0", attributes }]);
    assert.deepEqual(desk.published, []);
  });

  test("takes every kind of archive that devpi takes, whatever is inside", async () => {
    for (const [filename, type] of [
      ["foo-1.0.zip", "sdist"],
      ["foo-1.0.tar.bz2", "sdist"],
      ["foo-1.0.tgz", "sdist"],
      ["foo-1.0-py2.7.egg", "bdist_egg"],
      ["foo-1.0.win32-py2.7.exe", "bdist_wininst"],
      ["foo-1.0.win32.msi", "bdist_msi"],
      ["foo-1.0-1.noarch.rpm", "bdist_rpm"],
      ["foo-1.0.dmg", "bdist_dmg"],
      ["foo-1.0-py3-none-any.whl", "bdist_wheel"],
      ["Foo-1.0.tar.gz", "sdist"],
    ] as const) {
      const desk = openUploadDesk({ validation: "legacy" });
      await post(desk, upload(filename, Buffer.from("just a text")));
      assert.equal(pythonAttributes(desk.published[0]?.attributes ?? {}).packageType, type, filename);
      assert.deepEqual(desk.published[0]?.companions, {}, "nothing is announced of what cannot be read");
    }
  });

  test("announces the metadata of a wheel that is sound", async () => {
    const wheel = aWheelFile({ ...foo, requiresPython: ">=3.8" });
    const desk = openUploadDesk({ validation: "legacy" });
    await post(desk, [...uploadFields(wheel, foo), content(wheel)]);
    assert.deepEqual(desk.published[0]?.companions[".metadata"], Buffer.from(wheel.metadata));
    assert.equal(pythonAttributes(desk.published[0]?.attributes ?? {}).requiresPython, ">=3.8");
  });

  test("does not announce the metadata of another project", async () => {
    const wheel = { ...aWheelFile({ name: "bar", version: "1.0" }), filename: "foo-1.0-py3-none-any.whl" };
    const desk = openUploadDesk({ validation: "legacy" });
    await post(desk, [...uploadFields(wheel, foo), content(wheel)]);
    assert.deepEqual(desk.published[0]?.companions, {});
  });

  test("refuses by devpi's rules for names, in its words", async () => {
    for (const [filename, message] of [
      ["foo-2.0.zip", /filename 'foo-2.0.zip' does not contain version '1.0'/],
      ["bar-1.0.zip", /filename 'bar-1.0.zip' does not match project name 'foo'/],
      ["foo-1.0.txt", /'foo-1.0.txt' is not a valid archive name/],
      ["foo-1.0.whl.metadata", /not a valid archive name/],
      ["../foo-1.0.zip", /contains '\/'/],
    ] as const) {
      await refused(upload(filename, Buffer.from("x")), message);
    }
    await refused(
      [
        [":action", "file_upload"],
        ["name", "foo"],
        ["version", "1.0"],
      ],
      /content file field not found/,
    );
    await refused(
      [
        [":action", "submit"],
        ["name", "-"],
        ["version", "1.0"],
      ],
      /invalid metadata: '-' is no project name/,
    );
    await refused(
      [
        [":action", "submit"],
        ["name", "foo"],
        ["version", "../1"],
      ],
      /invalid metadata: '..\/1' is no version/,
    );
    await refused(
      [
        [":action", "submit"],
        ["name", "foo"],
      ],
      /is no version/,
    );
  });

  test("compares the digests that are sent, which devpi does not", async () => {
    const desk = openUploadDesk({ validation: "legacy" });
    const parts = [["sha256_digest", "0".repeat(64)] as const, ...upload("foo-1.0.zip", Buffer.from("x"))];
    await assert.rejects(
      post(desk, parts),
      (error) => error instanceof RegistryError && error.problem.code === "digest-mismatch",
    );
    assert.equal(desk.open.size, 0);
  });

  test("behind a virtual repository counts with its own setting", async () => {
    const legacy = openUploadDesk({ validation: "legacy" });
    const desk = openUploadDesk({ validation: "strict" });
    const virtual = { ...desk, desk: { ...desk.desk, publishesTo: legacy.desk.repository } };
    await post(virtual, [
      [":action", "submit"],
      ["name", "foo"],
      ["version", "1.0"],
    ]);
    assert.equal(desk.registered.length, 1);
  });
});

type Part = Field | { readonly name: string; readonly filename: string; readonly bytes: Uint8Array };

async function post(desk: UploadDesk, parts: readonly Part[]): Promise<void> {
  await uploadRoute.handle(postOf(multipartOf(parts)), desk.desk);
}

async function refused(parts: readonly Part[], message: RegExp): Promise<void> {
  const desk = openUploadDesk({ validation: "legacy" });
  await assert.rejects(
    post(desk, parts),
    (error) =>
      error instanceof RegistryError && error.problem.code === "upload-invalid" && message.test(error.problem.because),
  );
  assert.deepEqual([desk.published, desk.registered, desk.open.size], [[], [], 0]);
}

function upload(filename: string, bytes: Uint8Array): readonly Part[] {
  return [[":action", "file_upload"], ["name", "foo"], ["version", "1.0"], { name: "content", filename, bytes }];
}

function content(file: ArchiveFile): Part {
  return { name: "content", filename: file.filename, bytes: file.bytes };
}
