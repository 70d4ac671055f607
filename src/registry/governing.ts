import type {
  Action,
  Decision,
  Group,
  Instant,
  PermissionTarget,
  Principal,
  ProjectName,
  RepositoryName,
  RetentionPolicy,
} from "#core";
import type { Tally } from "./tree.ts";

/** Groups and permission targets. All of it needs an administrator (root, or who `isAdmin`), unless it says otherwise. */
export interface Governing {
  groups(): Promise<readonly Group[]>;
  group(name: string): Promise<Group | null>;
  /**
   * Makes or replaces it; `kept` stays where it is not given. `setting-invalid`: a bad name, or a member that is no
   * account. `isNew`: `group-exists` where there is one of that name.
   */
  saveGroup(principal: Principal, group: Omit<Group, "createdAt">, isNew?: boolean): Promise<Group>;
  /** As one change, so that of two at once none is lost. The name stays. */
  changeGroup(principal: Principal, name: string, change: (current: Group) => Omit<Group, "createdAt">): Promise<Group>;
  /** Permission targets lose it too. */
  removeGroup(principal: Principal, name: string): Promise<void>;
  permissionTargets(): Promise<readonly PermissionTarget[]>;
  permissionTarget(name: string): Promise<PermissionTarget | null>;
  /**
   * Makes or replaces it; `kept` stays where it is not given. `setting-invalid`: it names an account, a group or a
   * repository that is not there. `isNew`: `permission-target-exists` where there is one of that name.
   */
  savePermissionTarget(
    principal: Principal,
    target: Omit<PermissionTarget, "createdAt" | "modifiedAt">,
    isNew?: boolean,
  ): Promise<PermissionTarget>;
  /** As one change, so that of two at once none is lost. The name stays. */
  changePermissionTarget(
    principal: Principal,
    name: string,
    change: (current: PermissionTarget) => Omit<PermissionTarget, "createdAt" | "modifiedAt">,
  ): Promise<PermissionTarget>;
  removePermissionTarget(principal: Principal, name: string): Promise<void>;
  /** Whether an account (`null`: a stranger) may do it, and the rule that says so. Everybody may ask about themselves. */
  why(
    principal: Principal,
    question: {
      readonly account: string | null;
      readonly action: Action;
      readonly repository: RepositoryName;
      readonly project?: ProjectName | null;
      readonly path?: string | null;
    },
  ): Promise<Decision>;
}

/** What a run of a policy removes, or would. */
export interface RetentionRun {
  readonly policy: string;
  readonly isDry: boolean;
  readonly files: readonly {
    readonly repository: RepositoryName;
    readonly path: string;
    readonly sizeBytes: number;
    readonly publishedAt: Instant;
    readonly because: string;
  }[];
  /** Of all, also beyond the files that are listed. */
  readonly count: number;
  readonly sizeBytes: number;
}

/** Policies by which files are cleared away. Needs an administrator. */
export interface Retention {
  policies(): Promise<readonly RetentionPolicy[]>;
  save(principal: Principal, policy: RetentionPolicy): Promise<RetentionPolicy>;
  remove(principal: Principal, name: string): Promise<void>;
  /** Says what would go and how many bytes; removes nothing. At most 1000 files are listed. */
  preview(principal: Principal, policy: RetentionPolicy): Promise<RetentionRun>;
  run(principal: Principal, name: string): Promise<RetentionRun>;
  /**
   * Runs what is due, clears the trash of what has rested long enough and remotes of unused copies; called now and then.
   * Stops soon when aborted. Of several nodes one does it.
   */
  tick(signal?: AbortSignal): Promise<Upkeep>;
}

/** What was done by itself. */
export interface Upkeep {
  readonly runs: readonly RetentionRun[];
  readonly trash: Tally;
  readonly copies: Tally;
  /** What failed, in words, and why; the rest was done. */
  readonly failures: readonly { readonly what: string; readonly cause: unknown }[];
}
