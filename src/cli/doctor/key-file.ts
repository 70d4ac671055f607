import { type Check, type Finding, fault, ok, skipped } from "./finding.ts";
import { modeText } from "./folder.ts";

/** The key that opens password hashes, tokens and upstream passwords. */
export const keyFile: Check = {
  name: "key file",
  needs: "folder",
  async look({ settings: { keyFile: path }, files, data }) {
    const facts = await files.stat(path);
    if (facts === null) {
      if ((await data.whyBereft()) !== null)
        return [skipped(this.name, `${path} is not there, and neither is the database`)];
      if ((await data.version()) === null) return [ok(this.name, `${path} is made at the first start`)];
      const message = `${path} is missing, and passwords and tokens are sealed with it`;
      const remedy = "restore it from a backup, or name its place with --key-file; without it nobody can sign in";
      return [fault(this.name, "key-missing", message, remedy)];
    }
    if (facts.kind !== "file") {
      const remedy = "restore the key file from a backup, or name its place with --key-file";
      return [fault(this.name, "key-not-a-file", `${path} is not a file`, remedy)];
    }
    const faults: Finding[] = [];
    if ((facts.mode & 0o077) !== 0) {
      const message = `${path} can be read or changed by others (mode ${modeText(facts.mode)})`;
      faults.push(fault(this.name, "key-open", message, `close it: chmod 600 ${path}`));
    }
    if (files.uid !== null && files.uid !== facts.uid) {
      const message = `${path} belongs to user ${facts.uid}, and this is user ${files.uid}`;
      const remedy = `run vivarium as user ${facts.uid}, or give the file away: chown ${files.uid} ${path}`;
      faults.push(fault(this.name, "key-owner", message, remedy));
    }
    return faults.length > 0 ? faults : [ok(this.name, `${path} is there, and closed to others`)];
  },
};

export const keyFits: Check = {
  name: "key",
  needs: "database",
  async look({ settings: { keyFile: path }, files, data }) {
    if ((await files.stat(path))?.kind !== "file") {
      return [{ status: "skipped", check: this.name, message: `there is no key at ${path} to try` }];
    }
    const why = await data.whyKeyDoesNotFit();
    if (why === null) return [ok(this.name, "the key opens what is sealed in the database")];
    const remedy = "restore the key file that belongs to this data folder, or name its place with --key-file";
    return [fault(this.name, "key-does-not-fit", `the key in ${path} does not open what is sealed: ${why}`, remedy)];
  },
};
