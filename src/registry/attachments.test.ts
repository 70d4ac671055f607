import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Digest, documentationFilename, type Principal, type ProjectName, type RepositoryName } from "#core";
import type { DocumentationWish } from "#formats";
import { docZip } from "../../tests/support/documentation.ts";
import {
  ALICE,
  BOB,
  limit,
  NOBODY,
  openRegistryWorld,
  type RegistryWorld,
  refusal,
  token,
} from "../../tests/support/registry-world.ts";

const DEV = "alice/dev" as RepositoryName;
const FOO = "foo" as ProjectName;
const REPORT = '{ "testenvs":{} }';
const FILE = "foo-1.0-py3-none-any.whl";

let world: RegistryWorld;

before(async () => {
  world = await openRegistryWorld();
});
after(() => world[Symbol.asyncDispose]());

let names = 0;

/** A new repository with one file; each test has its own. */
async function aRepository(change: Parameters<RegistryWorld["local"]>[1] = {}): Promise<RepositoryName> {
  names += 1;
  const name = `alice/r${names}` as RepositoryName;
  await world.local(name, { mutability: "volatile", testResultWriters: ["bob"], ...change });
  await world.publish(name, { project: "foo", version: "1.0", filename: FILE });
  return name;
}

function document(
  repository: RepositoryName,
  text: string,
  { principal = ALICE, ...wish }: Partial<DocumentationWish> & { readonly principal?: Principal } = {},
) {
  return world.registry.attachments.saveDocumentation(
    principal,
    repository,
    { project: FOO, displayName: "Foo", version: "1.0", attributes: {}, ...wish },
    bytes(docZip({ "index.html": text })),
  );
}

function testFile(repository: RepositoryName, principal: Principal = BOB, report: string | Uint8Array = REPORT) {
  const wish = { project: FOO, about: FILE };
  return world.registry.attachments.saveTestResult(principal, repository, wish, bytes(Buffer.from(report)));
}

const held = (repository: RepositoryName) => world.registry.attachments.list(ALICE, repository, FOO);

