import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Json, JsonObject } from "#core";
import { openApiDocument } from "./openapi.ts";
import { operations } from "./operations.ts";

const { version } = jsonOf("../../package.json") as { readonly version: string };
const printed = openApiDocument(version, "/api/v1");

test("docs/openapi.json is what `node scripts/node.mjs scripts/openapi.ts` prints", () => {
  assert.deepEqual(jsonOf("../../docs/openapi.json"), printed);
});

test("yank and status are where the issue promises them", () => {
  const paths = printed["paths"] as Record<string, JsonObject>;
  const project = "/repositories/{owner}/{name}/projects/{project}";

  assert.deepEqual(Object.keys(paths[`${project}/versions/{version}/yank`] ?? {}), ["put", "delete"]);
  assert.deepEqual(Object.keys(paths[`${project}/status`] ?? {}), ["put"]);
});

test("every operation is in the document once, under an id of its own", () => {
  const paths = Object.values(printed["paths"] as Record<string, Record<string, JsonObject>>);
  const ids = paths.flatMap((path) => Object.values(path)).map((operation) => String(operation["operationId"]));

  assert.deepEqual(ids.toSorted(), operations.map(({ id }) => id).toSorted());
  assert.equal(new Set(ids).size, ids.length);
});

test("whatever the document refers to is in it", () => {
  const schemas = (printed["components"] as Record<string, JsonObject>)["schemas"] as JsonObject;
  const references = [...JSON.stringify(printed).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target = ""]) => target);

  assert.ok(references.length > operations.length);
  for (const target of references) {
    assert.ok(target.replace("#/components/schemas/", "") in schemas, target);
  }
});

test("no secret is described as something that is answered", () => {
  const schemas = (printed["components"] as Record<string, JsonObject>)["schemas"] as Record<string, JsonObject>;
  for (const name of ["User", "Token", "Repository"]) {
    assert.doesNotMatch(JSON.stringify(schemas[name]), /"(passwordHash|secretHash|credentials)"/, name);
  }
});

function jsonOf(path: string): Json {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Json;
}
