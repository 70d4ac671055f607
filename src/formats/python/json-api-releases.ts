import { factsOf, type ListedFile, type Listing } from "#core";
import { compareVersions, isPrerelease, normalizeVersion, parseVersion, versionKey } from "./versions.ts";

/** A release with its files, which a quarantined project does not offer. */
export interface Release {
  readonly key: string;
  readonly version: string;
  readonly files: readonly ListedFile[];
}

/** By descending version; files without a version belong to none. */
export function releasesOf(listing: Listing): readonly Release[] {
  const byKey = new Map<string, { key: string; version: string; files: ListedFile[] }>();
  const at = (version: string): { files: ListedFile[] } => {
    const key = versionKey(version);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const release = { key, version: normalizeVersion(version), files: [] };
    byKey.set(key, release);
    return release;
  };
  for (const version of listing.versions) at(version);
  for (const file of listing.files) {
    const { version } = factsOf(file);
    if (version === null) continue;
    const release = at(version);
    if (listing.status !== "quarantined") release.files.push(file);
  }
  return [...byKey.values()].sort((a, b) => compareVersions(b.version, a.version));
}

/** Not yanked before yanked, final before pre-release, then the highest; a release without files comes last. */
export function currentOf(releases: readonly Release[]): Release | null {
  const rank = (release: Release): number => {
    if (release.files.length === 0) return 4;
    const isYanked = release.files.every((file) => factsOf(file).yanked !== null);
    const isFinal = parseVersion(release.version) !== null && !isPrerelease(release.version);
    return (isYanked ? 2 : 0) + (isFinal ? 0 : 1);
  };
  return releases.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}
