import assert from "node:assert/strict";
import { test } from "node:test";
import type { FormatName, Instant, JsonObject, LocalRepository, ProjectName, RepositoryName, Sealed } from "#core";
import { RegistryError } from "#core";
import { indexConfigOf, newRepositoryFrom, withOptions } from "./index-options.ts";
import { optionsOf, readModification } from "./key-values.ts";

const CONTEXT = {
  normalize: (name: string) => name.toLowerCase().replace(/[-_.]+/g, "-") as ProjectName,
  exists: (name: RepositoryName) => name === "root/pypi" || name === "alice/base",
};

test("key=value sets, and the rest of the index stays", () => {
  const after = modified(["title=Hi = there", "volatile=False"]);

  assert.deepEqual(after, { ...indexConfigOf(index()), title: "Hi = there", volatile: false });
});

test("key+=value adds an item once", () => {
  assert.deepEqual(modified(["acl_upload+=bob", "acl_upload+=bob"])["acl_upload"], ["alice", "bob"]);
  assert.deepEqual(modified(["bases+=root/pypi"])["bases"], ["alice/base", "root/pypi"]);
  assert.deepEqual(modified(["acl_read-=:anonymous:", "acl_read+=bob"])["acl_read"], ["bob"]);
});

test("key-=value removes an item, in whatever spelling of the project", () => {
  assert.deepEqual(modified(["mirror_whitelist-=Foo_Bar"])["mirror_whitelist"], ["spam"]);
});

test("removing what is not there says so", () => {
  refuses(["acl_upload-=nobody"], "The 'acl_upload' setting doesn't have value 'nobody'");
});

test("key-= takes a setting away, but none that has a default", () => {
  assert.equal("title" in modified(["title-="]), false);
  refuses(["bases-="], "Default values can't be removed.");
});

test("the type of an index cannot be changed", () => {
  refuses(["type=mirror"], "the 'type' of an index can't be changed");
  assert.deepEqual(modified(["type=stage"]), indexConfigOf(index()));
});

test("items are added to lists only", () => {
  refuses(["title+=x"], "The 'title' setting is not a list, so 'title+=x' cannot be done.");
});

test("an unknown key is refused in devpi's words", () => {
  refuses(["zzz=1"], "indexconfig got unexpected keyword arguments: zzz=1");
});

test("a body that is neither object nor list of texts is refused", () => {
  for (const body of [undefined, null, 3, "x", [1]]) {
    assert.throws(
      () => readModification(body),
      (error) => error instanceof RegistryError && error.problem.code === "request-invalid",
    );
  }
});

function index(): LocalRepository {
  const settings = newRepositoryFrom(
    "stage",
    {
      title: "Old",
      bases: ["alice/base" as RepositoryName],
      mirror_whitelist: ["foo-bar" as ProjectName, "spam" as ProjectName],
    },
    "alice/dev" as RepositoryName,
    (secret) => secret as Sealed,
  );
  return {
    name: "alice/dev" as RepositoryName,
    format: "python" as FormatName,
    createdAt: 0 as Instant,
    validation: "strict",
    reserved: [],
    ...settings,
  } as LocalRepository;
}

function modified(items: readonly string[]): JsonObject {
  const current = index();
  const options = optionsOf(readModification(items), current, CONTEXT);
  return indexConfigOf(withOptions(current, options, (secret) => secret as Sealed));
}

function refuses(items: readonly string[], because: string): void {
  assert.throws(
    () => modified(items),
    (error) => {
      assert.ok(error instanceof RegistryError && "because" in error.problem);
      assert.equal(error.problem.because, because);
      return true;
    },
  );
}
