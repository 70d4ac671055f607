import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { aWheel } from "../tests/support/archives.ts";
import { type ExportedRelease, writeDevpiExport } from "../tests/support/devpi-export.ts";
import type { Dataset } from "./dataset.ts";
import { atLeast, type Figure, round, shown } from "./figures.ts";
import type { Place } from "./servers.ts";

const RELEASES = 1000;
const RUNS = 3;
const WHEEL_BYTES = 20_000;

/**
 * Moving in: the same export of 1,000 releases by `devpi-import` and by ours, from the command to its end. Demanded for
 * 1,000 projects, as a house that keeps what it uses has them; shown for 200 projects of five releases.
 */
export function movingRows(place: Place, data: Dataset): Figure[] {
  const many = timed(place, "many", manyProjects());
  const five = timed(
    place,
    "five",
    data.small.slice(0, RELEASES).map(({ name, version, filename, path }) => ({
      name,
      version,
      filename,
      bytes: readFileSync(path),
    })),
  );
  return [
    atLeast("import of 1,000 releases", 1 / many.our, 5, "devpi-import", 1 / many.their, "/s"),
    shown("the same in seconds", `${round(many.our)} s, devpi-import ${round(many.their)} s`),
    shown("200 projects of five releases", `${round(five.our)} s, devpi-import ${round(five.their)} s`),
  ];
}

function manyProjects(): readonly ExportedRelease[] {
  return Array.from({ length: RELEASES }, (_, number) => {
    const [name, version] = [`proj${String(number).padStart(4, "0")}`, "1.0"];
    const bytes = aWheel({ name, version, files: { [`${name}/data.bin`]: randomBytes(WHEEL_BYTES) } });
    return { name, version, filename: `${name}-${version}-py3-none-any.whl`, bytes };
  });
}

/** In turns, so that what else the machine does hits both; the best of each counts. */
function timed({ scratch, peers, root }: Place, name: string, releases: readonly ExportedRelease[]) {
  const folder = join(scratch, `export-${name}`);
  writeDevpiExport(folder, releases);
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const into = join(scratch, `devpi-${name}-${run}`);
    const making = ["--serverdir", into, "--no-root-pypi", "--root-passwd", "bench-root", folder];
    theirs.push(secondsOf(join(peers, "devpi-import"), making, scratch));
    const data = join(scratch, `vivarium-${name}-${run}`);
    const ourWay = [join(root, "scripts", "vivarium.mjs"), "import", "devpi", folder, "--data", data];
    ours.push(secondsOf("node", ourWay, root));
  }
  return { our: Math.min(...ours), their: Math.min(...theirs) };
}

function secondsOf(program: string, args: readonly string[], cwd: string): number {
  const began = performance.now();
  execFileSync(program, [...args], {
    cwd,
    stdio: "ignore",
    env: { ...process.env, NO_PROXY: "*" },
  });
  return (performance.now() - began) / 1000;
}
