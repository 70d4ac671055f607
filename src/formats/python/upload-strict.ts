import type { ProjectName } from "#core";
import type { Candidate, Received } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { quoted } from "./broken-file.ts";
import { textOf } from "./core-metadata.ts";
import { checkCoreMetadata, isStatic } from "./core-metadata-check.ts";
import { parseSdistFilename, parseWheelFilename, type SdistFilename, type WheelFilename } from "./filenames.ts";
import { filenameForm, projectName } from "./names.ts";
import { readSdist } from "./sdist.ts";
import { candidateOf } from "./upload-candidate.ts";
import { checkDigests } from "./upload-digests.ts";
import { filenameProblem } from "./upload-filename.ts";
import type { UploadForm } from "./upload-form.ts";
import { asInvalidFile, asInvalidForm, invalid } from "./upload-refusals.ts";
import { canonicalVersion, versionKey } from "./versions.ts";
import { readWheel } from "./wheel.ts";

/**
 * Checks an upload by the public index's rules, with a private index's leave (local versions, `linux_x86_64`, direct
 * addresses), and makes a candidate of it. Trusts the metadata inside the file; the form must not contradict it.
 */
export async function strictCandidate(form: UploadForm): Promise<Candidate> {
  const identity = identityOf(form);
  if (form.content === null) throw invalid("The upload has no file in its field 'content'.");
  const { filename, received } = form.content;
  const parsed = parseFilename(filename, identity);
  checkTypes(form, parsed);
  checkDigests(form, filename, received);
  const { metadata, record } = await contentOf(filename, parsed, received);
  checkAgreement(filename, identity, record);
  return candidateOf(form, {
    project: parsed.project,
    displayName: textOf(record, "name") ?? identity.name,
    version: canonicalVersion(textOf(record, "version") ?? identity.version) ?? identity.version,
    filename,
    received,
    record,
    // PEP 658 and MET-3: a source distribution announces only what its build cannot change.
    announced: parsed.kind === "wheel" || isStatic(record) ? metadata : null,
  });
}

interface Identity {
  readonly name: string;
  readonly project: ProjectName;
  readonly version: string;
}

function identityOf(form: UploadForm): Identity {
  const protocol = form.one("protocol_version");
  if (protocol !== null && protocol !== "1")
    throw invalid(`The protocol version ${quoted(protocol)} is not known: use 1.`);
  try {
    checkCoreMetadata(form.metadata, { isComplete: false });
  } catch (cause) {
    throw asInvalidForm(cause);
  }
  const name = textOf(form.metadata, "name");
  const version = textOf(form.metadata, "version");
  const project = name === null ? null : projectName(name);
  if (name === null || project === null || version === null) {
    throw invalid(`The upload form lacks the field '${project === null ? "name" : "version"}'.`);
  }
  return { name, project, version };
}

/** FN-1 … FN-5: nothing here depends on the file's bytes. */
function parseFilename(filename: string, { name, project, version }: Identity): WheelFilename | SdistFilename {
  const problem = filenameProblem(filename);
  if (problem !== null) throw invalid(`The file name ${quoted(filename)} is invalid: ${problem}.`);
  const parsed = filename.endsWith(".whl") ? parseWheelFilename(filename) : parseSdistFilename(filename, project);
  if (parsed === null && filename.endsWith(".whl")) {
    const form = "name-version(-build)-python-abi-platform.whl";
    throw invalid(`The file name ${quoted(filename)} is invalid: a wheel is named ${form}.`);
  }
  if (!filename.endsWith(".whl") && !filename.endsWith(".tar.gz")) {
    // PEP 527, 625 and 715.
    throw invalid(`The file name ${quoted(filename)} is invalid: only .whl and .tar.gz files can be uploaded.`);
  }
  if (parsed === null || parsed.project !== project) {
    throw invalid(`The file name ${quoted(filename)} does not belong to project ${quoted(name)}.`);
  }
  if (parsed.version === null || versionKey(parsed.version) !== versionKey(version)) {
    throw invalid(`The file name ${quoted(filename)} does not have version ${quoted(version)}.`);
  }
  // PEP 625: one spelling, so that nobody has to guess where the name ends.
  const expected = `${filenameForm(project)}-${parsed.version}.tar.gz`;
  if (parsed.kind === "sdist" && filename !== expected) {
    throw invalid(`Filename ${quoted(filename)} is invalid, should be '${expected}'.`);
  }
  return parsed;
}

function checkTypes(form: UploadForm, parsed: WheelFilename | SdistFilename): void {
  const expected = parsed.kind === "wheel" ? "bdist_wheel" : "sdist";
  const filetype = form.one("filetype");
  const pyversion = form.one("pyversion");
  if (filetype !== null && filetype !== expected) {
    throw invalid(`The file ${quoted(parsed.filename)} is not of the type ${quoted(filetype)}, but ${expected}.`);
  }
  if (filetype === "bdist_wheel" && pyversion === null) {
    throw invalid(
      `The upload form lacks the field 'pyversion', which a wheel such as ${quoted(parsed.filename)} needs.`,
    );
  }
  if (parsed.kind === "sdist" && pyversion !== null && pyversion !== "source") {
    throw invalid(`The 'pyversion' of a source distribution such as ${quoted(parsed.filename)} must be 'source'.`);
  }
}

async function contentOf(
  filename: string,
  parsed: WheelFilename | SdistFilename,
  received: Received,
): Promise<{ readonly metadata: Buffer; readonly record: MetadataRecord }> {
  try {
    const content = parsed.kind === "wheel" ? await readWheel(received, parsed) : await readSdist(received, parsed);
    checkCoreMetadata(content.record, { isComplete: true });
    return content;
  } catch (cause) {
    throw asInvalidFile(filename, cause);
  }
}

function checkAgreement(filename: string, identity: Identity, record: MetadataRecord): void {
  const name = textOf(record, "name") ?? "";
  const version = textOf(record, "version") ?? "";
  if (projectName(name) !== identity.project) {
    throw invalid(`Invalid distribution file. ${quoted(filename)}: its metadata has the name ${quoted(name)}.`);
  }
  if (versionKey(version) !== versionKey(identity.version)) {
    throw invalid(`Invalid distribution file. ${quoted(filename)}: its metadata has the version ${quoted(version)}.`);
  }
}
