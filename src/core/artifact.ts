import type { JsonObject } from "./json.ts";
import type { Digest, Instant, ProjectName, RepositoryName, Seq } from "./names.ts";

/** PEP 792. `quarantined`: nothing is offered; `archived` and `quarantined`: uploads are refused. */
export type ProjectStatus = "active" | "archived" | "deprecated" | "quarantined";

/** A project as a repository knows it. It exists from its registration on, also without files. */
export interface Project {
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  /** As the latest upload spells it. */
  readonly displayName: string;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  /**
   * `true` from the registration until an owner releases the name. A held project is never asked upstream,
   * also when its last file is gone.
   */
  readonly isHeld: boolean;
  /** The journal position of the last change to the project or its files. */
  readonly changedAtSeq: Seq;
}

/** A version with the metadata that was registered for it; it may be without files (devpi's `submit`). */
export interface Version {
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  readonly version: string;
  /** Only the format and dialects that share its words read it. */
  readonly attributes: JsonObject;
}

/** What happened to a file, oldest first; devpi shows it as the file's `log`. */
export interface ArtifactLogEntry {
  readonly what: "upload" | "push" | "overwrite";
  readonly who: string | null;
  readonly at: Instant;
  readonly from: RepositoryName | null;
  readonly to: RepositoryName;
  /** For `overwrite`: how often so far. */
  readonly count?: number;
}

/** A file that belongs to an artifact and is addressed by its name plus a suffix; for Python `.metadata`. */
export interface Companion {
  readonly blob: Digest;
  readonly sizeBytes: number;
}

/** A file that a local repository holds. */
export interface Artifact {
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  /** Unique in its repository, byte for byte as uploaded. Of a file without a project (`NO_PROJECT`): its path. */
  readonly filename: string;
  /** Where it stands in its repository's tree, without a slash in front. Not given: see `placeOf`. */
  readonly path?: string;
  /** Lower-case hex by algorithm, besides the blob's own: `sha1`, `md5`. Not given in what was published before. */
  readonly digests?: Readonly<Record<string, string>>;
  readonly version: string | null;
  readonly blob: Digest;
  readonly sizeBytes: number;
  readonly publishedAt: Instant;
  /**
   * When and by whom a file of this name was first published here, where that is not how these bytes came; the tables
   * keep it when a file is replaced. See {@link timesOf}.
   */
  readonly createdAt?: Instant;
  readonly createdBy?: string;
  /** `null`: not yanked. A string, possibly empty: the reason. */
  readonly yanked: string | null;
  /** Whatever the format needs to answer its clients. Only the format reads it. */
  readonly attributes: JsonObject;
  /** By suffix, for example `.metadata`. */
  readonly companions: Readonly<Record<string, Companion>>;
  readonly log: readonly ArtifactLogEntry[];
}

export interface ArtifactRef {
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  readonly filename: string;
}

/**
 * A file that belongs to a version and is no release: documentation (one zip per version) or a test result of one file.
 * No listing shows it and no installer finds it.
 */
export interface Attachment {
  readonly repository: RepositoryName;
  readonly project: ProjectName;
  readonly version: string;
  readonly kind: AttachmentKind;
  /** Unique in its project; devpi's names, see {@link documentationFilename} and {@link testResultFilename}. */
  readonly filename: string;
  /** The artifact that a test result is about; `null` for documentation. */
  readonly about: string | null;
  readonly blob: Digest;
  readonly sizeBytes: number;
  readonly attachedAt: Instant;
  readonly log: readonly ArtifactLogEntry[];
}

export type AttachmentKind = "documentation" | "test-result";

/** A file an upstream offers: it has an address, and perhaps a copy in our cache. */
export interface Offer {
  readonly project: ProjectName;
  readonly filename: string;
  readonly version: string | null;
  /** Absolute, without a fragment. */
  readonly url: string;
  /** Lower-case algorithm to lower-case hex, as the upstream announced; perhaps empty. */
  readonly digests: Readonly<Record<string, string>>;
  readonly sizeBytes: number | null;
  readonly publishedAt: Instant | null;
  readonly yanked: string | null;
  readonly attributes: JsonObject;
}

/** One file of a listing: who contributes it and where it is read from. */
export type ListedFile =
  | { readonly kind: "artifact"; readonly member: RepositoryName; readonly artifact: Artifact }
  | { readonly kind: "offer"; readonly member: RepositoryName; readonly offer: Offer };

/** All that a format needs to render a project's page; the same for local, remote and virtual repositories. */
export interface Listing {
  readonly project: ProjectName;
  readonly displayName: string;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  /** Versions that are known, also those without files. Not sorted. */
  readonly versions: readonly string[];
  /** In the order of contribution; one per file name. */
  readonly files: readonly ListedFile[];
  /** The members that contributed, in order. */
  readonly members: readonly RepositoryName[];
  /** The newest journal position among what was read; 0 for remotes. */
  readonly seq: Seq;
  /** The upstream's own serial, when one said it. */
  readonly upstreamSerial: string | null;
  /** Until when the listing may be shown without asking an upstream again; `null`: until the journal says otherwise. */
  readonly validUntil: Instant | null;
  /** Not `null`: an upstream failed and this is the copy from that time. */
  readonly staleSince: Instant | null;
}

/** The filename, version, yank and attributes of a listed file, whatever its kind. */
export function factsOf(file: ListedFile): Pick<
  Offer,
  "filename" | "version" | "yanked" | "attributes" | "sizeBytes" | "project"
> & {
  readonly publishedAt: Instant | null;
} {
  return file.kind === "artifact" ? file.artifact : file.offer;
}

/** When and by whom a file of this name was first published, and when and by whom its bytes came; `""`: nobody we know. */
export function timesOf({
  publishedAt,
  createdAt = publishedAt,
  log,
  ...artifact
}: Pick<Artifact, "publishedAt" | "createdAt" | "createdBy" | "log">): {
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly modifiedAt: Instant;
  readonly modifiedBy: string;
} {
  // A replacement does not say who made it; the upload or push that follows it does.
  const modifiedBy = log.findLast(({ what }) => what !== "overwrite")?.who ?? "";
  return { createdAt, createdBy: artifact.createdBy ?? modifiedBy, modifiedAt: publishedAt, modifiedBy };
}
