import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SignUpRequest, SignUpSettings } from "./access.ts";
import { signUpRefusal } from "./sign-up.ts";

const settings: SignUpSettings = { policy: "loopback", isLoopbackOnly: true, isTerminal: true };
const request: SignUpRequest = { host: "localhost:3141", origin: null, hasForwardingHeader: false };

describe("sign-up", () => {
  test("on loopback is open to the person at the terminal, by any name of the machine itself", () => {
    for (const host of [
      "localhost",
      "localhost:3141",
      "LOCALHOST:3141",
      "127.0.0.1:3141",
      "127.1.2.3",
      "[::1]:3141",
      "a.localhost",
    ]) {
      assert.equal(signUpRefusal(settings, { ...request, host }), null, host);
    }
  });

  test("on loopback is closed to other hosts' names, web pages, proxies, and servers that others reach or nobody watches", () => {
    for (const change of [
      { host: "packages.example" },
      { host: "localhost.example" },
      { host: "127.0.0.1.example" },
      { host: "[::2]:3141" },
      { host: null },
      { origin: "http://localhost:3141" },
      { origin: "null" },
      { hasForwardingHeader: true },
    ]) {
      assert.match(String(signUpRefusal(settings, { ...request, ...change })), /--signup open/, JSON.stringify(change));
    }
    for (const change of [{ isLoopbackOnly: false }, { isTerminal: false }]) {
      assert.match(String(signUpRefusal({ ...settings, ...change }, request)), /ask the administrator/);
    }
  });

  test("open and closed mean it, from anywhere", () => {
    const elsewhere = { host: "packages.example", origin: "https://packages.example", hasForwardingHeader: true };
    assert.equal(signUpRefusal({ policy: "open", isLoopbackOnly: false, isTerminal: false }, elsewhere), null);
    assert.match(String(signUpRefusal({ ...settings, policy: "closed" }, request)), /closed/);
  });
});
