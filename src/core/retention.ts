import { compilePatterns, compileWildcard, patternFault } from "./ant-pattern.ts";
import type { Instant, ProjectName } from "./names.ts";
import type { RetentionPolicy } from "./targets.ts";
import { NO_PROJECT, type Properties } from "./tree.ts";

/** What a policy looks at of a file. */
export interface AgingFile {
  readonly path: string;
  /** `NO_PROJECT`: it belongs to none. */
  readonly project: ProjectName;
  readonly version: string | null;
  readonly sizeBytes: number;
  /** Of a copy of a remote's file: when it was made. */
  readonly publishedAt: Instant;
  /** `null`: never downloaded. */
  readonly lastDownloadAt: Instant | null;
  readonly properties: Properties;
}

/** A policy made ready to be asked of many files. Pure. */
export interface RetentionRule {
  /** Whether the policy is about files at this path and of this project at all; cheap, so it is asked first. */
  covers(file: Pick<AgingFile, "path" | "project">): boolean;
  /**
   * Why a covered file goes, in words; `null`: it stays. `newerVersions`: how many of its project's versions are newer
   * (of those that count, see {@link countsVersion}); `null`: it is of no version.
   */
  whyGone(
    file: AgingFile,
    circumstances: { readonly now: Instant; readonly isPreRelease: boolean; readonly newerVersions: number | null },
  ): string | null;
}

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}$/;
const DAYS_MAX = 36_500;
const HOURS_MAX = 24 * 366;
const PATTERNS_MAX = 200;

/** Makes a policy ready. A file goes when everything that the policy asks for holds. */
export function compileRetention(policy: RetentionPolicy): RetentionRule {
  const isPathCovered = compilePatterns(policy.includes, policy.excludes);
  const projects = policy.projects.map(compileWildcard);
  return {
    covers: ({ path, project }) =>
      isPathCovered(path) && (projects.length === 0 || projects.some((isMeant) => isMeant(project))),
    whyGone(file, { now, isPreRelease, newerVersions }) {
      const days = (since: Instant): number => (now - since) / MILLISECONDS_PER_DAY;
      const reasons: string[] = [];
      const { olderThanDays, unusedForDays, keepVersions, largerThanBytes } = policy;
      if (olderThanDays !== null) {
        if (days(file.publishedAt) <= olderThanDays) return null;
        reasons.push(`published ${told(days(file.publishedAt))} ago`);
      }
      if (unusedForDays !== null) {
        const usedAt = Math.max(file.publishedAt, file.lastDownloadAt ?? 0) as Instant;
        if (days(usedAt) <= unusedForDays) return null;
        reasons.push(
          file.lastDownloadAt === null ? "never downloaded" : `downloaded last ${told(days(file.lastDownloadAt))} ago`,
        );
      }
      if (policy.onlyPreReleases) {
        if (!isPreRelease) return null;
        reasons.push("a pre-release");
      }
      if (keepVersions !== null) {
        if (newerVersions === null || newerVersions < keepVersions) return null;
        reasons.push(newerVersions === 1 ? "1 version is newer" : `${newerVersions} versions are newer`);
      }
      if (largerThanBytes !== null) {
        if (file.sizeBytes <= largerThanBytes) return null;
        reasons.push(`larger than ${largerThanBytes} bytes`);
      }
      for (const [key, values] of Object.entries(policy.withProperties)) {
        if (!hasProperty(file.properties, key, values)) return null;
        reasons.push(`has the property ${key}`);
      }
      const keeps = Object.entries(policy.withoutProperties).some(([key, values]) =>
        hasProperty(file.properties, key, values),
      );
      return keeps ? null : reasons.join(", ");
    },
  };
}

/** Whether a version is one of those of which the newest stay: with `onlyPreReleases` only those are counted. */
export function countsVersion({ onlyPreReleases }: RetentionPolicy, isPreRelease: boolean): boolean {
  return !onlyPreReleases || isPreRelease;
}

/** What is wrong with a policy, in one sentence; `null`: nothing. */
export function policyFault(policy: RetentionPolicy): string | null {
  const { name, includes, excludes, projects, repositories } = policy;
  if (!NAME.test(name)) {
    return `the policy's name '${name}' may have letters, digits, spaces, '.', '_' and '-' only, at most 100, and begins with a letter or digit`;
  }
  if (repositories.length === 0) {
    return `the policy '${name}' names no repositories; name some by key, or all by '*'`;
  }
  const patterns = [...includes, ...excludes, ...projects, ...repositories];
  if (patterns.length > PATTERNS_MAX) return `the policy '${name}' has more than ${PATTERNS_MAX} names and patterns`;
  const fault = patterns.map(patternFault).find((text) => text !== null);
  if (fault !== undefined) return `the policy '${name}' cannot be used: ${fault}`;
  return numberFault(policy) ?? emptinessFault(policy);
}

function numberFault(policy: RetentionPolicy): string | null {
  const whole = (value: number, most: number, least: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  const { name, olderThanDays, unusedForDays, keepVersions, largerThanBytes, everyHours } = policy;
  for (const [what, days] of Object.entries({ olderThanDays, unusedForDays })) {
    if (days !== null && !(days >= 0 && days <= DAYS_MAX)) {
      return `${what} of the policy '${name}' is a number of days, at most ${DAYS_MAX}`;
    }
  }
  if (keepVersions !== null && !whole(keepVersions, 1_000_000, 1)) {
    return `keepVersions of the policy '${name}' is a whole number of versions, at least 1`;
  }
  if (largerThanBytes !== null && !whole(largerThanBytes, Number.MAX_SAFE_INTEGER, 0)) {
    return `largerThanBytes of the policy '${name}' is a whole number of bytes`;
  }
  if (everyHours !== null && !whole(everyHours, HOURS_MAX, 1)) {
    return `everyHours of the policy '${name}' is a whole number of hours, 1 to ${HOURS_MAX}`;
  }
  return null;
}

/** A policy that asks for nothing would clear everything away, and that is hardly ever what was meant. */
function emptinessFault(policy: RetentionPolicy): string | null {
  const { name, olderThanDays, unusedForDays, keepVersions, largerThanBytes, onlyPreReleases, withProperties } = policy;
  const numbers = [olderThanDays, unusedForDays, keepVersions, largerThanBytes];
  if (onlyPreReleases || numbers.some((value) => value !== null) || Object.keys(withProperties).length > 0) return null;
  return `the policy '${name}' says only where to clear and not what, so everything there would go; give at least one of olderThanDays, unusedForDays, keepVersions, onlyPreReleases, largerThanBytes and withProperties`;
}

function hasProperty(properties: Properties, key: string, values: readonly string[]): boolean {
  const own = Object.hasOwn(properties, key) ? (properties[key] ?? []) : [];
  return values.length === 0 ? own.length > 0 : values.some((value) => own.includes(value));
}

function told(days: number): string {
  const whole = Math.floor(days);
  return whole === 1 ? "1 day" : `${whole} days`;
}

/** Whether a file may have newer versions: it is of a project, and of a version. */
export function hasVersion({ project, version }: Pick<AgingFile, "project" | "version">): boolean {
  return project !== NO_PROJECT && version !== null;
}
