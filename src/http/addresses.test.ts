import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ADDRESS_LENGTH_MAX, readAddress, withoutPrefix } from "./addresses.ts";

test("an address is decoded once, segment by segment, and its query is left alone", () => {
  assert.deepEqual(readAddress("/alice/dev/%2Bsimple/foo/?a=%20b"), {
    path: "/alice/dev/+simple/foo/",
    search: "a=%20b",
  });
  assert.deepEqual(readAddress("/a%2520b"), { path: "/a%20b", search: "" });
  assert.deepEqual(readAddress("/%D0%B6"), { path: "/ж", search: "" });
});

test("what a forward proxy sends names the origin too", () => {
  assert.deepEqual(readAddress("http://here.example/alice?x"), { path: "/alice", search: "x" });
  assert.deepEqual(readAddress("http://here.example"), { path: "/", search: "" });
});

for (const [what, target] of [
  ["an encoded slash", "/a%2fb"],
  ["a dot segment", "/alice/../root"],
  ["an encoded dot segment", "/alice/%2e%2E/root"],
  ["a NUL", "/a%00b"],
  ["a backslash", "/a%5c..%5cb"],
  ["a line break", "/a%0d%0ab"],
  ["a broken percent-encoding", "/a%zz"],
  ["a byte that is no UTF-8", "/a%ff"],
  ["no slash in front", "alice"],
  ["no path at all", "*"],
  ["more characters than any client sends", `/${"a".repeat(ADDRESS_LENGTH_MAX)}`],
] as const) {
  test(`an address with ${what} is refused in one sentence`, () => {
    const address = readAddress(target);
    assert.ok("because" in address && address.because.length > 10);
  });
}

test("empty parts and a slash at the end are kept: what they mean is the routes' to say", () => {
  assert.deepEqual(readAddress("/alice/dev/simple//foo/"), { path: "/alice/dev/simple//foo/", search: "" });
});

test("any text that is encoded part by part comes back as it was", () => {
  const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const isOdd = parts.some((text) => text === "." || text === ".." || /[/\\\x00-\x1f\x7f]/.test(text));
      fc.pre(!isOdd);
      const target = `/${parts.map(encodeURIComponent).join("/")}`;
      assert.deepEqual(readAddress(target), { path: `/${parts.join("/")}`, search: "" });
    }),
  );
});

test("a prefix that the proxy left on is taken off, and only as a whole", () => {
  assert.equal(withoutPrefix("/pkg/alice/dev", "/pkg"), "/alice/dev");
  assert.equal(withoutPrefix("/pkg", "/pkg"), "/");
  assert.equal(withoutPrefix("/pkgs/alice", "/pkg"), "/pkgs/alice");
  assert.equal(withoutPrefix("/alice/dev", "/pkg"), "/alice/dev");
  assert.equal(withoutPrefix("/alice/dev", ""), "/alice/dev");
});
