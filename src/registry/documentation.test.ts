import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment, FormatName, ProjectName, RepositoryName } from "#core";
import type { BlobStore } from "#stores";
import { docZip } from "../../tests/support/documentation.ts";
import { ALICE, NOBODY, openRegistryWorld, type RegistryWorld, refusal } from "../../tests/support/registry-world.ts";
import { openCatalog } from "./catalog.ts";
import { type OpenPage, openDocumentations } from "./documentation.ts";

const DEV = "alice/dev" as RepositoryName;
const FOO = "foo" as ProjectName;

async function openWorld(): Promise<RegistryWorld & { readonly reads: () => number }> {
  let reads = 0;
  const world = await openRegistryWorld({
    wrapBlobs: (blobs) => ({
      ...blobs,
      open(digest, range) {
        reads += 1;
        return blobs.open(digest, range);
      },
      [Symbol.asyncDispose]: () => blobs[Symbol.asyncDispose](),
    }),
  });
  await world.local(DEV, { mutability: "volatile" });
  return { ...world, reads: () => reads };
}

async function document(
  world: RegistryWorld,
  version: string,
  pages: Readonly<Record<string, string>>,
  repository = DEV,
): Promise<Attachment> {
  async function* zip(): AsyncIterable<Uint8Array> {
    yield docZip(pages);
  }
  const wish = { project: FOO, displayName: null, version, attributes: {} };
  return (await world.registry.attachments.saveDocumentation(ALICE, repository, wish, zip())).attachment;
}

async function textOf(page: OpenPage | null, range?: { start: number; end: number }): Promise<string | null> {
  if (page === null) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of await page.body.open(range)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("a page is read out of the stored file; what is not in it is none", async () => {
  await using world = await openWorld();
  const documentation = await document(world, "1.0", { "index.html": "0123456789", "a/b.txt": "b" });
  const { page } = world.registry.documentation;

  assert.equal(await textOf(await page(NOBODY, documentation, "index.html")), "0123456789");
  assert.equal(await textOf(await page(NOBODY, documentation, "index.html"), { start: 2, end: 4 }), "23");
  assert.equal(await page(NOBODY, documentation, "a"), null);
  assert.equal(await page(NOBODY, documentation, "../index.html"), null);
});

test("the table of contents of an archive is read once, also for those who ask at the same time", async () => {
  await using world = await openWorld();
  const documentation = await document(world, "1.0", { "index.html": "x", "b.html": "y" });
  const { page } = world.registry.documentation;
  const before = world.reads();

  await Promise.all(["index.html", "b.html", "c.html"].map((path) => page(NOBODY, documentation, path)));
  await page(NOBODY, documentation, "b.html");

  assert.equal(world.reads() - before, 1);
});

test("an archive that is none has no pages, and one whose bytes are gone is told", async () => {
  await using world = await openWorld();
  const documentation = await document(world, "1.0", { "index.html": "x" });
  const draft = await world.blobs.begin({ sizeBytesMax: 100 });
  await draft.write(Buffer.from("no zip at all"));
  await draft.finish();
  const { digest, sizeBytes } = await draft.keep();
  const broken: Attachment = { ...documentation, blob: digest, sizeBytes };

  assert.equal(await world.registry.documentation.page(NOBODY, broken, "index.html"), null);
  await world.blobs.delete(documentation.blob);
  const gone = world.registry.documentation.page(NOBODY, documentation, "index.html");
  await assert.rejects(gone, refusal("blob-missing"));
});

test("documentation comes newest version first, each version once, the nearest repository's", async () => {
  await using world = await openWorld();
  const above = "alice/above" as RepositoryName;
  await world.local(above, { bases: [DEV] });
  for (const version of ["1.0", "10.0", "2.0"]) await document(world, version, { "index.html": version });
  await document(world, "2.0", { "index.html": "nearer" }, above);

  const listed = await world.registry.documentation.list(NOBODY, above, FOO);

  assert.deepEqual(
    listed.map(({ version, repository }) => [version, repository]),
    [
      ["10.0", DEV],
      ["2.0", above],
      ["1.0", DEV],
    ],
  );
});

test("pages of a closed repository are for its readers", async () => {
  await using world = await openWorld();
  const closed = "alice/closed" as RepositoryName;
  await world.local(closed, { readers: ["alice"] });
  const documentation = await document(world, "1.0", { "index.html": "x" }, closed);
  const { page } = world.registry.documentation;

  assert.equal((await page(ALICE, documentation, "index.html"))?.isPrivate, true);
  await assert.rejects(page(NOBODY, documentation, "index.html"), refusal("not-signed-in"));
});

test("the tables of contents that stay in memory are limited, and the ones used last stay", async () => {
  await using world = await openWorld();
  using catalog = await openCatalog(world.metadata);
  const python = world.registry.format("python" as FormatName);
  let reads = 0;
  const blobs: BlobStore = {
    ...world.blobs,
    open(digest, range) {
      reads += 1;
      return world.blobs.open(digest, range);
    },
  };
  const parts = { blobs, catalog, formats: new Map([[python.name, python]]) };
  // Room for two of them: each has one page, and some lines are counted for the archive itself.
  const { page } = openDocumentations(parts, world.registry.attachments, 250);
  const costOf = async (documentation: Attachment): Promise<number> => {
    const before = reads;
    await page(NOBODY, documentation, "index.html");
    return reads - before;
  };
  const first = await document(world, "1.0", { "index.html": "1" });
  const second = await document(world, "2.0", { "index.html": "2" });
  const third = await document(world, "3.0", { "index.html": "3" });
  for (const documentation of [first, second, first, third]) await costOf(documentation);

  assert.deepEqual([await costOf(first), await costOf(third), await costOf(second)], [0, 0, 1]);
});
