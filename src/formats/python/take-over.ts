import type { Json, JsonObject } from "#core";
import type { PackageFormat } from "../format.ts";
import type { MetadataRecord } from "./attributes.ts";
import { BrokenFile, quoted } from "./broken-file.ts";
import { addField, formField } from "./core-metadata.ts";
import { projectCandidates } from "./filenames.ts";
import { candidateOf } from "./upload-candidate.ts";
import { filenameProblem } from "./upload-filename.ts";
import { contentOf } from "./upload-legacy.ts";
import { invalid } from "./upload-refusals.ts";
import { normalizeVersion } from "./versions.ts";

/**
 * A file of another server as if it had been uploaded by old rules. Its name must be one by which this format finds
 * the project again, because that is how files are asked for.
 */
export const takeOver: PackageFormat["takeOver"] = async ({ project, filename, received, version }) => {
  const problem = filenameProblem(filename);
  if (problem !== null) throw invalid(`the file ${quoted(filename)} cannot be kept: ${problem}.`);
  if (!projectCandidates(filename).includes(project)) {
    throw invalid(`the file ${quoted(filename)} cannot be kept: by its name it is no file of ${project}.`);
  }
  // Only `readRecord` makes what stands there.
  const record = version.attributes as MetadataRecord;
  const own = await contentOf(filename, received, project, version.version);
  const { attributes, companions } = candidateOf(
    { one: () => null },
    {
      project,
      displayName: project,
      version: version.version,
      filename,
      received,
      record: { ...own?.record, ...record },
      announced: own?.metadata ?? null,
    },
  );
  return { attributes, companions };
};

/** The words are the upload form's; what is none of them, empty, or of an unexpected shape is left out. */
export const readRecord: PackageFormat["readRecord"] = (version, given) => {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = formField(name);
    if (field === null) continue;
    for (const text of field.isList ? textsOf(value) : textsOf(value).slice(0, 1)) {
      addQuietly(record, field, text, name);
    }
  }
  return { version: normalizeVersion(version), attributes: record satisfies JsonObject };
};

function textsOf(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one: Json) => typeof one === "string") : [];
}

/** Two spellings of one field (`license_file`, `license_files`) are no reason to leave the version out. */
function addQuietly(...given: Parameters<typeof addField>): void {
  try {
    addField(...given);
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
  }
}
