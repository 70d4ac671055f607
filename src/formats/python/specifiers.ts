const RELEASE = String.raw`v?(?:\d+!)?\d+(?:\.\d+)*`;
const SUFFIX = String.raw`(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?`;
const LOCAL = String.raw`(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?`;

// One clause by the version specifier specification: which forms a version may have depends on the operator.
const CLAUSE = new RegExp(
  [
    "^(?:",
    // Arbitrary equality compares text, but cannot hold what would end a clause.
    String.raw`===\s*[^\s;),]+`,
    // Prefix matching (`==1.2.*`) only here, and local labels only here.
    String.raw`|(?:==|!=)\s*${RELEASE}(?:\.\*|${SUFFIX}${LOCAL})`,
    // `~=3` is invalid: a compatible release needs two numbers.
    String.raw`|~=\s*v?(?:\d+!)?\d+(?:\.\d+)+${SUFFIX}`,
    String.raw`|(?:<=|>=|<|>)\s*${RELEASE}${SUFFIX}`,
    ")$",
  ].join(""),
  "i",
);
const SPECIFIERS_LENGTH_MAX = 4096;

/** Whether `text` is a set of version clauses, as `Requires-Python` holds one; the empty set is one. */
export function isSpecifierSet(text: string): boolean {
  return (
    text.length <= SPECIFIERS_LENGTH_MAX &&
    text
      .split(",")
      .map((clause) => clause.trim())
      .every((clause) => clause === "" || CLAUSE.test(clause))
  );
}
