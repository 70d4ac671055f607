import type {
  Artifact,
  ArtifactLogEntry,
  AttachmentKind,
  Digest,
  Instant,
  Json,
  JsonObject,
  Offer,
  Principal,
  ProjectName,
  RepositoryName,
  User,
} from "#core";
import type { Received, UpstreamPage } from "#formats";

/**
 * What comes from another server with its past: dates, logs and records as they were there; and the bytes for those who
 * write it down to leave. Only the installation itself may bring such things in, because whoever may write logs may
 * write that somebody else did something.
 */
export interface Moving {
  /** Makes the account or changes it, with the dates it comes with; names clash as those of new accounts do. */
  saveUser(principal: Principal, user: User): Promise<void>;
  /** Takes bytes into a draft, hashing as they come; `too-large` beyond the server's limit. */
  receive(bytes: AsyncIterable<Uint8Array>): Promise<Received>;
  /** Registers a project, perhaps without anything in it. */
  saveProject(
    principal: Principal,
    repository: RepositoryName,
    project: ProjectName,
    displayName: string,
  ): Promise<void>;
  /**
   * Versions with their files and attachments, in one write; in the same order. A version of a project that is closed,
   * and a file of which nothing can be made, are told of, and the others come.
   */
  saveVersions(
    principal: Principal,
    repository: RepositoryName,
    given: readonly ArrivingVersion[],
  ): Promise<readonly ArrivedVersion[]>;
  /** The copy that is here of an upstream's file; `null`: none. */
  copyOf(remote: RepositoryName, offer: Offer): Promise<Digest | null>;
  /** A copy that the other server had of an upstream's file. What this one has copied itself stays. */
  saveCopy(principal: Principal, remote: RepositoryName, copy: ArrivingCopy): Promise<void>;
  /** A project's page as the other server knew it, for when the upstream cannot be asked; one that is known here stays. */
  savePage(principal: Principal, remote: RepositoryName, project: ProjectName, page: UpstreamPage): Promise<void>;
  /** The bytes of a blob; `null`: they are lost. The caller reads them to their end. */
  open(blob: Digest): Promise<AsyncIterable<Uint8Array> | null>;
  /** Reads a blob and hashes it again. */
  examine(blob: Digest): Promise<"sound" | "missing" | "damaged">;
  /** What an earlier run has noted for itself; no fact, and never shown. `null`: nothing. */
  note(key: string): Promise<Json | null>;
  keepNote(key: string, value: Json): Promise<void>;
}

export interface ArrivingVersion {
  readonly project: ProjectName;
  readonly displayName: string;
  /** As the format's `readRecord` gives them. */
  readonly version: string;
  readonly attributes: JsonObject;
  readonly files: readonly ArrivingFile[];
  readonly attachments: readonly ArrivingAttachment[];
}

interface Arriving {
  readonly filename: string;
  readonly received: Received;
  readonly log: readonly ArtifactLogEntry[];
  /** What an earlier run brought under this name: that, and nothing else, is replaced by other bytes. */
  readonly earlier: Digest | null;
}

export interface ArrivingFile extends Arriving {
  readonly publishedAt: Instant;
  readonly yanked: string | null;
}

export interface ArrivingAttachment extends Arriving {
  readonly kind: AttachmentKind;
  /** The file that a test result is about. */
  readonly about: string | null;
  readonly attachedAt: Instant;
}

export interface ArrivedVersion {
  readonly saved: readonly Pick<Artifact, "filename" | "blob">[];
  /** Names under which this server has bytes of its own, which stay. */
  readonly clashing: readonly string[];
  /** File names, each with the reason in one sentence. */
  readonly refused: readonly { readonly filename: string; readonly because: string }[];
  /** Not `null`: nothing of the version can come. */
  readonly because: string | null;
}

export interface ArrivingCopy {
  readonly offer: Offer;
  readonly received: Received;
  readonly lastModified: Instant | null;
}
