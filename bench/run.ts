import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { accountRows } from "./accounts.ts";
import { openDataset } from "./dataset.ts";
import { asMarkdown, type Figure } from "./figures.ts";
import { hostedRows } from "./hosted.ts";
import { largeRows } from "./large.ts";
import { millionRows } from "./million.ts";
import { movingRows } from "./moving.ts";
import { pagesRows } from "./pages.ts";
import { hasProgram, installPeers } from "./peers.ts";
import { permissionRows } from "./permissions.ts";
import { remoteRows } from "./remote.ts";
import { searchRows } from "./search.ts";
import type { Place } from "./servers.ts";
import { slowDiskRows } from "./slow-disk.ts";

const USAGE = `npm run bench -- [--rows hosted,remote,slow-disk,million,search,permissions,accounts,moving,large,pages] [--seconds 6] [--million 1000000] [--large 4] [--out FILE]

Measures this server side by side with nginx, devpi-server, pypiserver, proxpi and simple-repository-server in one
run, on one data set; prints a table and exits with 1 when a row is below its figure. Needs wrk and nginx.`;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "hosted,remote,slow-disk,million,search,permissions,accounts,moving,large,pages" },
    seconds: { type: "string", default: "6" },
    million: { type: "string", default: "1000000" },
    large: { type: "string", default: "4" },
    out: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(`${USAGE}\n`);
} else {
  process.exitCode = await bench(new Set(values.rows.split(",")), Number(values.seconds), Number(values.million));
}

async function bench(rows: ReadonlySet<string>, seconds: number, files: number): Promise<number> {
  const missing = ["wrk", "nginx"].filter((name) => !hasProgram(name));
  if (missing.length > 0) {
    process.stderr.write(
      `bench: ${missing.join(" and ")} cannot be found; install it with the system's package manager and try again\n`,
    );
    return 3;
  }
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const cache = join(root, ".cache");
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), "vivarium-bench-"));
  // nginx's worker is somebody else when root starts it.
  chmodSync(scratch, 0o755);
  const place: Place = { scratch, peers: installPeers(root), root };
  try {
    const data = openDataset(cache);
    const figures: Figure[] = [];
    if (rows.has("hosted")) figures.push(...(await hostedRows(place, data, seconds)));
    if (rows.has("remote")) figures.push(...(await remoteRows(place, data, seconds)));
    if (rows.has("slow-disk")) figures.push(...(await slowDiskRows(place, data, seconds)));
    if (rows.has("million")) figures.push(...(await millionRows(place, files, seconds)));
    if (rows.has("search")) figures.push(...(await searchRows(place, files)));
    if (rows.has("permissions")) figures.push(...permissionRows());
    if (rows.has("accounts")) figures.push(...(await accountRows(place, data)));
    if (rows.has("moving")) figures.push(...movingRows(place, data));
    if (rows.has("large")) figures.push(...(await largeRows(place, Number(values.large))));
    if (rows.has("pages")) figures.push(...(await pagesRows()));
    const table = asMarkdown(figures);
    process.stdout.write(`${table}\n`);
    if (values.out !== undefined) writeFileSync(values.out, `${table}\n`);
    return figures.every(({ isMet }) => isMet) ? 0 : 1;
  } finally {
    rmSync(place.scratch, { recursive: true, force: true });
  }
}
