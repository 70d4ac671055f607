/**
 * Versions by the version specifier specification (PEP 440). Numbers are unbounded, so they stay digit strings without
 * leading zeros: a calendar version such as `20241231235959` must not meet floating-point arithmetic.
 */
export interface Version {
  readonly epoch: string;
  /** At least one number; trailing zeros as written. */
  readonly release: readonly string[];
  readonly pre: { readonly letter: "a" | "b" | "rc"; readonly number: string } | null;
  readonly post: string | null;
  readonly dev: string | null;
  /** Segments in lower case; numeric ones without leading zeros. */
  readonly local: readonly string[] | null;
}

// The expression of the specification's appendix, without the `u` flag so that case folding stays within ASCII.
const VERSION =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d+)?)?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d+)?)?(?:[-_.]?(dev)[-_.]?(\d+)?)?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/i;
const PLAIN = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*$/;
// Beyond any version in use; longer text is not looked at.
const VERSION_LENGTH_MAX = 1024;

/** Reads a version in any spelling the specification allows, blanks around it included; `null` for anything else. */
export function parseVersion(text: string): Version | null {
  if (text.length > VERSION_LENGTH_MAX) return null;
  const match = VERSION.exec(text.trim());
  if (match === null) return null;
  const [, epoch, release = "", preWord, preNumber, dashPost, postWord, postNumber, devWord, devNumber, local] = match;
  return {
    epoch: plainNumber(epoch),
    release: release.split(".").map(plainNumber),
    pre: preWord === undefined ? null : { letter: preLetter(preWord), number: plainNumber(preNumber) },
    post: dashPost === undefined && postWord === undefined ? null : plainNumber(dashPost ?? postNumber),
    dev: devWord === undefined ? null : plainNumber(devNumber),
    local:
      local === undefined
        ? null
        : local
            .toLowerCase()
            .split(/[-_.]/)
            .map((part) => (isNumeric(part) ? plainNumber(part) : part)),
  };
}

/** Whether `text` is a version by PEP 440, in any spelling. */
export function isVersion(text: string): boolean {
  return parseVersion(text) !== null;
}

/** The normal form: `1.0RC1` → `1.0rc1`, `1.0-1` → `1.0.post1`. Trailing zeros stay. `null`: not a version. */
export function canonicalVersion(text: string): string | null {
  // Most versions are in normal form already, and upstream pages have thousands.
  if (PLAIN.test(text) && text.length <= VERSION_LENGTH_MAX) return text;
  const version = parseVersion(text);
  return version === null ? null : spell(version, version.release);
}

/** {@link canonicalVersion} where the text is a version, else the text itself: what a page shows for old releases. */
export function normalizeVersion(text: string): string {
  return canonicalVersion(text) ?? text;
}

/** Equal for two spellings of one release (`1.0`, `1.0.0`, `v1`), different for two releases. Any text has a key. */
export function versionKey(text: string): string {
  const version = parseVersion(text);
  // A text that is no version cannot collide with a key, which always is one.
  return version === null ? text : spell(version, withoutTrailingZeros(version.release));
}

/** Whether installers skip it unless asked: alpha, beta, candidate or development release. */
export function isPrerelease(text: string): boolean {
  const version = parseVersion(text);
  return version !== null && (version.pre !== null || version.dev !== null);
}

/**
 * A total order: `dev < a < b < rc < final < post`, epoch first, local last; 0 for spellings of one release. Text that
 * is no version sorts below every version, by code units.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  return compareParsed(parseVersion(a), parseVersion(b)) ?? (a < b ? -1 : 1);
}

/** `texts` in ascending order, each parsed once. */
export function sortVersions(texts: Iterable<string>): string[] {
  return [...texts]
    .map((text) => ({ text, version: parseVersion(text) }))
    .sort((a, b) => (compareParsed(a.version, b.version) ?? 0) || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ text }) => text);
}

/** `null` when neither is a version, so that the texts decide. */
function compareParsed(a: Version | null, b: Version | null): number | null {
  if (a === null || b === null) return a === b ? null : a === null ? -1 : 1;
  return (
    compareNumbers(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    comparePre(a, b) ||
    compareAbsentFirst(a.post, b.post) ||
    compareAbsentLast(a.dev, b.dev) ||
    compareLocal(a.local, b.local)
  );
}

function compareReleases(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const order = compareNumbers(a[index] ?? "0", b[index] ?? "0");
    if (order !== 0) return order;
  }
  return 0;
}

function comparePre(a: Version, b: Version): number {
  const rank = preRank(a) - preRank(b);
  if (rank !== 0 || a.pre === null || b.pre === null) return Math.sign(rank);
  return compareNumbers(a.pre.number, b.pre.number);
}

// A development release of the final one comes before its alphas; without a pre-release part, final and post come after.
function preRank(version: Version): number {
  if (version.pre !== null) return { a: 1, b: 2, rc: 3 }[version.pre.letter];
  return version.post === null && version.dev !== null ? 0 : 4;
}

function compareAbsentFirst(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compareNumbers(a, b);
}

function compareAbsentLast(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compareNumbers(a, b);
}

// Numeric segments compare as numbers and stand above alphanumeric ones; a longer label wins over its own beginning.
function compareLocal(a: readonly string[] | null, b: readonly string[] | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left = "", right = ""] = [a[index], b[index]];
    if (left === right) continue;
    if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
    if (isNumeric(left) !== isNumeric(right)) return isNumeric(left) ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

/** Both without leading zeros, so the longer one is the larger. */
function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function spell(version: Version, release: readonly string[]): string {
  const { epoch, pre, post, dev, local } = version;
  return [
    epoch === "0" ? "" : `${epoch}!`,
    release.join("."),
    pre === null ? "" : `${pre.letter}${pre.number}`,
    post === null ? "" : `.post${post}`,
    dev === null ? "" : `.dev${dev}`,
    local === null ? "" : `+${local.join(".")}`,
  ].join("");
}

function withoutTrailingZeros(release: readonly string[]): readonly string[] {
  let length = release.length;
  while (length > 1 && release[length - 1] === "0") length -= 1;
  return release.slice(0, length);
}

function preLetter(word: string): "a" | "b" | "rc" {
  const lower = word.toLowerCase();
  if (lower === "a" || lower === "alpha") return "a";
  return lower === "b" || lower === "beta" ? "b" : "rc";
}

/** Without leading zeros; an implied number (`1.0a`) is 0. */
function plainNumber(digits: string | undefined): string {
  return digits === undefined ? "0" : digits.replace(/^0+(?=\d)/, "");
}

function isNumeric(text: string): boolean {
  return /^\d+$/.test(text);
}
