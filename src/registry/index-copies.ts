import type { Principal, ProjectName, RepositoryName } from "#core";

/** Projects of other servers' simple indexes, copied into local repositories to stay. */
export interface IndexCopies {
  /**
   * All projects that the index lists. `upstream-invalid` when it is no index; the network's own failures
   * (`UpstreamFailure`) are passed on.
   */
  projects(source: IndexSource): Promise<readonly ProjectName[]>;
  /**
   * Copies what is not here yet of a project, each file by itself, so that it can be stopped at any file and called
   * again. A file comes only with the bytes that the index announces; upload times, yanks and companions stay as they
   * are there. Needs the right to publish. `null`: the index has no such project.
   */
  copy(principal: Principal, wish: ProjectCopy): Promise<CopiedProject | null>;
}

export interface IndexSource {
  /** Ends in `/`. */
  readonly url: string;
  /** `user:password`. */
  readonly credentials: string | null;
}

export interface ProjectCopy {
  readonly source: IndexSource;
  readonly project: ProjectName;
  readonly into: RepositoryName;
  /** Aborted: files under way are finished, no other is begun. */
  readonly signal: AbortSignal;
  /** A file is dealt with; `sizeBytes` of it have come. */
  readonly passed: (sizeBytes: number) => void;
}

export interface CopiedProject {
  readonly copied: number;
  readonly copiedBytes: number;
  /** Files that were here already. */
  readonly same: number;
  /** Files that could not be copied, each with the reason in one sentence. */
  readonly faults: readonly { readonly filename: string; readonly because: string }[];
}
