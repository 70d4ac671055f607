import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem, RepositoryName } from "#core";
import { wordingOf } from "./wording.ts";

const DEV = "alice/dev" as RepositoryName;

test("what scripts look for is said in devpi's own sentence", () => {
  const sentences: readonly (readonly [Problem, string])[] = [
    [{ code: "repository-not-found", repository: "a/b" }, "The stage a/b could not be found."],
    [{ code: "user-not-found", user: "bob" }, "no user 'bob'"],
    [{ code: "user-exists", user: "bob" }, "user already exists"],
    [{ code: "project-not-found", repository: DEV, project: "Foo" }, "no project 'Foo'"],
    [
      { code: "version-not-found", repository: DEV, project: "foo", version: "2.0" },
      "The version 2.0 of project foo does not exist.",
    ],
    [{ code: "file-exists", repository: DEV, filename: "f.whl" }, "f.whl already exists in non-volatile index"],
  ];

  for (const [problem, sentence] of sentences) assert.equal(wordingOf(problem), sentence);
});

test("for what devpi does not know, our own sentence is kept", () => {
  assert.equal(wordingOf({ code: "storage-full", because: "the disk is full" }), null);
  assert.equal(wordingOf({ code: "sign-up-closed", because: "ask the administrator" }), null);
});

test("a clash of keys says with which, not that the index exists", () => {
  const because = "alice/x would be known as 'alice.x', and so is root/alice.x; choose another name";

  assert.equal(wordingOf({ code: "repository-exists", repository: "alice/x", because }), null);
});
