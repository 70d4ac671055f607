import assert from "node:assert/strict";
import { test } from "node:test";
import type { Artifact, Digest, Instant, Offer, ProjectName, RepositoryName } from "#core";
import { receivedOf } from "../../../tests/support/upload-desk.ts";
import { genericFormat } from "./index.ts";

const format = genericFormat();

test("nothing is the name of a project, and no file belongs to one", async () => {
  assert.equal(format.knowsProjects, false);
  assert.equal(format.normalize("foo"), null);
  assert.deepEqual(format.projectsOf("foo-1.0.tar.gz"), []);
  assert.equal(await format.examine("foo-1.0-py3-none-any.whl", receivedOf(Buffer.from("x")), {}, "strict"), null);
  assert.deepEqual(format.attachmentProjects("foo-1.0.doc.zip"), []);
});

test("a file is served where it stands, whatever its name", () => {
  const artifact: Artifact = {
    repository: "alice/tools" as RepositoryName,
    project: "" as ProjectName,
    filename: "a b/c#d",
    path: "a b/c#d",
    version: null,
    blob: "sha256:00" as Digest,
    sizeBytes: 0,
    publishedAt: 0 as Instant,
    yanked: null,
    attributes: {},
    companions: {},
    log: [],
  };
  assert.equal(format.filePath({ kind: "artifact", member: artifact.repository, artifact }), "a%20b/c%23d");
  const offer: Offer = {
    project: artifact.project,
    filename: artifact.filename,
    version: null,
    url: "https://upstream.invalid/a%20b/c%23d",
    digests: {},
    sizeBytes: null,
    publishedAt: null,
    yanked: null,
    attributes: {},
  };
  assert.equal(format.filePath({ kind: "offer", member: artifact.repository, offer }), "a%20b/c%23d");
});

test("there is nothing to constrain, and an empty list constrains nothing", () => {
  assert.throws(() => format.readConstraints(["foo<2"]), SyntaxError);
  assert.equal(format.readConstraints([]).admitsProject("" as ProjectName), true);
});

test("documentation and versions of other servers have no place here", async () => {
  const received = receivedOf(Buffer.from("x"));
  await assert.rejects(format.documentation.check("foo.zip", received), /upload-invalid/);
  const version = format.readRecord("1.0", { summary: "x" });
  assert.deepEqual(version, { version: "1.0", attributes: {} });
  await assert.rejects(
    format.takeOver({ project: "foo" as ProjectName, filename: "foo.zip", received, version }),
    /upload-invalid/,
  );
});

test("an upstream's page is none of this format", async () => {
  const page = { url: "https://upstream.invalid/", contentType: "text/html", bytes: Buffer.from("<a href=x>") };
  assert.throws(() => format.reader.readFlat(page), SyntaxError);
  assert.throws(() => format.reader.readProject(page, "foo" as ProjectName), SyntaxError);
  const pieces = (async function* () {})();
  await assert.rejects(async () => {
    for await (const _ of format.reader.readProjects({ ...page, pieces })) assert.fail("a project");
  }, SyntaxError);
});
