import assert from "node:assert/strict";
import type {
  Artifact,
  Attachment,
  JournalEvent,
  ProjectName,
  ProjectStatus,
  RepositoryKey,
  RepositoryName,
  UserName,
  Version,
} from "#core";
import type { MetadataStore, MetadataView } from "./metadata-store.ts";
import { type Place, promise } from "./place.contract.ts";
import {
  after,
  anArtifact,
  aRepository,
  aTestResult,
  aToken,
  attached,
  aUser,
  DEV,
  digestOf,
  FOO,
  published,
  registered,
  removed,
  SOMEBODY,
  saved,
  someDocumentation,
} from "./samples.contract.ts";

type Make = () => Promise<Place<MetadataStore>>;

const BAR = "bar" as ProjectName;
const HELD = {
  repository: DEV,
  project: FOO,
  displayName: "foo",
  status: "active" as ProjectStatus,
  statusReason: null,
  isHeld: true,
};
const yanked = (reason: string | null): JournalEvent => ({
  type: "artifact.yanked",
  ref: { repository: DEV, project: FOO, filename: "f" },
  reason,
});
const released: JournalEvent = { type: "project.released", repository: DEV, project: FOO };
const version = (name: string, attributes: Version["attributes"] = {}): JournalEvent => ({
  type: "version.saved",
  version: { repository: DEV, project: FOO, version: name, attributes },
});
const replaced = (filename: string, more: Partial<Artifact>): JournalEvent => ({
  type: "artifact.replaced",
  artifact: anArtifact(filename, more),
  promotedFrom: null,
});

export function accountsContract(make: Make): void {
  after(
    make,
    "accounts are found by name and listed sorted, as they were saved last",
    [aUser("bob"), { ...aUser("alice"), email: "old" }, aUser("alice")].map((user) => ({ type: "user.saved", user })),
    async (view) => [await view.user("bob" as UserName), await view.user("eve" as UserName), await view.users()],
    [aUser("bob"), null, [aUser("alice"), aUser("bob")]],
  );
  after(
    make,
    "accounts are found without regard to case, also of letters beyond ASCII",
    [
      ...["Bob", "Änne", "zoe", "zOE"].map((name): JournalEvent => ({ type: "user.saved", user: aUser(name) })),
      { type: "user.saved", user: { ...aUser("Bob"), email: "new" } },
      { type: "user.saved", user: aUser("gone") },
      { type: "user.removed", name: "gone" as UserName },
    ],
    async (view) =>
      Promise.all(
        ["bOB", "ÄNNE", "ZOE", "Gone", "bo", "bob%"].map(async (name) => (await view.userLike(name)) ?? null),
      ),
    [{ ...aUser("Bob"), email: "new" }, aUser("Änne"), aUser("zOE"), null, null, null],
  );
  after(
    make,
    "tokens belong to their owner, are revoked by them only, and go with them",
    [
      { type: "user.saved", user: aUser("alice") },
      ...["1", "2", "3"].map((id): JournalEvent => ({ type: "token.issued", token: aToken(id, "alice") })),
      { type: "token.issued", token: aToken("4", "bob") },
      { type: "token.issued", token: aToken("5", "carol") },
      { type: "token.revoked", id: "2", owner: "alice" as UserName },
      { type: "token.revoked", id: "3", owner: "bob" as UserName },
      { type: "user.removed", name: "carol" as UserName },
    ],
    async (view) => [
      await view.tokensOf("alice" as UserName),
      await view.token("4"),
      await view.token("2"),
      await view.token("5"),
      await view.tokens(),
    ],
    [
      [aToken("1", "alice"), aToken("3", "alice")],
      aToken("4", "bob"),
      null,
      null,
      [aToken("1", "alice"), aToken("3", "alice"), aToken("4", "bob")],
    ],
  );
  after(
    make,
    "repositories are found by name, by owner, and by key without regard to case",
    [saved("Alice/Dev"), saved("alice/b"), saved("root/PyPI"), saved("alice/b")],
    async (view) => [
      (await view.repositories()).map(({ name }) => name),
      (await view.repositories("alice" as UserName)).map(({ name }) => name),
      await view.repository("root/PyPI" as RepositoryName),
      await view.repository("root/pypi" as RepositoryName),
      (await view.repositoryByKey("ALICE.dev" as RepositoryKey))?.name,
      (await view.repositoryByKey("pypi" as RepositoryKey))?.name,
      await view.repositoryByKey("dev" as RepositoryKey),
    ],
    [
      ["Alice/Dev", "alice/b", "root/PyPI"],
      ["alice/b"],
      aRepository("root/PyPI"),
      null,
      "Alice/Dev",
      "root/PyPI",
      null,
    ],
  );
  promise("two repositories never have keys that differ in case only", make, async (place) => {
    await using store = await place.open();
    await store.write(SOMEBODY, async (tx) => tx.append(saved("root/alice.dev")));
    await assert.rejects(store.write(SOMEBODY, async (tx) => tx.append(saved("Alice/Dev"))));
    assert.equal((await store.read((view) => view.repositories())).length, 1);
  });
}

