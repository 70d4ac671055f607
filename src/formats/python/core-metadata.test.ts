import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BrokenFile } from "./broken-file.ts";
import { parseCoreMetadata } from "./core-metadata.ts";
import { checkCoreMetadata, isStatic } from "./core-metadata-check.ts";

const HEAD = "Metadata-Version: 2.4\nName: foo\nVersion: 1.0\n";

describe("Core Metadata is read", () => {
  test("into the form's names, lists as lists", () => {
    const text = `${HEAD}Classifier: A\nClassifier: B\nProject-URL: Docs, https://docs.example/\nKeywords: a,b\nRequires-Dist: bar\nLicense-File: LICENSE\n`;
    assert.deepEqual(parse(text), {
      metadata_version: "2.4",
      name: "foo",
      version: "1.0",
      classifiers: ["A", "B"],
      project_urls: ["Docs, https://docs.example/"],
      keywords: "a,b",
      requires_dist: ["bar"],
      license_file: ["LICENSE"],
    });
  });

  test("with the description as its body, and header names in any case", () => {
    assert.equal(parse(`${HEAD.toUpperCase()}\nLine one.\n\nLine two.\n`)["description"], "Line one.\n\nLine two.\n");
  });

  test("with lines folded in each of the ways that tools have used", () => {
    const folded = `${HEAD}License: one\n        two\n       |three\n\tfour\n`;
    assert.equal(parse(folded)["license"], "one\ntwo\nthree\nfour");
  });

  test("with line ends of either kind", () => {
    assert.deepEqual(parse(HEAD.replaceAll("\n", "\r\n")), parse(HEAD));
  });

  test("passing over unknown fields, empty ones and UNKNOWN", () => {
    assert.deepEqual(parse(`${HEAD}X-Odd: 1\nX-Odd: 2\nHome-page: UNKNOWN\nSummary:\n`), parse(HEAD));
  });

  test("but not when it is no UTF-8, no headers, or says a thing twice (MD-2)", () => {
    assert.throws(() => parseCoreMetadata(Buffer.from([0xc3, 0x28])), /not UTF-8/);
    assert.throws(() => parse(`${HEAD}no colon here\n`), /line 4 of its metadata is no header/);
    for (const field of ["Metadata-Version: 2.1", "Name: bar", "Version: 2", "Requires-Python: >=3"]) {
      assert.throws(() => parse(`${HEAD}${field}\n${field}\n`), /given more than once/);
    }
    assert.throws(() => parse(`${HEAD}Description: x\n\nbody\n`), /Description both/);
  });

  test("and whatever the bytes are, it is read or refused", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: "binary" }).map((text) => Buffer.from(HEAD + text)),
        ),
        (bytes) => {
          try {
            checkCoreMetadata(parseCoreMetadata(bytes), { isComplete: true });
          } catch (error) {
            assert.ok(error instanceof BrokenFile, String(error));
          }
        },
      ),
    );
  });
});

