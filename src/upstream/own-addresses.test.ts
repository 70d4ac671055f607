import assert from "node:assert/strict";
import type { lookup as systemLookup } from "node:dns";
import { test } from "node:test";
import { isOwnAddress, isOwnHost, openForeignLookup } from "./own-addresses.ts";

test("addresses of this machine and those that tell secrets are known in all their spellings", () => {
  for (const address of [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "255.255.255.255",
    "224.0.0.1",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
  ]) {
    assert.equal(isOwnAddress(address), true, address);
  }
});

test("addresses of other machines are not, in house or outside", () => {
  for (const address of [
    "10.0.0.7",
    "172.16.1.1",
    "192.168.1.1",
    "93.184.215.14",
    "fd12::1",
    "2606:2800::1",
    "a name",
  ]) {
    assert.equal(isOwnAddress(address), false, address);
  }
});

test("a host that names this machine needs no look-up", () => {
  assert.equal(isOwnHost("LOCALHOST"), true);
  assert.equal(isOwnHost("a.localhost"), true);
  assert.equal(isOwnHost("[::1]"), true);
  assert.equal(isOwnHost("10.0.0.7"), false);
  assert.equal(isOwnHost("index.example"), null);
});

for (const [name, options] of [
  ["one address", {}],
  ["all addresses", { all: true }],
] as const) {
  test(`a name that leads here is not looked up for who wants ${name}`, () => {
    const lookup = openForeignLookup(
      answering([
        { address: "10.0.0.7", family: 4 },
        { address: "::1", family: 6 },
      ]),
    );
    let seen: unknown;
    lookup("evil.example", options, (error) => {
      seen = error;
    });
    assert.match(String(seen), /evil\.example leads to this machine itself.*--push-host/);
  });
}

test("other names are looked up as the system does it", () => {
  const addresses = [{ address: "10.0.0.7", family: 4 }];
  const lookup = openForeignLookup(answering(addresses));
  const seen: unknown[] = [];
  lookup("index.example", {}, (...answer) => seen.push(answer));
  lookup("index.example", { all: true }, (...answer) => seen.push(answer));
  assert.deepEqual(seen, [
    [null, "10.0.0.7", 4],
    [null, addresses],
  ]);
});

test("a name that cannot be looked up says so", () => {
  const failing = ((_name: string, _options: object, callback: (error: Error, addresses: never[]) => void) =>
    callback(new Error("ENOTFOUND"), [])) as unknown as typeof systemLookup;
  let seen: unknown;
  openForeignLookup(failing)("nowhere.example", {}, (error) => {
    seen = error;
  });
  assert.match(String(seen), /ENOTFOUND/);
});

function answering(addresses: readonly { readonly address: string; readonly family: number }[]): typeof systemLookup {
  return ((_name: string, _options: object, callback: (error: null, found: typeof addresses) => void) =>
    callback(null, addresses)) as unknown as typeof systemLookup;
}