export function projectsContract(make: Make): void {
  after(
    make,
    "a project without files is there from its registration on, and its name is the latest spelling",
    [registered("foo"), { type: "project.registered", repository: DEV, project: FOO, displayName: "Foo" }],
    async (view) => [await view.project(DEV, FOO), await view.artifacts(DEV, FOO), await view.project(DEV, BAR)],
    [{ ...HELD, displayName: "Foo", changedAtSeq: 2 }, [], null],
  );
  after(
    make,
    "projects come sorted, in pages",
    ["b", "a", "d", "c", "a-b", "a.b"]
      .map((name) => registered(name))
      .concat(registered("x", "root/y" as RepositoryName)),
    async (view) => {
      const pages: string[][] = [];
      for (let last: ProjectName | null = null; ; ) {
        const page = await view.projects(DEV, { after: last, limit: 2 });
        pages.push(page.map(({ project }) => project));
        last = page.at(-1)?.project ?? null;
        if (last === null) return pages;
      }
    },
    [["a", "a-b"], ["a.b", "b"], ["c", "d"], []],
  );
  after(
    make,
    "of projects without versions and files only the names are there, for who asks for those",
    [
      registered("held"),
      registered("with-file"),
      published("with-file-1.0.tar.gz", { project: "with-file" as ProjectName }),
      {
        type: "version.saved",
        version: { repository: DEV, project: "with-version" as ProjectName, version: "1.0", attributes: {} },
      },
    ],
    async (view) => [
      (await view.projects(DEV, { after: null, limit: 9 })).map(({ project }) => project),
      (await view.projects(DEV, { after: null, limit: 9, isFilled: true })).map(({ project }) => project),
    ],
    [
      ["held", "with-file", "with-version"],
      ["with-file", "with-version"],
    ],
  );
  after(
    make,
    "a project has a status and a reason, and keeps them",
    [
      registered("foo"),
      { type: "project.status", repository: DEV, project: FOO, status: "archived", reason: "done" },
      registered("foo"),
    ],
    (view) => view.project(DEV, FOO),
    { ...HELD, status: "archived", statusReason: "done", changedAtSeq: 3 },
  );
  after(
    make,
    "versions keep their metadata as it was saved last, until they are removed",
    [
      version("1.0", { summary: "old" }),
      version("2.0"),
      version("1.0", { summary: "new", "": [null] }),
      version("3.0"),
      { type: "version.removed", repository: DEV, project: FOO, version: "3.0" },
    ],
    async (view) => [
      (await view.versions(DEV, FOO)).map((each) => each.version),
      await view.version(DEV, FOO, "1.0"),
      await view.version(DEV, FOO, "3.0"),
      (await view.project(DEV, FOO))?.changedAtSeq,
    ],
    [
      ["1.0", "2.0"],
      { repository: DEV, project: FOO, version: "1.0", attributes: { summary: "new", "": [null] } },
      null,
      5,
    ],
  );
  after(
    make,
    "files come in the order of publication, each as it was published",
    [
      published("z"),
      published("a", { version: null, yanked: "" }),
      published("m"),
      published("other", { project: BAR }),
    ],
    async (view) => [await view.artifacts(DEV, FOO), await view.filenames(DEV, FOO)],
    [
      [anArtifact("z"), anArtifact("a", { version: null, yanked: "" }), anArtifact("m")],
      ["z", "a", "m"],
    ],
  );
  after(
    make,
    "a replaced file has its new bytes and its old place",
    [
      published("z", { companions: { ".metadata": { blob: digestOf("b"), sizeBytes: 1 } } }),
      published("a"),
      replaced("z", { blob: digestOf("c"), sizeBytes: 30 }),
    ],
    async (view) => [
      await view.artifacts(DEV, FOO),
      await view.totals(DEV),
      await Promise.all([..."abc"].map((digit) => view.namesBlob(digestOf(digit)))),
    ],
    [
      [anArtifact("z", { blob: digestOf("c"), sizeBytes: 30 }), anArtifact("a")],
      { projects: 1, artifacts: 2, sizeBytes: 130 },
      [true, false, true],
    ],
  );
  after(
    make,
    "a yank has a reason, perhaps an empty one, and can be taken back",
    [published("f"), yanked("broken"), yanked(null), yanked("")],
    async (view) => [(await view.artifact(DEV, "f"))?.yanked, (await view.project(DEV, FOO))?.changedAtSeq],
    ["", 4],
  );
  after(
    make,
    "documentation and test results come in the order in which they were saved last, each as it was saved",
    [
      published("f"),
      attached(someDocumentation()),
      attached(aTestResult("f", { filename: "f.toxresult-20261124090807-0" })),
      attached(aTestResult("f", { filename: "f.toxresult-20261124090807-1", log: [] })),
      attached(someDocumentation({ blob: digestOf("c"), sizeBytes: 5 })),
      attached(someDocumentation({ project: BAR })),
    ],
    async (view) => [
      await view.attachments(DEV, FOO),
      await view.attachments(DEV, BAR),
      (await view.attachments(DEV, FOO, { kind: "documentation" })).map(({ blob }) => blob),
      (await view.attachments(DEV, FOO, { about: "f" })).map(({ log }) => log.length),
      (await view.attachments(DEV, FOO, { about: "g" })).length,
      await Promise.all([..."cdef"].map((digit) => view.namesBlob(digestOf(digit)))),
      (await view.project(DEV, FOO))?.changedAtSeq,
      await view.totals(DEV),
    ],
    [
      [
        aTestResult("f", { filename: "f.toxresult-20261124090807-0" }),
        aTestResult("f", { filename: "f.toxresult-20261124090807-1", log: [] }),
        someDocumentation({ blob: digestOf("c"), sizeBytes: 5 }),
      ],
      [someDocumentation({ project: BAR })],
      [digestOf("c")],
      [1, 0],
      0,
      [true, true, true, false],
      5,
      { projects: 2, artifacts: 1, sizeBytes: 100 },
    ],
  );
  after(
    make,
    "blobs are named by artifacts and by their companions",
    [published("f", { companions: { ".metadata": { blob: digestOf("b"), sizeBytes: 9 } } })],
    async (view) => [
      ...(await Promise.all([..."abc"].map((digit) => view.namesBlob(digestOf(digit))))),
      (await view.artifact(DEV, "f"))?.companions[".metadata"]?.sizeBytes,
    ],
    [true, true, false, 9],
  );
  after(
    make,
    "totals count projects, files and bytes, of one repository and of all",
    [
      registered("foo"),
      registered("foo"),
      published("f", { sizeBytes: 3_000_000_000 }),
      published("g", { sizeBytes: 20 }),
      registered("x", "root/y" as RepositoryName),
      removed("g"),
      removed("g"),
    ],
    async (view) => [await view.totals(DEV), await view.totals(), await view.totals("no/where" as RepositoryName)],
    [
      { projects: 1, artifacts: 1, sizeBytes: 3_000_000_000 },
      { projects: 2, artifacts: 1, sizeBytes: 3_000_000_000 },
      { projects: 0, artifacts: 0, sizeBytes: 0 },
    ],
  );
}

