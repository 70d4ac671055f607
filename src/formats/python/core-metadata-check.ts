import type { MetadataRecord } from "./attributes.ts";
import { broken, quoted } from "./broken-file.ts";
import { listOf, textOf } from "./core-metadata.ts";
import { isLicensePath, licenseExpression } from "./license.ts";
import { isValidName, normalizeName } from "./names.ts";
import { isRequirement } from "./requirements.ts";
import { isSpecifierSet } from "./specifiers.ts";
import { isVersion } from "./versions.ts";

/** Every version of Core Metadata there has been; 1.3 and 2.0 never were. */
const METADATA_VERSIONS = ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"];
const SUMMARY_LENGTH_MAX = 512;
const LABEL_LENGTH_MAX = 32;
/** Addresses that a page may show as a link, or as text without harm; never `javascript:` and its like. */
const ADDRESS_SCHEMES = /^(?:https?|ftps?|ssh|git|svn|hg|bzr|(?:git|svn|hg|bzr)\+\w+|mailto)$/i;

/**
 * Judges Core Metadata by the public index's rules, with a private index's leave: local versions, direct addresses and
 * unknown classifiers are fine. Throws one sentence about the first thing wrong, metadata version, name and version
 * first (ANS-3). `isComplete`: those three must be there (the file's own metadata; a form may leave them out).
 */
export function checkCoreMetadata(record: MetadataRecord, { isComplete }: { readonly isComplete: boolean }): void {
  checkIdentity(record, isComplete);
  checkRequirements(record);
  checkDescription(record);
  checkAddresses(record);
  checkNewerFields(record);
}

/** Whether the record's metadata version is at least `minor` of major version 2. */
export function isAtLeast(record: MetadataRecord, minor: number): boolean {
  const match = /^2\.(\d+)$/.exec(textOf(record, "metadata_version") ?? "");
  return match !== null && Number(match[1]) >= minor;
}

/**
 * Whether what a source distribution's PKG-INFO says will also be true of the wheel built from it (PEP 643): only then
 * may it be announced, for installers trust what is announced (MET-3).
 */
export function isStatic(record: MetadataRecord): boolean {
  return isAtLeast(record, 2) && listOf(record, "dynamic").length === 0;
}

function checkIdentity(record: MetadataRecord, isComplete: boolean): void {
  const metadataVersion = textOf(record, "metadata_version");
  if (metadataVersion === null) {
    if (isComplete) throw broken("Metadata-Version is missing");
  } else if (!METADATA_VERSIONS.includes(metadataVersion)) {
    throw broken(
      `${quoted(metadataVersion)} is an invalid value for Metadata-Version: use one of ${METADATA_VERSIONS.join(", ")}`,
    );
  }
  const name = textOf(record, "name");
  if (name === null ? isComplete : !isValidName(name)) {
    throw name === null ? broken("Name is missing") : invalid("Name", name, "letters, digits, '.', '_' and '-'");
  }
  const version = textOf(record, "version");
  if (version === null ? isComplete : !isVersion(version)) {
    throw version === null ? broken("Version is missing") : invalid("Version", version, "a version by PEP 440");
  }
}

function checkRequirements(record: MetadataRecord): void {
  const requiresPython = textOf(record, "requires_python");
  if (requiresPython !== null && !isSpecifierSet(requiresPython)) {
    throw invalid("Requires-Python", requiresPython, "version clauses such as '>=3.9'");
  }
  for (const [key, name] of [
    ["requires_dist", "Requires-Dist"],
    ["provides_dist", "Provides-Dist"],
    ["obsoletes_dist", "Obsoletes-Dist"],
  ] as const) {
    for (const text of listOf(record, key)) {
      if (!isRequirement(text)) throw invalid(name, text, "a dependency by PEP 508");
    }
  }
  const extras = listOf(record, "provides_extra");
  for (const extra of extras) {
    if (!isValidName(extra)) throw invalid("Provides-Extra", extra, "letters, digits, '.', '_' and '-'");
    // PEP 685: since 2.3 the normal form is the only one.
    if (isAtLeast(record, 3) && normalizeName(extra) !== extra) {
      throw invalid("Provides-Extra", extra, `the normal form ${quoted(normalizeName(extra))}`);
    }
  }
}

