import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Clients, openClients } from "../support/clients.ts";
import { devpiHttp, ROOT_ACCOUNT } from "../support/devpi-http.ts";
import { type Served, serveVivarium } from "../support/served.ts";

/** pip's `search`, on a server that answers nobody who has not signed in. */

let clients: Clients;
let server: Served;

before(async () => {
  clients = await openClients("clients");
  server = await serveVivarium({ upstream: "none", args: ["--lockdown"] });
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

test("pip search finds a project by its summary in an index and its bases, and needs the password", async () => {
  const http = devpiHttp(server.url);
  for (const [index, bases] of [
    ["base", []],
    ["top", ["root/base"]],
  ] as const) {
    assert.equal((await http.ask("PUT", `/root/${index}`, { json: { bases } })).status, 200);
  }
  const wheel = { name: "hello-find", version: "1.0", summary: "A thing that can be found" };
  assert.equal((await http.upload("root/base", wheel)).status, 200);

  const [user, password] = ROOT_ACCOUNT;
  const index = `${server.url.replace("http://", `http://${user}:${encodeURIComponent(password)}@`)}/root/top`;
  const found = await clients.run("pip", ["search", "--index", index, "found"]);
  const refused = await clients.run("pip", ["search", "--no-input", "--index", `${server.url}/root/top`, "found"]);

  assert.match(found.output, /hello-find \(1\.0\)\s+- \[root\/base\] A thing that can be found/);
  assert.notEqual(refused.status, 0);
  assert.doesNotMatch(refused.output, /hello-find/);
});
