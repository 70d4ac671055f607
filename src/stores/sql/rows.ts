import type {
  Artifact,
  Attachment,
  AttachmentKind,
  Digest,
  Instant,
  JournalEntry,
  Project,
  ProjectName,
  ProjectStatus,
  RepositoryName,
  Seq,
  Version,
} from "#core";
import type { ArtifactRow, AttachmentRow, MetadataTables, ProjectRow, VersionRow } from "./tables.ts";

// Only proven names are written, so what is read back is proven too: the casts of this file are the only ones.

export function projectOfRow(row: ProjectRow): Project {
  return {
    repository: row.repository as RepositoryName,
    project: row.project as ProjectName,
    displayName: row.display_name,
    status: row.status as ProjectStatus,
    statusReason: row.status_reason,
    isHeld: row.is_held === 1,
    changedAtSeq: row.changed_at_seq as Seq,
  };
}

export function versionOfRow(row: VersionRow): Version {
  return {
    repository: row.repository as RepositoryName,
    project: row.project as ProjectName,
    version: row.version,
    attributes: JSON.parse(row.attributes) as Version["attributes"],
  };
}

export function artifactOfRow(row: ArtifactRow): Artifact {
  return {
    repository: row.repository as RepositoryName,
    project: row.project as ProjectName,
    filename: row.filename,
    version: row.version,
    blob: row.blob as Digest,
    sizeBytes: row.size_bytes,
    publishedAt: row.published_at as Instant,
    yanked: row.yanked,
    attributes: JSON.parse(row.attributes) as Artifact["attributes"],
    companions: JSON.parse(row.companions) as Artifact["companions"],
    log: JSON.parse(row.log) as Artifact["log"],
  };
}

export function rowOfArtifact(artifact: Artifact, seq: Seq): ArtifactRow {
  return {
    repository: artifact.repository,
    filename: artifact.filename,
    project: artifact.project,
    version: artifact.version,
    blob: artifact.blob,
    size_bytes: artifact.sizeBytes,
    published_at: artifact.publishedAt,
    yanked: artifact.yanked,
    attributes: JSON.stringify(artifact.attributes),
    companions: JSON.stringify(artifact.companions),
    log: JSON.stringify(artifact.log),
    seq,
  };
}

export function attachmentOfRow(row: AttachmentRow): Attachment {
  return {
    repository: row.repository as RepositoryName,
    project: row.project as ProjectName,
    version: row.version,
    kind: row.kind as AttachmentKind,
    filename: row.filename,
    about: row.about,
    blob: row.blob as Digest,
    sizeBytes: row.size_bytes,
    attachedAt: row.attached_at as Instant,
    log: JSON.parse(row.log) as Attachment["log"],
  };
}

export function rowOfAttachment(attachment: Attachment, seq: Seq): AttachmentRow {
  return {
    repository: attachment.repository,
    project: attachment.project,
    filename: attachment.filename,
    version: attachment.version,
    kind: attachment.kind,
    about: attachment.about,
    blob: attachment.blob,
    size_bytes: attachment.sizeBytes,
    attached_at: attachment.attachedAt,
    log: JSON.stringify(attachment.log),
    seq,
  };
}

export function entryOfRow(row: MetadataTables["journal"]): JournalEntry {
  return {
    seq: row.seq as Seq,
    at: row.at as Instant,
    by: JSON.parse(row.actor) as JournalEntry["by"],
    event: JSON.parse(row.event) as JournalEntry["event"],
  };
}
