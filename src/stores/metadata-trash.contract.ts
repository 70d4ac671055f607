import type { Instant, RepositoryName } from "#core";
import type { MetadataStore, MetadataView } from "./metadata-store.ts";
import type { Place } from "./place.contract.ts";
import {
  aFile,
  after,
  anArtifact,
  aTestResult,
  attached,
  DEV,
  digestOf,
  FOO,
  fileAt,
  properties,
  published,
  saved,
  trashed,
} from "./samples.contract.ts";

const OTHER = "root/other" as RepositoryName;
const COMPANIONS = {
  ".metadata": { blob: digestOf("b"), sizeBytes: 7 },
  ".copy": { blob: digestOf("a"), sizeBytes: 1 },
};

export function trashContract(make: () => Promise<Place<MetadataStore>>): void {
  const whole = anArtifact("foo-1.0.tar.gz", {
    companions: COMPANIONS,
    yanked: "broken",
    digests: { sha1: "1".repeat(40), md5: "2".repeat(32) },
    createdAt: 2 as Instant,
    createdBy: "carol",
  });
  after(
    make,
    "a file in the trash is what it was, with its properties, and is in its repository no more",
    [
      { type: "artifact.published", artifact: whole, promotedFrom: null },
      attached(aTestResult("foo-1.0.tar.gz")),
      properties("foo/1.0/foo-1.0.tar.gz", { stage: ["dev", "test"], "pypi.name": ["foo"] }),
      trashed("t1", whole),
      trashed("t2", aFile("never-there")),
    ],
    async (view) => [
      await view.trashed("t1"),
      await view.trashed("t2"),
      await view.artifact(DEV, "foo-1.0.tar.gz"),
      await view.attachments(DEV, FOO),
      await view.properties(DEV, "foo/1.0/foo-1.0.tar.gz"),
      await view.wasRemoved(DEV, "foo-1.0.tar.gz"),
      await view.totals(DEV),
    ],
    [
      {
        id: "t1",
        artifact: whole,
        properties: { stage: ["dev", "test"], "pypi.name": ["foo"] },
        trashedAt: 1000,
        trashedBy: "alice",
        until: 5000,
      },
      null,
      null,
      [],
      {},
      true,
      { projects: 1, artifacts: 0, sizeBytes: 0 },
    ],
  );
  const named = (view: MetadataView) => Promise.all([..."abc"].map((digit) => view.namesBlob(digestOf(digit))));
  after(
    make,
    "blobs of a file in the trash are named, its companions' too",
    [published("f", { companions: COMPANIONS }), trashed("t1", anArtifact("f"))],
    named,
    [true, true, false],
  );
  after(
    make,
    "what was cleared away is gone, with its blobs and its properties",
    [
      fileAt("f", { companions: COMPANIONS }),
      properties("f", { k: ["v"] }),
      trashed("t1", aFile("f")),
      { type: "trash.removed", id: "t1" },
      fileAt("f", { blob: digestOf("c") }),
      trashed("t1", aFile("f")),
    ],
    async (view) => [await named(view), (await view.trashed("t1"))?.properties],
    [[false, false, true], {}],
  );
  after(
    make,
    "a file may be in the trash many times",
    [fileAt("f"), trashed("z", aFile("f")), fileAt("f"), trashed("a", aFile("f")), fileAt("f")],
    async (view) => [
      (await view.trash({ after: null, limit: 9 })).map(({ id }) => id),
      (await view.artifact(DEV, "f"))?.path,
    ],
    [["a", "z"], "f"],
  );
  after(
    make,
    "the trash comes in the order of its ids, in pages, of all repositories or one",
    [
      ...["c", "a", "b"].flatMap((id) => [fileAt(id), trashed(id, aFile(id))]),
      fileAt("d", { repository: OTHER }),
      trashed("d", aFile("d", { repository: OTHER })),
      { type: "trash.removed", id: "b" },
    ],
    async (view) => {
      const ids = async (page: Parameters<MetadataView["trash"]>[0]) => (await view.trash(page)).map(({ id }) => id);
      return [
        await ids({ after: null, limit: 2 }),
        await ids({ after: "c", limit: 2 }),
        await ids({ after: "d", limit: 2 }),
        await ids({ repository: DEV, after: null, limit: 9 }),
        await ids({ repository: DEV, after: "a", limit: 9 }),
        // One that was cleared away meanwhile.
        await ids({ after: "b", limit: 9 }),
        await ids({ repository: DEV, after: "b", limit: 9 }),
      ];
    },
    [["a", "c"], ["d"], [], ["a", "c"], ["c"], ["c", "d"], ["c"]],
  );
  after(
    make,
    "the trash of one path is what stood there and below it",
    ["a/b/c", "a/b", "a/bc", "a/b-c", "x/a/b"].flatMap((path, index) => [
      fileAt(path, { filename: `f${index}` }),
      trashed(`t${index}`, aFile(`f${index}`)),
    ]),
    async (view) => {
      const ids = async (path: string, after: string | null = null) =>
        (await view.trash({ repository: DEV, path, after, limit: 9 })).map(({ id }) => id);
      return [await ids("a/b"), await ids("a/b", "t0"), await ids("a"), await ids("b"), await ids("")];
    },
    [["t0", "t1"], ["t1"], ["t0", "t1", "t2", "t3"], [], ["t0", "t1", "t2", "t3", "t4"]],
  );
  after(
    make,
    "a removed repository takes its trash along, so that one made again under its name does not have it",
    [
      saved(DEV),
      fileAt("f", { companions: COMPANIONS }),
      properties("f", { k: ["v"] }),
      trashed("t1", aFile("f")),
      fileAt("g", { repository: OTHER, blob: digestOf("c") }),
      trashed("t2", aFile("g", { repository: OTHER })),
      { type: "repository.removed", name: DEV },
      saved(DEV),
    ],
    async (view) => [(await view.trash({ after: null, limit: 9 })).map(({ id }) => id), await named(view)],
    [["t2"], [false, false, true]],
  );
}
