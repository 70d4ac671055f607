import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Artifact,
  compareTexts,
  type Folder,
  foldersAround,
  type Instant,
  type JournalEvent,
  NO_PROJECT,
  type Properties,
  type RepositoryName,
  repositoryOf,
  timesOf,
} from "#core";
import { openTemporaryStore } from "../../../tests/support/databases.ts";
import type { MetadataView } from "../metadata-store.ts";
import { aFile, digestOf, SOMEBODY, saved } from "../samples.contract.ts";

const REPOSITORIES = ["alice/dev", "alice/other"].map((name) => name as RepositoryName);
const FILES = ["d/x", "d/e/y", "f/z", "w"];
const FOLDERS = ["d", "d/e", "f", "g", "g/h", "d-e"];
const IDS = ["t1", "t2", "t3", "t4"];
const DIGITS = ["a", "b", "c"];

/** What stands in a repository and in its trash, as simply as it can be said. */
interface Garden {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, Artifact>;
  readonly properties: Map<string, Properties>;
  /** In the order in which they came. */
  readonly trash: Map<string, { readonly artifact: Artifact; readonly properties: Properties }>;
}

test("whatever happens in whatever order, trees, properties and the trash are what the events say", async () => {
  await using store = await openTemporaryStore(() => 1000 as Instant);
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent(), { maxLength: 40 }), async (chosen) => {
      const model = new Map(REPOSITORIES.map((name) => [name, emptyGarden(name)]));
      await store.metadata.write(SOMEBODY, async (tx) => {
        for (const name of REPOSITORIES) {
          tx.append({ type: "repository.removed", name });
          tx.append(saved(name));
        }
        for (const event of chosen) {
          const possible = asPossible(model, event);
          if (possible === null) continue;
          apply(model, possible);
          tx.append(possible);
        }
      });
      for (const [name, garden] of model) {
        assert.deepEqual(await store.metadata.read((view) => shownBy(view, name)), expectedOf(garden));
      }
      const named = DIGITS.map((digit) => [...model.values()].some((garden) => namesBlob(garden, digit)));
      const found = await store.metadata.read((view) =>
        Promise.all(DIGITS.map((digit) => view.namesBlob(digestOf(digit)))),
      );
      assert.deepEqual(found, named);
    }),
    { numRuns: 80 },
  );
});

function anEvent(): fc.Arbitrary<JournalEvent> {
  const repository = fc.constantFrom(...REPOSITORIES);
  const of = <Type extends JournalEvent["type"]>(type: Type): fc.Arbitrary<Type> => fc.constant(type);
  const file = fc
    .record({
      repository,
      path: fc.constantFrom(...FILES),
      blob: fc.constantFrom(...DIGITS).map(digestOf),
      companion: fc.option(fc.constantFrom(...DIGITS).map(digestOf)),
      publishedAt: fc.nat(9).map((at) => at as Instant),
      who: fc.constantFrom("alice", "bob"),
    })
    .map(({ path, companion, who, ...given }) =>
      aFile(path, {
        ...given,
        log: [{ what: "upload", who, at: given.publishedAt, from: null, to: given.repository }],
        companions: companion === null ? {} : { ".sig": { blob: companion, sizeBytes: 1 } },
      }),
    );
  const ref = fc
    .record({ repository, filename: fc.constantFrom(...FILES) })
    .map((given) => ({ ...given, project: NO_PROJECT }));
  const place = fc.constantFrom("", ...FILES, ...FOLDERS);
  const some = fc.array(fc.constantFrom("x", "y"), { minLength: 1, maxLength: 2 });
  const values = fc.dictionary(fc.constantFrom("k", "l"), some, { noNullPrototype: true });
  const folder = fc
    .record({ repository, path: fc.constantFrom(...FOLDERS), createdBy: fc.constantFrom("carol", "dave") })
    .map((given) => ({ ...given, createdAt: 7 as Instant }));
  const id = fc.constantFrom(...IDS);
  return fc.oneof(
    fc.record({ type: of("artifact.published"), artifact: file, promotedFrom: fc.constant(null) }),
    fc.record({ type: of("artifact.published"), artifact: file, promotedFrom: fc.constant(null) }),
    fc.record({ type: of("artifact.removed"), ref }),
    fc.record({ type: of("artifact.trashed"), ref, id, until: fc.constant(5000 as Instant) }),
    fc.record({ type: of("trash.removed"), id }),
    fc.record({ type: of("folder.made"), folder }),
    fc.record({ type: of("folder.removed"), repository, path: fc.constantFrom("", ...FOLDERS) }),
    fc.record({ type: of("properties.set"), repository, path: place, properties: values }),
    fc.record({ type: of("repository.removed"), name: repository }),
  );
}

