import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Tells drafts of processes that still run from leftovers. */
export interface Processes {
  /** Names this process among all that may share the folder, on this machine and on others. */
  readonly own: string;
  /** `null`: it ran on another machine, or in another container, and cannot be asked about. */
  isRunning(name: string): boolean | null;
}

/**
 * A process is named by where its number means something (machine, boot, container), its number, and when it was
 * started, because numbers come again: in a container the server is always the first.
 */
export function thisMachine(): Processes {
  const place = createHash("sha256")
    .update([hostname(), orNothing(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"))].join("\n"))
    .update(orNothing(() => readlinkSync("/proc/self/ns/pid")))
    .digest("hex")
    .slice(0, 12);
  return {
    own: `${place}-${process.pid}-${startOf(process.pid)}`,
    isRunning(name) {
      const [itsPlace, pid, start] = name.split("-");
      if (itsPlace !== place) return null;
      return isThere(Number(pid)) && startOf(Number(pid)) === start;
    },
  };
}

/** In ticks since boot, where the system tells; else the same for all. */
function startOf(pid: number): string {
  const line = orNothing(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The command in parentheses may hold anything, blanks too; the start is the 20th field after it.
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
}

function isThere(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
