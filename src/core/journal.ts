import type { Artifact, ArtifactRef, Attachment, ProjectStatus, Version } from "./artifact.ts";
import type { Instant, ProjectName, RepositoryName, Seq, UserName } from "./names.ts";
import type { Actor, Token, User } from "./principal.ts";
import type { Repository } from "./repository.ts";
import type { Group, PermissionTarget, RetentionPolicy } from "./targets.ts";
import type { Folder, Properties } from "./tree.ts";

/**
 * Past tense: an event is a fact. Fields may be added, never renamed or removed: old journals must stay readable.
 * The tables of a metadata store are a fold over these and nothing else.
 */
export type JournalEvent =
  | { readonly type: "user.saved"; readonly user: User }
  | { readonly type: "user.removed"; readonly name: UserName }
  | { readonly type: "group.saved"; readonly group: Group }
  | { readonly type: "group.removed"; readonly name: string }
  | { readonly type: "permission.saved"; readonly target: PermissionTarget }
  | { readonly type: "permission.removed"; readonly name: string }
  | { readonly type: "policy.saved"; readonly policy: RetentionPolicy }
  | { readonly type: "policy.removed"; readonly name: string }
  | { readonly type: "token.issued"; readonly token: Token }
  | { readonly type: "token.revoked"; readonly id: string; readonly owner: UserName }
  | { readonly type: "repository.saved"; readonly repository: Repository }
  /** Everything in it goes with it: projects, versions, artifacts, attachments. */
  | { readonly type: "repository.removed"; readonly name: RepositoryName }
  /** Makes the project, held, or holds it again; a new spelling of its name may come with it. */
  | {
      readonly type: "project.registered";
      readonly repository: RepositoryName;
      readonly project: ProjectName;
      readonly displayName: string;
    }
  | {
      readonly type: "project.status";
      readonly repository: RepositoryName;
      readonly project: ProjectName;
      readonly status: ProjectStatus;
      readonly reason: string | null;
    }
  /** The name may be asked upstream again. A project without files is forgotten altogether. */
  | { readonly type: "project.released"; readonly repository: RepositoryName; readonly project: ProjectName }
  | { readonly type: "version.saved"; readonly version: Version }
  /** The record of the version and its attachments; its artifacts are removed by their own events. */
  | {
      readonly type: "version.removed";
      readonly repository: RepositoryName;
      readonly project: ProjectName;
      readonly version: string;
    }
  | { readonly type: "artifact.published"; readonly artifact: Artifact; readonly promotedFrom: RepositoryName | null }
  /** The test results of the file that it was go with it: they are not about the new bytes. */
  | { readonly type: "artifact.replaced"; readonly artifact: Artifact; readonly promotedFrom: RepositoryName | null }
  /** `reason: null` takes the yank back. */
  | { readonly type: "artifact.yanked"; readonly ref: ArtifactRef; readonly reason: string | null }
  /** Its test results go with it. `path`: where it stood; not given in old journals. */
  | { readonly type: "artifact.removed"; readonly ref: ArtifactRef; readonly path?: string }
  /** A folder without files, or before its first one. */
  | { readonly type: "folder.made"; readonly folder: Folder }
  /** With the folders below it; the files below it are removed by their own events. */
  | { readonly type: "folder.removed"; readonly repository: RepositoryName; readonly path: string }
  /** All properties of one place, in place of those that were there; none: an empty object. */
  | {
      readonly type: "properties.set";
      readonly repository: RepositoryName;
      readonly path: string;
      readonly properties: Properties;
    }
  /** Like `artifact.removed`, but the file and its properties rest in the trash under this id. */
  | { readonly type: "artifact.trashed"; readonly ref: ArtifactRef; readonly id: string; readonly until: Instant }
  /** Restored (a publication of its own), or cleared away. */
  | { readonly type: "trash.removed"; readonly id: string }
  /** Takes the place of an attachment of the same name, as new documentation does. */
  | { readonly type: "attachment.saved"; readonly attachment: Attachment }
  | {
      readonly type: "attachment.removed";
      readonly repository: RepositoryName;
      readonly project: ProjectName;
      readonly version: string;
      readonly filename: string;
    };

export interface JournalEntry {
  readonly seq: Seq;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: JournalEvent;
}

/** The repository that an event changes what readers see of; `null` for accounts and tokens. */
export function repositoryOf(event: JournalEvent): RepositoryName | null {
  switch (event.type) {
    case "user.saved":
    case "user.removed":
    case "token.issued":
    case "token.revoked":
    case "group.saved":
    case "group.removed":
    case "permission.saved":
    case "permission.removed":
    case "policy.saved":
    case "policy.removed":
    case "trash.removed":
      return null;
    case "folder.made":
      return event.folder.repository;
    case "folder.removed":
    case "properties.set":
      return event.repository;
    case "repository.saved":
      return event.repository.name;
    case "repository.removed":
      return event.name;
    case "project.registered":
    case "project.status":
    case "project.released":
    case "version.removed":
    case "attachment.removed":
      return event.repository;
    case "version.saved":
      return event.version.repository;
    case "artifact.published":
    case "artifact.replaced":
      return event.artifact.repository;
    case "artifact.yanked":
    case "artifact.removed":
    case "artifact.trashed":
      return event.ref.repository;
    case "attachment.saved":
      return event.attachment.repository;
  }
}

/** The project that an event changes; `null` when it is not about one project. */
export function projectOf(event: JournalEvent): ProjectName | null {
  switch (event.type) {
    case "project.registered":
    case "project.status":
    case "project.released":
    case "version.removed":
    case "attachment.removed":
      return event.project;
    case "version.saved":
      return event.version.project;
    case "artifact.published":
    case "artifact.replaced":
      return event.artifact.project;
    case "artifact.yanked":
    case "artifact.removed":
    case "artifact.trashed":
      return event.ref.project;
    case "attachment.saved":
      return event.attachment.project;
    default:
      return null;
  }
}
