import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { aWheel } from "../tests/support/archives.ts";

const PROJECTS = 200;
const VERSIONS = 5;
const DEMO_VERSIONS = 200;
const SMALL_BYTES = 20_000;
const DEMO_BYTES = 4_000;
/** Of the 64 MB wheels, at least. */
export const BIG_BYTES = 64 << 20;
const BIG_VERSIONS = 3;

/** One wheel of the data set. */
export interface BenchWheel {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly path: string;
}

/** The 64 MB wheels; one alone is not enough to time a cold fetch by. */
export const BIG_FILENAMES: readonly string[] = Array.from(
  { length: BIG_VERSIONS },
  (_, version) => `big-1.${version}.0-py3-none-any.whl`,
);

export interface Dataset {
  readonly folder: string;
  /** `simple/` and `files/`, as nginx serves them. */
  readonly static: string;
  readonly wheels: readonly BenchWheel[];
  /** Wheels of about 20 KB, one project per five. */
  readonly small: readonly BenchWheel[];
}

/**
 * The data set of every row: 200 projects of five 20 KB wheels, `demo` with 200 files, `big` with three of 64 MB;
 * `wheels/` for uploads, `static/` with the pages and files that nginx serves (plain and gzip). Made once below
 * `cache`, and anew when this file changes.
 */
export function openDataset(cache: string): Dataset {
  const recipe = createHash("sha256")
    .update(readFileSync(import.meta.filename))
    .digest("hex")
    .slice(0, 12);
  const folder = join(cache, `bench-data-${recipe}`);
  const manifest = join(folder, "manifest.json");
  if (!existsSync(manifest)) writeFileSync(manifest, JSON.stringify(makeDataset(folder)));
  const wheels = JSON.parse(readFileSync(manifest, "utf8")) as BenchWheel[];
  return {
    folder,
    static: join(folder, "static"),
    wheels,
    small: wheels.filter(({ name }) => name.startsWith("proj")),
  };
}

function makeDataset(folder: string): BenchWheel[] {
  for (const part of ["wheels", "static/files", "static/simple"]) mkdirSync(join(folder, part), { recursive: true });
  const projects = [
    ...Array.from({ length: PROJECTS }, (_, i) => ({
      name: `proj${String(i).padStart(4, "0")}`,
      count: VERSIONS,
      sizeBytes: SMALL_BYTES,
    })),
    { name: "demo", count: DEMO_VERSIONS, sizeBytes: DEMO_BYTES },
    { name: "big", count: BIG_VERSIONS, sizeBytes: BIG_BYTES },
  ];
  const wheels: BenchWheel[] = [];
  for (const { name, count, sizeBytes } of projects) {
    const files = Array.from({ length: count }, (_, i) => makeWheel(folder, name, `1.${i}.0`, sizeBytes));
    writePage(folder, name, files);
    wheels.push(...files.map(({ wheel }) => wheel));
  }
  const names = projects.map(({ name }) => name);
  writeStatic(
    folder,
    "simple/index.html",
    `<!DOCTYPE html><html><body>\n${names.map((name) => `<a href="${name}/">${name}</a>`).join("\n")}</body></html>`,
  );
  writeStatic(
    folder,
    "simple/v1.json",
    JSON.stringify({ meta: { "api-version": "1.1" }, projects: names.map((name) => ({ name })) }),
  );
  return wheels;
}

interface MadeWheel {
  readonly wheel: BenchWheel;
  readonly sha256: string;
  readonly sizeBytes: number;
}

function makeWheel(folder: string, name: string, version: string, sizeBytes: number): MadeWheel {
  const filename = `${name}-${version}-py3-none-any.whl`;
  const bytes = aWheel({
    name,
    version,
    requiresPython: ">=3.8",
    files: { [`${name}/data.bin`]: randomBytes(sizeBytes) },
  });
  const path = join(folder, "wheels", filename);
  writeFileSync(path, bytes);
  writeFileSync(join(folder, "static/files", filename), bytes);
  return {
    wheel: { name, version, filename, path },
    sha256: createHash("sha256").update(bytes).digest("hex"),
    sizeBytes: bytes.byteLength,
  };
}

function writePage(folder: string, name: string, files: readonly MadeWheel[]): void {
  mkdirSync(join(folder, "static/simple", name), { recursive: true });
  const anchors = files.map(
    ({ wheel, sha256 }) =>
      `<a href="/files/${wheel.filename}#sha256=${sha256}" data-requires-python="&gt;=3.8">${wheel.filename}</a><br>`,
  );
  writeStatic(
    folder,
    `simple/${name}/index.html`,
    `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1"></head><body>\n${anchors.join("\n")}\n</body></html>`,
  );
  writeStatic(
    folder,
    `simple/${name}/v1.json`,
    JSON.stringify({
      meta: { "api-version": "1.1" },
      name,
      versions: files.map(({ wheel }) => wheel.version),
      files: files.map(({ wheel, sha256, sizeBytes }) => ({
        filename: wheel.filename,
        url: `/files/${wheel.filename}`,
        hashes: { sha256 },
        "requires-python": ">=3.8",
        size: sizeBytes,
        "upload-time": "2024-01-01T00:00:00Z",
      })),
    }),
  );
}

function writeStatic(folder: string, path: string, text: string): void {
  writeFileSync(join(folder, "static", path), text);
  writeFileSync(join(folder, "static", `${path}.gz`), gzipSync(text, { level: 6 }));
}
