import type { PackageFormat, Received } from "../format.ts";
import { quoted } from "./broken-file.ts";
import { examine } from "./examine.ts";
import { parseWheelFilename } from "./filenames.ts";
import type { UploadForm } from "./upload-form.ts";
import { invalid } from "./upload-refusals.ts";
import { strictCandidate } from "./upload-strict.ts";

/**
 * A package that is published without a form: its name says what it claims to be, and all the checks of an upload say
 * whether it is. `legacy` also takes the archive types of old, and metadata as odd as theirs.
 */
export const admit: PackageFormat["admit"] = async (filename, received, validation) => {
  if (validation === "strict") return strictCandidate(formOf(filename, received));
  const candidate = await examine(filename, received, {}, validation);
  if (candidate !== null) return candidate;
  throw invalid(
    `The file ${quoted(filename)} is not named as a package is, or has no metadata that says what it is of.`,
  );
};

/** What a client would have filled in that knows no more than the file's name. */
function formOf(filename: string, received: Received): UploadForm {
  const claimed = claimOf(filename);
  if (claimed === null) {
    const because = "a package is named name-version.tar.gz, or name-version(-build)-python-abi-platform.whl";
    throw invalid(`The file name ${quoted(filename)} is invalid: ${because}.`);
  }
  return {
    one: () => null,
    metadata: claimed,
    content: { filename, received },
    // The bytes are whoever's who received them.
    [Symbol.asyncDispose]: async () => {},
  };
}

function claimOf(filename: string): { readonly name: string; readonly version: string } | null {
  const wheel = parseWheelFilename(filename);
  if (wheel !== null && wheel.version !== null) return { name: wheel.project, version: wheel.version };
  // PEP 625: neither half has a hyphen of its own; where the name has one all the same, the last one divides.
  const [, name, version] = /^(.+)-([^-]+)\.tar\.gz$/.exec(filename) ?? [];
  return name === undefined || version === undefined ? null : { name, version };
}
