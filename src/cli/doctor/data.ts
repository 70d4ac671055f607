import { type Check, type Finding, fault, ok } from "./finding.ts";
import { andMore } from "./folder.ts";
import type { BlobFault } from "./probes.ts";

export const version: Check = {
  name: "version",
  needs: "folder",
  async look({ settings: { dataFolder }, data }) {
    const bereft = await data.whyBereft();
    if (bereft !== null) {
      const remedy = "restore the database from a backup, or move the folder away to begin anew; do not start before";
      return [fault(this.name, "database-missing", bereft, remedy)];
    }
    const version = await data.version().catch(damageIn);
    if (typeof version === "string") return [damage(this.name, version)];
    if (version === null) return [ok(this.name, `${dataFolder} is empty: the first start fills it`)];
    const { found, known } = version;
    if (found === known) return [ok(this.name, `the data are of version ${found}, this program's own`)];
    if (found > known) {
      const message = `${dataFolder} is of version ${found}, and this program knows versions up to ${known}`;
      return [fault(this.name, "version-newer", message, "run the newer vivarium that wrote it; nothing was changed")];
    }
    const message = `${dataFolder} is of version ${found}, older than this program's ${known}`;
    const remedy = "make a backup, then start the server: it brings the data up to date";
    return [fault(this.name, "version-older", message, remedy)];
  },
};

export const database: Check = {
  name: "database",
  needs: "database",
  async look({ data }) {
    const faults = await data.integrityFaults().catch((error: unknown) => [damageIn(error)]);
    const [first, ...others] = faults;
    if (first === undefined) return [ok(this.name, "the database is sound")];
    return [damage(this.name, `${first}${andMore(others.length)}`)];
  },
};

function damage(check: string, why: string): Finding {
  const remedy =
    "stop the server and restore the newest backup; if there is none, sqlite3's .recover saves what it can";
  return fault(check, "database-damaged", `the database is damaged: ${why}`, remedy);
}

/** A database can be too damaged to be asked what is wrong with it; anything else that keeps us from looking is thrown. */
function damageIn(error: unknown): string {
  if (error instanceof Error && /not a database|malformed|corrupt/i.test(error.message)) return error.message;
  throw error;
}

export const journal: Check = {
  name: "journal",
  needs: "database",
  async look({ data }) {
    const [first, ...others] = await data.journalFaults();
    if (first === undefined) return [ok(this.name, "the journal has no gaps, and the tables agree with it")];
    const message = `the journal and the tables disagree: ${first}${andMore(others.length)}`;
    const remedy = "stop the server and restore the newest backup, then report it: this must not happen";
    return [fault(this.name, "journal-differs", message, remedy)];
  },
};

const MISSING_MAX = 1000;
const SAMPLE = 200;

export const blobs: Check = {
  name: "files",
  needs: "database",
  async look({ data }) {
    const missing = await data.missingBlobs(MISSING_MAX);
    const damaged = await data.damagedBlobs(SAMPLE);
    const faults = [];
    const [lost] = missing;
    if (lost !== undefined) {
      const message = `the bytes of a listed file are missing: ${nameOf(lost)}${moreThan(missing.length)}`;
      const remedy = "restore the blobs from a backup, or upload the file again; until then its download fails";
      faults.push(fault(this.name, "blob-missing", message, remedy));
    }
    const [spoilt] = damaged;
    if (spoilt !== undefined) {
      const message = `stored bytes do not have their hash any more: ${nameOf(spoilt)}${andMore(damaged.length - 1)}`;
      const remedy = "restore them from a backup and examine the disk: it changes what was written";
      faults.push(fault(this.name, "blob-damaged", message, remedy));
    }
    return faults.length > 0 ? faults : [ok(this.name, "every listed file has its bytes, and a sample has its hashes")];
  },
};

function nameOf({ file, digest }: BlobFault): string {
  return file === null ? digest : `${file} (${digest})`;
}

/** The probe stops counting at a limit. */
function moreThan(count: number): string {
  return count >= MISSING_MAX ? `, and ${count - 1} or more` : andMore(count - 1);
}