/** A file that is there is replaced, and no two in the trash have one id. `null`: nothing that can happen. */
function asPossible(model: ReadonlyMap<RepositoryName, Garden>, event: JournalEvent): JournalEvent | null {
  if (event.type === "artifact.published") {
    const { repository, filename } = event.artifact;
    return model.get(repository)?.files.has(filename) === true ? { ...event, type: "artifact.replaced" } : event;
  }
  const isTaken = event.type === "artifact.trashed" && [...model.values()].some(({ trash }) => trash.has(event.id));
  return isTaken ? null : event;
}

function apply(model: Map<RepositoryName, Garden>, event: JournalEvent): void {
  if (event.type === "trash.removed") {
    for (const { trash } of model.values()) trash.delete(event.id);
    return;
  }
  const name = repositoryOf(event) ?? assert.fail("only events about repositories are made here");
  const { folders, files, properties, trash } = model.get(name) ?? assert.fail();
  const make = (path: string, createdAt: Instant, createdBy: string): void => {
    for (const one of [...foldersAround(path), path]) {
      if (!folders.has(one)) folders.set(one, { repository: name, path: one, createdAt, createdBy });
    }
  };
  switch (event.type) {
    case "artifact.published":
    case "artifact.replaced": {
      const { artifact } = event;
      const { createdAt, createdBy } = timesOf(files.get(artifact.filename) ?? artifact);
      const isAsItCame = createdAt === artifact.publishedAt && createdBy === timesOf(artifact).modifiedBy;
      files.set(artifact.filename, isAsItCame ? artifact : { ...artifact, createdAt, createdBy });
      const around = foldersAround(artifact.filename).at(-1);
      if (around !== undefined) make(around, timesOf(artifact).createdAt, timesOf(artifact).createdBy);
      break;
    }
    case "artifact.trashed":
    case "artifact.removed": {
      const { filename } = event.ref;
      const artifact = files.get(filename);
      if (artifact === undefined) break;
      const resting = { artifact, properties: properties.get(filename) ?? {} };
      if (event.type === "artifact.trashed") trash.set(event.id, resting);
      files.delete(filename);
      properties.delete(filename);
      break;
    }
    case "folder.made":
      make(event.folder.path, event.folder.createdAt, event.folder.createdBy);
      break;
    case "folder.removed": {
      const isIn = (path: string): boolean =>
        event.path === "" || path === event.path || path.startsWith(`${event.path}/`);
      for (const path of folders.keys()) if (path !== "" && isIn(path)) folders.delete(path);
      for (const path of properties.keys()) if (isIn(path)) properties.delete(path);
      break;
    }
    case "properties.set":
      properties.set(event.path, event.properties);
      break;
    case "repository.removed":
      model.set(name, { folders: new Map(), files: new Map(), properties: new Map(), trash: new Map() });
      break;
    default:
      assert.fail(`${event.type} is not made here`);
  }
}

async function shownBy(view: MetadataView, repository: RepositoryName) {
  const below = await view.below(repository, "", { after: null, limit: 100 });
  const trash = await view.trash({ repository, after: null, limit: 100 });
  return {
    root: await view.folder(repository, ""),
    below: below.map((entry) => (entry.kind === "file" ? entry.artifact : entry.folder)),
    properties: await view.propertiesOf(repository, ["", ...FILES, ...FOLDERS]),
    trash: trash.map(({ id, artifact, properties }) => [id, { artifact, properties }]),
  };
}

function expectedOf({ folders, files, properties, trash }: Garden) {
  const { "": root = null, ...others } = Object.fromEntries(folders);
  const below = [...Object.entries(others), ...files].sort(([one], [other]) => compareTexts(one, other));
  return {
    root,
    below: below.map(([, entry]) => entry),
    properties: new Map([...properties].filter(([, values]) => Object.keys(values).length > 0)),
    trash: [...trash].sort(([one], [other]) => (one < other ? -1 : 1)),
  };
}

function namesBlob({ files, trash }: Garden, digit: string): boolean {
  return [...files.values(), ...[...trash.values()].map(({ artifact }) => artifact)].some(({ blob, companions }) =>
    [blob, companions[".sig"]?.blob].includes(digestOf(digit)),
  );
}

/** As it is when the repository has just been made. */
function emptyGarden(repository: RepositoryName): Garden {
  const root = { repository, path: "", createdAt: 1 as Instant, createdBy: "alice" };
  return { folders: new Map([["", root]]), files: new Map(), properties: new Map(), trash: new Map() };
}
