import assert from "node:assert/strict";
import { type Artifact, type Instant, type JournalEvent, NO_PROJECT, type RepositoryName, type TreeEntry } from "#core";
import type { MetadataStore, MetadataView } from "./metadata-store.ts";
import { type Place, promise } from "./place.contract.ts";
import {
  aFile,
  after,
  anArtifact,
  DEV,
  digestOf,
  FOO,
  fileAt,
  folderMade,
  folderRemoved,
  properties,
  published,
  registered,
  removed,
  saved,
} from "./samples.contract.ts";

type Make = () => Promise<Place<MetadataStore>>;

const OTHER = "root/other" as RepositoryName;
const gone = (path: string): JournalEvent => removed(path, NO_PROJECT);
const replaced = (artifact: Artifact): JournalEvent => ({ type: "artifact.replaced", artifact, promotedFrom: null });
const pathOf = (entry: TreeEntry): string =>
  entry.kind === "folder" ? `${entry.folder.path}/` : (entry.artifact.path ?? assert.fail("a file has a path"));

/** All pages of a question, one after the other. */
async function paged(
  ask: (after: string | null) => Promise<readonly TreeEntry[]>,
  keyOf: (path: string) => string,
): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  for (let last: string | null = null; ; ) {
    const page = (await ask(last)).map(pathOf);
    pages.push(page);
    const path = page.at(-1);
    if (path === undefined) return pages;
    last = keyOf(path.replace(/\/$/, ""));
  }
}

export function foldersContract(make: Make): void {
  after(
    make,
    "a file brings the folders around it, made when and by whom it was, and they stay when it goes",
    [saved(DEV), fileAt("a/b/c", { createdAt: 3 as Instant, createdBy: "carol" }), fileAt("a/d"), gone("a/b/c")],
    async (view) => [
      await view.folder(DEV, "a"),
      await view.folder(DEV, "a/b"),
      await view.folder(DEV, "a/d"),
      await view.folder(OTHER, "a"),
    ],
    [
      { repository: DEV, path: "a", createdAt: 3, createdBy: "carol" },
      { repository: DEV, path: "a/b", createdAt: 3, createdBy: "carol" },
      null,
      null,
    ],
  );
  after(
    make,
    "a package stands below its project and version, unless it says where",
    [published("foo-1.0.tar.gz"), fileAt("x/y", { project: FOO, filename: "foo-2.0.tar.gz" })],
    async (view) => [
      (await view.artifactAt(DEV, "foo/1.0/foo-1.0.tar.gz"))?.filename,
      (await view.artifactAt(DEV, "x/y"))?.filename,
      await view.artifactAt(DEV, "foo-1.0.tar.gz"),
      await view.artifactAt(OTHER, "x/y"),
      (await view.artifacts(DEV, FOO)).map(({ path }) => path),
    ],
    ["foo-1.0.tar.gz", "foo-2.0.tar.gz", null, null, ["foo/1.0/foo-1.0.tar.gz", "x/y"]],
  );
  after(
    make,
    "the repository itself is a folder while it is there, made with it",
    [saved(DEV), saved(DEV), folderRemoved(""), saved(OTHER), { type: "repository.removed", name: OTHER }],
    async (view) => [await view.folder(DEV, ""), await view.folder(OTHER, ""), await view.children(DEV, "", PAGE)],
    [{ repository: DEV, path: "", createdAt: 1, createdBy: "alice" }, null, []],
  );
  after(
    make,
    "a folder that is made has those around it, and stays as it was made first",
    [folderMade("a/b"), folderMade("a/b", { createdBy: "eve" }), fileAt("a/c/d"), folderMade("a")],
    async (view) => (await view.below(DEV, "", PAGE)).map((entry) => [pathOf(entry), creatorOf(entry)]),
    [
      ["a/", "bob"],
      ["a/b/", "bob"],
      ["a/c/", "alice"],
      ["a/c/d", undefined],
    ],
  );
  after(
    make,
    "a removed folder takes the folders below it along, and no other",
    [
      ...["a", "a/b", "a/b/c", "a-b", "a0", "ab/a"].map((path) => folderMade(path)),
      folderMade("a/b", { repository: OTHER }),
      folderRemoved("a"),
      folderRemoved("never-there"),
    ],
    async (view) => [(await view.below(DEV, "", PAGE)).map(pathOf), (await view.below(OTHER, "", PAGE)).map(pathOf)],
    [
      ["a-b/", "a0/", "ab/", "ab/a/"],
      ["a/", "a/b/"],
    ],
  );
  after(
    make,
    "files without a project register none, and are counted",
    [
      fileAt("a/b", { sizeBytes: 5 }),
      fileAt("c", { sizeBytes: 7 }),
      gone("c"),
      replaced(aFile("a/b", { sizeBytes: 6 })),
    ],
    async (view) => [
      await view.projects(DEV, { after: null, limit: 9 }),
      await view.project(DEV, NO_PROJECT),
      await view.totals(DEV),
      await view.wasRemoved(DEV, "c"),
    ],
    [[], null, { projects: 0, artifacts: 1, sizeBytes: 6 }, true],
  );
  promise("two files never stand at one path", make, async (place) => {
    await using store = await place.open();
    await store.write({ kind: "system", name: "test", tokenId: null }, async (tx) => tx.append(fileAt("a/b")));
    await assert.rejects(
      store.write({ kind: "system", name: "test", tokenId: null }, async (tx) =>
        tx.append(published("foo-1.0.tar.gz", { path: "a/b" })),
      ),
    );
    assert.equal((await store.read((view) => view.artifactAt(DEV, "a/b")))?.filename, "a/b");
  });
  after(
    make,
    "a replaced file keeps when and by whom it was first published, a removed one does not",
    [
      fileAt("a", { publishedAt: 5 as Instant }),
      fileAt("b", { publishedAt: 5 as Instant }),
      gone("b"),
      ...["a", "b"].map((path) => replaced(aFile(path, { publishedAt: 8 as Instant, log: loggedBy("bob") }))),
      replaced(aFile("a", { publishedAt: 9 as Instant, log: loggedBy("carol") })),
    ],
    async (view) => [await view.artifactAt(DEV, "a"), await view.artifactAt(DEV, "b")],
    [
      aFile("a", {
        publishedAt: 9 as Instant,
        log: loggedBy("carol"),
        createdAt: 5 as Instant,
        createdBy: "alice",
      }),
      aFile("b", { publishedAt: 8 as Instant, log: loggedBy("bob") }),
    ],
  );
}

