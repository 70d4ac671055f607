import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "#core";
import { RegistryError, refuse } from "#core";
import { asksHtml, asksJson, asksSimpleJson, isInstaller, objectOf } from "./answers.ts";

test("installers are known by their User-Agent, wherever in it their name stands", () => {
  for (const agent of ["pip/26.3 {}", "uv/0.13.9", "setuptools/84", "python/3 distribute/0.6", "pex/2.1 x"]) {
    assert.ok(isInstaller(callWith({ "user-agent": agent })), agent);
  }
  for (const agent of ["devpi-client/7.3.0 (py3.11.7; linux)", "Mozilla/5.0 pipeline/1", "pip", "twine/7.0"]) {
    assert.ok(!isInstaller(callWith({ "user-agent": agent })), agent);
  }
  assert.ok(!isInstaller(callWith({})));
});

test("JSON is wanted as soon as it is mentioned, HTML when it is not, and nothing said means JSON", () => {
  const client = callWith({ accept: "application/json" });
  const browser = callWith({ accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
  const both = callWith({ accept: "text/html, application/json" });
  const anything = callWith({ accept: "*/*" });

  assert.deepEqual([client, browser, both, anything].map(asksJson), [true, false, true, false]);
  assert.deepEqual([client, browser, both, anything].map(asksHtml), [false, true, false, false]);
  assert.ok(asksSimpleJson(callWith({ accept: "application/vnd.pypi.simple.v1+json" })));
});

test("a body that is no JSON object is refused in devpi's words", async () => {
  const unreadable = () => Promise.reject(refuse({ code: "request-invalid", because: "not JSON" }));

  await assert.rejects(objectOf(callWith({}, unreadable)), saying("Bad request: could not decode json"));
  await assert.rejects(objectOf(callWith({}, async () => [1])), saying("Bad request: a JSON object is needed"));
  await assert.rejects(objectOf(callWith({})), saying("Bad request: a JSON object is needed"));
  assert.deepEqual(await objectOf(callWith({}), {}), {});
});

test("a body over the limit stays what it is", async () => {
  const tooLarge = refuse({ code: "too-large", what: "body", sizeBytesMax: 1 });

  await assert.rejects(objectOf(callWith({}, () => Promise.reject(tooLarge))), tooLarge);
});

function callWith(headers: Readonly<Record<string, string>>, json: Call["json"] = async () => undefined): Call {
  return { header: (name: string) => headers[name] ?? null, json } as Call;
}

function saying(because: string): (error: unknown) => boolean {
  return (error) => error instanceof RegistryError && "because" in error.problem && error.problem.because === because;
}
