import type { Call, Problem } from "#core";
import { CONTEXT, isAccessAddress } from "./addresses.ts";
import { notOffered } from "./not-offered.ts";

interface Rendered {
  readonly contentType: string;
  readonly body: string;
}

/**
 * `{"errors":[{"status","message"}]}`. What the access API refuses says `code` and `detail` too, which Terraform reads,
 * and tokens `error` and `error_description`, which pyartifactory and dohq read.
 */
export function renderProblem(problem: Problem, message: string, call: Call, status: number): Rendered {
  const text = wordingOf(problem, call) ?? message;
  const isAccess = isAccessAddress(call.path);
  const error = isAccess
    ? { status, code: accessCodeOf(status), message: text, detail: text }
    : { status, message: text };
  const isToken = isAccess ? call.path.includes("/v1/tokens") : call.path.startsWith(`${CONTEXT}/api/security/token`);
  return rendered({
    errors: [error],
    ...(isToken ? { error: tokenErrorOf(status), error_description: text } : {}),
  });
}

/** For faults of our own. */
export function renderFault(message: string, status: number): Rendered {
  return rendered({ errors: [{ status, code: accessCodeOf(status), message, detail: message }] });
}

/** Texts that clients search for; `null`: ours will do. */
function wordingOf(problem: Problem, call: Call): string | null {
  switch (problem.code) {
    case "wrong-credentials":
      return `Bad credentials: ${problem.because}`;
    case "not-signed-in":
      return `Authentication is required: ${problem.because}`;
    case "file-not-found":
      // dohq and jf take an item for absent by this sentence, and for unreadable without it.
      return problem.because ?? `${notFound(call)}: ${problem.repository} has nothing at '${problem.filename}'`;
    case "repository-not-found":
      return `${notFound(call)}: there is no repository '${problem.repository}' here`;
    case "file-exists":
      return (
        problem.because ??
        `Not enough permissions to delete/overwrite all artifacts under '${problem.filename}': it already exists in ${problem.repository} with other content`
      );
    case "route-not-found":
      return notOffered(problem.path);
    case "repository-exists":
      return `Case insensitive repository key already exists: ${problem.because}`;
    default:
      return null;
  }
}

function notFound(call: Call): string {
  return call.path.startsWith(`${CONTEXT}/api/storage/`) ? "Unable to find item" : "File not found";
}

function accessCodeOf(status: number): string {
  switch (status) {
    case 400:
      return "BAD_REQUEST";
    case 401:
      return "UNAUTHORIZED";
    case 403:
      return "FORBIDDEN";
    case 404:
      return "NOT_FOUND";
    case 405:
      return "METHOD_NOT_ALLOWED";
    case 409:
      return "CONFLICT";
    default:
      return status < 500 ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR";
  }
}

/** RFC 6749, 5.2. */
function tokenErrorOf(status: number): string {
  return status === 401 ? "invalid_client" : status === 403 ? "unauthorized_client" : "invalid_request";
}

function rendered(document: object): Rendered {
  return { contentType: "application/json", body: `${JSON.stringify(document)}\n` };
}
