import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file of an export, in the index `root/dev`. */
export interface ExportedRelease {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly bytes: Uint8Array;
}

/** More of what `dataindex.json` holds, over what is written for the releases. */
export interface ExportExtras {
  readonly dumpversion?: string;
  readonly users?: Readonly<Record<string, unknown>>;
  /** More indexes. */
  readonly indexes?: Readonly<Record<string, unknown>>;
  /** Options of `root/dev`. */
  readonly indexconfig?: Readonly<Record<string, unknown>>;
}

export const EXPORTED_AT = "Tue, 24 Nov 2026 10:42:18 GMT";
const STAGE = { type: "stage", volatile: true, bases: [], acl_upload: ["root"], mirror_whitelist: [] };

/** Writes what `devpi-export` writes for an index with these files; `devpi-import` takes it. */
export function writeDevpiExport(
  folder: string,
  releases: readonly ExportedRelease[],
  extras: ExportExtras = {},
): void {
  const projects: Record<string, Record<string, unknown>> = {};
  const files = releases.map((release) => {
    const { name, version, filename, bytes } = release;
    projects[name] = { ...projects[name], [version]: { name, version, requires_python: ">=3.8", classifiers: [] } };
    const relpath = `root/dev/${name}/${version}/${filename}`;
    const path = join(folder, relpath);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return {
      type: "releasefile",
      projectname: name,
      version,
      relpath,
      entrymapping: {
        project: name,
        version,
        hash_spec: `sha256=${sha256}`,
        hashes: { sha256 },
        last_modified: EXPORTED_AT,
      },
      log: [{ what: "upload", who: "root", when: [2026, 11, 24, 10, 42, 18], dst: "root/dev" }],
    };
  });
  const index = {
    dumpversion: extras.dumpversion ?? "2",
    pythonversion: [3, 11, 7, "final", 0],
    devpi_server: "6.20.3",
    users: { root: { username: "root", created: "2020-01-02T03:04:05Z" }, ...extras.users },
    indexes: {
      "root/dev": { indexconfig: { ...STAGE, ...extras.indexconfig }, projects, files },
      ...extras.indexes,
    },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "dataindex.json"), JSON.stringify(index));
}
