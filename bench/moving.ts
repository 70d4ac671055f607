import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { writeDevpiExport } from "../tests/support/devpi-export.ts";
import type { Dataset } from "./dataset.ts";
import { atMost, type Figure, round, shown } from "./figures.ts";
import type { Place } from "./servers.ts";

const RELEASES = 1000;
const RUNS = 3;

/** Moving in: the same export of 1,000 releases by `devpi-import` and by ours, from the command to its end. */
export function movingRows({ scratch, peers, root }: Place, data: Dataset): Figure[] {
  const folder = join(scratch, "export");
  const releases = data.small
    .slice(0, RELEASES)
    .map(({ name, version, filename, path }) => ({ name, version, filename, bytes: readFileSync(path) }));
  writeDevpiExport(folder, releases);
  const theirs: number[] = [];
  const ours: number[] = [];
  // In turns, so that what else the machine does hits both; the best of each counts.
  for (let run = 0; run < RUNS; run += 1) {
    const into = join(scratch, `devpi-imported-${run}`);
    const making = ["--serverdir", into, "--no-root-pypi", "--root-passwd", "bench-root", "--no-events", folder];
    theirs.push(secondsOf(join(peers, "devpi-import"), making, scratch));
    const data = join(scratch, `vivarium-imported-${run}`);
    mkdirSync(data);
    ours.push(
      secondsOf("node", [join(root, "scripts", "vivarium.mjs"), "import", "devpi", folder, "--data", data], root),
    );
  }
  const [their, our] = [Math.min(...theirs), Math.min(...ours)];
  return [
    atMost(`import of ${releases.length} releases, part of devpi-import's time`, our / their, 1 / 5, "×"),
    shown("the same in seconds", `${round(our)} s, devpi-import ${round(their)} s`),
  ];
}

function secondsOf(program: string, args: readonly string[], cwd: string): number {
  const began = performance.now();
  execFileSync(program, [...args], {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, NO_PROXY: "*" },
  });
  return (performance.now() - began) / 1000;
}
