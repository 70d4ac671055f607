import type { Digest, ProjectName, RepositoryName } from "./names.ts";
import type { Action } from "./principal.ts";

/**
 * Everything that can go wrong on purpose. What is not here is a bug, and a 500.
 * Statuses stand in `http/problems.ts`, problem × dialect, and nowhere else.
 * `because` is one sentence for the reader: what was tried, on what, why not, what to do.
 */
export type Problem =
  | { readonly code: "repository-not-found"; readonly repository: string }
  | { readonly code: "project-not-found"; readonly repository: RepositoryName; readonly project: string }
  | {
      readonly code: "version-not-found";
      readonly repository: RepositoryName;
      readonly project: string;
      readonly version: string;
      /** Where there is more to say than that. */
      readonly because?: string;
    }
  | {
      readonly code: "file-not-found";
      readonly repository: RepositoryName;
      readonly filename: string;
      /** Where there is more to say than that. */
      readonly because?: string;
    }
  /** It was here and was removed (devpi: 410). */
  | { readonly code: "file-gone"; readonly repository: RepositoryName; readonly filename: string }
  | { readonly code: "user-not-found"; readonly user: string }
  | { readonly code: "token-not-found"; readonly id: string }
  | { readonly code: "session-not-found"; readonly id: string }
  | { readonly code: "policy-not-found"; readonly policy: string }
  | { readonly code: "trashed-file-not-found"; readonly id: string }
  | { readonly code: "group-not-found"; readonly group: string }
  | { readonly code: "group-exists"; readonly group: string }
  | { readonly code: "permission-target-not-found"; readonly target: string }
  | { readonly code: "permission-target-exists"; readonly target: string }
  | {
      readonly code: "route-not-found";
      readonly path: string;
      /** Where there is more to say than that. */
      readonly because?: string;
    }
  | {
      readonly code: "method-not-allowed";
      readonly method: string;
      readonly allowed: readonly string[];
      readonly because: string;
    }
  | { readonly code: "not-acceptable"; readonly offered: readonly string[] }
  /** The request cannot be understood: JSON that does not parse, a missing field, an odd path. */
  | { readonly code: "request-invalid"; readonly because: string }
  /** A name, an option or a setting that is not allowed. */
  | { readonly code: "setting-invalid"; readonly because: string }
  | { readonly code: "upload-invalid"; readonly because: string }
  /** An action of the old upload interface that is gone (`submit` where `strict`). */
  | { readonly code: "action-retired"; readonly because: string }
  | { readonly code: "too-large"; readonly what: string; readonly sizeBytesMax: number }
  /** A repository has no more room of its own; the disk may. */
  | { readonly code: "quota-exceeded"; readonly repository: RepositoryName; readonly because: string }
  | { readonly code: "digest-mismatch"; readonly filename: string; readonly expected: string; readonly actual: string }
  | {
      readonly code: "file-exists";
      readonly repository: RepositoryName;
      readonly filename: string;
      /** Where there is more to say than that it has other content. Contains 'already exists'. */
      readonly because?: string;
    }
  | { readonly code: "user-exists"; readonly user: string }
  | { readonly code: "repository-exists"; readonly repository: string; readonly because: string }
  /** The repository's includes and excludes leave the path out. */
  | {
      readonly code: "path-excluded";
      readonly repository: RepositoryName;
      readonly path: string;
      readonly because: string;
    }
  /** Upload to a remote, or to a virtual repository without a place to publish to. */
  | { readonly code: "not-publishable"; readonly repository: RepositoryName; readonly because: string }
  /** PEP 792 refuses it: archived or quarantined. */
  | {
      readonly code: "project-closed";
      readonly repository: RepositoryName;
      readonly project: ProjectName;
      readonly because: string;
    }
  | {
      readonly code: "project-quarantined";
      readonly repository: RepositoryName;
      readonly project: ProjectName;
      readonly because: string;
    }
  /** Removal or replacement in an immutable repository. */
  | { readonly code: "repository-immutable"; readonly repository: RepositoryName; readonly because: string }
  | { readonly code: "blob-missing"; readonly digest: Digest }
  | { readonly code: "not-signed-in"; readonly because: string }
  | { readonly code: "wrong-credentials"; readonly because: string }
  | { readonly code: "too-many-attempts"; readonly retryAfterSeconds: number }
  | {
      readonly code: "not-permitted";
      readonly action: Action | "manage-users" | "manage-tokens" | "create-repository";
      readonly because: string;
    }
  | { readonly code: "sign-up-closed"; readonly because: string }
  | {
      readonly code: "upstream-unavailable";
      readonly repository: RepositoryName;
      readonly retryAfterSeconds: number;
      readonly because: string;
    }
  /** The upstream sent what it must not: wrong hash, truncated, too large, not a package page. */
  | { readonly code: "upstream-invalid"; readonly repository: RepositoryName; readonly because: string }
  | { readonly code: "storage-full"; readonly because: string }
  /** Something else is at work on the same bytes; the same request may succeed in a moment. */
  | { readonly code: "storage-busy"; readonly retryAfterSeconds: number; readonly because: string }
  | { readonly code: "shutting-down"; readonly retryAfterSeconds: number };

export type ProblemCode = Problem["code"];

/** The one way to refuse. The cause stays in the log; what a client may read is made from `problem`. */
export class RegistryError extends Error {
  override readonly name: string = "RegistryError";
  readonly problem: Problem;
  constructor(problem: Problem, options?: { cause: unknown }) {
    super("because" in problem ? `${problem.code}: ${problem.because}` : problem.code, options);
    this.problem = problem;
  }
}

/** `throw refuse({ code: …, … })` */
export function refuse(problem: Problem, cause?: unknown): RegistryError {
  return new RegistryError(problem, cause === undefined ? undefined : { cause });
}
