import { assertNever, type Problem, type ProblemCode } from "#core";
import type { Dialect } from "./routes.ts";

/**
 * The one table of statuses: problem × dialect. Clients decide by these numbers (pip, uv and twine by what is said of
 * each below), so they stand nowhere else; a problem without a row does not compile.
 */
const STATUSES: Readonly<Record<ProblemCode, readonly [native: number, devpi: number, artifactory: number]>> = {
  "repository-not-found": [404, 404, 404],
  "project-not-found": [404, 404, 404],
  "version-not-found": [404, 404, 404],
  "file-not-found": [404, 404, 404],
  "file-gone": [410, 410, 404],
  "user-not-found": [404, 404, 404],
  "token-not-found": [404, 404, 404],
  "session-not-found": [404, 404, 404],
  "policy-not-found": [404, 404, 404],
  "trashed-file-not-found": [404, 404, 404],
  "group-not-found": [404, 404, 404],
  "permission-target-not-found": [404, 404, 404],
  "group-exists": [409, 409, 409],
  "permission-target-exists": [409, 409, 409],
  "route-not-found": [404, 404, 404],
  // uv takes it for "that is the simple index, not the upload address", and says so.
  "method-not-allowed": [405, 405, 405],
  "not-acceptable": [406, 406, 406],
  "request-invalid": [400, 400, 400],
  "setting-invalid": [400, 400, 400],
  "upload-invalid": [400, 400, 400],
  // The public index says 410 to actions that it gave up.
  "action-retired": [410, 400, 400],
  "too-large": [413, 413, 413],
  // As Artifactory has it. Never 507: upload clients try 5xx again, and nothing gets better by that.
  "quota-exceeded": [413, 413, 413],
  "digest-mismatch": [400, 400, 409],
  // With 'already exists' in the message: what `--skip-existing` of twine, poetry and pdm looks for.
  "file-exists": [409, 409, 409],
  "user-exists": [409, 409, 409],
  "repository-exists": [409, 409, 400],
  "path-excluded": [409, 403, 409],
  // devpi knows no upload to a mirror at all.
  "not-publishable": [405, 404, 405],
  "project-closed": [403, 403, 403],
  "project-quarantined": [403, 403, 403],
  "repository-immutable": [403, 403, 403],
  "blob-missing": [500, 500, 500],
  // 404 would send uv to the next index, and 403 keeps pip from asking for a password.
  "not-signed-in": [401, 401, 401],
  "wrong-credentials": [401, 401, 401],
  "too-many-attempts": [429, 429, 429],
  "not-permitted": [403, 403, 403],
  "sign-up-closed": [403, 403, 403],
  // Never 404: a client would go on to its next index and take a namesake there.
  "upstream-unavailable": [502, 502, 502],
  "upstream-invalid": [502, 502, 502],
  "storage-full": [507, 507, 507],
  "storage-busy": [503, 503, 503],
  "shutting-down": [503, 503, 503],
};

const COLUMNS: Readonly<Record<Dialect["name"], 0 | 1 | 2>> = { native: 0, devpi: 1, artifactory: 2 };

/** What is answered to a request that was well-formed but met a fault of our own. */
export const FAULT_STATUS = 500;

export function statusOf(problem: Problem | { readonly code: ProblemCode }, dialect: Dialect["name"]): number {
  return STATUSES[problem.code][COLUMNS[dialect]];
}

/** One sentence for the client: what was tried, on what, why not. Holds nothing that the client must not know. */
export function messageOf(problem: Problem): string {
  if ("because" in problem) return problem.because;
  switch (problem.code) {
    case "repository-not-found":
      return `there is no repository '${problem.repository}' here`;
    case "project-not-found":
      return `the repository ${problem.repository} has no project '${problem.project}'`;
    case "version-not-found":
      return `the repository ${problem.repository} has no version ${problem.version} of '${problem.project}'`;
    case "file-not-found":
      return `the repository ${problem.repository} has no file '${problem.filename}' at this address`;
    case "file-gone":
      return `the file '${problem.filename}' was removed from the repository ${problem.repository}`;
    case "user-not-found":
      return `there is no user '${problem.user}' here`;
    case "token-not-found":
      return `there is no token '${problem.id}' here`;
    case "session-not-found":
      return `there is no session '${problem.id}' of yours; it may have ended already`;
    case "policy-not-found":
      return `there is no retention policy '${problem.policy}' here`;
    case "trashed-file-not-found":
      return `the trash has no file '${problem.id}'; it may have been restored or cleared away`;
    case "group-not-found":
      return `there is no group '${problem.group}' here`;
    case "group-exists":
      return `the group '${problem.group}' exists already`;
    case "permission-target-not-found":
      return `there is no permission target '${problem.target}' here`;
    case "permission-target-exists":
      return `the permission target '${problem.target}' exists already`;
    case "route-not-found":
      return `there is nothing at the address ${problem.path}`;
    case "not-acceptable":
      return `this can be sent as ${problem.offered.join(", ")} only, and Accept allows none of them`;
    case "too-large":
      return `the ${problem.what} is too large: at most ${problem.sizeBytesMax} bytes are taken`;
    case "digest-mismatch":
      return `the file '${problem.filename}' arrived with the digest ${problem.actual} instead of ${problem.expected}`;
    case "file-exists":
      return `File already exists: '${problem.filename}' in ${problem.repository} has other content; publish a new version`;
    case "user-exists":
      return `the user '${problem.user}' exists already`;
    case "blob-missing":
      return "the bytes of this file are missing from the storage; tell the administrator to run 'vivarium doctor'";
    case "too-many-attempts":
      return `too many failed sign-ins; try again in ${problem.retryAfterSeconds} s`;
    case "shutting-down":
      return "the server is shutting down; try again in a moment";
    default:
      return assertNever(problem);
  }
}

/** An upstream that sends nonsense says nothing of when it will stop to. */
const INVALID_RETRY_SECONDS = 10;

/** Clients keep passwords by realm; Artifactory's look for theirs. */
const REALMS: Readonly<Record<Dialect["name"], string>> = {
  native: "vivarium",
  devpi: "vivarium",
  artifactory: "Artifactory Realm",
};

/** What the protocol itself says beside the body: the challenge, when to come back, what is allowed. */
export function problemHeaders(
  problem: Problem,
  dialect: Dialect["name"] = "native",
): Readonly<Record<string, string>> {
  switch (problem.code) {
    case "not-signed-in":
    case "wrong-credentials":
      return { "www-authenticate": `Basic realm="${REALMS[dialect]}"` };
    // In seconds: poetry reads it as a number.
    case "too-many-attempts":
    case "upstream-unavailable":
    case "storage-busy":
    case "shutting-down":
      return { "retry-after": String(Math.max(1, Math.ceil(problem.retryAfterSeconds))) };
    case "upstream-invalid":
      return { "retry-after": String(INVALID_RETRY_SECONDS) };
    case "method-not-allowed":
      return { allow: problem.allowed.join(", ") };
    case "not-publishable":
      return { allow: "GET, HEAD" };
    default:
      return {};
  }
}

const REASON_LENGTH_MAX = 300;

/** The reason phrase, which is all that twine and pip show: the message as far as a status line can hold it. */
export function reasonOf(message: string): string {
  const text = message
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[^\x20-\x7e]/g, "?")
    .trim();
  return text.length <= REASON_LENGTH_MAX ? text : `${text.slice(0, REASON_LENGTH_MAX - 3)}...`;
}
