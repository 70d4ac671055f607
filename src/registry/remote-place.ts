import type { Offer } from "#core";
import type { PackageFormat } from "#formats";

/**
 * Where an upstream's file stands in its remote's tree. Below the project's normal name: upstreams spell names in several
 * ways, now and then anew, and a path that moved with them would be found by nobody.
 */
export function placeOfOffer(
  format: Pick<PackageFormat, "placeOf">,
  { project, version, filename }: Pick<Offer, "project" | "version" | "filename">,
  displayName: string = project,
): string {
  const place = version === null ? null : format.placeOf({ displayName, project, version, filename });
  // Copies are kept by their projects, so all of one stand in its folder.
  return place?.startsWith(`${displayName}/`) === true ? place : `${displayName}/${filename}`;
}
