import assert from "node:assert/strict";
import { join } from "node:path";
import { anSdistFile, aWheelFile, type MetadataOptions, multipartOf, uploadOf, zipOf } from "./archives.ts";
import { type Clients, openClients } from "./clients.ts";
import { type Account, type DevpiHttp, devpiHttp, ROOT_ACCOUNT } from "./devpi-http.ts";
import { type FakeUpstream, openFakeUpstream } from "./fake-upstream.ts";
import { type Served, serveDevpi } from "./served.ts";

/** A real devpi that a team has used: users, indexes that inherit, a mirror, releases, documentation, test results. */
export interface UsedDevpi extends AsyncDisposable {
  readonly clients: Clients;
  readonly upstream: FakeUpstream;
  readonly server: Served;
  readonly http: DevpiHttp;
  /** Runs `devpi-export` into a folder that is made; mirrored files come along. */
  export(): Promise<string>;
}

export const ALICE: Account = ["alice", "wonderland"];
export const BOB: Account = ["bob", "builder"];
export const TOX_RESULT = {
  toxversion: "4",
  platform: "linux",
  host: "ci",
  testenvs: { py3: { test: [{ retcode: 0 }] } },
};
export const DOCUMENTATION = "<h1>Hello</h1>";

export async function openUsedDevpi(): Promise<UsedDevpi> {
  await using opened = new AsyncDisposableStack();
  const clients = opened.use(await openClients("devpi-server"));
  const upstream = opened.use(await openFakeUpstream());
  const server = opened.use(await serveDevpi(clients));
  const http = devpiHttp(server.url);
  await fill(http, upstream);
  const closing = opened.move();
  return {
    clients,
    upstream,
    server,
    http,
    async export() {
      const folder = join(clients.folder(), "export");
      const ended = await clients.run("devpi-export", ["--serverdir", server.data, "--include-mirrored-files", folder]);
      assert.equal(ended.status, 0, ended.output);
      return folder;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

async function fill(http: DevpiHttp, upstream: FakeUpstream): Promise<void> {
  const remote = aWheelFile({ name: "remote", version: "3.0" });
  upstream.add("remote", { filename: remote.filename, bytes: remote.bytes });
  const loose = aWheelFile({ name: "loose", version: "1.0" });
  upstream.add("loose", { filename: loose.filename, bytes: loose.bytes });
  upstream.on("/simple/loose/", { announcesHashes: false, language: "html" });
  await told(http, "PUT", "/alice", 201, { password: ALICE[1], email: "alice@example.org", title: "Alice" }, null);
  await told(http, "PUT", "/bob", 201, { password: BOB[1] }, null);
  await told(http, "PUT", "/root/up", 200, { type: "mirror", mirror_url: upstream.url, mirror_cache_expiry: 60 });
  await told(http, "PUT", "/alice/dev", 200, { bases: "root/up", acl_upload: "alice,bob", title: "Work" }, ALICE);
  await told(http, "PUT", "/alice/prod", 200, { bases: "alice/dev", volatile: "False" }, ALICE);
  await told(http, "PUT", "/bob/all", 200, { bases: "alice/prod,root/up", mirror_whitelist: "*" }, BOB);
  for (const wheel of [
    { name: "Hello_World", version: "1.0", requiresPython: ">=3.6", summary: "Greets" },
    { name: "Hello_World", version: "2.0", requiresPython: ">=3.7", summary: "Greets more" },
    { name: "other", version: "0.1" },
  ] satisfies MetadataOptions[]) {
    assert.equal((await http.upload("alice/dev", wheel, ALICE)).status, 200);
  }
  const sdist = anSdistFile({ name: "hello-world", version: "2.0" });
  await send(http, "/alice/dev/", uploadOf(sdist, { name: "Hello_World", version: "2.0" }), ALICE);
  await document(http, "alice/dev", "Hello_World", "2.0");
  const { json } = await http.ask("GET", "/alice/dev/hello-world/2.0", { as: null });
  const links = (json as { result: { "+links": { rel: string; href: string }[] } }).result["+links"];
  const wheel = links.find(({ href }) => href.endsWith(".whl"));
  assert.ok(wheel !== undefined);
  await told(http, "POST", new URL(wheel.href).pathname, 200, TOX_RESULT, ALICE);
  const push = { name: "Hello_World", version: "2.0", targetindex: "alice/prod" };
  await told(http, "POST", "/alice/dev", 200, push, ALICE);
  // What the mirror has fetched is what an export of it holds.
  for (const project of ["remote", "loose"]) {
    const page = await http.ask("GET", `/root/up/+simple/${project}/`, { as: null, headers: { accept: "text/html" } });
    const href = /href="([^"#]+)/.exec(page.text)?.[1] ?? "";
    const { pathname } = new URL(href, `http://localhost/root/up/+simple/${project}/`);
    assert.equal((await http.ask("GET", pathname, { as: null, headers: { accept: "*/*" } })).status, 200);
  }
}

export async function document(http: DevpiHttp, index: string, name: string, version: string): Promise<void> {
  const form = multipartOf([
    [":action", "doc_upload"],
    ["name", name],
    ["version", version],
    { name: "content", filename: `${name}.zip`, bytes: zipOf([{ name: "index.html", data: DOCUMENTATION }]) },
  ]);
  await send(http, `/${index}/`, form, ALICE);
}

async function send(
  http: DevpiHttp,
  path: string,
  { contentType, body }: { readonly contentType: string; readonly body: Uint8Array },
  as: Account,
): Promise<void> {
  const reply = await http.ask("POST", path, { as, headers: { accept: "*/*", "content-type": contentType }, body });
  assert.equal(reply.status, 200, reply.text);
}

async function told(
  http: DevpiHttp,
  method: string,
  path: string,
  status: number,
  json: unknown,
  as: Account | null = ROOT_ACCOUNT,
): Promise<void> {
  const reply = await http.ask(method, path, { json, as });
  assert.equal(reply.status, status, `${method} ${path}: ${reply.text}`);
}
