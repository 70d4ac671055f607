import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hop, whereabouts } from "./public-url.ts";

const hop = (headers: Readonly<Record<string, string>>, peer: string | null = "10.0.0.1"): Hop => ({
  peer,
  header: (name) => headers[name] ?? null,
});
const untrusting = whereabouts({ publicUrl: null, trustedProxies: [] });
const trusting = whereabouts({ publicUrl: null, trustedProxies: ["10.0.0.0/8", "::1", "unix"] });

test("the setting wins over everything, and its path is the prefix", () => {
  const set = whereabouts({ publicUrl: "https://pkg.example/python/", trustedProxies: ["10.0.0.1"] });
  const asked = hop({ host: "x", "x-outside-url": "https://other.example" });
  assert.equal(set.publicUrl(asked), "https://pkg.example/python");
  assert.equal(set.prefix(asked), "/python");
});

test("a stranger's forwarding headers count for nothing", () => {
  const headers = {
    host: "here.example:3141",
    "x-outside-url": "https://evil.example/x",
    "x-forwarded-for": "1.2.3.4",
    "x-forwarded-host": "evil.example",
    forwarded: "for=1.2.3.4;host=evil.example",
  };
  for (const door of [untrusting, trusting]) {
    const stranger = hop(headers, "192.0.2.7");
    assert.equal(door.publicUrl(stranger), "http://here.example:3141");
    assert.equal(door.prefix(stranger), "");
    assert.equal(door.remoteAddress(stranger), "192.0.2.7");
  }
});

test("a listed proxy says where the client reached us: devpi's way, by the standard, and by custom", () => {
  assert.equal(
    trusting.publicUrl(hop({ "x-outside-url": "https://pkg.example/python/" })),
    "https://pkg.example/python",
  );
  assert.equal(trusting.prefix(hop({ "x-outside-url": "https://pkg.example/python/" })), "/python");
  assert.equal(
    trusting.publicUrl(hop({ forwarded: 'for=1.2.3.4;proto=https;host="pkg.example:8443"' })),
    "https://pkg.example:8443",
  );
  assert.equal(
    trusting.publicUrl(
      hop({ "x-forwarded-proto": "https", "x-forwarded-host": "pkg.example", "x-forwarded-prefix": "/python/" }),
    ),
    "https://pkg.example/python",
  );
  assert.equal(trusting.publicUrl(hop({ host: "pkg.example", "x-forwarded-proto": "https" })), "https://pkg.example");
  assert.equal(
    trusting.publicUrl(
      hop({ "x-forwarded-host": "pkg.example", "x-forwarded-port": "8443", "x-forwarded-proto": "https" }),
    ),
    "https://pkg.example:8443",
  );
});

test("a host or prefix that could break an address is not used", () => {
  for (const bad of ["a b", "a/b", "<script>", "a@b", ""]) {
    assert.equal(untrusting.publicUrl(hop({ host: bad })), "http://localhost");
  }
  const odd = hop({ host: "here.example", "x-forwarded-prefix": '/a"b' });
  assert.equal(trusting.publicUrl(odd), "http://here.example");
});

test("the client is the last one in the chain that is no listed proxy", () => {
  assert.equal(trusting.remoteAddress(hop({ "x-forwarded-for": "6.6.6.6, 192.0.2.7, 10.0.0.9" })), "192.0.2.7");
  assert.equal(trusting.remoteAddress(hop({ forwarded: 'for="[2001:db8::1]:4711", for=10.0.0.9' })), "2001:db8::1");
  assert.equal(trusting.remoteAddress(hop({ "x-real-ip": "192.0.2.7" })), "192.0.2.7");
  assert.equal(trusting.remoteAddress(hop({ "x-forwarded-for": "192.0.2.7:1234" }, null)), "192.0.2.7");
  assert.equal(trusting.remoteAddress(hop({})), "10.0.0.1");
});

test("IPv4 is IPv4, also on a socket that speaks both", () => {
  assert.equal(untrusting.remoteAddress(hop({}, "::ffff:192.0.2.7")), "192.0.2.7");
  assert.equal(
    trusting.publicUrl(hop({ "x-outside-url": "https://pkg.example" }, "::ffff:10.1.2.3")),
    "https://pkg.example",
  );
});

test("peers on the unix socket are believed only where that is listed", () => {
  const outside = hop({ host: "here.example", "x-outside-url": "https://pkg.example" }, null);
  assert.equal(trusting.publicUrl(outside), "https://pkg.example");
  const other = whereabouts({ publicUrl: null, trustedProxies: ["10.0.0.1"] });
  assert.equal(other.publicUrl(outside), "http://here.example");
  assert.equal(other.remoteAddress(outside), "local");
});
