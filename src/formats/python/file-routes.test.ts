import assert from "node:assert/strict";
import { test } from "node:test";
import { type ListedFile, type ProjectName, type Reply, refuse } from "#core";
import type { OpenFile } from "#formats";
import { aFile, aListing, anOffer, ask, indexDesk, sha256, storedFile } from "../../../tests/support/index-desk.ts";
import { fileRoutes } from "./file-routes.ts";
import { filePath } from "./render-paths.ts";

const WHEEL = "foo-1.0-py3-none-any.whl";
const WHEEL_PATH = `/${filePath(aFile(WHEEL))}`;

function get(address: string, files: readonly ListedFile[], opened: Readonly<Record<string, OpenFile>> = {}) {
  return ask(fileRoutes, indexDesk([aListing(files)], { files: opened }), address);
}

async function refusedWith(code: string, reply: Promise<Reply>): Promise<void> {
  await assert.rejects(reply, (error: { problem?: { code: string } }) => error.problem?.code === code);
}

test("HTTP-2, HTTP-3: a stored file is bytes that never change, of no type that a browser would run", async () => {
  const reply = await get(WHEEL_PATH, [aFile(WHEEL)], { [WHEEL]: storedFile("wheel") });
  assert.ok(reply.kind === "file");
  assert.equal(reply.contentType, "application/octet-stream");
  assert.deepEqual(reply.cache, { kind: "immutable", isPrivate: false });
  assert.equal(reply.etag, sha256("wheel"));
  assert.equal(reply.headers?.["x-content-type-options"], "nosniff");
  assert.ok(reply.freshness !== undefined);
  assert.notEqual(reply.lastModified, null);
});

test("HTTP-2: a file that not everybody may read is kept by private caches only", async () => {
  const reply = await get(WHEEL_PATH, [aFile(WHEEL)], { [WHEEL]: storedFile("wheel", true) });
  assert.deepEqual(reply.kind === "file" && reply.cache, { kind: "immutable", isPrivate: true });
});

test("VER-3: a plus in a file name may come as it is or escaped", async () => {
  const name = "foo-1.0+cu121-py3-none-any.whl";
  const path = `/${filePath(aFile(name))}`;
  assert.equal((await get(path, [aFile(name)])).kind, "file");
  assert.equal((await get(path.replace("%2B", "+"), [aFile(name)])).kind, "file");
});

test("the hash in the address must be the file's", async () => {
  await refusedWith("file-not-found", get(`/+f/000/0000000000000/${WHEEL}`, [aFile(WHEEL)]));
  await refusedWith("file-not-found", get(`/+e/https_upstream.example_files/${WHEEL}`, [aFile(WHEEL)]));
});

test("MRG-8: an old address does not show new bytes when the upstream has changed a file's hash", async () => {
  const changed = anOffer(WHEEL, { digests: { sha256: "f".repeat(64) } });
  await refusedWith("file-not-found", get(WHEEL_PATH, [changed]));
});

test("a file of an upstream without hashes is found by the upstream's address", async () => {
  const offer = anOffer(WHEEL, { digests: {} });
  assert.equal((await get(`/${filePath(offer)}`, [offer])).kind, "file");
  await refusedWith("file-not-found", get(`/+e/https_other.example/${WHEEL}`, [offer]));
});

test("addresses in lock files from a devpi stay good: by an older hash, and by none where there is one now", async () => {
  const md5 = "0123456789abcdef0123456789abcdef";
  const offer = anOffer(WHEEL, { digests: { md5, sha256: sha256(WHEEL) } });
  assert.equal((await get(`/+f/012/3456789abcdef/${WHEEL}`, [offer])).kind, "file");
  const reply = await get(`/${filePath(anOffer(WHEEL, { digests: {} }))}`, [offer]);
  assert.deepEqual(reply.kind === "file" && reply.cache, { kind: "revalidate", isPrivate: false });
});

test("a stranger is asked to sign in for a file of a closed project, and not for one of its open namesake", async () => {
  // It may be `foo-1` in its version 2, or `foo` in its version 1-2.
  const open = aFile("foo-1-2.tar.gz", { version: "1.post2" });
  const desk = indexDesk([aListing([open])]);
  const closed = {
    ...desk,
    listing: async (project: ProjectName) => {
      if (project === "foo-1") throw refuse({ code: "not-signed-in", because: "it is closed" });
      return desk.listing(project);
    },
  };

  assert.equal((await ask(fileRoutes, closed, `/${filePath(open)}`)).kind, "file");
  await refusedWith("not-signed-in", ask(fileRoutes, closed, "/+f/000/0000000000000/foo-1-2.tar.gz"));
});

