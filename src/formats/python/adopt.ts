import { hash } from "node:crypto";
import { hexOf } from "#core";
import type { PackageFormat } from "../format.ts";
import { fileMetadata, type MetadataRecord, pythonAttributes, toAttributes } from "./attributes.ts";
import { parseCoreMetadata } from "./core-metadata.ts";

/**
 * An upstream's file as if it had been uploaded: announced with the digest that it was found to have, with the metadata
 * that came along. What the upstream's page said of it stays true.
 */
export const adopt: PackageFormat["adopt"] = (offer, { blob, companions }) => {
  const { hashes, provenance: _theirs, hasSignature: _dropped, ...said } = pythonAttributes(offer.attributes);
  const announced = companions[".metadata"];
  const record = announced === undefined ? null : recordIn(announced);
  return {
    attributes: toAttributes({
      ...said,
      hashes: { ...hashes, sha256: hexOf(blob) },
      coreMetadata: announced === undefined ? null : { sha256: hash("sha256", announced) },
      metadata: record === null ? null : fileMetadata(record),
    }),
    versionAttributes: {
      ...(said.requiresPython === null ? {} : { requires_python: said.requiresPython }),
      ...record,
    },
  };
};

/** `null`: it cannot be read. Old files on public indexes have such metadata, and installers cope. */
function recordIn(metadata: Uint8Array): MetadataRecord | null {
  try {
    return parseCoreMetadata(metadata);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