function checkDescription(record: MetadataRecord): void {
  const summary = textOf(record, "summary");
  if (summary !== null && (summary.length > SUMMARY_LENGTH_MAX || /[\r\n]/.test(summary))) {
    throw broken(`Summary must be one line of at most ${SUMMARY_LENGTH_MAX} characters`);
  }
  const contentType = textOf(record, "description_content_type");
  if (contentType !== null && !isDescriptionType(contentType)) {
    throw invalid("Description-Content-Type", contentType, "text/plain, text/x-rst or text/markdown, in UTF-8");
  }
}

function isDescriptionType(text: string): boolean {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
  const isMarkdown = /^text\/markdown$/i.test(type);
  if (!isMarkdown && !/^text\/(?:plain|x-rst)$/i.test(type)) return false;
  return parameters.every((parameter) => {
    const match = /^([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s"]+))$/.exec(parameter);
    const value = match?.[2] ?? match?.[3] ?? "";
    if (match === null) return parameter === "";
    if (/^charset$/i.test(match[1] ?? "")) return /^utf-8$/i.test(value);
    if (/^variant$/i.test(match[1] ?? "")) return !isMarkdown || /^(?:gfm|commonmark)$/i.test(value);
    return true;
  });
}

function checkAddresses(record: MetadataRecord): void {
  for (const [key, name] of [
    ["home_page", "Home-Page"],
    ["download_url", "Download-URL"],
  ] as const) {
    const address = textOf(record, key);
    if (address !== null && !isHarmless(address)) throw invalid(name, address, "an http or https address");
  }
  const labels = new Set<string>();
  for (const text of listOf(record, "project_urls")) {
    const comma = text.indexOf(",");
    const label = text.slice(0, Math.max(0, comma)).trim();
    const address = text.slice(comma + 1).trim();
    if (comma < 0 || label === "" || address === "") throw invalid("Project-URL", text, "'label, address'");
    if (label.length > LABEL_LENGTH_MAX)
      throw invalid("Project-URL", text, `a label of at most ${LABEL_LENGTH_MAX} characters`);
    if (labels.has(label)) throw invalid("Project-URL", text, "each label once");
    labels.add(label);
    if (!isHarmless(address)) throw invalid("Project-URL", text, "an http or https address");
  }
}

function isHarmless(address: string): boolean {
  // Browsers drop blanks and controls in front of and inside a scheme.
  const bare = address.replace(/[\x00-\x20\x7f-\xa0]/g, "");
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(bare)?.[1];
  return scheme === undefined || ADDRESS_SCHEMES.test(scheme);
}

function checkNewerFields(record: MetadataRecord): void {
  for (const field of listOf(record, "dynamic")) {
    if (/^(?:name|version|metadata-version)$/i.test(field)) throw broken(`Dynamic must not name ${quoted(field)}`);
  }
  const expression = textOf(record, "license_expression");
  if (expression !== null) {
    if (licenseExpression(expression) === null) throw invalid("License-Expression", expression, "an SPDX expression");
    if (textOf(record, "license") !== null) throw broken("License and License-Expression must not be given together");
  }
  if (isAtLeast(record, 4)) {
    for (const path of listOf(record, "license_file")) {
      if (!isLicensePath(path)) throw invalid("License-File", path, "a relative path with '/' and without '..'");
    }
  }
  checkImports(record);
}

/** PEP 794. */
function checkImports(record: MetadataRecord): void {
  const names = [...listOf(record, "import_name"), ...listOf(record, "import_namespace")];
  const seen = new Set<string>();
  for (const text of names) {
    const [before = "", mark, ...more] = text.split(";");
    const name = before.trimEnd();
    const isRead = more.length === 0 && (mark === undefined || mark.trim() === "private");
    if (!isRead || !name.split(".").every((part) => /^[\p{XID_Start}_][\p{XID_Continue}]*$/u.test(part))) {
      throw invalid("Import-Name", text, "a dotted name, perhaps followed by '; private'");
    }
    if (seen.has(name)) throw broken(`${quoted(name)} is given more than once in Import-Name and Import-Namespace`);
    seen.add(name);
  }
}

function invalid(field: string, value: string, expected: string): Error {
  return broken(`${quoted(value)} is an invalid value for ${field}: expected ${expected}`);
}
