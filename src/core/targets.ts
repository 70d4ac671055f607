import type { JsonObject } from "./json.ts";
import type { Instant, UserName } from "./names.ts";

/**
 * What a permission target can grant. Artifactory's words for them: read, annotate, deploy (`publish`), delete
 * (`remove`, which replacing a file needs too) and manage (`administer`).
 */
export const GRANTABLE = ["read", "annotate", "publish", "remove", "administer"] as const;
export type Grantable = (typeof GRANTABLE)[number];

/** Accounts that are given rights together. */
export interface Group {
  /** Compared exactly; lists of rights name it with a colon in front. */
  readonly name: string;
  readonly description: string | null;
  readonly members: readonly UserName[];
  /** New accounts become members. */
  readonly joinsNew: boolean;
  /** Its members may do everything. */
  readonly isAdmin: boolean;
  /** What other systems' clients want back; never read by us. */
  readonly kept?: JsonObject;
  readonly createdAt: Instant;
}

/**
 * Grants actions on paths of repositories to users and groups. Targets add up; nothing is denied but by the exclude
 * patterns within one. (Artifactory's permission target.)
 */
export interface PermissionTarget {
  readonly name: string;
  /** Keys of repositories, patterns of keys with `*`, or `ANY`, `ANY LOCAL`, `ANY REMOTE`. */
  readonly repositories: readonly string[];
  /** Ant patterns on paths; see `ant-pattern.ts`. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly users: Readonly<Record<string, readonly Grantable[]>>;
  /** By group name. */
  readonly groups: Readonly<Record<string, readonly Grantable[]>>;
  /** What other systems' clients want back; never read by us. */
  readonly kept?: JsonObject;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant | null;
}

/** Which files of which repositories are cleared away, and when. Every condition that is given must hold. */
export interface RetentionPolicy {
  readonly name: string;
  readonly description: string | null;
  readonly isEnabled: boolean;
  /** Keys of repositories or patterns of keys with `*`; only local repositories and copies of remotes are cleared. */
  readonly repositories: readonly string[];
  /** Ant patterns on paths. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  /** Normalised project names or patterns with `*`; empty: all. */
  readonly projects: readonly string[];
  /** Published longer ago than so many days. */
  readonly olderThanDays: number | null;
  /** Not downloaded for so many days, nor published within them. */
  readonly unusedForDays: number | null;
  /** Of each project the newest so many versions stay; with `onlyPreReleases`, the newest so many of those. */
  readonly keepVersions: number | null;
  /** Only versions that are not meant for the public at large. */
  readonly onlyPreReleases: boolean;
  readonly largerThanBytes: number | null;
  /** Files that have all of these properties; an empty list of values: the key with any value. */
  readonly withProperties: Readonly<Record<string, readonly string[]>>;
  /** Files with any of these stay. */
  readonly withoutProperties: Readonly<Record<string, readonly string[]>>;
  /** Removed at once, without resting in the trash. */
  readonly skipsTrash: boolean;
  /** Run by itself so often; `null`: only when asked. */
  readonly everyHours: number | null;
}
