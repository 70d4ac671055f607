import type { ProjectName } from "#core";

// Anchored without `m`, so `$` is the true end of the text: a trailing newline does not pass. ASCII only, without the
// `u` flag, so that case folding lets no `ı` or `K` (Kelvin) through.
const VALID = /^(?:[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9])$/i;
// Longer than any name in use; a limit on what becomes a key, a cache entry and a path.
const NAME_LENGTH_MAX = 512;

/** Whether `text` may be a project's name: ASCII letters, digits, `.`, `_`, `-`, a letter or digit at both ends. */
export function isValidName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && VALID.test(text);
}

/** PEP 503: runs of `-`, `_` and `.` become one `-`, and letters lower case. Of a valid name this is a {@link ProjectName}. */
export function normalizeName(text: string): string {
  return text.replace(/[-_.]+/g, "-").toLowerCase();
}

/** The project that `text` names, in whatever spelling; `null` when it is no name at all. */
export function projectName(text: string): ProjectName | null {
  return isValidName(text) ? (normalizeName(text) as ProjectName) : null;
}

/** The form that standard file names use: the normal form with `_` for `-`, so that `-` can separate the parts. */
export function filenameForm(project: ProjectName): string {
  return project.replaceAll("-", "_");
}
