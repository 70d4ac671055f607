import { type Check, type Finding, fault, ok } from "./finding.ts";
import type { MachineProbes } from "./probes.ts";

const NODE_MAJOR_MIN = 20;

/** The programs that we start, or are started by. */
export const programs: Check = {
  name: "programs",
  needs: "nothing",
  look: async ({ machine }) => [await node(machine), await python(machine), await pip(machine)],
};

const CHECK = "programs";

async function node(machine: MachineProbes): Promise<Finding> {
  const version = await machine.programVersion("node", ["--version"]);
  const remedy = `install Node.js ${NODE_MAJOR_MIN} or newer and put it on PATH`;
  if (version === null) {
    return fault(CHECK, "node-missing", "there is no node on PATH, and the vivarium command needs one", remedy);
  }
  const major = Number(/\d+/.exec(version)?.[0] ?? Number.NaN);
  if (major >= NODE_MAJOR_MIN) return ok(CHECK, `node ${version.trim()}`);
  return fault(CHECK, "node-old", `node on PATH is ${version.trim()}, too old for the vivarium command`, remedy);
}

async function python(machine: MachineProbes): Promise<Finding> {
  const version = await machine.programVersion("python3", ["--version"]);
  if (version !== null) return ok(CHECK, version.trim());
  const message = "there is no python3 on PATH, so the default upstream cannot be found through pip";
  return fault(CHECK, "python-missing", message, "install Python 3, or set VIVARIUM_UPSTREAM yourself");
}

async function pip(machine: MachineProbes): Promise<Finding> {
  const version = await machine.programVersion("python3", ["-m", "pip", "--version"]);
  if (version !== null) return ok(CHECK, version.trim());
  const message = "python3 has no pip, so the default upstream cannot be found through it";
  return fault(CHECK, "pip-missing", message, "install it (python3 -m ensurepip), or set VIVARIUM_UPSTREAM yourself");
}

const OPEN_FILES_MIN = 1024;

export const openFiles: Check = {
  name: "open files",
  needs: "nothing",
  async look({ machine }) {
    const most = await machine.openFilesMax();
    if (most === null) return [ok(this.name, "there is no limit to open files")];
    if (most >= OPEN_FILES_MIN) return [ok(this.name, `${most} files and connections may be open at once`)];
    const message = `only ${most} files and connections may be open at once: busy times will be refused`;
    const remedy = `raise the limit to ${OPEN_FILES_MIN} or more: ulimit -n 65536, or LimitNOFILE=65536 in the systemd unit`;
    return [fault(this.name, "open-files-low", message, remedy)];
  },
};
