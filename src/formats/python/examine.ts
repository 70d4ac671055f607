import { leafOf, type ProjectName, type Properties } from "#core";
import type { Candidate, PackageFormat, Received } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { BrokenFile, broken, quoted } from "./broken-file.ts";
import { textOf } from "./core-metadata.ts";
import { isStatic } from "./core-metadata-check.ts";
import { fileOfProject, projectCandidates } from "./filenames.ts";
import { projectName } from "./names.ts";
import { type OwnMetadata, readOwnMetadata } from "./own-metadata.ts";
import { candidateOf } from "./upload-candidate.ts";
import { filenameProblem } from "./upload-filename.ts";
import { asInvalidFile } from "./upload-refusals.ts";
import { normalizeVersion, versionKey } from "./versions.ts";

/** The archives that are looked into; what else was ever called a package is of use to no installer of today. */
const PACKAGES = [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".egg"];

/**
 * A package that came without an upload form: its own metadata says what it is. Its archive must be sound, as that of
 * every upload, but its metadata may be as odd as old ones are. A `legacy` repository does not judge archives, and takes
 * the word that came with one instead, as it takes an upload form's. What is not named as a package of any project, or
 * has no metadata and came without a word about itself, is a file like any other.
 */
export const examine: PackageFormat["examine"] = async (path, received, stated, validation) => {
  const filename = leafOf(path);
  const isNamed = PACKAGES.some((extension) => filename.endsWith(extension)) && filenameProblem(filename) === null;
  if (!isNamed || projectCandidates(filename).length === 0) return null;
  try {
    const own = await readOwnMetadata(filename, received);
    if (own === null) return candidateByWord(filename, received, stated);
    return candidateByItself(filename, received, own);
  } catch (cause) {
    const byWord = validation === "legacy" && cause instanceof BrokenFile;
    const candidate = byWord ? candidateByWord(filename, received, stated) : null;
    if (candidate === null) throw asInvalidFile(filename, cause);
    return candidate;
  }
};

interface Identity {
  readonly project: ProjectName;
  readonly displayName: string;
  readonly version: string;
}

function candidateByItself(filename: string, received: Received, own: OwnMetadata): Candidate {
  const name = textOf(own.record, "name");
  const version = textOf(own.record, "version");
  const project = name === null ? null : projectName(name);
  if (name === null || project === null) throw broken("its metadata has no valid Name");
  if (version === null || !isPathPart(version)) throw broken("its metadata has no valid Version");
  const identity = { project, displayName: name, version: normalizeVersion(version) };
  if (!isNamedFor(filename, identity)) {
    throw broken(`its metadata says that it is ${quoted(name)} ${quoted(version)}`);
  }
  // PEP 658 and MET-3: a source distribution announces only what its build cannot change.
  const isAnnounced = filename.endsWith(".whl") || (/\.(?:tar\.gz|tgz)$/.test(filename) && isStatic(own.record));
  return candidateFor(filename, received, identity, own.record, isAnnounced ? own.metadata : null);
}

/** By the properties that it came with. They count where they agree with the name, by which installers will take it. */
function candidateByWord(filename: string, received: Received, stated: Properties): Candidate | null {
  const name = stated["pypi.name"]?.[0] ?? "";
  const version = stated["pypi.version"]?.[0] ?? "";
  const project = projectName(name);
  if (project === null || version === "" || !isPathPart(version)) return null;
  const identity = { project, displayName: name, version: normalizeVersion(version) };
  if (!isNamedFor(filename, identity)) return null;
  const summary = stated["pypi.summary"]?.[0];
  const requiresPython = stated["pypi.requires.python"]?.[0];
  const record = {
    name,
    version: identity.version,
    ...(summary === undefined ? {} : { summary }),
    ...(requiresPython === undefined ? {} : { requires_python: requiresPython }),
  };
  return candidateFor(filename, received, identity, record, null);
}

function candidateFor(
  filename: string,
  received: Received,
  identity: Identity,
  record: MetadataRecord,
  announced: Uint8Array | null,
): Candidate {
  return candidateOf({ one: () => null }, { ...identity, filename, received, record, announced });
}

/** Files are asked for by their names, so the name must lead to the project, and must not speak of another version. */
function isNamedFor(filename: string, { project, version }: Identity): boolean {
  const named = fileOfProject(filename, project);
  return named !== null && (named.version === null || versionKey(named.version) === versionKey(version));
}

function isPathPart(version: string): boolean {
  return !/[/\\\x00-\x1f\x7f]/.test(version) && version !== "." && version !== "..";
}
