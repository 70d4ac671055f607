import type { Artifact } from "./artifact.ts";
import type { RepositoryName } from "./names.ts";
import type { Folder, Properties } from "./tree.ts";

/** What a search finds: files and folders. `downloads` are counted by the registry, beside the tables. */
export type Item = (
  | { readonly kind: "file"; readonly artifact: Artifact }
  | { readonly kind: "folder"; readonly folder: Folder }
) & {
  readonly repository: RepositoryName;
  readonly path: string;
  readonly properties: Properties;
};

/**
 * What can be asked of an item. `folder`: the path of the folder that it stands in, `""` for the repository itself.
 * Times are milliseconds since the epoch; `created` of a file: when a file of this name was first published, `modified`:
 * when its bytes came. Digests are lower-case hex.
 */
export const ITEM_FIELDS = [
  "repository",
  "path",
  "folder",
  "name",
  "kind",
  "size",
  "depth",
  "created",
  "createdBy",
  "modified",
  "modifiedBy",
  "sha256",
  "sha1",
  "md5",
] as const;
export type ItemField = (typeof ITEM_FIELDS)[number];

/** `match`/`unlike`: with `*` for any characters and `?` for one; upper and lower case differ. */
export type ItemOperator = "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "match" | "unlike";

/** A condition on items. `all` of none holds, `any` of none does not. */
export type ItemCriterion =
  | { readonly kind: "all"; readonly of: readonly ItemCriterion[] }
  | { readonly kind: "any"; readonly of: readonly ItemCriterion[] }
  | { readonly kind: "not"; readonly of: ItemCriterion }
  | {
      readonly kind: "field";
      readonly field: ItemField;
      readonly operator: ItemOperator;
      readonly value: string | number;
    }
  /** Some property with this key (`null`: any key) has a value that fits; values compare as text. */
  | {
      readonly kind: "property";
      readonly key: { readonly operator: "eq" | "match"; readonly value: string } | null;
      /** `null`: whatever the value. */
      readonly value: { readonly operator: ItemOperator; readonly value: string } | null;
    };

export interface ItemOrder {
  readonly field: ItemField;
  readonly isDescending: boolean;
}

/** A search. Without an order: by repository and path. Pages are told apart by offset. */
export interface ItemQuery {
  readonly where: ItemCriterion;
  /** Looks only there; `null`: everywhere. */
  readonly repositories: readonly RepositoryName[] | null;
  readonly order: readonly ItemOrder[];
  readonly offset: number;
  readonly limit: number;
  readonly withProperties: boolean;
  /** Whether the registry counts downloads of what is found. Not given: it does. */
  readonly withDownloads?: boolean;
}
