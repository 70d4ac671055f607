import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePatterns, compileWildcard, partsNeededBy, patternFault } from "./ant-pattern.ts";

const fits = (pattern: string, path: string): boolean => compilePatterns([pattern], [])(path);

test("a star stays within a segment, two stars cross segments", () => {
  assert.equal(fits("*.whl", "foo.whl"), true);
  assert.equal(fits("*.whl", "a/foo.whl"), false);
  assert.equal(fits("a/*/c", "a/b/c"), true);
  assert.equal(fits("a/*/c", "a/b/b/c"), false);
  assert.equal(fits("a/**/c", "a/b/b/c"), true);
  assert.equal(fits("a/**/c", "a/c"), true);
  assert.equal(fits("**/*.whl", "foo.whl"), true);
  assert.equal(fits("**/*.whl", "a/b/foo.whl"), true);
  assert.equal(fits("a/**", "a"), true);
  assert.equal(fits("a/**", "ab/c"), false);
  assert.equal(fits("a/**/b/**/c", "a/x/b/b/x/c"), true);
  assert.equal(fits("a/**/b/**/c", "a/x/x/c"), false);
});

test("a question mark is one character and no slash", () => {
  assert.equal(fits("?.txt", "a.txt"), true);
  assert.equal(fits("?.txt", "ab.txt"), false);
  assert.equal(fits("a?b", "a/b"), false);
  assert.equal(fits("a*?c*", "abbcd"), true);
});

test("a pattern that ends in a slash means all below", () => {
  assert.equal(fits("a/", "a/b/c"), true);
  assert.equal(fits("a/", "b/a/c"), false);
});

test("a slash in front of a pattern changes nothing", () => {
  assert.equal(fits("/a/*", "a/b"), true);
});

test("everything fits what everybody writes for everything", () => {
  for (const pattern of ["**", "**/**"]) for (const path of ["", "a", "a/b"]) assert.equal(fits(pattern, path), true);
  for (const path of ["a", "a/b/c.d"]) assert.equal(fits("**/*", path), true);
});

test("no includes include everything, and a blank exclude excludes nothing", () => {
  assert.equal(compilePatterns([], [""])("a/b"), true);
  assert.equal(compilePatterns([""], [" "])("a/b"), true);
  assert.equal(compilePatterns(["a/**"], [""])("a/b"), true);
});

test("an exclude wins over every include", () => {
  const matches = compilePatterns(["**"], ["secret/**", "**/*.key"]);
  assert.equal(matches("open/a"), true);
  assert.equal(matches("secret/a"), false);
  assert.equal(matches("open/a.key"), false);
});

test("letters that mean something elsewhere are just letters", () => {
  assert.equal(fits("a+(b)|[c].$", "a+(b)|[c].$"), true);
  assert.equal(fits("a.b", "axb"), false);
});

test("a wildcard for keys crosses whatever stands there", () => {
  const matches = compileWildcard("team-*-local");
  assert.equal(matches("team-a/b-local"), true);
  assert.equal(matches("team-local"), false);
});

test("patterns that no path can fit are faulty, and so are very long ones", () => {
  assert.equal(patternFault("org/**/*.whl"), null);
  assert.equal(patternFault(""), null);
  assert.match(String(patternFault("../a")), /'\.\.'/);
  assert.match(String(patternFault("a/./b")), /'\.'/);
  assert.match(String(patternFault("a\nb")), /control/);
  assert.match(String(patternFault("a".repeat(1025))), /1024/);
});

test("a simple model agrees about pairs of pattern and path by the hundred thousand", () => {
  const random = seeded(7);
  const pieces = ["a", "b", "*", "?", "/", "**", "/**/", "**/", "/**"];
  for (let round = 0; round < 3000; round += 1) {
    const pattern = Array.from({ length: 1 + random(6) }, () => pieces[random(pieces.length)]).join("");
    const matches = compilePatterns([pattern], []);
    for (let again = 0; again < 40; again += 1) {
      const path = Array.from({ length: 1 + random(4) }, () => word(random)).join("/");
      assert.equal(matches(path), modelMatches(pattern, path), `${pattern} on ${path}`);
    }
  }
});

test("what a path must have among its parts is told where a pattern says it", () => {
  assert.deepEqual(partsNeededBy(["a/**", "", "**/b/*.whl", "c*/d"]), ["a", "b", "d"]);
  assert.equal(partsNeededBy(["a/**", "*/**"]), null);
  assert.equal(partsNeededBy(["**"]), null);
  assert.equal(partsNeededBy([]), null);
});

test("a hostile pattern costs no more than its length times the path's", () => {
  const path = `${"a".repeat(500)}/${"a/".repeat(500)}b`;
  const matches = compilePatterns([`${"*a".repeat(300)}*/${"**/a/".repeat(60)}c`], []);
  const startedAt = performance.now();
  for (let round = 0; round < 100; round += 1) assert.equal(matches(path), false);
  // Backtracking would need longer than the universe is old; the bound leaves room for the slowest machine.
  assert.ok(performance.now() - startedAt < 5000);
});

function word(random: (below: number) => number): string {
  return Array.from({ length: 1 + random(3) }, () => "ab"[random(2)]).join("");
}

/** Says the same by trying everything. */
function modelMatches(pattern: string, path: string): boolean {
  const whole = pattern.endsWith("/") ? `${pattern}**` : pattern;
  return below(
    whole.split("/").filter((segment) => segment !== ""),
    path.split("/"),
  );
}

function below(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === "**") return below(rest, path) || (path.length > 0 && below(pattern, path.slice(1)));
  const [segment, ...others] = path;
  return segment !== undefined && letters(first, segment) && below(rest, others);
}

function letters(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  if (pattern[0] === "*") return letters(rest, text) || (text !== "" && letters(pattern, text.slice(1)));
  return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && letters(rest, text.slice(1));
}

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
