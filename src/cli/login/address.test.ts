import assert from "node:assert/strict";
import { test } from "node:test";
import { loginAddressOf } from "./address.ts";

test("the address of a repository is understood as browsers, pip and people have it", () => {
  for (const text of ["", "/", "/simple/", "/+simple/", "//"]) {
    assert.deepEqual(loginAddressOf(`https://example.com/alice/dev${text}`, null), {
      server: "https://example.com",
      repository: "alice/dev",
    });
  }
  assert.deepEqual(loginAddressOf("https://example.com/py/alice/dev/simple", null), {
    server: "https://example.com/py",
    repository: "alice/dev",
  });
  assert.equal(loginAddressOf("http://localhost:3141/j%C3%B6rg/dev", null).repository, "jörg/dev");
});

test("the address of a server is one, also below a path", () => {
  assert.deepEqual(loginAddressOf("https://example.com/", null), { server: "https://example.com", repository: null });
  assert.deepEqual(loginAddressOf("https://example.com/a/b/", "alice/dev"), {
    server: "https://example.com/a/b",
    repository: "alice/dev",
  });
});

test("what is no address is said to be none", () => {
  for (const [text, repository] of [
    ["example.com/alice/dev", null],
    ["ftp://example.com/a/b", null],
    ["https://me:secret@example.com/a/b", null],
    ["https://example.com/a/b%zz", null],
    ["https://example.com/a/b%2Fc", null],
    ["https://example.com/", "alice"],
  ] as const) {
    assert.throws(() => loginAddressOf(text, repository), /address|looks like|password/, text);
  }
});
