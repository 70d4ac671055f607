import type { ItemField } from "#core";
import type { ArtifactRow } from "./tables.ts";

/** The two tables that items stand in. */
export type Kind = "file" | "folder";

export const TABLES = { file: "artifacts", folder: "folders" } as const;

/** Where a field stands in its table. */
export interface Column {
  readonly column: keyof ArtifactRow;
  readonly isNumber: boolean;
  readonly isNullable: boolean;
  /** What stands before every value in the column. */
  readonly prefix: string;
  /** Whether an index begins with it; `tree`: one that begins with the repository. */
  readonly index: "own" | "tree" | null;
}

/** What all items of a table have alike. */
export interface Constant {
  readonly value: string | number | null;
}

const column = (name: keyof ArtifactRow, more: Partial<Column> = {}): Column => ({
  column: name,
  isNumber: false,
  isNullable: false,
  prefix: "",
  index: null,
  ...more,
});

const SHARED = {
  repository: column("repository"),
  path: column("path", { index: "tree" }),
  folder: column("folder", { index: "tree" }),
  name: column("name", { index: "own" }),
  depth: column("depth", { isNumber: true }),
  createdBy: column("created_by"),
};

export const FIELDS: Readonly<Record<Kind, Readonly<Record<ItemField, Column | Constant>>>> = {
  file: {
    ...SHARED,
    kind: { value: "file" },
    size: column("size_bytes", { isNumber: true, index: "own" }),
    created: column("created_at", { isNumber: true, index: "own" }),
    modified: column("published_at", { isNumber: true, index: "own" }),
    modifiedBy: column("modified_by"),
    sha256: column("blob", { prefix: "sha256:", index: "own" }),
    sha1: column("sha1", { isNullable: true, index: "own" }),
    md5: column("md5", { isNullable: true, index: "own" }),
  },
  // A folder is as old as it is and has no bytes.
  folder: {
    ...SHARED,
    kind: { value: "folder" },
    size: { value: 0 },
    created: column("created_at", { isNumber: true, index: "own" }),
    modified: column("created_at", { isNumber: true, index: "own" }),
    modifiedBy: column("created_by"),
    sha256: { value: null },
    sha1: { value: null },
    md5: { value: null },
  },
};

export function columnOf(of: Kind, field: ItemField): Column {
  const place = FIELDS[of][field];
  if ("column" in place) return place;
  throw new TypeError(`${field} of a ${of} is no column`);
}
