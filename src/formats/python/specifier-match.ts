import { isSpecifierSet } from "./specifiers.ts";
import { compareVersions, parseVersion, type Version } from "./versions.ts";

/** Whether a version is one that a set of clauses allows; versions that are none by PEP 440 are allowed by `===` only. */
export type VersionMatch = (version: string) => boolean;

const CLAUSE = /^(===|==|!=|~=|<=|>=|<|>)\s*(.*)$/s;

/**
 * Reads a set of version clauses (`>=1.0,!=1.5`); `null`: it is none. Pre-releases count like any version: whoever writes
 * a limit means what it says, and installers decide by themselves whether they want one.
 */
export function specifierMatch(text: string): VersionMatch | null {
  if (!isSpecifierSet(text)) return null;
  const clauses = text
    .split(",")
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "")
    .map(clauseMatch);
  return (version) => clauses.every((matches) => matches(version));
}

function clauseMatch(clause: string): VersionMatch {
  const [, operator = "", wanted = ""] = CLAUSE.exec(clause) ?? [];
  if (operator === "===") return (version) => version.toLowerCase() === wanted.toLowerCase();
  const matches = versionMatch(operator, wanted);
  return (version) => {
    const parsed = parseVersion(version);
    return parsed !== null && matches(version, parsed);
  };
}

type ParsedMatch = (text: string, version: Version) => boolean;

function versionMatch(operator: string, wanted: string): ParsedMatch {
  switch (operator) {
    case "==":
      return equalMatch(wanted);
    case "!=": {
      const isEqual = equalMatch(wanted);
      return (text, version) => !isEqual(text, version);
    }
    case "~=": {
      // PEP 440: the last number of the release is free, those before it are not.
      const release = parseVersion(wanted)?.release ?? [];
      const hasPrefix = prefixMatch(parseVersion(wanted)?.epoch ?? "0", release.slice(0, -1));
      return (text, version) => compareVersions(publicPart(text), wanted) >= 0 && hasPrefix(text, version);
    }
    case "<=":
      return (text) => compareVersions(publicPart(text), wanted) <= 0;
    case ">=":
      return (text) => compareVersions(publicPart(text), wanted) >= 0;
    case "<":
      return lessMatch(wanted);
    default:
      return greaterMatch(wanted);
  }
}

/** Local labels are compared only where the clause has one. */
function equalMatch(wanted: string): ParsedMatch {
  if (wanted.endsWith(".*")) {
    const prefix = parseVersion(wanted.slice(0, -2));
    return prefixMatch(prefix?.epoch ?? "0", prefix?.release ?? []);
  }
  const isLocal = wanted.includes("+");
  return (text) => compareVersions(isLocal ? text : publicPart(text), wanted) === 0;
}

function prefixMatch(epoch: string, release: readonly string[]): ParsedMatch {
  return (_text, version) =>
    version.epoch === epoch && release.every((number, index) => (version.release[index] ?? "0") === number);
}

/** PEP 440: `<2` does not let in the pre-releases of 2 itself. */
function lessMatch(wanted: string): ParsedMatch {
  const limit = parseVersion(wanted);
  const isPre = limit !== null && (limit.pre !== null || limit.dev !== null);
  return (text, version) => {
    if (compareVersions(text, wanted) >= 0) return false;
    const isOwnPre = (version.pre !== null || version.dev !== null) && isSameRelease(version, limit);
    return isPre || !isOwnPre;
  };
}

/** PEP 440: `>1.0` lets in neither the post-releases nor the local versions of 1.0 itself. */
function greaterMatch(wanted: string): ParsedMatch {
  const limit = parseVersion(wanted);
  const isPost = limit !== null && limit.post !== null;
  return (text, version) => {
    if (compareVersions(publicPart(text), wanted) <= 0) return false;
    return isPost || version.post === null || !isSameRelease(version, limit);
  };
}

function isSameRelease(version: Version, limit: Version | null): boolean {
  if (limit === null) return false;
  const base = ({ epoch, release }: Version): string => `${epoch}!${release.join(".")}`;
  return compareVersions(base(version), base(limit)) === 0;
}

function publicPart(text: string): string {
  const plus = text.indexOf("+");
  return plus < 0 ? text : text.slice(0, plus);
}
