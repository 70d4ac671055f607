import type { Problem } from "#core";
import { quoted } from "./option-values.ts";

/** The sentence in which devpi says it, where scripts and people look for that; `null`: our own will do. */
export function wordingOf(problem: Problem): string | null {
  switch (problem.code) {
    case "repository-not-found":
      return `The stage ${problem.repository} could not be found.`;
    case "user-not-found":
      return `no user ${quoted(problem.user)}`;
    case "token-not-found":
      return `No token with id ${problem.id}`;
    case "user-exists":
      return "user already exists";
    case "project-not-found":
      return `no project ${quoted(problem.project)}`;
    case "version-not-found":
      return problem.because ?? `The version ${problem.version} of project ${problem.project} does not exist.`;
    case "file-not-found":
      return problem.because ?? `no such file: ${problem.filename}`;
    case "file-gone":
      return `file ${quoted(problem.filename)} existed, deleted in later serial`;
    case "file-exists":
      return problem.because ?? `${problem.filename} already exists in non-volatile index`;
    default:
      return null;
  }
}
