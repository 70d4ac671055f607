import type { Call, Problem, Reply, RepositoryName, Seq, UserName } from "#core";

/** Where a dialect's or the API's route hangs. `{owner}`/`{repository}` targets are found by `routing.ts`. */
export type Scope =
  /** `path` is absolute: `/+login`, `/api/v1/users/:user`. */
  | "root"
  /** `path` is below an owner: `/` is `/alice`. */
  | "owner"
  /**
   * `path` is below a repository, before the format's own routes: `/` is `/alice/dev`. Repositories that know no projects
   * have their addresses to themselves.
   */
  | "repository";

/** What the route was found under. */
export interface Target {
  readonly owner: UserName | null;
  readonly repository: RepositoryName | null;
}

/**
 * A route of the API or of a dialect. Paths as in `Route` of `#formats`; a slash at the end is optional in requests
 * unless the path is registered both ways.
 */
export interface DialectRoute {
  readonly scope: Scope;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "PUSH";
  readonly path: string;
  /** Several routes may share scope, method and path: the first whose `when` says yes takes the call. */
  readonly when?: (call: Call) => boolean;
  /** Answered to everybody, also where nothing else is without a sign-in (`--lockdown`). */
  readonly isOpen?: true;
  handle(call: Call, target: Target): Promise<Reply>;
}

/** A set of routes that shape their errors alike. */
export interface Dialect {
  /** Row of the status table. */
  readonly name: "native" | "devpi" | "artifactory";
  readonly routes: readonly DialectRoute[];
  /**
   * Whether an address belongs to this dialect alone: no other one's routes are looked at there, and whatever is
   * refused, from the sign-in to the unknown address, is refused in its words. Several slashes count as one there. The
   * path is as it was sent.
   */
  owns?(path: string): boolean;
  /**
   * Headers on every answer of this dialect (devpi: `X-DEVPI-…`), also on errors. `written`: the journal position of
   * what the request has written; `null`: nothing.
   */
  headers?(call: Call, written: Seq | null): Readonly<Record<string, string>>;
  /** The body of a refusal in this dialect; status and challenge are the front door's. */
  renderProblem(
    problem: Problem,
    message: string,
    call: Call,
    status: number,
  ): { readonly contentType: string; readonly body: string };
  /** The body where we have met a fault of our own; problem+json when not given. */
  renderFault?(message: string, status: number): { readonly contentType: string; readonly body: string };
}
