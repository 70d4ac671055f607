import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Installs the pinned peers into a virtual environment under `.cache`, once per list of pins; returns its `bin`. */
export function installPeers(root: string): string {
  const pins = join(root, "bench", "peers.txt");
  const key = createHash("sha256").update(readFileSync(pins)).digest("hex").slice(0, 12);
  const folder = join(root, ".cache", `bench-peers-${key}`);
  const bin = join(folder, "bin");
  const done = join(folder, "installed");
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(join(bin, "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", pins], {
      stdio: "inherit",
    });
    writeFileSync(done, key);
  }
  return bin;
}

/** Whether a program can be found. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
