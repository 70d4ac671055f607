/**
 * Ant's patterns on paths: `?` is one character of a segment, `*` any number of them, and `**` as a whole segment any
 * number of segments, none included. `dir/` means `dir/**`. Upper and lower case differ.
 *
 * Nothing here tries again what it has tried: the time is at most the product of the two lengths, whatever the pattern.
 */

/** What is wrong with a pattern, in one sentence; `null`: nothing. */
export function patternFault(pattern: string): string | null {
  if (pattern.length > PATTERN_LENGTH_MAX) return `a pattern has at most ${PATTERN_LENGTH_MAX} characters`;
  if (/[\x00-\x1f\x7f]/.test(pattern)) return "a pattern has no control characters";
  if (segmentsOf(pattern).some((segment) => segment === "." || segment === "..")) {
    return `the pattern '${pattern}' has '.' or '..' in it, which no path here has; write the path from the repository's root`;
  }
  return null;
}

const PATTERN_LENGTH_MAX = 1024;

/**
 * Whether a path (without a slash in front) fits one of the includes and none of the excludes. Blank patterns say
 * nothing, as clients send them for "none"; without any includes everything is included.
 */
export function compilePatterns(includes: readonly string[], excludes: readonly string[]): (path: string) => boolean {
  const fits = compilePathPatterns(includes, excludes);
  return fits === null ? () => true : (path) => fits(path === "" ? [] : path.split("/"));
}

/** As {@link compilePatterns}, for a path in its parts; `null`: every path fits. */
export function compilePathPatterns(includes: readonly string[], excludes: readonly string[]): PathMatcher | null {
  const included = matchersOf(includes);
  const excluded = matchersOf(excludes);
  const includesAll = included.length === 0 || included.includes(everything);
  if (includesAll && excluded.length === 0) return null;
  const [only, another] = included;
  // Most have one include and no exclude, and are asked very often.
  if (only !== undefined && another === undefined && excluded.length === 0) return only;
  return (segments) =>
    (includesAll || included.some((matches) => matches(segments))) && !excluded.some((matches) => matches(segments));
}

/**
 * Names of which each path that fits has one among its parts; `null`: there are no such. What is indexed by them need
 * not be tried on other paths.
 */
export function partsNeededBy(includes: readonly string[]): readonly string[] | null {
  const parts: string[] = [];
  for (const pattern of includes.map((one) => one.trim()).filter((one) => one !== "")) {
    const literal = segmentsOf(pattern).find((segment) => !/[*?]/.test(segment));
    if (literal === undefined) return null;
    parts.push(literal);
  }
  return parts.length === 0 ? null : parts;
}

export type PathMatcher = (segments: readonly string[]) => boolean;

/** Whether a text fits a pattern in which `*` is any number of characters, whatever they are; as in keys of repositories. */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const matches = segmentMatcher(pattern);
  return (text) => matches(text);
}

const everything: PathMatcher = () => true;

function matchersOf(patterns: readonly string[]): readonly PathMatcher[] {
  return patterns
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "")
    .map(matcherOf);
}

function matcherOf(pattern: string): PathMatcher {
  const blocks = blocksOf(segmentsOf(pattern));
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return everything;
  if (blocks.every((block) => block.length === 0)) return everything;
  // Every file has a name: on files `**/*` says no less than `**`, and everybody writes it for "everything".
  if (pattern === "**/*") return everything;
  return (segments) => matchesBlocks(blocks, first, last, segments);
}

function segmentsOf(pattern: string): readonly string[] {
  const whole = pattern.endsWith("/") ? `${pattern}**` : pattern;
  return whole.split("/").filter((segment) => segment !== "");
}

type Block = readonly ((segment: string) => boolean)[];

/** What stands before, between and after the `**`s; a block may be empty. */
function blocksOf(segments: readonly string[]): readonly Block[] {
  const blocks: ((segment: string) => boolean)[][] = [[]];
  for (const segment of segments) {
    if (segment === "**") blocks.push([]);
    else blocks.at(-1)?.push(segmentMatcher(segment));
  }
  return blocks;
}

/** The first block stands at the beginning, the last at the end, and those between as early as each of them fits. */
function matchesBlocks(blocks: readonly Block[], first: Block, last: Block, segments: readonly string[]): boolean {
  if (blocks.length === 1) return segments.length === first.length && fits(first, segments, 0);
  const end = segments.length - last.length;
  if (end < first.length || !fits(first, segments, 0) || !fits(last, segments, end)) return false;
  let at = first.length;
  for (const block of blocks.slice(1, -1)) {
    while (at + block.length <= end && !fits(block, segments, at)) at += 1;
    at += block.length;
    if (at > end) return false;
  }
  return true;
}

function fits(block: Block, segments: readonly string[], at: number): boolean {
  for (let index = 0; index < block.length; index += 1) {
    if (block[index]?.(segments[at + index] ?? "") !== true) return false;
  }
  return true;
}

/** The same one level down: texts between `*`s, as early as each of them fits. Most patterns are one of the first three. */
function segmentMatcher(pattern: string): (segment: string) => boolean {
  const pieces = pattern.split("*");
  const [first = "", last = ""] = [pieces[0], pieces.at(-1)];
  if (!pattern.includes("?") && pieces.length <= 2) {
    if (pieces.length === 1) return (segment) => segment === pattern;
    if (first === "") return (segment) => segment.endsWith(last);
    if (last === "") return (segment) => segment.startsWith(first);
  }
  if (pieces.length === 1) return (segment) => segment.length === first.length && standsAt(first, segment, 0);
  const middle = pieces.slice(1, -1).filter((piece) => piece !== "");
  return (segment) => {
    const end = segment.length - last.length;
    if (end < first.length || !standsAt(first, segment, 0) || !standsAt(last, segment, end)) return false;
    let at = first.length;
    for (const piece of middle) {
      at = firstPlace(piece, segment, at, end);
      if (at < 0) return false;
      at += piece.length;
    }
    return true;
  };
}

/** Where the piece stands at or after `from` and before `end`; -1: nowhere. */
function firstPlace(piece: string, segment: string, from: number, end: number): number {
  for (let at = from; at + piece.length <= end; at += 1) if (standsAt(piece, segment, at)) return at;
  return -1;
}

function standsAt(piece: string, segment: string, at: number): boolean {
  if (!piece.includes("?")) return segment.startsWith(piece, at);
  for (let index = 0; index < piece.length; index += 1) {
    if (piece[index] !== "?" && piece[index] !== segment[at + index]) return false;
  }
  return true;
}
