import { hash } from "node:crypto";
import type { ProjectName } from "#core";
import type { Candidate, Received } from "../format.ts";
import { fileMetadata, type MetadataRecord, packageTypeOf, toAttributes } from "./attributes.ts";
import { textOf } from "./core-metadata.ts";
import type { UploadForm } from "./upload-form.ts";

/** What the checks have found out about an upload. */
export interface CheckedUpload {
  readonly project: ProjectName;
  readonly displayName: string;
  readonly version: string;
  readonly filename: string;
  readonly received: Received;
  readonly record: MetadataRecord;
  /** The file's own metadata where it may be announced as `.metadata` (PEP 658). */
  readonly announced: Uint8Array | null;
}

/** The artifact-to-be of a checked upload. */
export function candidateOf(form: Pick<UploadForm, "one">, upload: CheckedUpload): Candidate {
  const { project, displayName, version, filename, received, record, announced } = upload;
  const implied = packageTypeOf(filename);
  const hashes: Record<string, string> = {};
  for (const name of ["sha256", "md5", "blake2b_256"]) {
    const hex = received.hex[name];
    if (hex !== undefined) hashes[name] = hex;
  }
  return {
    project,
    displayName,
    version,
    filename,
    received,
    attributes: toAttributes({
      packageType: implied.packageType,
      // A wheel's name tells; devpi's client sends `3` for `py3`.
      pythonVersion:
        implied.packageType === "bdist_wheel"
          ? implied.pythonVersion
          : (form.one("pyversion") ?? implied.pythonVersion),
      requiresPython: textOf(record, "requires_python"),
      coreMetadata: announced === null ? null : { sha256: hash("sha256", announced) },
      hashes,
      comment: form.one("comment"),
      metadata: fileMetadata(record),
    }),
    versionAttributes: record,
    companions: announced === null ? {} : { ".metadata": announced },
  };
}
