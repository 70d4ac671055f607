import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openSealer } from "#access";
import type { BlobFault, DataProbes, RemoteFacts } from "#cli";
import {
  type Digest,
  hexOf,
  type Instant,
  type JournalEntry,
  type RemoteRepository,
  type Repository,
  type Seq,
  type User,
} from "#core";
import { METADATA_MIGRATIONS } from "../stores/sql/migrations.ts";
import { openSqliteStore } from "../stores/sqlite/index.ts";
import { tablesOf, within } from "./database-look.ts";
import { type DataPlaces, whyBereft } from "./earlier-data.ts";

/** A journal up to this length is folded again and compared; a longer one would take minutes. */
const REFOLDED_MAX = 20_000;
const BATCH = 500;
/** So many of the newest files are looked up. */
const LOOKED_UP_MAX = 20_000;
const FAULTS_MAX = 20;
const HASHED_BYTES_MAX = 512 * 1024 * 1024;
/** Tables that are no fold over the journal, or are the journal itself. */
const NO_FOLD = ["meta", "head", "journal"];

/** Looks into the data of an installation, whether it is running or not, and changes nothing. */
export function openDataProbes(places: DataPlaces): DataProbes {
  const { dataFolder, blobFolder, keyFile } = places;
  const databasePath = join(dataFolder, "vivarium.db");
  const pathOf = (digest: Digest): string => join(blobFolder, "sha256", hexOf(digest).slice(0, 2), hexOf(digest));

  return {
    whyBereft: () => whyBereft(places),
    async version() {
      if (!existsSync(databasePath)) return null;
      const found = within(databasePath, (db) => {
        if (!tablesOf(db).includes("meta")) return 0;
        const row = db.prepare("select value from meta where key = 'schema'").get();
        return Number(row?.["value"] ?? 0);
      });
      return { found, known: METADATA_MIGRATIONS.length };
    },
    async integrityFaults() {
      return within(databasePath, (db) =>
        db
          .prepare(`pragma quick_check(${FAULTS_MAX})`)
          .all()
          .map((row) => String(row["quick_check"]))
          .filter((text) => text !== "ok"),
      );
    },
    async journalFaults() {
      const gaps = within(databasePath, gapsOf);
      return gaps.length > 0 ? gaps : foldFaults(databasePath);
    },
    async missingBlobs(limit) {
      const missing: BlobFault[] = [];
      for (const { digest, file } of within(databasePath, (db) => namedBlobs(db, "seq desc", LOOKED_UP_MAX))) {
        if (missing.length >= limit) break;
        if ((await stat(pathOf(digest)).catch(() => null)) === null) missing.push({ digest, file });
      }
      return missing;
    },
    async damagedBlobs(sample) {
      const damaged: BlobFault[] = [];
      let left = HASHED_BYTES_MAX;
      for (const { digest, file } of within(databasePath, (db) => namedBlobs(db, "random()", sample))) {
        const found = await stat(pathOf(digest)).catch(() => null);
        // What is missing is told by another probe.
        if (found === null || found.size > left) continue;
        left -= found.size;
        if ((await sha256Of(pathOf(digest))) !== hexOf(digest)) damaged.push({ digest, file });
      }
      return damaged;
    },
    async whyKeyDoesNotFit() {
      const sealed = within(databasePath, (db) =>
        jsonOf<User>(db, "select user as json from users").find(({ passwordHash }) => passwordHash !== null),
      )?.passwordHash;
      if (sealed === undefined || sealed === null) return null;
      try {
        openSealer(Buffer.from((await readFile(keyFile, "latin1")).trim(), "hex")).open(sealed);
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    },
    async remotes() {
      return within(databasePath, (db) =>
        jsonOf<Repository>(db, "select repository as json from repositories order by name").flatMap(
          (repository): RemoteFacts[] => (repository.kind === "remote" ? [remoteFactsOf(repository)] : []),
        ),
      );
    },
  };
}

function remoteFactsOf(remote: RemoteRepository): RemoteFacts {
  const { name, url, isOffline = false, proxy = null } = remote;
  return { name, url, hasProjectList: hasProjectList(remote), isOffline, proxy };
}

/** An upstream of files that are no packages has no list of projects. */
function hasProjectList({ format, noProjectList }: RemoteRepository): boolean {
  return format === "python" && !noProjectList;
}

function jsonOf<Value>(db: DatabaseSync, sql: string): readonly Value[] {
  return db
    .prepare(sql)
    .all()
    .map((row) => JSON.parse(String(row["json"])) as Value);
}

/** Of artifacts, of their companions, and of what is attached to versions: all of them are served; the trash is restored. */
const NAMED_BLOBS: Readonly<Record<"artifacts" | "companions" | "attachments" | "trash_blobs", string>> = {
  artifacts: "select seq, blob, repository || '/' || filename as file from artifacts",
  companions: `select seq, companions.blob, repository || '/' || filename || suffix
    from companions join artifacts using (repository, filename)`,
  attachments: "select seq, blob, repository || '/' || filename from attachments",
  trash_blobs: `select seq, trash_blobs.blob, repository || '/' || path || ' (in the trash)'
    from trash_blobs join trash using (id)`,
};

function namedBlobs(
  db: DatabaseSync,
  order: "seq desc" | "random()",
  limit: number,
): readonly { readonly digest: Digest; readonly file: string }[] {
  // A database that the server has not brought to its newest schema yet lacks what came with that.
  const tables = tablesOf(db);
  const parts = Object.entries(NAMED_BLOBS).filter(([table]) => tables.includes(table));
  const all = parts.map(([, part]) => part).join(" union all ");
  return db
    .prepare(`select blob, file from (${all}) order by ${order} limit ?`)
    .all(limit)
    .map((row) => ({ digest: String(row["blob"]) as Digest, file: String(row["file"]) }));
}

/** Serials begin with 1, follow one another, and end at the head. */
function gapsOf(db: DatabaseSync): readonly string[] {
  const journal = db.prepare("select count(*) as count, min(seq) as first, max(seq) as last from journal").get();
  const head = Number(db.prepare("select seq from head").get()?.["seq"] ?? 0);
  const [count, first, last] = ["count", "first", "last"].map((name) => Number(journal?.[name] ?? 0));
  const faults: string[] = [];
  if (count !== 0 && first !== 1) faults.push(`the journal begins with entry ${first} and not with 1`);
  if (last !== head) faults.push(`the last entry of the journal is ${last}, but ${head} were written`);
  if (count !== undefined && last !== undefined && first !== undefined && count > 0 && last - first + 1 !== count) {
    const gap = db
      .prepare(
        "select seq from journal as entry where not exists (select 1 from journal where seq = entry.seq + 1) limit 1",
      )
      .get();
    faults.push(`the journal has a gap after entry ${Number(gap?.["seq"])}`);
  }
  return faults;
}

/** Folds the journal anew, in a folder that is thrown away, and compares every table. */
async function foldFaults(databasePath: string): Promise<readonly string[]> {
  const entries = within(databasePath, entriesOf);
  if (entries === null) return [];
  const folder = await mkdtemp(join(tmpdir(), "vivarium-doctor-"));
  try {
    const store = await openSqliteStore({ folder, now: () => Date.now() as Instant });
    try {
      for (let start = 0; start < entries.length; start += BATCH) {
        await store.metadata.replay(entries.slice(start, start + BATCH));
      }
    } finally {
      await store[Symbol.asyncDispose]();
    }
    const folded = join(folder, "vivarium.db");
    const known = sharedBy(within(databasePath, columnsOf), within(folded, columnsOf));
    const before = within(databasePath, (db) => fingerprintsOf(db, known));
    const after = within(folded, (db) => fingerprintsOf(db, known));
    return [...after]
      .filter(([table, print]) => before.get(table) !== print)
      .map(([table]) => `the table ${table} is not what the journal says`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `null`: there are too many to fold them again. */
function entriesOf(db: DatabaseSync): readonly JournalEntry[] | null {
  const rows = db.prepare("select seq, at, actor, event from journal order by seq limit ?").all(REFOLDED_MAX + 1);
  if (rows.length > REFOLDED_MAX) return null;
  return rows.map((row) => ({
    seq: Number(row["seq"]) as Seq,
    at: Number(row["at"]) as Instant,
    by: JSON.parse(String(row["actor"])),
    event: JSON.parse(String(row["event"])),
  }));
}

/** The tables that are a fold over the journal, with their columns. */
function columnsOf(db: DatabaseSync): ReadonlyMap<string, readonly string[]> {
  return new Map(
    tablesOf(db)
      .filter((table) => !NO_FOLD.includes(table))
      .map((table) => {
        const columns = db.prepare("select name from pragma_table_info(?)").all(table);
        return [table, columns.map(({ name }) => String(name))];
      }),
  );
}

/** What came with a newer schema, whole tables or columns, is not there before the server has brought it there. */
function sharedBy(
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...after]
      .map(([table, columns]) => [table, columns.filter((column) => before.get(table)?.includes(column))] as const)
      .filter(([, columns]) => columns.length > 0),
  );
}

function fingerprintsOf(db: DatabaseSync, known: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> {
  return new Map(
    [...known].map(([table, columns]) => {
      const names = columns.map((column) => `"${column}"`).join(", ");
      const rows = db
        .prepare(`select ${names} from "${table}"`)
        .all()
        .map((row) => JSON.stringify(row));
      return [table, printOf(rows)];
    }),
  );
}

function printOf(rows: readonly string[]): string {
  return createHash("sha256").update(rows.toSorted().join("\n")).digest("hex");
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
