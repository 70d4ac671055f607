import type { ProjectName } from "#core";
import { parseSdistFilename, parseWheelFilename } from "./filenames.ts";
import { versionKey } from "./versions.ts";

/**
 * What distribution of the project a file name means, as a text: equal for two spellings of one. Installers compare
 * names, versions and tags without regard to spelling, so to them two such files are the same. A name that is neither
 * a wheel's nor a source archive's means itself.
 */
export function fileIdentity(filename: string, project: ProjectName): string {
  const wheel = parseWheelFilename(filename);
  if (wheel !== null) {
    const { versionText, build, python, abi, platform } = wheel;
    const tags = [python, abi, platform].map(tagSet);
    return ["wheel", wheel.project, versionKey(versionText), buildKey(build), ...tags].join("/");
  }
  const sdist = parseSdistFilename(filename, project);
  // Other archive types of one version have always lain beside each other, and are told apart by their ends.
  return sdist === null ? filename : ["sdist", project, versionKey(sdist.versionText), sdist.extension].join("/");
}

/** A compressed tag set is a set: neither order nor case nor repetition matters. */
function tagSet(tags: string): string {
  return [...new Set(tags.toLowerCase().split("."))].sort().join(".");
}

/** A number, then a text; installers compare the number as one. */
function buildKey(build: string | null): string {
  return build === null ? "" : build.replace(/^0+(?=\d)/, "");
}
