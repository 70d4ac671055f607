import {
  type ListedFile,
  type Listing,
  type LocalRepository,
  type Principal,
  placeOf,
  type Repository,
  refuse,
} from "#core";
import type { NamedProject, PackageFormat, ProjectNames } from "#formats";
import type { Parcel } from "./parcels.ts";
import { placeOfOffer } from "./remote-place.ts";
import { mayRead, partRead } from "./rights.ts";
import { formatOf, type Tools } from "./tools.ts";

/** What permission targets with patterns leave of a repository for those who read by them alone. */
export interface PartReading {
  /** The same listing for all who read all of the repository. */
  narrowed(principal: Principal, repository: Repository, listing: Listing): Listing;
  /** What of a version is copied from here. Refuses with `version-not-found` where nothing of it is left. */
  narrowedParcel(principal: Principal, repository: Repository, parcel: Parcel, version: string): Parcel;
  /** Of a local repository only the projects of which something is left; an upstream's names are no secret of this house. */
  narrowedNames(principal: Principal, repository: Repository, projects: ProjectNames): Promise<ProjectNames>;
}

/** So many projects are looked at in one moment of the store, before others have their turn. */
const AT_ONCE = 200;

export function openPartReading(tools: Tools): PartReading {
  const { metadata } = tools;

  async function readableOf(
    principal: Principal,
    repository: LocalRepository,
    some: readonly NamedProject[],
  ): Promise<readonly NamedProject[]> {
    return metadata.read(async (view) => {
      const left: NamedProject[] = [];
      for (const one of some) {
        const artifacts = await view.artifacts(repository.name, one.project);
        const isReadable = (path: string): boolean => mayRead(tools, principal, repository, one.project, path);
        if (isReadable(one.displayName) || artifacts.some((artifact) => isReadable(placeOf(artifact)))) left.push(one);
      }
      return left;
    });
  }

  return {
    narrowed(principal, repository, listing) {
      const { project } = listing;
      if (partRead(tools, principal, repository, project) === null) return listing;
      const format = formatOf(tools, repository);
      const files = listing.files.filter((file) =>
        mayRead(tools, principal, repository, project, placeOfListed(format, file)),
      );
      if (files.length === listing.files.length) return listing;
      return { ...listing, files, versions: versionsLeft(listing, files) };
    },
    narrowedParcel(principal, repository, parcel, version) {
      const project = parcel.files[0]?.project ?? parcel.documentation?.project ?? null;
      if (project === null || partRead(tools, principal, repository, project) === null) return parcel;
      const isReadable = (path: string): boolean => mayRead(tools, principal, repository, project, path);
      const files = parcel.files.filter((file) => isReadable(placeOf(file)));
      const documentation = isReadable(parcel.displayName) ? parcel.documentation : null;
      if (files.length === 0 && documentation === null) {
        throw refuse({ code: "version-not-found", repository: repository.name, project, version });
      }
      const names = new Set(files.map(({ filename }) => filename));
      const testResults = parcel.testResults.filter(({ about }) => about !== null && names.has(about));
      return { ...parcel, files, documentation, testResults };
    },
    async narrowedNames(principal, repository, projects) {
      if (repository.kind !== "local" || partRead(tools, principal, repository, null) === null) return projects;
      const left: NamedProject[] = [];
      for (let start = 0; start < projects.length; start += AT_ONCE) {
        left.push(...(await readableOf(principal, repository, projects.slice(start, start + AT_ONCE))));
        if (start > 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return left;
    },
  };
}

function placeOfListed(format: PackageFormat, file: ListedFile): string {
  return file.kind === "artifact" ? placeOf(file.artifact) : placeOfOffer(format, file.offer);
}

/** A version of which every file was left out is not told either. */
function versionsLeft({ files: all, versions }: Listing, left: readonly ListedFile[]): readonly string[] {
  const seen = new Set(left.map(versionOf));
  const gone = new Set(all.map(versionOf).filter((version) => !seen.has(version)));
  return versions.filter((version) => !gone.has(version));
}

function versionOf(file: ListedFile): string | null {
  return file.kind === "artifact" ? file.artifact.version : file.offer.version;
}
