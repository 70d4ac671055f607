import type { ProjectName } from "#core";
import type { Candidate, Received } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { BrokenFile, quoted } from "./broken-file.ts";
import { textOf } from "./core-metadata.ts";
import { isStatic } from "./core-metadata-check.ts";
import { parseSdistFilename, parseWheelFilename } from "./filenames.ts";
import { projectName } from "./names.ts";
import { readSdist } from "./sdist.ts";
import { candidateOf } from "./upload-candidate.ts";
import { checkDigests } from "./upload-digests.ts";
import { filenameProblem } from "./upload-filename.ts";
import type { UploadForm } from "./upload-form.ts";
import { invalid } from "./upload-refusals.ts";
import { normalizeVersion, versionKey } from "./versions.ts";
import { readWheel } from "./wheel.ts";

/** What devpi takes, by the end of the name. */
const EXTENSIONS = ["exe", "tar.gz", "bz2", "rpm", "deb", "zip", "tgz", "egg", "dmg", "msi", "whl"];

/** The project and version that a form is about, with its metadata. */
export interface LegacyVersion {
  readonly project: ProjectName;
  readonly displayName: string;
  readonly version: string;
  readonly record: MetadataRecord;
}

/** Reads name and version of a form as devpi does: the version may be anything that a path can hold. */
export function legacyVersion(form: UploadForm): LegacyVersion {
  const name = textOf(form.metadata, "name");
  const version = textOf(form.metadata, "version");
  const project = name === null ? null : projectName(name);
  if (name === null || project === null) throw invalid(`invalid metadata: ${quoted(name ?? "")} is no project name.`);
  if (version === null || /[/\\\x00-\x1f\x7f]/.test(version) || version === "." || version === "..") {
    throw invalid(`invalid metadata: ${quoted(version ?? "")} is no version.`);
  }
  return { project, displayName: name, version: normalizeVersion(version), record: form.metadata };
}

/**
 * Checks an upload by devpi's rules: the file's name must have the project's name, the version and an extension that
 * has ever been a package's. The archive is not judged; what can be read of it is used for `.metadata`.
 */
export async function legacyCandidate(form: UploadForm): Promise<Candidate> {
  const { project, displayName, version, record } = legacyVersion(form);
  if (form.content === null) throw invalid("content file field not found.");
  const { filename, received } = form.content;
  checkName(filename, project, displayName, textOf(record, "version") ?? version);
  checkDigests(form, filename, received);
  const own = await contentOf(filename, received, project, version);
  return candidateOf(form, {
    project,
    displayName,
    version,
    filename,
    received,
    // The form counts, as in devpi; what it leaves open, the file tells.
    record: { ...own?.record, ...record },
    announced: own?.metadata ?? null,
  });
}

function checkName(filename: string, project: ProjectName, name: string, version: string): void {
  const problem = filenameProblem(filename);
  if (problem !== null) throw invalid(`${quoted(filename)} is not a valid archive name: ${problem}.`);
  const lower = filename.toLowerCase();
  if (![version, version.replaceAll("-", "_"), normalizeVersion(version)].some((text) => filename.includes(text))) {
    throw invalid(`filename ${quoted(filename)} does not contain version ${quoted(version)}.`);
  }
  if (!lower.replace(/[^a-z0-9]+/g, "-").startsWith(project)) {
    throw invalid(`filename ${quoted(filename)} does not match project name ${quoted(name)}.`);
  }
  if (!EXTENSIONS.some((extension) => lower.endsWith(`.${extension}`))) {
    throw invalid(`${quoted(filename)} is not a valid archive name.`);
  }
}

/** The file's own metadata where it is readable, is about this version and may be announced. */
export async function contentOf(
  filename: string,
  received: Received,
  project: ProjectName,
  version: string,
): Promise<{ readonly metadata: Buffer; readonly record: MetadataRecord } | null> {
  try {
    const parsed = parseWheelFilename(filename) ?? parseSdistFilename(filename, project);
    if (parsed === null || !/\.(?:whl|tar\.gz)$/.test(filename)) return null;
    const content = parsed.kind === "wheel" ? await readWheel(received, parsed) : await readSdist(received, parsed);
    const isOurs =
      projectName(textOf(content.record, "name") ?? "") === project &&
      versionKey(textOf(content.record, "version") ?? "") === versionKey(version);
    return isOurs && (parsed.kind === "wheel" || isStatic(content.record)) ? content : null;
  } catch (cause) {
    // devpi takes any bytes under such a name; then there is nothing to announce.
    if (cause instanceof BrokenFile) return null;
    throw cause;
  }
}
