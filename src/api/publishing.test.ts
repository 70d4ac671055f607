import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { JsonObject, RepositoryName } from "#core";
import { type ApiWorld, bodyOf, DEV, openApiWorld, tokenOf } from "../../tests/support/api-world.ts";
import { type ArchiveFile, anSdistFile, aWheelFile } from "../../tests/support/archives.ts";
import type { Answer } from "../../tests/support/spoken-world.ts";

const DEV_NAME = "alice/dev" as RepositoryName;
const WHEEL = aWheelFile({ name: "Foo.Bar", version: "1.0", summary: "A bar" });

let world: ApiWorld;

before(async () => {
  world = await openApiWorld();
});
beforeEach(() => world.empty());
after(() => world[Symbol.asyncDispose]());

const put = (
  file: Pick<ArchiveFile, "filename" | "bytes">,
  as: string | ReturnType<typeof tokenOf> = "alice",
  of = DEV,
) => world.ask("PUT", `${of}/files/${encodeURIComponent(file.filename)}`, { as, bytes: Buffer.from(file.bytes) });
const because = ({ problem }: Answer): string => {
  assert.equal(problem?.code, "upload-invalid");
  return problem !== null && "because" in problem ? String(problem.because) : "";
};
const filesOf = async (project: string): Promise<readonly unknown[]> => {
  const { body } = await world.ask("GET", `${DEV}/projects/${project}/files`);
  return ((body as JsonObject | null)?.["items"] as JsonObject[] | undefined)?.map(({ filename }) => filename) ?? [];
};

test("a wheel and a source distribution are published by their own metadata", async () => {
  const sdist = anSdistFile({ name: "foo_bar", version: "1.0" });

  assert.deepEqual(bodyOf(await put(WHEEL)), {
    repository: "alice/dev",
    path: `Foo.Bar/1.0/${WHEEL.filename}`,
    sizeBytes: WHEEL.bytes.length,
    sha256: WHEEL.sha256,
  });
  bodyOf(await put(sdist));

  assert.deepEqual([...(await filesOf("foo-bar"))].sort(), [WHEEL.filename, sdist.filename].sort());
  const { body } = await world.ask("GET", `${DEV}/projects/foo-bar/versions/1.0`);
  assert.equal(((body as JsonObject)["attributes"] as JsonObject)["summary"], "A bar");
});

test("a file that is not what it is called is refused with the reason, and nothing of it is kept", async () => {
  const renamed = { ...WHEEL, filename: WHEEL.filename.replace("1.0", "2.0") };
  assert.match(because(await put(renamed)), /1\.0|2\.0/);
  assert.match(because(await put({ ...WHEEL, filename: "notes.txt" })), /a package is named name-version/);
  assert.match(because(await put({ ...WHEEL, filename: "foo-1.0.tar.gz" })), /foo-1\.0\.tar\.gz/);
  assert.match(because(await put({ ...WHEEL, bytes: WHEEL.bytes.slice(0, 50) })), /Invalid distribution file/);
  assert.deepEqual(await filesOf("foo-bar"), []);
});

test("the name of a source distribution is the one that the standard demands", async () => {
  const sdist = anSdistFile({ name: "foo_bar", version: "1.0" });
  assert.match(because(await put({ ...sdist, filename: "foo.bar-1.0.tar.gz" })), /should be 'foo_bar-1\.0\.tar\.gz'/);
});

test("a repository with the old checks takes old archive types too", async () => {
  await world.makeRepository("alice/old", { kind: "local", mutability: "volatile", validation: "legacy" });
  const old = { ...anSdistFile({ name: "foo", version: "1.0" }), filename: "foo-1.0.tgz" };

  assert.match(because(await put(old)), /a package is named/);
  bodyOf(await put(old, "alice", "/repositories/alice/old"));
  assert.match(because(await put({ ...old, filename: "x.txt" }, "alice", "/repositories/alice/old")), /not named as/);
});

test("who may not publish is told so before the file is judged", async () => {
  const nonsense = { filename: "x.txt", bytes: Buffer.from("x") };
  assert.equal((await put(nonsense, "bob")).problem?.code, "not-permitted");
  const reading = tokenOf("alice", { action: "read", repository: "alice/dev", projects: null });
  assert.equal((await put(WHEEL, reading)).problem?.code, "not-permitted");
  assert.equal((await put(WHEEL, "alice", "/repositories/alice/none")).problem?.code, "repository-not-found");
});

test("through a virtual repository a file reaches the one that takes its uploads", async () => {
  await world.makeRepository("alice/all", { kind: "virtual", members: [DEV_NAME], publishTo: DEV_NAME });
  assert.equal(bodyOf(await put(WHEEL, "alice", "/repositories/alice/all"))["repository"], "alice/dev");
});

test("the same bytes again are fine, and others under the same name are refused where nothing is replaced", async () => {
  await world.makeRepository("alice/fixed", { kind: "local" });
  const other = aWheelFile({ name: "Foo.Bar", version: "1.0", summary: "Another" });

  bodyOf(await put(WHEEL, "alice", "/repositories/alice/fixed"));
  bodyOf(await put(WHEEL, "alice", "/repositories/alice/fixed"));
  assert.equal((await put(other, "alice", "/repositories/alice/fixed")).problem?.code, "file-exists");
});
