import assert from "node:assert/strict";
import { test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { expectStatus, jsonOf, openTestApp } from "../support/test-app.ts";

const DEMO = { name: "demo", version: "1.0" };
const LOGIN = { headers: { accept: "application/json" } };

async function loginAddress(app: Awaited<ReturnType<typeof openTestApp>>, headers: Readonly<Record<string, string>>) {
  const reply = await app.anyone().ask("GET", "/+api", { headers: { ...LOGIN.headers, ...headers } });
  return jsonOf<{ result: { login: string } }>(expectStatus(reply, 200)).result.login;
}

test("a public address with a prefix is in every absolute link, and links of pages stay relative", async () => {
  await using app = await openTestApp({ config: { publicUrl: "https://packages.example.com/py" } });
  await app.user("alice");
  await app.index("alice/dev");
  expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(DEMO), DEMO), 200);

  assert.equal(await loginAddress(app, {}), "https://packages.example.com/py/+login");
  // Whatever a request says of itself: the setting wins.
  const forged = { host: "evil.example", "x-forwarded-host": "evil.example", "x-outside-url": "http://evil.example" };
  assert.equal(await loginAddress(app, forged), "https://packages.example.com/py/+login");
  for (const { url } of (await app.anyone().simplePage("alice/dev", "demo")).files) {
    assert.match(url, /^\.\.\//);
    const shown = new URL(url, "https://packages.example.com/py/alice/dev/simple/demo/");
    assert.match(shown.pathname, /^\/py\/alice\/dev\/\+f\//);
    assert.equal((await app.anyone().get(shown.pathname.slice("/py".length))).status, 200);
  }
});

test("a proxy's headers are believed from listed proxies only", async () => {
  await using app = await openTestApp({ config: { trustedProxies: ["10.0.0.0/8"] } });
  const headers = { "x-forwarded-host": "packages.example.com", "x-forwarded-proto": "https" };
  const from = async (remoteAddress: string) => {
    const reply = await app.anyone().ask("GET", "/+api", { headers: { ...LOGIN.headers, ...headers }, remoteAddress });
    return jsonOf<{ result: { login: string } }>(reply).result.login;
  };
  assert.equal(await from("10.1.2.3"), "https://packages.example.com/+login");
  assert.equal(await from("192.0.2.9"), "http://localhost:3141/+login");
});

test("failed sign-ins behind a listed proxy are counted by the client's own address", async () => {
  await using app = await openTestApp({ config: { trustedProxies: ["10.0.0.1"] } });
  await app.as("root", "a guess").ask("GET", "/root/pypi/simple/", {
    remoteAddress: "10.0.0.1",
    headers: { "x-forwarded-for": "198.51.100.7" },
  });
  assert.equal(app.records.at(-1)?.remoteAddress, "198.51.100.7");
});

test("redirects to the canonical address keep the prefix of the public address", async () => {
  await using app = await openTestApp({ config: { publicUrl: "https://packages.example.com/py" } });
  await app.user("alice");
  await app.index("alice/dev");
  expectStatus(await app.as("alice").publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  const asked = "/alice/dev/simple/Demo/";
  const reply = await app.anyone().get(asked);
  if (reply.status !== 200) {
    const target = new URL(reply.headers["location"] ?? "", `https://packages.example.com/py${asked}`);
    assert.equal(target.href, "https://packages.example.com/py/alice/dev/simple/demo/");
  }
});
