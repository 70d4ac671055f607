import { existsSync, statSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { refuse, type Sealed } from "#core";
import type { MetadataStore, MetadataView } from "#stores";
import { tablesOf, within } from "./database-look.ts";

/** Where an installation keeps what it cannot do without. */
export interface DataPlaces {
  readonly dataFolder: string;
  readonly blobFolder: string;
  readonly keyFile: string;
}

/**
 * Refuses to begin anew over what an earlier installation left: it would be lost behind a fresh database. Nothing is
 * changed before.
 */
export async function refuseBereft(places: DataPlaces): Promise<void> {
  const why = await whyBereft(places);
  if (why === null) return;
  const remedy = "restore the database from a backup, or move the folder away to begin anew";
  throw refuse({ code: "setting-invalid", because: `${why}; ${remedy}` });
}

/**
 * Files or a key of an installation whose database is not there any more, in words; `null`: there is nothing, or all.
 * A first start makes the database, then the key, then the first entry of the journal, and only then can a file come:
 * one that was killed in between leaves less than what is called bereft here.
 */
export async function whyBereft({ dataFolder, blobFolder, keyFile }: DataPlaces): Promise<string | null> {
  // Looked at before the database, so that another first start, going on at the same time, is never taken for a loss.
  const hasKey = dirname(keyFile) === dataFolder && existsSync(keyFile);
  const hasBlobs = await holdsFiles(join(blobFolder, "sha256"));
  if (!hasKey && !hasBlobs) return null;
  const path = join(dataFolder, "vivarium.db");
  const state = stateOf(path);
  if (state === "in use" || (state === "has no entry" && !hasBlobs)) return null;
  const left = [...(hasBlobs ? ["files"] : []), ...(hasKey ? ["the key"] : [])].join(" and ");
  return `the database ${path} ${state}, but ${dataFolder} holds ${left} of an earlier installation`;
}

/** Refuses a key that is not the one of these data: nobody could sign in. */
export async function refuseOtherKey(
  metadata: MetadataStore,
  open: (sealed: Sealed) => string,
  { dataFolder, keyFile }: Pick<DataPlaces, "dataFolder" | "keyFile">,
): Promise<void> {
  const sealed = await metadata.read(sealedSample);
  if (sealed === null) return;
  try {
    open(sealed);
  } catch (cause) {
    const because = `the key file ${keyFile} is not the one that the secrets in ${dataFolder} are sealed with; restore it from a backup`;
    throw refuse({ code: "setting-invalid", because }, cause);
  }
}

async function sealedSample(view: MetadataView): Promise<Sealed | null> {
  for (const { passwordHash } of await view.users()) if (passwordHash !== null) return passwordHash;
  for (const repository of await view.repositories()) {
    if (repository.kind === "remote" && repository.credentials !== null) return repository.credentials;
  }
  return null;
}

type DatabaseState = "is missing" | "is empty" | "is not ours" | "has no entry" | "in use";

function stateOf(path: string): DatabaseState {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return "is missing";
  if (facts.size === 0) return "is empty";
  try {
    return within(path, (db) => {
      const tables = tablesOf(db);
      if (tables.length === 0) return "is empty";
      if (!tables.includes("meta") || !tables.includes("journal")) return "is not ours";
      return db.prepare("select seq from journal limit 1").get() === undefined ? "has no entry" : "in use";
    });
  } catch {
    // It is there and damaged, which whoever opens it tells better.
    return "in use";
  }
}

/** Of a tree of folders only; stops at the first file. */
async function holdsFiles(folder: string): Promise<boolean> {
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.isFile() || (entry.isDirectory() && (await holdsFiles(join(folder, entry.name))))) return true;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
  }
  return false;
}
