import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "#core";
import { docForm, docZip } from "../../../tests/support/documentation.ts";
import { openUploadDesk, postOf, type UploadDesk } from "../../../tests/support/upload-desk.ts";
import { uploadRoute } from "./upload.ts";

const ZIP = docZip({ "index.html": "hello" });

async function post(desk: UploadDesk, name: string, version: string | null, zip = ZIP): Promise<void> {
  const reply = await uploadRoute.handle(postOf(await docForm(name, version, zip)), desk.desk);
  assert.equal(reply.kind === "done" && reply.status, 200);
}

for (const validation of ["strict", "legacy"] as const) {
  test(`documentation is handed over under its version's normal name where uploads are ${validation}`, async () => {
    const desk = openUploadDesk({ validation });
    await post(desk, "Foo.Bar", "1.0.0-rc1");
    const [documented] = desk.documented;
    const { project, displayName, version } = documented?.wish ?? {};
    assert.deepEqual(
      { project, displayName, version },
      { project: "foo-bar", displayName: "Foo.Bar", version: "1.0.0rc1" },
    );
    assert.deepEqual(documented?.wish.attributes, { name: "Foo.Bar", version: "1.0.0-rc1" });
    assert.deepEqual(Buffer.from((await documented?.received.read(0, ZIP.byteLength)) ?? []), Buffer.from(ZIP));
    assert.equal(desk.open.size, 0, "the bytes are forgotten afterwards");
  });
}

test("documentation without a version leaves the version open", async () => {
  const desk = openUploadDesk();
  await post(desk, "foo", null);
  assert.equal(desk.documented[0]?.wish.version, null);
  assert.deepEqual(desk.documented[0]?.wish.attributes, {});
});

test("a version that is none is refused where uploads are judged strictly, and kept elsewhere", async () => {
  const legacy = openUploadDesk({ validation: "legacy" });
  await post(legacy, "foo", "spring");
  assert.equal(legacy.documented[0]?.wish.version, "spring");
  await assert.rejects(post(openUploadDesk(), "foo", "spring"), isInvalid(/'spring' is no version/));
});

test("documentation of what is no project, or of a version that no address can hold, is refused", async () => {
  const desk = openUploadDesk({ validation: "legacy" });
  await assert.rejects(post(desk, "no/name", "1.0"), isInvalid(/is no project name/));
  await assert.rejects(post(desk, "foo", "1/0"), isInvalid(/is no version/));
  assert.equal(desk.open.size, 0);
});

function isInvalid(words: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof RegistryError && error.problem.code === "upload-invalid" && words.test(error.message);
}