test("a file that was removed is gone, and another was never there", async () => {
  const desk = indexDesk([], { removed: [WHEEL] });

  await refusedWith("file-gone", ask(fileRoutes, desk, WHEEL_PATH));
  await refusedWith("file-gone", ask(fileRoutes, desk, `${WHEEL_PATH}.metadata`));
  await refusedWith("file-not-found", ask(fileRoutes, desk, `/${filePath(aFile("foo-2.0.tar.gz"))}`));
});

test("without a hash in the address, the file is asked for again each time", async () => {
  const offer = anOffer(WHEEL, { digests: {} });
  const reply = await get(`/${filePath(offer)}`, [offer]);
  assert.deepEqual(reply.kind === "file" && reply.cache, { kind: "revalidate", isPrivate: false });
});

test("a file whose name has several readings is found", async () => {
  const name = "foo-2-1.tar.gz";
  assert.equal((await get(`/${filePath(aFile(name))}`, [aFile(name)])).kind, "file");
});

test("MET-1, MET-4: metadata stands beside its file, and nowhere where it was not announced", async () => {
  const metadata = storedFile("Metadata-Version: 2.1\r\nName: fö");
  const reply = await get(`${WHEEL_PATH}.metadata`, [aFile(WHEEL)], { [`${WHEEL}.metadata`]: metadata });
  assert.ok(reply.kind === "file");
  assert.equal(reply.body, metadata.body);
  assert.equal(reply.contentType, "application/octet-stream");
  assert.equal(reply.etag, sha256("Metadata-Version: 2.1\r\nName: fö"));
  await refusedWith("file-not-found", get(`${WHEEL_PATH}.metadata`, [aFile(WHEEL)]));
  await refusedWith("file-not-found", get(`${WHEEL_PATH}.metadata`, []));
  await refusedWith("file-not-found", get(`${WHEEL_PATH}.metadata.metadata`, [aFile(WHEEL)]));
});

test("MET-4, STA-1: a quarantined project's files and their metadata are refused at their addresses too", async () => {
  const desk = indexDesk([aListing([aFile(WHEEL)], { status: "quarantined" })]);
  await refusedWith("project-quarantined", ask(fileRoutes, desk, WHEEL_PATH));
  await refusedWith("project-quarantined", ask(fileRoutes, desk, `${WHEEL_PATH}.metadata`));
});

test("YANK-1: a yanked file stays where it was", async () => {
  assert.equal((await get(WHEEL_PATH, [aFile(WHEEL, { yanked: "broken" })])).kind, "file");
});

test("a file that is being fetched comes as a stream with the validator it will have", async () => {
  const fetching: OpenFile = { kind: "fetching", sizeBytes: 5, chunks: (async function* () {})(), isPrivate: false };
  const reply = await get(WHEEL_PATH, [anOffer(WHEEL)], { [WHEEL]: fetching });
  assert.ok(reply.kind === "stream");
  assert.equal(reply.sizeBytes, 5);
  assert.equal(reply.headers?.["etag"], `"${sha256(WHEEL)}"`);
  assert.equal(reply.headers?.["x-content-type-options"], "nosniff");
  assert.deepEqual(reply.cache, { kind: "immutable", isPrivate: false });
});

test("HTTP-2: a private file is private while it is being fetched, too", async () => {
  const fetching: OpenFile = { kind: "fetching", sizeBytes: 5, chunks: (async function* () {})(), isPrivate: true };
  const reply = await get(WHEEL_PATH, [anOffer(WHEEL)], { [WHEEL]: fetching });
  assert.deepEqual(reply.kind === "stream" && reply.cache, { kind: "immutable", isPrivate: true });
});

test("a file that is elsewhere is a redirect", async () => {
  const elsewhere: OpenFile = { kind: "elsewhere", url: "https://upstream.example/f.whl" };
  const reply = await get(WHEEL_PATH, [anOffer(WHEEL)], { [WHEEL]: elsewhere });
  assert.deepEqual(reply.kind === "redirect" && [reply.status, reply.to], [302, "https://upstream.example/f.whl"]);
});

test("SIM-7, MET-5: names that are no package files are not looked for", async () => {
  const desk = indexDesk([aListing([], { project: "foo" as ProjectName })]);
  for (const name of ["..%2f..%2fetc", "%00", "foo.asc", ".metadata", "a".repeat(5000), `${WHEEL}.asc`]) {
    await refusedWith("file-not-found", ask(fileRoutes, desk, `/+f/abc/0123456789abc/${name}`));
  }
  assert.deepEqual(desk.listed, []);
});
