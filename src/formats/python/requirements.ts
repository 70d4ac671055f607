import { isValidName } from "./names.ts";
import { isSpecifierSet } from "./specifiers.ts";

const REQUIREMENT_LENGTH_MAX = 8192;
const MARKER_DEPTH_MAX = 32;
const NAME_AND_EXTRAS = /^\s*([a-z0-9][a-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*/i;
const OPERATORS = new Set(["in", "===", "==", "~=", "!=", "<=", ">=", "<", ">"]);
const VARIABLES = new Set([
  "python_version",
  "python_full_version",
  "os_name",
  "sys_platform",
  "platform_release",
  "platform_system",
  "platform_version",
  "platform_machine",
  "platform_python_implementation",
  "implementation_name",
  "implementation_version",
  "extra",
  // PEP 751: in lock files and wherever markers are read since.
  "extras",
  "dependency_groups",
  // Spellings from before PEP 508 that installers still read.
  "os.name",
  "sys.platform",
  "platform.version",
  "platform.machine",
  "platform.python_implementation",
  "python_implementation",
]);

/**
 * Whether `text` is a dependency by PEP 508, also in the older form `name (>=1.0)`: a name, extras, and version clauses
 * or `@ address`, and a marker. Direct addresses are allowed: a private index may depend on its own servers.
 */
export function isRequirement(text: string): boolean {
  if (text.length > REQUIREMENT_LENGTH_MAX) return false;
  const match = NAME_AND_EXTRAS.exec(text);
  if (match === null || !isValidName(match[1] ?? "") || !areExtras(match[2])) return false;
  const rest = text.slice(match[0].length);
  if (rest.startsWith("@")) return isDirect(rest.slice(1));
  const semicolon = rest.indexOf(";");
  const clauses = (semicolon < 0 ? rest : rest.slice(0, semicolon)).trim();
  if (semicolon >= 0 && !isMarker(rest.slice(semicolon + 1))) return false;
  const inner = /^\((.*)\)$/s.exec(clauses);
  return isSpecifierSet(inner?.[1] ?? clauses);
}

/** What a dependency names, as it spells it; `null`: it is no dependency. */
export function requiredName(text: string): string | null {
  return isRequirement(text) ? (NAME_AND_EXTRAS.exec(text)?.[1] ?? null) : null;
}

/** Whether `text` is an environment marker: comparisons joined by `and`, `or` and brackets. */
export function isMarker(text: string): boolean {
  const tokens = tokensOf(text);
  if (tokens === null) return false;
  let at = 0;
  const take = (wanted: string): boolean => {
    if (tokens[at] !== wanted) return false;
    at += 1;
    return true;
  };
  const operand = (): "variable" | "text" | null => {
    const token = tokens[at] ?? "";
    at += 1;
    if (/^["']/.test(token)) return "text";
    return VARIABLES.has(token) ? "variable" : null;
  };
  const operator = (): boolean => {
    if (take("not")) return take("in");
    if (!OPERATORS.has(tokens[at] ?? "")) return false;
    at += 1;
    return true;
  };
  const comparison = (): boolean => {
    const left = operand();
    const right = operator() ? operand() : null;
    return left !== null && right !== null && (left === "variable" || right === "variable");
  };
  const atom = (depth: number): boolean =>
    take("(") ? depth < MARKER_DEPTH_MAX && either(depth + 1) && take(")") : comparison();
  const both = (depth: number): boolean => {
    do if (!atom(depth)) return false;
    while (take("and"));
    return true;
  };
  const either = (depth: number): boolean => {
    do if (!both(depth)) return false;
    while (take("or"));
    return true;
  };
  return either(0) && at === tokens.length;
}

function tokensOf(text: string): readonly string[] | null {
  const token = /\s*("[^"]*"|'[^']*'|[()]|===|==|~=|!=|<=|>=|<|>|[a-z_][a-z0-9_.]*)\s*/iy;
  const tokens: string[] = [];
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return null;
    tokens.push(match[1] ?? "");
  }
  return tokens;
}

function areExtras(text: string | undefined): boolean {
  if (text === undefined || text.trim() === "") return true;
  return text.split(",").every((extra) => isValidName(extra.trim()));
}

/** PEP 508: an address ends at a blank, and only after one may ` ; marker` follow. */
function isDirect(text: string): boolean {
  const match = /^\s*(\S+)(?:\s+;(.*))?\s*$/s.exec(text);
  if (match === null) return false;
  const [, address = "", marker] = match;
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(address) && (marker === undefined || isMarker(marker));
}