export function treeContract(make: Make): void {
  const some = [
    saved(DEV),
    ...["b/x", "a", "b/y/z", "c", "b-a", "\u{1F600}", "\uffee", "B"].map((path) => fileAt(path)),
    folderMade("empty"),
    fileAt("b/other", { repository: OTHER }),
  ];
  after(
    make,
    "what stands in a folder comes sorted by name, files and folders as one, in pages",
    some,
    async (view) => [
      (await view.children(DEV, "", PAGE)).map(pathOf),
      await paged(
        (last) => view.children(DEV, "", { after: last, limit: 3 }),
        (path) => path,
      ),
      (await view.children(DEV, "b", PAGE)).map(pathOf),
      await view.children(DEV, "a", PAGE),
      await view.children(DEV, "nowhere", PAGE),
    ],
    [
      ["B", "a", "b/", "b-a", "c", "empty/", "\uffee", "\u{1F600}"],
      [["B", "a", "b/"], ["b-a", "c", "empty/"], ["\uffee", "\u{1F600}"], []],
      ["b/x", "b/y/"],
      [],
      [],
    ],
  );
  after(
    make,
    "what stands below a folder comes sorted by path, in pages",
    some,
    async (view) => [
      (await view.below(DEV, "", PAGE)).map(pathOf),
      await paged(
        (last) => view.below(DEV, "b", { after: last, limit: 2 }),
        (path) => path,
      ),
      (await view.below(DEV, "b", { after: "a", limit: 1 })).map(pathOf),
      await view.below(DEV, "a", PAGE),
    ],
    [
      ["B", "a", "b/", "b-a", "b/x", "b/y/", "b/y/z", "c", "empty/", "\uffee", "\u{1F600}"],
      [["b/x", "b/y/"], ["b/y/z"], []],
      ["b/x"],
      [],
    ],
  );
  after(
    make,
    "files are found by their digests wherever they are, oldest first",
    [
      fileAt("b", { blob: digestOf("b"), digests: { sha1: "1".repeat(40) } }),
      fileAt("a", { repository: OTHER, digests: { sha1: "1".repeat(40), md5: "2".repeat(32) } }),
      fileAt("c", { digests: { sha1: "1".repeat(40) } }),
      published("foo-1.0.tar.gz"),
      gone("c"),
    ],
    async (view) => {
      const paths = async (algorithm: "sha256" | "sha1" | "md5", hex: string, limit = 9) =>
        (await view.artifactsWith({ algorithm, hex }, limit)).map(({ repository, path }) => `${repository}: ${path}`);
      return [
        await paths("sha1", "1".repeat(40)),
        await paths("sha1", "1".repeat(40), 1),
        await paths("md5", "2".repeat(32)),
        await paths("sha256", "a".repeat(64)),
        await paths("md5", "1".repeat(40)),
      ];
    },
    [
      ["alice/dev: b", "root/other: a"],
      ["alice/dev: b"],
      ["root/other: a"],
      ["root/other: a", "alice/dev: foo/1.0/foo-1.0.tar.gz"],
      [],
    ],
  );
}

