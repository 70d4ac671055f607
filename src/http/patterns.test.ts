import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "#core";
import { match, partsOf, patternOf } from "./patterns.ts";
import { choose, routeTable } from "./route-table.ts";

const params = (pattern: string, path: string) => {
  const found = match(patternOf(pattern), partsOf(path));
  return found === null ? null : { ...found };
};

test("names take one part, a star takes the rest, and a slash at the end counts", () => {
  assert.deepEqual(params("/simple/:project/", "/simple/foo/"), { project: "foo" });
  assert.equal(params("/simple/:project/", "/simple/foo"), null);
  assert.equal(params("/simple/:project/", "/simple//"), null);
  assert.deepEqual(params("/+f/*", "/+f/a/b/c.whl"), { "*": "a/b/c.whl" });
  assert.equal(params("/+f/*", "/+f"), null);
  assert.deepEqual(params("/simple//:project/", "/simple//foo/"), { project: "foo" });
});

test("a name of a pattern cannot reach the prototype of what it is kept in", () => {
  const found = match(patternOf("/:__proto__"), partsOf("/x"));
  assert.deepEqual(Object.entries(found ?? {}), [["__proto__", "x"]]);
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

const route = (method: string, path: string, when?: (call: Call) => boolean) => ({
  method,
  path,
  ...(when === undefined ? {} : { when }),
});
const call = {} as Call;

test("what says more goes before what says less, in whatever order they are registered", () => {
  const table = routeTable([route("GET", "/*"), route("GET", "/:a"), route("GET", "/me")], false);
  const order = (path: string) => table.find(path).map((found) => found.route.path);
  assert.deepEqual(order("/me"), ["/me", "/:a", "/*"]);
  assert.deepEqual(order("/you"), ["/:a", "/*"]);
  assert.deepEqual(order("/you/too"), ["/*"]);
});

test("a slash at the end is optional unless both addresses are there", () => {
  const table = routeTable([route("GET", "/x"), route("GET", "/y"), route("GET", "/y/")], true);
  const first = (path: string) => choose(table.find(path), "GET", () => call).chosen?.route.path;
  assert.equal(first("/x/"), "/x");
  assert.equal(first("/y"), "/y");
  assert.equal(first("/y/"), "/y/");
});

test("the first route whose condition holds takes the call; a wrong method is told the right ones", () => {
  const table = routeTable(
    [route("POST", "/", () => false), route("POST", "/"), route("PUT", "/"), route("DELETE", "/", () => false)],
    false,
  );
  const { chosen } = choose(table.find("/"), "POST", () => call);
  assert.equal(chosen?.route.when, undefined);
  assert.deepEqual(
    choose(table.find("/"), "PATCH", () => call),
    { chosen: null, allowed: ["POST", "PUT"] },
  );
});
