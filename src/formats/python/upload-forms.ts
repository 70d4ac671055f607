import { hexOf } from "#core";
import type { FormFields, SentVersion, UploadForms } from "../format.ts";
import { pythonAttributes } from "./attributes.ts";

/** The forms that `readUploadForm` reads, written as twine and devpi write them. */
export const pythonUploadForms: UploadForms = {
  fileField: "content",
  register: (version) => [[":action", "submit"], ...recordOf(version)],
  file(version, { blob, attributes }) {
    const { packageType, pythonVersion, hashes } = pythonAttributes(attributes);
    const { md5 } = hashes;
    return [
      [":action", "file_upload"],
      ...recordOf(version),
      ["filetype", packageType],
      ["pyversion", pythonVersion],
      ["sha256_digest", hexOf(blob)],
      ...(md5 === undefined ? [] : ([["md5_digest", md5]] as const)),
    ];
  },
  documentation: (version) => [[":action", "doc_upload"], ...recordOf(version)],
};

/** The record is in the words of the form already; what servers insist on and it lacks is added. */
function recordOf({ displayName, version, attributes }: SentVersion): FormFields {
  const record = { metadata_version: "2.1", name: displayName, ...attributes, version };
  return [
    ["protocol_version", "1"],
    ...Object.entries(record).flatMap(
      ([name, value]): FormFields =>
        Array.isArray(value)
          ? value.flatMap((one) => (typeof one === "string" ? [[name, one] as const] : []))
          : typeof value === "string" && value !== ""
            ? [[name, value]]
            : [],
    ),
  ];
}
