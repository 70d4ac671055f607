import { pathFault } from "#core";
import type { PackageFormat } from "../format.ts";
import { pythonAttributes } from "./attributes.ts";

/**
 * Artifactory's layout of Python repositories: the project as it was spelled, the version, the file. Names that no
 * folder can have, which old interfaces took, leave the file in the repository itself.
 */
export const placeOf: PackageFormat["placeOf"] = ({ displayName, version, filename }) => {
  const place = `${displayName}/${version}/${filename}`;
  return pathFault(place) === null ? place : filename;
};

/** The properties that Artifactory sets on each file of a Python repository; cleaners and auditors search for them. */
export const propertiesOf: PackageFormat["propertiesOf"] = (file) => {
  const { requiresPython, metadata } = pythonAttributes(file.attributes);
  const summary = file.versionAttributes["summary"] ?? metadata?.["summary"];
  return {
    "pypi.name": [file.displayName],
    "pypi.version": [file.version],
    "pypi.normalized.name": [file.project],
    ...(typeof summary === "string" && summary !== "" ? { "pypi.summary": [summary] } : {}),
    ...(requiresPython === null ? {} : { "pypi.requires.python": [requiresPython] }),
  };
};
