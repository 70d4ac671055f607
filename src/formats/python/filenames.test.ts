import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectName } from "#core";
import { expandTags, fileOfProject, parseSdistFilename, parseWheelFilename, projectCandidates } from "./filenames.ts";

test("FN-2: a wheel's name has five parts, or six with a build", () => {
  const wheel = parseWheelFilename("Foo_Bar-1.0.0-2b-py2.py3-none-any.whl");
  assert.deepEqual(wheel, {
    kind: "wheel",
    filename: "Foo_Bar-1.0.0-2b-py2.py3-none-any.whl",
    distribution: "Foo_Bar",
    project: "foo-bar",
    versionText: "1.0.0",
    version: "1.0.0",
    build: "2b",
    python: "py2.py3",
    abi: "none",
    platform: "any",
  });
  assert.equal(parseWheelFilename("foo-1.0-py3-none-any.whl")?.build, null);
});

test("FN-2: names of older wheels have dots and capitals, and mirrors need them", () => {
  assert.equal(parseWheelFilename("zope.Interface-1.0-py3-none-any.whl")?.project, "zope-interface");
  const odd = parseWheelFilename("foo-1.0_beta.x-py3-none-any.whl");
  assert.equal(odd?.version, null);
  assert.equal(odd?.versionText, "1.0_beta.x");
});

test("FN-2: what is no wheel's name is refused", () => {
  for (const name of [
    "foo-1.0-py3-none-any.WHL",
    "foo-1.0-py3-none.whl",
    "foo-1.0-b1-py3-none-any.whl",
    "foo-1.0-1-2-py3-none-any.whl",
    "foo-1.0--none-any.whl",
    "foo-1.0-py3.-none-any.whl",
    "-1.0-py3-none-any.whl",
    "foo/1-1.0-py3-none-any.whl",
    "foo-1.0-py3-none-any.whl\n",
    "foo-1.0-py3-none-äny.whl",
    `${"a".repeat(5000)}-1.0-py3-none-any.whl`,
  ]) {
    assert.equal(parseWheelFilename(name), null, JSON.stringify(name));
  }
});

test("VER-3, VER-1: local versions and epochs stand in file names", () => {
  assert.equal(parseWheelFilename("foo-1.0+cu121-cp312-cp312-linux_x86_64.whl")?.version, "1.0+cu121");
  assert.equal(parseWheelFilename("foo-1!0.5-py3-none-any.whl")?.version, "1!0.5");
  assert.equal(parseSdistFilename("foo-1.0+local.1.tar.gz")?.version, "1.0+local.1");
});

test("FN-4: an sdist's name is cut at its last hyphen", () => {
  const sdist = parseSdistFilename("foo_bar-1.0.tar.gz");
  assert.equal(sdist?.distribution, "foo_bar");
  assert.equal(sdist?.project, "foo-bar");
  assert.equal(sdist?.version, "1.0");
  assert.equal(sdist?.extension, ".tar.gz");
});

test("FN-4: old names of sdists are cut where the project says", () => {
  const project = (text: string): ProjectName => text as ProjectName;
  assert.equal(parseSdistFilename("foo-bar-1.0-beta2.zip", project("foo-bar"))?.version, "1.0b2");
  assert.equal(parseSdistFilename("foo-2-1.tar.gz", project("foo"))?.version, "2.post1");
  assert.equal(parseSdistFilename("foo-2-1.tar.gz", project("foo-2"))?.version, "1");
  assert.equal(parseSdistFilename("foo-1.0.tar.gz", project("bar")), null);
  assert.equal(parseSdistFilename("foo.tar.gz"), null);
});

test("a file can be found by its name alone: its project is among the candidates, likeliest first", () => {
  assert.deepEqual(projectCandidates("foo_bar-1.0-py3-none-any.whl"), ["foo-bar"]);
  assert.deepEqual(projectCandidates("foo-bar-1.0.tar.gz"), ["foo-bar"]);
  assert.deepEqual(projectCandidates("foo-2-1.tar.gz"), ["foo-2", "foo"]);
  assert.ok(projectCandidates("foo-1.0-beta2.tar.gz").includes("foo" as ProjectName));
  assert.equal(projectCandidates("foo-1.0-py2.7.egg")[0], "foo");
  assert.equal(projectCandidates("foo-bar-1.0.win32-py2.7.exe")[0], "foo-bar");
  for (const name of ["", "foo", "foo.tar.gz", "index.html", "foo-1.0.whl", "foo-1.0.tar.gz.asc", "../foo-1.0.zip"]) {
    assert.deepEqual(projectCandidates(name), [], name);
  }
});

test("a private name does not leave the house with a file name: unlikely cuts are not tried beside a sure one", () => {
  assert.deepEqual(projectCandidates("acme-secret-lib-1.0.tar.gz"), ["acme-secret-lib"]);
});

test("the version of a listed file is read from its name", () => {
  const version = (filename: string): string | null => fileOfProject(filename, "foo" as ProjectName)?.version ?? null;
  assert.equal(version("foo-1.0RC1-py3-none-any.whl"), "1.0rc1");
  assert.equal(version("Foo-1.0.tar.gz"), "1.0");
  assert.equal(version("foo-1.0-py2.7.egg"), "1.0");
  assert.equal(version("foo-1.0.win32-py2.7.exe"), "1.0");
  assert.equal(version("foo-1.0-1.noarch.rpm"), "1.0.post1");
  assert.equal(version("foo-2004d.zip"), "2004d");
  assert.equal(version("bar-1.0.zip"), null);
});

test("WHL-4: a compressed tag set is every combination, and no more than the limit", () => {
  const wheel = { python: "py2.py3", abi: "none", platform: "win32.any" };
  assert.deepEqual(expandTags(wheel), ["py2-none-win32", "py2-none-any", "py3-none-win32", "py3-none-any"]);
  assert.equal(expandTags(wheel, 3), null);
});