async function* bytes(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

describe("documentation", () => {
  test("is kept with who brought it, and makes its version", async () => {
    const repository = await aRepository();
    const { attachment, created } = await document(repository, "one", {
      version: "2.0",
      attributes: { summary: "new" },
    });

    assert.equal(created, true);
    const { filename, version, about, log, attachedAt } = attachment;
    assert.deepEqual([filename, version, about], [documentationFilename(FOO, "2.0"), "2.0", null]);
    assert.deepEqual(log, [{ what: "upload", who: "alice", at: attachedAt, from: null, to: repository }]);
    const record = (await world.registry.releases.versions(repository, FOO)).find((one) => one.version === "2.0");
    assert.deepEqual(record?.attributes, { summary: "new" });
    assert.deepEqual(await held(repository), [attachment]);
  });

  test("takes the place of what was there, and counts how often; the same again is no event", async () => {
    const repository = await aRepository();
    await document(repository, "one");
    const before = world.registry.head;
    assert.equal((await document(repository, "one")).created, false);
    assert.equal(world.registry.head, before);

    await document(repository, "two");
    const { attachment } = await document(repository, "three");

    assert.deepEqual(
      attachment.log.map(({ what, count }) => [what, count]),
      [
        ["overwrite", 2],
        ["upload", undefined],
      ],
    );
    assert.equal((await held(repository)).length, 1);
  });

  test("stays as it is where nothing is replaced", async () => {
    const repository = await aRepository({ mutability: "immutable" });
    await document(repository, "one");

    assert.equal((await document(repository, "one")).created, false);
    await assert.rejects(document(repository, "two"), refusal("file-exists"));
  });

  test("goes where a virtual repository publishes to", async () => {
    const target = await aRepository();
    await world.virtual("alice/all", [target], { publishTo: target });

    const { attachment } = await document("alice/all" as RepositoryName, "one");

    assert.equal(attachment.repository, target);
  });

  test("is refused without the right, before any of it is read", async () => {
    const repository = await aRepository();
    let isRead = false;
    async function* watched(): AsyncIterable<Uint8Array> {
      isRead = true;
      yield docZip({ "index.html": "x" });
    }
    const { attachments } = world.registry;
    const wish = { project: FOO, displayName: null, version: "1.0", attributes: {} };

    for (const [principal, code] of [
      [BOB, "not-permitted"],
      [NOBODY, "not-signed-in"],
      [token("alice", limit("read", repository)), "not-permitted"],
    ] as const) {
      await assert.rejects(attachments.saveDocumentation(principal, repository, wish, watched()), refusal(code));
    }
    assert.equal(isRead, false);
  });

  test("with a version that no address can hold is refused", async () => {
    const repository = await aRepository();
    for (const version of ["a/b", "..", "", "a\nb"]) {
      await assert.rejects(document(repository, "x", { version }), refusal("upload-invalid", /cannot be the version/));
    }
  });

  test("of an archived project is refused", async () => {
    const repository = await aRepository();
    await world.registry.releases.setStatus(ALICE, repository, FOO, "archived", null);
    await assert.rejects(document(repository, "x"), refusal("project-closed"));
  });
});

describe("test results", () => {
  test("are numbered, keep the moment and who brought them, and say what they are about", async () => {
    const repository = await aRepository();
    const first = await testFile(repository);
    const second = await testFile(repository);

    assert.match(first.filename, /^foo-1\.0-py3-none-any\.whl\.toxresult-\d{14}-0$/);
    assert.equal(second.filename, first.filename.replace(/0$/, "1"));
    assert.deepEqual([first.about, first.version, first.log[0]?.who], [FILE, "1.0", "bob"]);
    const [artifact] = await world.metadata.read((view) => view.artifacts(repository, FOO));
    assert.equal(await world.registry.attachments.tested(first), artifact?.blob);
  });

  test("get the next free number where one was removed", async () => {
    const repository = await aRepository();
    const first = await testFile(repository);
    const second = await testFile(repository);
    await world.registry.attachments.remove(ALICE, first, false);

    const third = await testFile(repository);

    assert.notEqual(third.filename, second.filename);
    assert.equal((await held(repository)).length, 2);
  });

  test("are refused without the right, of other files, too large, or when they are no JSON", async () => {
    const repository = await aRepository();
    await assert.rejects(testFile(repository, ALICE), refusal("not-permitted"));
    await assert.rejects(testFile(repository, NOBODY), refusal("not-signed-in"));
    await assert.rejects(testFile(repository, BOB, "nonsense"), refusal("request-invalid", /could not decode json/));
    await assert.rejects(testFile(repository, BOB, Buffer.from([0x22, 0xff, 0x22])), refusal("request-invalid"));
    await assert.rejects(testFile(repository, BOB, Buffer.alloc(17 * 1024 * 1024, " ")), refusal("too-large"));
    const { attachments, releases } = world.registry;
    const other = { project: FOO, about: "other.whl" };
    await assert.rejects(attachments.saveTestResult(BOB, repository, other, bytes()), refusal("request-invalid"));
    const report = bytes(Buffer.from(REPORT));
    await assert.rejects(attachments.saveTestResult(BOB, repository, other, report), refusal("file-not-found"));
    await releases.removeFile(ALICE, { repository, project: FOO, filename: FILE }, false);
    await assert.rejects(testFile(repository), refusal("file-gone"));
    assert.deepEqual(await held(repository), []);
  });

  test("are kept by local repositories only", async () => {
    await world.remote("alice/up");
    const denied = testFile("alice/up" as RepositoryName);
    await assert.rejects(denied, refusal("not-permitted"));
  });
});

describe("what is attached", () => {
  test("is read by who may read the repository, and not while the project is quarantined", async () => {
    const repository = await aRepository({ readers: ["bob"] });
    const { attachment } = await document(repository, "one");
    const { attachments, releases } = world.registry;

    assert.equal((await attachments.open(BOB, attachment)).isPrivate, true);
    await assert.rejects(attachments.open(NOBODY, attachment), refusal("not-signed-in"));
    await assert.rejects(attachments.list(NOBODY, repository, FOO), refusal("not-signed-in"));
    await releases.setStatus(ALICE, repository, FOO, "quarantined", null);
    await assert.rejects(attachments.open(BOB, attachment), refusal("project-quarantined"));
  });

  test("is shown through repositories above, as far as its own may be read", async () => {
    const open = await aRepository();
    const closed = await aRepository({ readers: ["bob"] });
    const { attachment } = await document(open, "open");
    await document(closed, "closed");
    const above = `${open}-above` as RepositoryName;
    await world.local(above, { bases: [closed, open] });

    const shown = await world.registry.attachments.shown(NOBODY, above, FOO);

    assert.deepEqual(shown, [attachment]);
    assert.equal((await world.registry.attachments.shown(BOB, above, FOO)).length, 2);
    assert.deepEqual(await world.registry.attachments.list(ALICE, above, FOO), []);
  });

  test("keeps its version alive until it is removed as well", async () => {
    const repository = await aRepository();
    await document(repository, "one");
    const { attachments, releases } = world.registry;
    await releases.removeFile(ALICE, { repository, project: FOO, filename: FILE }, false);
    assert.equal((await releases.versions(repository, FOO)).length, 1);

    const filename = documentationFilename(FOO, "1.0");
    await attachments.remove(ALICE, { repository, project: FOO, filename }, false);

    assert.deepEqual(await releases.versions(repository, FOO), []);
  });

  test("is removed by who may remove, by force only where the repository is immutable", async () => {
    const repository = await aRepository({ mutability: "immutable" });
    const { attachment } = await document(repository, "one");
    const { attachments } = world.registry;

    await assert.rejects(attachments.remove(BOB, attachment, true), refusal("not-permitted"));
    await assert.rejects(attachments.remove(ALICE, attachment, false), refusal("repository-immutable"));
    await attachments.remove(ALICE, attachment, true);
    await assert.rejects(attachments.remove(ALICE, attachment, true), refusal("file-not-found"));
  });

  test("whose blob was swept away is told as that", async () => {
    const repository = await aRepository();
    const { attachment } = await document(repository, "one");
    await world.blobs.delete(attachment.blob as Digest);
    const { body } = await world.registry.attachments.open(ALICE, attachment);
    await assert.rejects(body.open(), refusal("blob-missing"));
  });
});

test("a repository that is not there has no attachments", async () => {
  await assert.rejects(world.registry.attachments.list(ALICE, DEV, FOO), refusal("repository-not-found"));
});
