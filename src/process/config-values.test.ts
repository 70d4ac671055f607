import assert from "node:assert/strict";
import { test } from "node:test";
import * as values from "./config-values.ts";

test("sizes are read with the units that people write", () => {
  for (const [text, bytes] of [
    ["1", 1],
    ["500M", 500 * 1024 ** 2],
    ["2G", 2 * 1024 ** 3],
    ["2GiB", 2 * 1024 ** 3],
    ["2 gb", 2 * 1024 ** 3],
    ["1.5k", 1536],
  ] as const) {
    assert.equal(values.readSize(text), bytes, text);
  }
  for (const text of ["", "G", "-1", "0", "1X", "1e9", "1000000000000000T"]) {
    assert.throws(() => values.readSize(text), SyntaxError, text);
  }
});

test("ports, hosts and seconds are what they are and nothing else", () => {
  assert.equal(values.readPort("0"), 0);
  assert.equal(values.readHost("[::1]"), "::1");
  assert.equal(values.readHost("packages.example.com"), "packages.example.com");
  assert.equal(values.readSeconds("2.5"), 2.5);
  assert.deepEqual([values.readDays("0"), values.readDays("0.5")], [0, 0.5]);
  for (const text of ["65536", "-1", "80 ", "0x50", ""]) assert.throws(() => values.readPort(text), SyntaxError, text);
  for (const text of ["", "http://x", "a b", "x/"]) assert.throws(() => values.readHost(text), SyntaxError, text);
  for (const text of ["-1", "soon", "1e3", ""]) assert.throws(() => values.readDays(text), SyntaxError, text);
  for (const text of ["0", "-1", "soon"]) assert.throws(() => values.readSeconds(text), SyntaxError, text);
});

test("a path that is too long for a socket is refused in words, wherever its beginning comes from", () => {
  assert.equal(values.readSocketPath("v.sock", "/run"), "/run/v.sock");
  assert.throws(
    () => values.readSocketPath("v.sock", `/${"ä".repeat(60)}`),
    /bytes at most.*has 128; choose a shorter/,
  );
});

test("rights are three octal digits", () => {
  assert.equal(values.readMode("660"), 0o660);
  assert.equal(values.readMode("0666"), 0o666);
  for (const text of ["", "66", "688", "rw-", "4755", "0o660"]) {
    assert.throws(() => values.readMode(text), SyntaxError, text);
  }
});

test("a public address loses the slash at its end, and may hold neither password nor query", () => {
  assert.equal(values.readPublicUrl("https://x.example/p/"), "https://x.example/p");
  assert.equal(values.readPublicUrl("http://x.example:8080"), "http://x.example:8080");
  for (const text of [
    "x.example",
    "ftp://x.example",
    "https://u:p@x.example",
    "https://x.example/?a=b",
    "https://x.example/#a",
  ]) {
    assert.throws(() => values.readPublicUrl(text), SyntaxError, text);
  }
});

test("a trusted proxy is an address, a range or the Unix socket", () => {
  for (const text of ["10.0.0.1", "10.0.0.0/8", "fd00::/8", "::1", "unix"])
    assert.equal(values.readProxyPeer(text), text);
  for (const text of ["proxy.example", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", ""]) {
    assert.throws(() => values.readProxyPeer(text), SyntaxError, text);
  }
});

test("what was probably meant is near, and nothing is guessed from afar", () => {
  assert.equal(values.nearest("prot", ["host", "port"]), "port");
  assert.equal(values.nearest("public_url", ["public-url", "port"]), "public-url");
  assert.equal(values.nearest("something-else", ["public-url", "port"]), null);
});
