/**
 * The tables as the queries see them. Text, numbers and NULL only, booleans as 0 and 1, JSON as text: so they mean the
 * same on every engine. What the columns hold was checked by whoever appended the event.
 */
export interface MetadataTables {
  /** `schema`: number of the last migration. `installation`: its id. */
  meta: { key: string; value: string };
  /** One row: the position of the last journal entry. Serials come from here, so they have no gaps. */
  head: { id: number; seq: number };
  journal: { seq: number; at: number; actor: string; event: string };
  /** `name_folded`: in lower case, by which accounts are found without regard to case. */
  users: { name: string; name_folded: string; user: string };
  groups: { name: string; group: string };
  permission_targets: { name: string; target: string };
  policies: { name: string; policy: string };
  tokens: { id: string; owner: string; token: string };
  /** `key_folded`: the key in lower case, because keys are unique without regard to case. */
  repositories: { name: string; owner: string; key_folded: string; repository: string };
  projects: ProjectRow;
  versions: VersionRow;
  artifacts: ArtifactRow;
  /** The repository itself is the one with an empty path. */
  folders: FolderRow;
  /** One row for each value; `position` is its place among those of its key. */
  properties: { repository: string; path: string; key: string; position: number; value: string };
  trash: TrashRow;
  /** The blobs of the files in the trash and of their companions, by which garbage collection finds them. */
  trash_blobs: { id: string; blob: string };
  trash_properties: { id: string; key: string; position: number; value: string };
  attachments: AttachmentRow;
  /** The blobs of companions, by which garbage collection finds them; the companions themselves stand in the artifact. */
  companions: { repository: string; filename: string; suffix: string; blob: string };
  /** File names that were there once. */
  removed_files: { repository: string; filename: string };
  /** Counted by the fold. */
  totals: { repository: string; projects: number; artifacts: number; size_bytes: number };
}

export interface ProjectRow {
  repository: string;
  project: string;
  display_name: string;
  status: string;
  status_reason: string | null;
  is_held: number;
  changed_at_seq: number;
}

export interface VersionRow {
  repository: string;
  project: string;
  version: string;
  attributes: string;
}

export interface ArtifactRow {
  repository: string;
  filename: string;
  project: string;
  version: string | null;
  blob: string;
  size_bytes: number;
  published_at: number;
  yanked: string | null;
  attributes: string;
  companions: string;
  log: string;
  /** Position of the publication: the order of listing. */
  seq: number;
  /** Where it stands in the tree, in full and in its parts; see `placeOf`. */
  path: string;
  folder: string;
  name: string;
  depth: number;
  sha1: string | null;
  md5: string | null;
  /** Of the first publication under its name; when and by whom its bytes came is `published_at` and `modified_by`. */
  created_at: number;
  created_by: string;
  modified_by: string;
}

export interface FolderRow {
  repository: string;
  path: string;
  /** The path of the folder that it stands in. */
  folder: string;
  name: string;
  depth: number;
  created_at: number;
  created_by: string;
}

/** An artifact as it was, but for `seq`, which is the position of its removal: the order in which they came. */
export interface TrashRow extends ArtifactRow {
  id: string;
  trashed_at: number;
  trashed_by: string;
  until: number;
}

export interface AttachmentRow {
  repository: string;
  project: string;
  filename: string;
  version: string;
  kind: string;
  about: string | null;
  blob: string;
  size_bytes: number;
  attached_at: number;
  log: string;
  /** Position of the event: the order in which they came. */
  seq: number;
}

/** The tables of what is no history. */
export interface StateTables {
  meta: { key: string; value: string };
  /** One row: the last version number that was given out. One for all, so that a key that comes back never repeats one. */
  last_version: { id: number; version: number };
  entries: EntryRow;
  entry_blobs: { space: string; key: string; blob: string };
  claims: { blob: string; until: number };
}

export interface EntryRow {
  space: string;
  key: string;
  value: string;
  blobs: string;
  expires_at: number | null;
  version: number;
}
