import assert from "node:assert/strict";
import { test } from "node:test";
import { readPlainHead } from "./plain-head.ts";

function read(...lines: string[]) {
  return readPlainHead(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
}

test("a plain GET is read: its address as sent, its headers by lower-case names", () => {
  const head = read("GET /alice/dev/simple/a/?x=1 HTTP/1.1", "Host: here:3141", "ACCEPT:text/html , */*\t", "X-Empty:");
  assert.equal(head?.method, "GET");
  assert.equal(head.url, "/alice/dev/simple/a/?x=1");
  assert.deepEqual({ ...head.headers }, { host: "here:3141", accept: "text/html , */*", "x-empty": "" });
  assert.notEqual(read("GET / HTTP/1.1", "Host: here", "Connection: Keep-Alive"), null);
});

test("whatever two parsers might read differently is left to Node's", () => {
  const host = "Host: here";
  for (const lines of [
    ["HEAD / HTTP/1.1", host],
    ["POST / HTTP/1.1", host],
    ["GET / HTTP/1.0", host],
    ["GET http://here/ HTTP/1.1", host],
    ["GET  / HTTP/1.1", host],
    ["GET /a b HTTP/1.1", host],
    ["GET /é HTTP/1.1", host],
    ["GET / HTTP/1.1"],
    ["GET / HTTP/1.1", "Accept: */*"],
    ["GET / HTTP/1.1", host, host],
    ["GET / HTTP/1.1", host, "Accept: a", "accept: b"],
    ["GET / HTTP/1.1", host, "Name : value"],
    ["GET / HTTP/1.1", host, " folded: value"],
    ["GET / HTTP/1.1", host, "\tfolded"],
    ["GET / HTTP/1.1", host, "no colon"],
    ["GET / HTTP/1.1", host, ": no name"],
    ["GET / HTTP/1.1", host, "Accept: é"],
    ["GET / HTTP/1.1", host, "Accept: a\nEvil: b"],
    ["GET / HTTP/1.1", host, "Accept: a\rEvil: b"],
    ["GET / HTTP/1.1", host, "Accept: a\0"],
    ["GET / HTTP/1.1", host, "Content-Length: 0"],
    ["GET / HTTP/1.1", host, "Transfer-Encoding: chunked"],
    ["GET / HTTP/1.1", host, "Expect: 100-continue"],
    ["GET / HTTP/1.1", host, "Upgrade: h2c"],
    ["GET / HTTP/1.1", host, "Range: bytes=0-1"],
    ["GET / HTTP/1.1", host, "Connection: close"],
    ["GET / HTTP/1.1", host, "Connection: keep-alive, upgrade"],
    ["GET / HTTP/1.1", host, `Long: ${"x".repeat(9000)}`],
    ["", "GET / HTTP/1.1", host],
  ]) {
    assert.equal(read(...lines), null, JSON.stringify(lines));
  }
});

test("half a head, a head and more, and a piece of nothing are left to Node's", () => {
  const head = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
  for (let length = 0; length < head.length; length += 1) {
    assert.equal(readPlainHead(Buffer.from(head.slice(0, length))), null, head.slice(0, length));
  }
  for (const more of ["\r\n", "x", head, "\n"]) assert.equal(readPlainHead(Buffer.from(head + more)), null);
  assert.equal(readPlainHead(Buffer.from(head.replaceAll("\r\n", "\n"))), null);
});

test("a header's name cannot reach what all objects have", () => {
  const head = read("GET / HTTP/1.1", "Host: here", "__proto__: x", "constructor: y");
  assert.deepEqual(Object.entries(head?.headers ?? {}), [
    ["host", "here"],
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});

test("a head of nothing but blanks takes no time", () => {
  for (const blank of [" ", "\t", " \t"]) {
    for (const end of ["", "x", "\x01", "\xff"]) {
      const value = `${blank.repeat(4000 / blank.length)}${end}`;
      const startedAt = performance.now();
      const head = read("GET / HTTP/1.1", "Host: here", `X-Blank:${value}`, `X-More: x${value}`);
      assert.ok(performance.now() - startedAt < 500, JSON.stringify([blank, end]));
      const isRead = end === "" || (end === "x" && blank === " ");
      assert.equal(head === null, !isRead, JSON.stringify([blank, end]));
    }
  }
});
