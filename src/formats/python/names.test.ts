import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { filenameForm, isValidName, normalizeName, projectName } from "./names.ts";

const nameText = fc
  .array(fc.constantFrom(..."aZ09._-"), { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join(""));

test("NAM-1: a name has ASCII letters, digits, dots, underscores and hyphens, and a letter or digit at both ends", () => {
  for (const name of ["a", "A", "7", "foo", "Foo.Bar_baz-1", "a..b", "zope.interface"]) {
    assert.ok(isValidName(name), name);
  }
  for (const name of ["", ".", "..", "-", "_a", "a_", "a.", "-a", "a b", "a/b", "a+b", "é", "foo\u0000", "../a"]) {
    assert.ok(!isValidName(name), JSON.stringify(name));
  }
});

test("NAM-1: a line break at the end does not pass", () => {
  assert.equal(projectName("foo\n"), null);
  assert.equal(projectName("foo\r\n"), null);
});

test("NAM-1: letters that only fold to ASCII do not pass", () => {
  for (const name of ["ıpython", "\u212aeras", "ſix", "Ｆoo"]) assert.equal(projectName(name), null, name);
});

test("SIM-7: a name of 5000 characters is none", () => {
  assert.equal(projectName("a".repeat(5000)), null);
});

test("NAM-2: runs of separators become one hyphen, letters lower case", () => {
  assert.equal(normalizeName("Friendly-._.-Bard"), "friendly-bard");
  for (const name of ["friendly-bard", "Friendly-Bard", "FRIENDLY-BARD", "friendly.bard", "friendly_bard"]) {
    assert.equal(projectName(name), "friendly-bard");
  }
});

test("NAM-2: the normal form is its own normal form, and valid exactly when the name is", () => {
  fc.assert(
    fc.property(nameText, (text) => {
      const project = projectName(text);
      assert.equal(project !== null, isValidName(text));
      if (project === null) return;
      assert.equal(projectName(project), project);
      assert.match(project, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      assert.equal(projectName(filenameForm(project)), project);
    }),
  );
});

test("NAM-2: two names are one project when they differ in case and separators only", () => {
  fc.assert(
    fc.property(nameText, nameText, (a, b) => {
      // The model: what is left when separators count as one mark and case does not count.
      const model = (text: string): string =>
        text
          .toUpperCase()
          .split(/[._-]+/)
          .join("/");
      assert.equal(normalizeName(a) === normalizeName(b), model(a) === model(b));
    }),
  );
});
