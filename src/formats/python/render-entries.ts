import { factsOf, type Instant, type ListedFile, type Listing } from "#core";
import { type PythonAttributes, pythonAttributes } from "./attributes.ts";
import { filePath, sha256Of } from "./render-paths.ts";
import { normalizeVersion, sortVersions, versionKey } from "./versions.ts";

/** The simple API of HTML and JSON pages alike (PEP 833 froze HTML at this version). */
export const API_VERSION = "1.4";
/** So many names of a list are made at once; it takes about a millisecond. */
export const NAMES_IN_PART = 2_000;

/** What a simple page says about one file, in either representation. */
export interface FileEntry {
  readonly filename: string;
  /** Relative to the repository, percent-encoded. */
  readonly path: string;
  /** Lower-case algorithm to hex, the one that clients should compare first. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly sizeBytes: number | null;
  readonly uploadTime: Instant | null;
  readonly requiresPython: string | null;
  readonly yanked: string | null;
  readonly coreMetadata: PythonAttributes["coreMetadata"];
  readonly provenance: string | null;
}

/** Algorithms that Python's `hashlib` guarantees (PEP 503), best first; clients compare the first they find. */
const HASHES = ["sha256", "sha512", "sha384", "sha3_256", "sha3_512", "blake2b", "blake2s", "sha224", "sha1", "md5"];

/** The files of a listing as its page shows them; a quarantined project offers none (PEP 792). */
export function entriesOf(listing: Listing, addressOf: AddressOf = filePath): readonly FileEntry[] {
  return listing.status === "quarantined" ? [] : listing.files.map((file) => entryOf(file, addressOf));
}

/** Where a file is, relative to the repository, percent-encoded. */
export type AddressOf = (file: ListedFile) => string;

/**
 * The versions of a listing, ascending, each release once: those that are known and those of its files (PEP 700).
 * A quarantined project keeps its versions: only the files are not offered.
 */
export function versionsOf(listing: Listing): readonly string[] {
  const texts = new Set(listing.versions);
  for (const file of listing.files) {
    const { version } = factsOf(file);
    if (version !== null) texts.add(version);
  }
  const byKey = new Map<string, string>();
  for (const text of texts) {
    const key = versionKey(text);
    if (!byKey.has(key)) byKey.set(key, normalizeVersion(text));
  }
  return sortVersions(byKey.values());
}

/** `2026-08-01T12:00:00.000Z`. */
export function isoTime(at: Instant): string {
  return new Date(at).toISOString();
}

function entryOf(file: ListedFile, addressOf: AddressOf): FileEntry {
  const facts = factsOf(file);
  const attributes = pythonAttributes(facts.attributes);
  return {
    filename: facts.filename,
    path: addressOf(file),
    hashes: hashesOf(file),
    sizeBytes: facts.sizeBytes,
    uploadTime: facts.publishedAt,
    requiresPython: attributes.requiresPython === "" ? null : attributes.requiresPython,
    yanked: facts.yanked,
    coreMetadata: coreMetadataOf(file, attributes),
    provenance: attributes.provenance,
  };
}

function hashesOf(file: ListedFile): Readonly<Record<string, string>> {
  const sha256 = sha256Of(file);
  if (file.kind === "artifact") return { sha256: sha256 ?? "" };
  const hashes: Record<string, string> = {};
  for (const algorithm of HASHES) {
    const hex = file.offer.digests[algorithm];
    if (hex !== undefined) hashes[algorithm] = hex;
  }
  return hashes;
}

/**
 * PEP 658 by PEP 714's name. A wheel of an upstream always has a metadata file here: where the upstream has none, it is
 * made from the wheel when somebody asks. An sdist's would have to be trusted, so only the upstream can announce it.
 */
function coreMetadataOf(file: ListedFile, attributes: PythonAttributes): PythonAttributes["coreMetadata"] {
  if (attributes.coreMetadata !== null || file.kind === "artifact") return attributes.coreMetadata;
  return file.offer.filename.endsWith(".whl") ? true : null;
}
