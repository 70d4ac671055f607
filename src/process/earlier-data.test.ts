import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../tests/support/databases.ts";
import { openSqliteStore } from "../stores/sqlite/index.ts";
import { whyBereft } from "./earlier-data.ts";
import { now } from "./machine.ts";

function placesIn(folder: string) {
  return { dataFolder: folder, blobFolder: join(folder, "blobs"), keyFile: join(folder, "secret.key") };
}

test("a first start that was killed before, at or after its key is no loss, so the next one completes it", async () => {
  await using temporary = await temporaryFolder();
  const places = placesIn(temporary.folder);
  assert.equal(await whyBereft(places), null);
  await (await openSqliteStore({ folder: temporary.folder, now }))[Symbol.asyncDispose]();
  assert.equal(await whyBereft(places), null);
  await mkdir(join(places.blobFolder, "sha256", "ab"), { recursive: true });
  await writeFile(places.keyFile, "");
  assert.equal(await whyBereft(places), null);
});

test("a database without an entry beside files is a loss: no file comes before the first entry", async () => {
  await using temporary = await temporaryFolder();
  const places = placesIn(temporary.folder);
  await (await openSqliteStore({ folder: temporary.folder, now }))[Symbol.asyncDispose]();
  await mkdir(join(places.blobFolder, "sha256", "ab"), { recursive: true });
  await writeFile(join(places.blobFolder, "sha256", "ab", "ab".repeat(32)), "bytes");
  assert.match((await whyBereft(places)) ?? "", /vivarium\.db has no entry, but .* holds files of an earlier/);
});

test("a key that lies elsewhere may be there before the first start", async () => {
  await using temporary = await temporaryFolder();
  const keyFile = join(temporary.folder, "key");
  await writeFile(keyFile, "");
  assert.equal(await whyBereft({ ...placesIn(join(temporary.folder, "data")), keyFile }), null);
});
