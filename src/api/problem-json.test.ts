import assert from "node:assert/strict";
import { test } from "node:test";
import type { RepositoryName } from "#core";
import { renderProblem } from "./problem-json.ts";

test("a refusal is a problem document with a code for programs and a sentence for people", () => {
  const repository = "alice/dev" as RepositoryName;
  const rendered = renderProblem(
    { code: "file-exists", repository, filename: "foo-1.0.tar.gz" },
    "foo-1.0.tar.gz already exists in alice/dev",
  );

  assert.equal(rendered.contentType, "application/problem+json");
  assert.deepEqual(JSON.parse(rendered.body), {
    type: "urn:vivarium:problem:file-exists",
    title: "File exists",
    detail: "foo-1.0.tar.gz already exists in alice/dev",
    code: "file-exists",
    repository: "alice/dev",
    filename: "foo-1.0.tar.gz",
  });
});

test("the sentence is told once", () => {
  const { body } = renderProblem({ code: "upload-invalid", because: "the archive is broken" }, "the archive is broken");

  assert.equal(body.split("the archive is broken").length, 2);
});
