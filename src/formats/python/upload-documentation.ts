import type { DocumentationWish, Received } from "../format.ts";
import { quoted } from "./broken-file.ts";
import { textOf } from "./core-metadata.ts";
import { projectName } from "./names.ts";
import type { UploadForm } from "./upload-form.ts";
import { legacyVersion } from "./upload-legacy.ts";
import { invalid } from "./upload-refusals.ts";
import { canonicalVersion } from "./versions.ts";

/**
 * What a form that brings documentation is about, and the file. The public index gave this up (UPL-5); here it is kept,
 * also where uploads are judged strictly, because no installer ever reads it. `isLegacy`: any version will do.
 */
export function documentationOf(form: UploadForm, isLegacy: boolean): [DocumentationWish, Received] {
  const name = textOf(form.metadata, "name");
  const project = name === null ? null : projectName(name);
  if (name === null || project === null) throw invalid(`invalid metadata: ${quoted(name ?? "")} is no project name.`);
  if (form.content === null) throw invalid("content file field not found.");
  const version = textOf(form.metadata, "version") === null ? null : versionOf(form, isLegacy);
  const attributes = version === null ? {} : form.metadata;
  return [{ project, displayName: name, version, attributes }, form.content.received];
}

function versionOf(form: UploadForm, isLegacy: boolean): string {
  const { version } = legacyVersion(form);
  if (isLegacy || canonicalVersion(version) !== null) return version;
  throw invalid(
    `invalid metadata: ${quoted(version)} is no version by PEP 440, so documentation cannot be kept for it.`,
  );
}
