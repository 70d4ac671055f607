import assert from "node:assert/strict";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type Instant, RegistryError } from "#core";
import { schemaOf, temporaryFolder, withDatabase } from "../../../tests/support/databases.ts";
import { metadataStoreContract } from "../metadata-store.contract.ts";
import type { Place } from "../place.contract.ts";
import { registered, SOMEBODY } from "../samples.contract.ts";
import { sharedStateContract } from "../shared-state.contract.ts";
import { openSqliteStore, type SqliteStore } from "./index.ts";

const NOW = (): Instant => 1000 as Instant;
const FILES = ["state.db", "vivarium.db"];

metadataStoreContract("sqlite", () => placeOf((store) => store.metadata, NOW));
sharedStateContract("sqlite", (now) => placeOf((store) => store.state, now));

test("a commit is durable: the open connection that writes says itself that it has WAL and synchronous=FULL", async () => {
  await using place = await temporaryFolder();
  await using store = await openSqliteStore({ folder: place.folder, now: NOW });
  assert.deepEqual(await store.durability(), { journalMode: "wal", synchronous: 2 });
});

test("the data folder is made, with its parents", async () => {
  await using place = await temporaryFolder();
  const folder = join(place.folder, "not", "there", "yet");
  await using store = await openSqliteStore({ folder, now: NOW });
  assert.equal(store.metadata.head, 0);
});

for (const name of FILES) {
  test(`${name} of a newer program is refused in one line, and nothing is changed`, async () => {
    await using place = await temporaryFolder();
    await openAndClose(place.folder);
    const schema = withDatabase(join(place.folder, name), (db) => {
      const row = db.prepare("select value from meta where key = 'schema'").get();
      db.exec("update meta set value = '999' where key = 'schema'; pragma wal_checkpoint(truncate)");
      return String(row?.["value"]);
    });
    const before = await contentOf(place.folder);
    await assert.rejects(
      openAndClose(place.folder),
      isSettingRefusal(new RegExp(`${name} was written by a newer program.*schema is 999`)),
    );
    assert.deepEqual(await contentOf(place.folder), before);
    withDatabase(join(place.folder, name), (db) => db.exec(`update meta set value = '${schema}' where key = 'schema'`));
    await openAndClose(place.folder);
  });

  test(`${name} that is no database is refused in one line that names it, and nothing is left running`, async () => {
    await using place = await temporaryFolder();
    await writeFile(join(place.folder, name), "this is a text of more than a hundred bytes, ".repeat(40));
    await assert.rejects(openAndClose(place.folder), isSettingRefusal(new RegExp(`${name}.*not a database`)));
  });

  test(`a folder that stands where ${name} should is refused in one line`, async () => {
    await using place = await temporaryFolder();
    await mkdir(join(place.folder, name));
    await assert.rejects(openAndClose(place.folder), isSettingRefusal(new RegExp(`${name} cannot be used`)));
  });
}

test("where one of the two files is of a newer program, the other is not brought to a new schema", async () => {
  await using place = await temporaryFolder();
  await openAndClose(place.folder);
  withDatabase(join(place.folder, "vivarium.db"), (db) =>
    db.exec("update meta set value = '999' where key = 'schema'; pragma wal_checkpoint(truncate)"),
  );
  await rm(join(place.folder, "state.db"));
  await assert.rejects(openAndClose(place.folder), isSettingRefusal(/vivarium\.db was written by a newer program/));
  assert.deepEqual(withDatabase(join(place.folder, "state.db"), schemaOf), []);
});

test("a damaged database is refused in one line that says so", async () => {
  await using place = await temporaryFolder();
  await openAndClose(place.folder);
  const file = await open(join(place.folder, "vivarium.db"), "r+");
  // The first page is left whole: it is the tables themselves that are gone.
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - 4096, "?"), 0, size - 4096, 4096);
  await file.close();
  await assert.rejects(openAndClose(place.folder), isSettingRefusal(/vivarium\.db.*damaged; restore a backup/));
});

test("closing a second time is no error and waits for the first", async () => {
  await using place = await temporaryFolder();
  const store = await openSqliteStore({ folder: place.folder, now: NOW });
  await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()]);
  assert.deepEqual((await readdir(place.folder)).sort(), FILES);
});

test("what is asked of a store that is closed is refused as shutting down", async () => {
  await using place = await temporaryFolder();
  const { metadata, state, [Symbol.asyncDispose]: close } = await openSqliteStore({ folder: place.folder, now: NOW });
  await close();
  const refused = { problem: { code: "shutting-down", retryAfterSeconds: 5 } };
  await assert.rejects(
    metadata.read((view) => view.users()),
    refused,
  );
  await assert.rejects(
    metadata.write(SOMEBODY, async (tx) => tx.append(registered("a"))),
    refused,
  );
  await assert.rejects(state.get("s", "k"), refused);
  await assert.rejects(state.put("s", "k", { value: 1 }), refused);
});

async function openAndClose(folder: string): Promise<void> {
  await using _store = await openSqliteStore({ folder, now: NOW });
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), "base64")));
  return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? ""]));
}

function isSettingRefusal(message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RegistryError, String(error));
    assert.equal(error.problem.code, "setting-invalid");
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

/** A folder for the suites, which know one part of the store: closing it closes the whole. */
async function placeOf<Part extends AsyncDisposable>(
  part: (store: SqliteStore) => Part,
  now: () => Instant,
): Promise<Place<Part>> {
  const temporary = await temporaryFolder();
  return {
    async open() {
      const store = await openSqliteStore({ folder: temporary.folder, now });
      return Object.create(part(store), { [Symbol.asyncDispose]: { value: store[Symbol.asyncDispose] } }) as Part;
    },
    leftovers: async () => (await readdir(temporary.folder)).filter((name) => !FILES.includes(name)),
    [Symbol.asyncDispose]: temporary[Symbol.asyncDispose],
  };
}
