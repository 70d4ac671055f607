import type { Json, JsonObject } from "#core";

/** What a file is, in the upload form's words (`filetype`); the old ones occur in `legacy` repositories and on mirrors. */
export type PackageType =
  | "sdist"
  | "bdist_wheel"
  | "bdist_egg"
  | "bdist_wininst"
  | "bdist_msi"
  | "bdist_dmg"
  | "bdist_rpm"
  | "bdist_dumb";

/**
 * Core Metadata fields that were given, in the upload form's spelling (`requires_dist`, `classifiers`, `license_file`):
 * fields that may occur several times are lists of strings, the others strings. Absent and empty fields are left out.
 *
 * Two places hold such a record. `Version.attributes` is the whole of it, `description` included: devpi's versiondata
 * (its keys are the same but for `provides_extras`, which is `provides_extra` here; absent ones read as `""` or `[]`).
 * `PythonAttributes.metadata` is a file's own, without `description` and without values of more than 1 KiB, so that
 * listings stay light: the `info` of the old JSON API.
 */
export type MetadataRecord = Readonly<Record<string, string | readonly string[]>>;

/**
 * What the Python format keeps with a file: in `Artifact.attributes` for uploaded files and in `Offer.attributes` for
 * files of an upstream. Written by {@link toAttributes}, read by {@link pythonAttributes}; nobody looks inside the JSON.
 */
export interface PythonAttributes {
  /** Old JSON API `packagetype`, devpi's `filetype`. */
  readonly packageType: PackageType;
  /** The form's `pyversion`: `source`, `py3`, `cp312`. Old JSON API `python_version`, devpi's `pyversion`. */
  readonly pythonVersion: string;
  /** The file's own, as written. Simple pages (`requires-python`, `data-requires-python`), old JSON API, devpi. */
  readonly requiresPython: string | null;
  /**
   * Whether `<file>.metadata` is announced (PEP 658/714), with its digest when known. For uploaded files always the
   * digest of the companion `.metadata`; `true` only for offers whose upstream gave none. Simple pages.
   */
  readonly coreMetadata: { readonly sha256: string } | true | null;
  /** Lower-case hex. Simple pages show `sha256`; the old JSON API's `digests` shows all three under these names. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The form's `comment`; old JSON API `comment_text`. */
  readonly comment: string | null;
  /** PEP 503 `gpg-sig`: only for offers; we drop signatures. Old JSON API `has_sig`. */
  readonly hasSignature: boolean;
  /** PEP 740: absolute address of an offer's provenance. */
  readonly provenance: string | null;
  /** See {@link MetadataRecord}; `null` for offers. */
  readonly metadata: MetadataRecord | null;
}

const DEFAULTS: PythonAttributes = {
  packageType: "sdist",
  pythonVersion: "source",
  requiresPython: null,
  coreMetadata: null,
  hashes: {},
  comment: null,
  hasSignature: false,
  provenance: null,
  metadata: null,
};

const VALUE_LENGTH_MAX = 1024;

/** Reads what {@link toAttributes} wrote; what is missing has its neutral value. */
export function pythonAttributes(attributes: JsonObject): PythonAttributes {
  // Only `toAttributes` writes these, so their shapes are known; the merge supplies what it left out.
  return { ...DEFAULTS, ...(attributes as Partial<PythonAttributes>) };
}

/** As stored: neutral values are left out, so that a million rows stay small. */
export function toAttributes(given: Partial<PythonAttributes>): JsonObject {
  const stored: Record<string, Json> = {};
  for (const [key, value] of Object.entries(given) as [keyof PythonAttributes, Json][]) {
    const isNeutral = value === null || value === false || (key === "hashes" && Object.keys(value).length === 0);
    if (!isNeutral) stored[key] = value;
  }
  return stored;
}

/** The part of a version's record that goes with each file; see {@link MetadataRecord}. */
export function fileMetadata(record: MetadataRecord): MetadataRecord {
  return Object.fromEntries(
    Object.entries(record).filter(
      ([key, value]) => key !== "description" && (typeof value !== "string" || value.length <= VALUE_LENGTH_MAX),
    ),
  );
}

/** The type and `pyversion` that a file name implies, for files that come without a form. */
export function packageTypeOf(filename: string): { readonly packageType: PackageType; readonly pythonVersion: string } {
  const lower = filename.toLowerCase();
  if (lower.endsWith(".whl")) {
    return { packageType: "bdist_wheel", pythonVersion: filename.slice(0, -4).split("-").at(-3) ?? "py3" };
  }
  if (lower.endsWith(".egg")) {
    return { packageType: "bdist_egg", pythonVersion: /-py(\d+(?:\.\d+)*)/.exec(lower)?.[1] ?? "any" };
  }
  if (lower.endsWith(".exe")) {
    return { packageType: "bdist_wininst", pythonVersion: /-py(\d+(?:\.\d+)*)\.exe$/.exec(lower)?.[1] ?? "any" };
  }
  if (lower.endsWith(".msi")) return { packageType: "bdist_msi", pythonVersion: "any" };
  if (lower.endsWith(".dmg")) return { packageType: "bdist_dmg", pythonVersion: "any" };
  if (lower.endsWith(".rpm") || lower.endsWith(".deb")) return { packageType: "bdist_rpm", pythonVersion: "any" };
  return { packageType: "sdist", pythonVersion: "source" };
}