export function removalsContract(make: Make): void {
  const rest = async (view: MetadataView) => [
    (await view.attachments(DEV, FOO)).map(({ filename }) => filename),
    await view.namesBlob(digestOf("d")),
    await view.namesBlob(digestOf("e")),
  ];
  const tested = (about: string, more: Partial<Attachment> = {}): JournalEvent =>
    attached(aTestResult(about, { filename: `${about}-result`, ...more }));
  after(
    make,
    "an attachment that was removed is gone, and its blob is named no more",
    [
      attached(someDocumentation()),
      tested("f"),
      { type: "attachment.removed", repository: DEV, project: FOO, version: "1.0", filename: "foo-1.0.doc.zip" },
      { type: "attachment.removed", repository: DEV, project: BAR, version: "1.0", filename: "f-result" },
    ],
    rest,
    [["f-result"], false, true],
  );
  after(
    make,
    "a removed file takes its test results along, and only those",
    [published("f"), published("g"), tested("f"), tested("g"), attached(someDocumentation()), removed("f")],
    rest,
    [["g-result", "foo-1.0.doc.zip"], true, true],
  );
  after(
    make,
    "a replaced file loses the test results of what it was",
    [published("f"), tested("f"), replaced("f", { blob: digestOf("c") }), attached(someDocumentation())],
    rest,
    [["foo-1.0.doc.zip"], true, false],
  );
  after(
    make,
    "a removed version takes its documentation and its test results along",
    [
      version("1.0"),
      attached(someDocumentation()),
      tested("f"),
      tested("g", { version: "2.0" }),
      { type: "version.removed", repository: DEV, project: FOO, version: "1.0" },
    ],
    rest,
    [["g-result"], false, true],
  );
  after(
    make,
    "a removed file is gone and remembered; its project stays held",
    [published("f"), removed("f"), removed("never-there")],
    async (view) => [
      await view.artifact(DEV, "f"),
      await view.wasRemoved(DEV, "f"),
      await view.wasRemoved(DEV, "never-there"),
      await view.namesBlob(digestOf("a")),
      await view.project(DEV, FOO),
    ],
    [null, true, false, false, { ...HELD, changedAtSeq: 3 }],
  );
  after(
    make,
    "a released project without files is forgotten altogether",
    [registered("foo"), version("1.0"), attached(someDocumentation()), released],
    async (view) => [
      await view.project(DEV, FOO),
      await view.versions(DEV, FOO),
      await view.attachments(DEV, FOO),
      await view.totals(DEV),
    ],
    [null, [], [], { projects: 0, artifacts: 0, sizeBytes: 0 }],
  );
  after(
    make,
    "a released project with files stays until the last of them is removed",
    [published("f"), published("g"), released, removed("f")],
    async (view) => (await view.project(DEV, FOO))?.isHeld,
    false,
  );
  after(
    make,
    "with the last file of a released project the project goes",
    [published("f"), released, removed("f")],
    async (view) => [await view.project(DEV, FOO), await view.totals(DEV)],
    [null, { projects: 0, artifacts: 0, sizeBytes: 0 }],
  );
  after(
    make,
    "a released project is held again when it is registered again",
    [published("f"), released, registered("foo")],
    async (view) => (await view.project(DEV, FOO))?.isHeld,
    true,
  );
  after(
    make,
    "removing a version of an unknown project does not make the project",
    [{ type: "version.removed", repository: DEV, project: FOO, version: "1" }, yanked("x"), released],
    async (view) => [await view.project(DEV, FOO), await view.totals(DEV)],
    [null, { projects: 0, artifacts: 0, sizeBytes: 0 }],
  );
  after(
    make,
    "a removed repository takes everything along, and one made again under its name is empty",
    [
      saved(DEV),
      saved("root/other"),
      published("f", { companions: { ".metadata": { blob: digestOf("b"), sizeBytes: 9 } } }),
      published("g"),
      version("1.0"),
      attached(someDocumentation()),
      removed("g"),
      registered("x", "root/other" as RepositoryName),
      { type: "repository.removed", name: DEV },
      saved(DEV),
    ],
    async (view) => [
      await view.repository(DEV),
      await view.projects(DEV, { after: null, limit: 9 }),
      await view.artifact(DEV, "f"),
      await view.versions(DEV, FOO),
      await view.attachments(DEV, FOO),
      await view.namesBlob(digestOf("d")),
      await view.wasRemoved(DEV, "g"),
      await view.namesBlob(digestOf("a")),
      await view.namesBlob(digestOf("b")),
      await view.totals(DEV),
      await view.totals(),
    ],
    [
      aRepository(DEV),
      [],
      null,
      [],
      [],
      false,
      false,
      false,
      false,
      { projects: 0, artifacts: 0, sizeBytes: 0 },
      { projects: 1, artifacts: 0, sizeBytes: 0 },
    ],
  );
}