describe("Core Metadata is judged", () => {
  const good: readonly (readonly [what: string, lines: string])[] = [
    [
      "dependencies of every form (MD-2)",
      "Requires-Dist: bar\nRequires-Dist: bar (>=1,<2)\nRequires-Dist: bar[a,b]>=1; python_version < '3'\nRequires-Dist: bar @ https://files.example/bar.whl",
    ],
    ["a Requires-Python with blanks (MD-2)", "Requires-Python: >= 3.9, != 3.10.*"],
    ["each type of description (MD-3)", "Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM"],
    ["plain text and reStructuredText (MD-3)", "Description-Content-Type: text/x-rst"],
    ["a license expression (MD-4)", "License-Expression: MIT OR (Apache-2.0 WITH LLVM-exception)"],
    ["a license file in a folder (MD-4)", "License-File: licenses/LICENSE.txt"],
    ["normal extras (MD-4)", "Provides-Extra: foo-bar"],
    ["import names (MD-4)", "Import-Name: foo\nImport-Name: foo._c ; private\nImport-Namespace: ns"],
    ["dynamic fields (MD-4)", "Dynamic: Requires-Dist"],
    [
      "addresses of web and version control (MD-5)",
      "Home-page: https://foo.example/\nProject-URL: Source, ssh://git@code.example/foo.git\nProject-URL: Local, localhost:8080/x",
    ],
    ["an unknown classifier (MD-5)", "Classifier: Private :: Do Not Upload"],
  ];
  for (const [what, lines] of good) test(`good: ${what}`, () => check(`${HEAD}${lines}\n`));

  const bad: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    ["a missing metadata version (MD-2)", "Name: foo\nVersion: 1\n", /Metadata-Version is missing/],
    ["a missing name (MD-2)", "Metadata-Version: 2.1\nVersion: 1\n", /Name is missing/],
    ["a missing version (MD-2)", "Metadata-Version: 2.1\nName: foo\n", /Version is missing/],
    ["metadata 2.0 (MD-1)", HEAD.replace("2.4", "2.0"), /'2.0' is an invalid value for Metadata-Version/],
    ["metadata 1.3 (MD-1)", HEAD.replace("2.4", "1.3"), /Metadata-Version/],
    ["metadata of a greater major version (MD-1)", HEAD.replace("2.4", "3.0"), /Metadata-Version/],
    ["a name that is none (MD-2)", HEAD.replace("foo", "-foo"), /invalid value for Name/],
    ["a version that is none (MD-2)", HEAD.replace("1.0", "1.0-x"), /invalid value for Version/],
    ["a dependency that is none (MD-2)", `${HEAD}Requires-Dist: bar >\n`, /Requires-Dist/],
    ["Requires-Python that is none (MD-2)", `${HEAD}Requires-Python: ~=3\n`, /Requires-Python/],
    [
      "a description in another charset (MD-3)",
      `${HEAD}Description-Content-Type: text/plain; charset=latin-1\n`,
      /Description-Content-Type/,
    ],
    [
      "a description of another type (MD-3)",
      `${HEAD}Description-Content-Type: text/html\n`,
      /Description-Content-Type/,
    ],
    [
      "an unknown variant of Markdown (MD-3)",
      `${HEAD}Description-Content-Type: text/markdown; variant=mine\n`,
      /Description-Content-Type/,
    ],
    ["a dynamic name (MD-4)", `${HEAD}Dynamic: name\n`, /Dynamic must not name/],
    ["a dynamic version (MD-4)", `${HEAD}Dynamic: Version\n`, /Dynamic must not name/],
    ["an extra not in normal form (MD-4)", `${HEAD}Provides-Extra: Foo_Bar\n`, /normal form 'foo-bar'/],
    ["an extra that is no name (MD-4)", `${HEAD}Provides-Extra: a b\n`, /Provides-Extra/],
    ["a license expression that is none (MD-4)", `${HEAD}License-Expression: My Own\n`, /SPDX/],
    ["a license beside a license expression (MD-4)", `${HEAD}License: MIT\nLicense-Expression: MIT\n`, /together/],
    ["a license file outside (MD-4)", `${HEAD}License-File: ../LICENSE\n`, /License-File/],
    ["a license file by a glob (MD-4)", `${HEAD}License-File: LICEN[CS]E*\n`, /License-File/],
    ["a license file with a backslash (MD-4)", `${HEAD}License-File: a\\b\n`, /License-File/],
    ["an import name that is none (MD-4)", `${HEAD}Import-Name: foo-bar\n`, /Import-Name/],
    ["an import name with another mark (MD-4)", `${HEAD}Import-Name: foo; public\n`, /Import-Name/],
    ["an import name with two marks (MD-4)", `${HEAD}Import-Name: foo; private; private\n`, /Import-Name/],
    [
      "an import name that is also a namespace (MD-4)",
      `${HEAD}Import-Name: foo\nImport-Namespace: foo\n`,
      /more than once/,
    ],
    ["a summary of two lines (MD-5)", `${HEAD}Summary: a\n b\n`, /one line/],
    ["a long summary (MD-5)", `${HEAD}Summary: ${"x".repeat(513)}\n`, /512/],
    ["a script as a link (MD-5)", `${HEAD}Project-URL: Home, javascript:alert(1)\n`, /Project-URL/],
    ["a script hidden behind blanks (MD-5)", `${HEAD}Home-page: \x01java\tscript:alert(1)\n`, /Home-Page/],
    ["data as a link (MD-5)", `${HEAD}Download-URL: data:text/html,x\n`, /Download-URL/],
    ["a link without a label (MD-5)", `${HEAD}Project-URL: https://foo.example/\n`, /label, address/],
    ["a long label (MD-5)", `${HEAD}Project-URL: ${"x".repeat(33)}, https://foo.example/\n`, /32/],
    [
      "a label twice (MD-5)",
      `${HEAD}Project-URL: A, https://a.example/\nProject-URL: A, https://b.example/\n`,
      /each label once/,
    ],
  ];
  for (const [what, text, message] of bad) {
    test(`bad: ${what}`, () =>
      assert.throws(
        () => check(text),
        (error) => error instanceof BrokenFile && message.test(error.message),
      ));
  }

  test("good: each version of Core Metadata there has been (MD-1)", () => {
    for (const version of ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"])
      check(HEAD.replace("2.4", version));
  });

  test("good: old metadata with what was usual then", () => {
    check(`${HEAD.replace("2.4", "2.1")}License-File: LICEN[CS]E*\nProvides-Extra: Foo_Bar\nHome-page: foo.example\n`);
  });

  test("static from 2.2 on when nothing is dynamic (MET-3)", () => {
    assert.equal(isStatic(parse(HEAD)), true);
    assert.equal(isStatic(parse(HEAD.replace("2.4", "2.1"))), false);
    assert.equal(isStatic(parse(`${HEAD}Dynamic: Requires-Dist\n`)), false);
  });

  test("in no time, however many blanks there are in it", () => {
    const startedAt = performance.now();
    for (const name of ["Name", "Import-Name", "Import-Namespace"]) {
      assert.throws(() => check(`${HEAD.replace(/^Name.*\n/m, "")}Name: foo\n${name}: a${" ".repeat(20_000)}b\n`));
    }
    assert.throws(() => check(HEAD.replace("Name: foo", `Name: a${" \t".repeat(50_000)}b`)));
    assert.ok(performance.now() - startedAt < 1000);
  });

  test("with names of control characters shown harmlessly (ANS-3)", () => {
    assert.throws(
      () => check(`${HEAD}Requires-Dist: a\x1b[31m\u2028 !\n`),
      (error) => error instanceof Error && !/[\x1b\u2028]/.test(error.message),
    );
  });
});

function parse(text: string): ReturnType<typeof parseCoreMetadata> {
  return parseCoreMetadata(Buffer.from(text));
}

function check(text: string): void {
  checkCoreMetadata(parse(text), { isComplete: true });
}
