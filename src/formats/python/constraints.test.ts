import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProjectName } from "#core";
import { readConstraints } from "./constraints.ts";
import { specifierMatch } from "./specifier-match.ts";

const FOO = "foo" as ProjectName;
const BAR = "bar" as ProjectName;

describe("version clauses", () => {
  // What `packaging` says, which pip and devpi-constrained ask.
  for (const [clauses, inside, outside] of [
    [">=1,<2", ["1", "1.0", "1.5a1", "1.0+local", "1.9.dev1"], ["2.0", "2.0a1", "1.0.dev1"]],
    ["==1.0", ["1.0", "1", "1.0.0", "1.0+local"], ["1.0a1", "1.0.post1", "1.1"]],
    ["==1.0+local", ["1.0+local"], ["1.0", "1.0+other"]],
    ["==1.*", ["1", "1.9", "1.9a1", "1.0.post1"], ["2.0", "0.9", "1!1.0"]],
    ["!=1.5.*", ["1.4", "1.6", "1.50"], ["1.5", "1.5.1", "1.5rc1"]],
    ["!=1.5", ["1.6", "1.6b1"], ["1.5", "1.5.0"]],
    ["~=1.4", ["1.4", "1.9", "1.4.1"], ["2.0", "1.3"]],
    ["~=1.4.2", ["1.4.2", "1.4.9"], ["1.5", "1.4.1"]],
    [">1.0", ["1.1", "1.0.1"], ["1.0", "1.0.post1", "1.0+local"]],
    [">1.0.post1", ["1.0.post2"], ["1.0.post1", "1.0"]],
    ["<2.0rc1", ["2.0b1", "1.0"], ["2.0rc1", "2.0"]],
    ["<=1.0", ["1.0", "1.0+local", "1.0a1"], ["1.0.post1", "1.1"]],
    ["===2024-banana", ["2024-BANANA"], ["2024"]],
    ["", ["1.0", "1.0a1", "not a version"], []],
  ] as const) {
    test(`'${clauses}' lets in ${inside.join(" ")} and keeps out ${outside.join(" ")}`, () => {
      const matches = specifierMatch(clauses);
      assert.ok(matches !== null);
      assert.deepEqual(
        inside.filter((version) => !matches(version)),
        [],
      );
      assert.deepEqual(
        outside.filter((version) => matches(version)),
        [],
      );
    });
  }
});

test("a project that no line names is admitted, until a line says * ", () => {
  const open = readConstraints(["foo<2"]);
  const closed = readConstraints(["foo<2", "*"]);

  assert.deepEqual([open.admitsProject(BAR), open.admitsVersion(BAR, "1.0")], [true, true]);
  assert.deepEqual([closed.admitsProject(BAR), closed.admitsVersion(BAR, "1.0")], [false, false]);
  assert.deepEqual(
    [closed.admitsProject(FOO), closed.admitsVersion(FOO, "1.0"), closed.admitsVersion(FOO, "2.0")],
    [true, true, false],
  );
});

test("versions that are none by PEP 440, and files that do not say theirs, are admitted only without clauses", () => {
  const limited = readConstraints(["foo>0"]);
  const free = readConstraints(["foo", "*"]);

  assert.deepEqual([limited.admitsVersion(FOO, "banana"), limited.admitsVersion(FOO, null)], [false, false]);
  assert.deepEqual([free.admitsVersion(FOO, "banana"), free.admitsVersion(FOO, null)], [true, true]);
});

test("a line is read as pip reads it: any spelling of the name, extras, markers, comments", () => {
  const rules = readConstraints(["# a comment", "", "Foo[x] (<2) ; python_version > '3'", "BAR == 1.0 # pinned"]);

  assert.deepEqual([rules.admitsVersion(FOO, "1.0"), rules.admitsVersion(FOO, "2.0")], [true, false]);
  assert.deepEqual([rules.admitsVersion(BAR, "1.0"), rules.admitsVersion(BAR, "1.1")], [true, false]);
});

for (const [line, message] of [
  ["foo 1.0", /perhaps foo==1.0 is meant/],
  ["-r other.txt", /does not begin with a project's name/],
  ["foo @ https://host.example/foo.zip", /not a project with version clauses/],
  ["foo>1; nonsense", /marker/],
  [`foo${">1,".repeat(5000)}`, /name|clauses/],
] as const) {
  test(`the line '${line.slice(0, 30)}' is refused, and named`, () => {
    assert.throws(
      () => readConstraints([line]),
      (error) => error instanceof SyntaxError && message.test(error.message),
    );
  });
}

test("two lines for one project are refused: which counts nobody could know", () => {
  assert.throws(() => readConstraints(["foo<2", "Foo>1"]), /Constraint for 'foo' already exists/);
});
