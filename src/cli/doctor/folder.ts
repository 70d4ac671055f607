import { type Check, type Finding, fault, ok } from "./finding.ts";
import type { FileFacts, Probes } from "./probes.ts";

/** The data folder itself: there, ours, closed to strangers, writable, with room. */
export const folder: Check = {
  name: "data folder",
  needs: "nothing",
  async look(probes) {
    const { dataFolder } = probes.settings;
    const facts = await probes.files.stat(dataFolder);
    if (facts === null) {
      const remedy = `name the right one with --data, or make it: vivarium init --data ${dataFolder}`;
      return [fault(this.name, "folder-missing", `${dataFolder} is not there`, remedy)];
    }
    if (facts.kind !== "folder") {
      const message = `${dataFolder} is not a folder`;
      return [fault(this.name, "folder-is-a-file", message, "name another with --data, or move what is there away")];
    }
    const faults = [ownerFault(dataFolder, facts, probes), modeFault(dataFolder, facts)].filter(
      (each) => each !== null,
    );
    return faults.length > 0 ? faults : [ok(this.name, `${dataFolder} is there, and closed to others`)];
  },
};

export const writable: Check = {
  name: "writing",
  needs: "folder",
  async look({ settings: { dataFolder }, files }) {
    const why = await files.whyNotWritable(dataFolder);
    if (why === null) return [ok(this.name, `files can be written to ${dataFolder}`)];
    const remedy = `let the user who runs vivarium write there, for example: chown -R "$(id -un)" ${dataFolder}`;
    return [fault(this.name, "folder-not-writable", `${dataFolder} cannot be written to: ${why}`, remedy)];
  },
};

const FREE_BYTES_MIN = 1024 ** 3;

export const disk: Check = {
  name: "disk",
  needs: "folder",
  async look({ settings: { dataFolder }, files }) {
    const { freeBytes, totalBytes } = await files.freeSpace(dataFolder);
    const message = `${gibibytes(freeBytes)} of ${gibibytes(totalBytes)} are free where ${dataFolder} is`;
    if (freeBytes >= FREE_BYTES_MIN) return [ok(this.name, message)];
    const remedy = "free some room or move the data folder to a larger disk: uploads are refused when it is full";
    return [fault(this.name, "disk-low", `only ${message}`, remedy)];
  },
};

export const drafts: Check = {
  name: "drafts",
  needs: "folder",
  async look({ files }) {
    const left = await files.oldDrafts();
    const [first, ...others] = left;
    if (first === undefined) return [ok(this.name, "no unfinished upload was left behind")];
    const message = `an unfinished upload of more than a day ago is left: ${first}${andMore(others.length)}`;
    return [fault(this.name, "drafts-left", message, "remove these files; nothing refers to them")];
  },
};

/** `, and 3 more` */
export function andMore(count: number): string {
  return count === 0 ? "" : `, and ${count} more`;
}

function ownerFault(path: string, { uid }: FileFacts, { files }: Probes): Finding | null {
  if (files.uid === null || files.uid === uid) return null;
  const message = `${path} belongs to user ${uid}, and this is user ${files.uid}`;
  const remedy = `run vivarium as user ${uid}, or give the folder away: chown -R ${files.uid} ${path}`;
  return fault("data folder", "folder-owner", message, remedy);
}

/** Packages of closed repositories lie in it, and hashes of passwords. */
function modeFault(path: string, { mode }: FileFacts): Finding | null {
  if ((mode & 0o007) === 0) return null;
  const may = (mode & 0o002) === 0 ? "read" : "change";
  const message = `everybody on this machine may ${may} ${path} (mode ${modeText(mode)})`;
  return fault("data folder", "folder-open", message, `close it: chmod o-rwx ${path}`);
}

export function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, "0");
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