export function propertiesContract(make: Make): void {
  const all = async (view: MetadataView, paths: readonly string[]) =>
    Object.fromEntries(await view.propertiesOf(DEV, paths));
  after(
    make,
    "properties keep the order of their values and are those that were set last",
    [
      properties("a", { old: ["x"] }),
      properties("a", { k: ["b", "a", "b"], "ünï\u{1F600}": [""] }),
      properties("b", { k: ["v"] }),
      properties("b", {}),
      properties("a", { k: ["other"] }, OTHER),
    ],
    async (view) => [await view.properties(DEV, "a"), await view.properties(DEV, "b"), await view.properties(DEV, "c")],
    [{ k: ["b", "a", "b"], "ünï\u{1F600}": [""] }, {}, {}],
  );
  after(
    make,
    "properties of hundreds of places are asked for at once; places without any are not among them",
    Array.from({ length: 350 }, (_, index) => properties(`p${index}`, { n: [String(index), "x"] })),
    async (view) => {
      const paths = Array.from({ length: 400 }, (_, index) => `p${index}`);
      const found = await view.propertiesOf(DEV, [...paths, "p7"]);
      return [found.size, found.get("p0"), found.get("p349"), found.get("p350"), await all(view, [])];
    },
    [350, { n: ["0", "x"] }, { n: ["349", "x"] }, undefined, {}],
  );
  after(
    make,
    "with a file its properties go, and with a folder those of all below it",
    [
      fileAt("a/b"),
      fileAt("a-b"),
      published("foo-1.0.tar.gz"),
      ...["", "a", "a/b", "a/never-there", "a-b", "foo/1.0/foo-1.0.tar.gz"].map((path) =>
        properties(path, { k: ["v"] }),
      ),
      gone("a-b"),
      removed("foo-1.0.tar.gz"),
      folderRemoved("a"),
    ],
    (view) => all(view, ["", "a", "a/b", "a/never-there", "a-b", "foo/1.0/foo-1.0.tar.gz"]),
    { "": { k: ["v"] } },
  );
  after(
    make,
    "a replaced file keeps its properties, unless it comes to stand elsewhere",
    [
      published("f"),
      published("g"),
      properties("foo/1.0/f", { k: ["f"] }),
      properties("foo/1.0/g", { k: ["g"] }),
      replaced(anArtifact("f", { blob: digestOf("c") })),
      replaced(anArtifact("g", { version: "2.0" })),
    ],
    (view) => all(view, ["foo/1.0/f", "foo/1.0/g", "foo/2.0/g"]),
    { "foo/1.0/f": { k: ["f"] } },
  );
  after(
    make,
    "a removed repository takes its folders and properties along",
    [
      saved(DEV),
      fileAt("a/b"),
      folderMade("c"),
      properties("", { k: ["v"] }),
      properties("a/b", { k: ["v"] }),
      registered("x", OTHER),
      properties("x", { k: ["v"] }, OTHER),
      { type: "repository.removed", name: DEV },
      saved(DEV),
    ],
    async (view) => [await view.below(DEV, "", PAGE), await all(view, ["", "a/b"]), await view.properties(OTHER, "x")],
    [[], {}, { k: ["v"] }],
  );
}

const PAGE = { after: null, limit: 100 };

function creatorOf(entry: TreeEntry): string | undefined {
  return entry.kind === "folder" ? entry.folder.createdBy : undefined;
}

function loggedBy(who: string): Artifact["log"] {
  return [
    { what: "overwrite", who: null, at: 8 as Instant, from: null, to: DEV, count: 1 },
    { what: "upload", who, at: 8 as Instant, from: null, to: DEV },
  ];
}
