import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectName } from "#core";
import { aWheelFile } from "../../../tests/support/archives.ts";
import { aFile } from "../../../tests/support/index-desk.ts";
import { pythonFormat } from "./index.ts";

const format = pythonFormat();

test("NAM-2, MRG-5: only what is a name becomes a project", () => {
  assert.equal(format.normalize("Foo.Bar"), "foo-bar");
  assert.equal(format.normalize("../foo"), null);
});

test("each address of a listed file is one that a route answers", () => {
  const path = `/${format.filePath(aFile("foo-1.0-py3-none-any.whl"))}`;
  assert.match(path, /^\/\+f\/[^/]+\/[^/]+\/[^/]+$/);
  assert.ok(format.routes.some((route) => route.path === "/+f/:a/:b/:filename"));
});

test("routes that share a method and a path say when they answer", () => {
  const seen = new Set<string>();
  for (const { method, path, when } of format.routes) {
    assert.ok(!seen.has(`${method} ${path}`) || when !== undefined, `${method} ${path}`);
    seen.add(`${method} ${path}`);
  }
  assert.ok(seen.has("POST /"));
});

test("the project of a file and the order of its versions are read from names alone", () => {
  assert.deepEqual(format.projectsOf("foo_bar-1.0.tar.gz"), ["foo-bar" as ProjectName]);
  assert.deepEqual(["1.10", "1.9", "1.10rc1"].sort(format.compareVersions), ["1.9", "1.10rc1", "1.10"]);
});

test("MET-6: a wheel's metadata is made from the wheel, an sdist's is not", async () => {
  const wheel = aWheelFile({ name: "foo", version: "1.0" });
  const file = {
    sizeBytes: wheel.bytes.length,
    read: async (start: number, end: number) => wheel.bytes.subarray(start, end),
  };
  const made = await format.reader.makeCompanion(wheel.filename, ".metadata", file);
  assert.deepEqual(Buffer.from(made ?? []), Buffer.from(wheel.metadata));
  assert.equal(await format.reader.makeCompanion("foo-1.0.tar.gz", ".metadata", file), null);
  assert.equal(await format.reader.makeCompanion(wheel.filename, ".asc", file), null);
});
