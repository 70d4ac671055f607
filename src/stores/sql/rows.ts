import {
  type Artifact,
  type Attachment,
  type AttachmentKind,
  type Digest,
  depthOf,
  type Folder,
  folderOf,
  type Instant,
  type JournalEntry,
  leafOf,
  type Project,
  type ProjectName,
  type ProjectStatus,
  type Properties,
  placeOf,
  type RepositoryName,
  type Seq,
  timesOf,
  type Version,
} from "#core";
import type { ArtifactRow, AttachmentRow, FolderRow, MetadataTables, ProjectRow, VersionRow } from "./tables.ts";

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
  const digests = { ...(row.sha1 === null ? {} : { sha1: row.sha1 }), ...(row.md5 === null ? {} : { md5: row.md5 }) };
  const isAsItCame = row.created_at === row.published_at && row.created_by === row.modified_by;
  return {
    repository: row.repository as RepositoryName,
    project: row.project as ProjectName,
    filename: row.filename,
    path: row.path,
    ...(Object.keys(digests).length === 0 ? {} : { digests }),
    version: row.version,
    blob: row.blob as Digest,
    sizeBytes: row.size_bytes,
    publishedAt: row.published_at as Instant,
    ...(isAsItCame ? {} : { createdAt: row.created_at as Instant, createdBy: row.created_by }),
    yanked: row.yanked,
    attributes: JSON.parse(row.attributes) as Artifact["attributes"],
    companions: JSON.parse(row.companions) as Artifact["companions"],
    log: JSON.parse(row.log) as Artifact["log"],
  };
}

export function rowOfArtifact(artifact: Artifact, seq: Seq): ArtifactRow {
  const path = placeOf(artifact);
  const { createdAt, createdBy, modifiedBy } = timesOf(artifact);
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
    ...placeColumns(path),
    sha1: artifact.digests?.["sha1"] ?? null,
    md5: artifact.digests?.["md5"] ?? null,
    created_at: createdAt,
    created_by: createdBy,
    modified_by: modifiedBy,
  };
}

/** So that none is forgotten. */
const EVERY_ARTIFACT_COLUMN: Readonly<Record<keyof ArtifactRow, true>> = {
  repository: true,
  filename: true,
  project: true,
  version: true,
  blob: true,
  size_bytes: true,
  published_at: true,
  yanked: true,
  attributes: true,
  companions: true,
  log: true,
  seq: true,
  path: true,
  folder: true,
  name: true,
  depth: true,
  sha1: true,
  md5: true,
  created_at: true,
  created_by: true,
  modified_by: true,
};

export const ARTIFACT_COLUMNS = Object.keys(EVERY_ARTIFACT_COLUMN) as readonly (keyof ArtifactRow)[];

/** Every column of an artifact by name: what stands for the values while a query is prepared cannot be spread. */
export function artifactColumns(row: ArtifactRow): ArtifactRow {
  return Object.fromEntries(ARTIFACT_COLUMNS.map((column) => [column, row[column]])) as unknown as ArtifactRow;
}

/** A path and its parts, as files and folders have them. */
export function placeColumns(path: string): Pick<FolderRow, "path" | "folder" | "name" | "depth"> {
  return { path, folder: folderOf(path), name: leafOf(path), depth: depthOf(path) };
}

export function folderOfRow(row: FolderRow): Folder {
  return {
    repository: row.repository as RepositoryName,
    path: row.path,
    createdAt: row.created_at as Instant,
    createdBy: row.created_by,
  };
}

/** Of rows that are sorted by key and position. */
export function propertiesOfRows(rows: readonly { readonly key: string; readonly value: string }[]): Properties {
  const properties = new Map<string, string[]>();
  for (const { key, value } of rows) {
    const values = properties.get(key);
    if (values === undefined) properties.set(key, [value]);
    else values.push(value);
  }
  // A key may be `__proto__`.
  return Object.fromEntries(properties);
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

export function firstJson<Value>(rows: readonly { readonly json: string }[]): Value | null {
  const [row] = rows;
  return row === undefined ? null : (JSON.parse(row.json) as Value);
}

export function allJson<Value>(rows: readonly { readonly json: string }[]): readonly Value[] {
  return rows.map((row) => JSON.parse(row.json) as Value);
}
