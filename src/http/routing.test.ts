import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isOwnName, isReservedWord, type RepositoryName, repositoryName } from "#core";
import { type Names, placeOf } from "./routing.ts";

const HERE = new Map([
  ["alice/dev", "alice.dev"],
  ["root/pypi", "pypi"],
]);

const names: Names = {
  exists: async (repository) => HERE.has(repository),
  withKey: async (key) =>
    ([...HERE].find(([, known]) => known.toLowerCase() === key.toLowerCase())?.[0] ?? null) as RepositoryName | null,
};

test("the server's own words come before any owner", async () => {
  for (const path of ["/", "/+api", "/+health/live", "/api/v1/version", "/simple/foo/", "/_/oidc/audience"]) {
    assert.deepEqual(await placeOf(path, names), { scope: "root", path });
  }
});

test("owner and name lead to a repository, with and without what follows", async () => {
  for (const [path, below] of [
    ["/alice/dev", "/"],
    ["/alice/dev/", "/"],
    ["/alice/dev/simple/foo/", "/simple/foo/"],
    ["/alice/dev/simple//foo/", "/simple//foo/"],
  ] as const) {
    assert.deepEqual(await placeOf(path, names), {
      scope: "repository",
      repository: "alice/dev",
      exists: true,
      path: below,
    });
  }
});

test("a key leads to its repository, in any case, and leaves the rest of the address to it", async () => {
  for (const [path, repository, below] of [
    ["/pypi", "root/pypi", "/"],
    ["/PyPI/simple/foo/", "root/pypi", "/simple/foo/"],
    ["/alice.dev/+api", "alice/dev", "/+api"],
  ] as const) {
    assert.deepEqual(await placeOf(path, names), { scope: "repository", repository, exists: true, path: below });
  }
});

test("an owner keeps the words that can be no repository's name", async () => {
  assert.deepEqual(await placeOf("/alice", names), { scope: "owner", owner: "alice", path: "/" });
  assert.deepEqual(await placeOf("/alice/", names), { scope: "owner", owner: "alice", path: "/" });
  assert.deepEqual(await placeOf("/alice/+api", names), { scope: "owner", owner: "alice", path: "/+api" });
});

test("a repository that is not there has a place, so that it can be made", async () => {
  assert.deepEqual(await placeOf("/alice/new", names), {
    scope: "repository",
    repository: "alice/new",
    exists: false,
    path: "/",
  });
});

test("what can be no name at all is left to the root", async () => {
  assert.deepEqual(await placeOf("/a:b", names), { scope: "root", path: "/a:b" });
});

const segment = fc.oneof(
  fc.constantFrom("alice", "dev", "root", "pypi", "alice.dev", "simple", "+api", "api", "", "foo", "a:b"),
  fc.string({ maxLength: 8 }).map((text) => text.replaceAll("/", "")),
);

test("for any path: the place says where the path goes on, and reserved words are never somebody's", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 5 }), async (segments) => {
      const path = `/${segments.join("/")}`;
      const place = await placeOf(path, names);
      const [first = "", second = ""] = segments;
      assert.ok(place.path.startsWith("/"));
      assert.ok(place.path === "/" || path.endsWith(place.path));
      if (first === "" || isReservedWord(first)) assert.equal(place.scope, "root");
      if (place.scope === "owner") assert.ok(isOwnName(first) && !isReservedWord(first));
      if (place.scope === "repository" && !place.exists) assert.equal(place.repository, repositoryName(first, second));
      if (HERE.has(`${first}/${second}`))
        assert.equal(place.scope === "repository" && place.repository, `${first}/${second}`);
    }),
  );
});
