import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { type Clients, openClients } from "../support/clients.ts";
import { type Account, type AskOptions, type DevpiHttp, devpiHttp } from "../support/devpi-http.ts";
import { type FakeUpstream, openFakeUpstream } from "../support/fake-upstream.ts";
import { type Served, serveDevpi, serveVivarium } from "../support/served.ts";

/**
 * The same requests, in the same order, to a real devpi-server and to ours: the answers must be equal but for what
 * names the installation or the moment. `differs` says where they are not, and why.
 */

const ALICE: Account = ["alice", "secret"];
const BOB: Account = ["bob", "bobs"];
const WHEEL = { name: "Hello_World", version: "1.0", requiresPython: ">=3.6" };

interface Step extends AskOptions {
  readonly upload?: { readonly name: string; readonly version: string; readonly summary?: string };
  /** Why the answers are not equal; then only the status is compared, or nothing. */
  readonly differs?: { readonly why: string; readonly status?: number };
}

const OWN_WORDS = "the sentence is our own";
/** devpi answers 403, to root too; that it is not there is the truth, and no secret to its owner. */
const NOT_THERE = { why: "404 for what is not there" };

/** nginx looks at the status alone. */
const NO_BODY = refused("devpi's answer has a page", 200);

function refused(why: string, status: number): NonNullable<Step["differs"]> {
  return { why, status };
}

/** Method, path, and what is sent; root asks where nobody else is named. */
const CONVERSATIONS: Readonly<Record<string, readonly (readonly [string, string, Step?])[]>> = {
  "discovery and login": [
    ["GET", "/+api", { as: null }],
    ["GET", "/+api"],
    ["GET", "/root/+api"],
    ["GET", "/nobody/nothing/+api", { as: null }],
    ["GET", "/+api", { as: ["root", "wrong"] }],
    ["POST", "/+login", { as: null, json: { user: "root", password: "wrong" } }],
    ["POST", "/+login", { as: null, json: { user: "root" } }],
    ["POST", "/+login", { as: null, body: "{" }],
  ],
  users: [
    ["GET", "/nobody", { as: null }],
    ["PUT", "/alice", { as: null, json: { password: "secret", email: "alice@example.org" } }],
    ["PUT", "/alice", { as: null, json: { password: "secret" } }],
    ["PUT", "/bob", { as: null, json: {} }],
    ["PUT", "/bob", { as: null, json: { password: "bobs", zzz: 1 } }],
    ["PUT", "/bob", { as: null, json: { password: "bobs", title: "Bob", custom_data: { a: 1 } } }],
    ["PUT", "/b%21b", { as: null, json: { password: "bobs" } }],
    ["GET", "/alice", { as: null }],
    ["GET", "/bob/", { as: null }],
    ["PATCH", "/bob", { as: BOB, json: { title: "", description: "x", indexes: {}, zzz: 1 } }],
    ["GET", "/bob", { as: null }],
    ["PATCH", "/bob", { as: ALICE, json: { title: "mine" }, differs: refused("devpi's message names an object", 403) }],
    ["PATCH", "/bob", { as: BOB, json: { password: "bobs" } }],
    ["PATCH", "/nobody", { json: { title: "x" } }],
    ["DELETE", "/nobody"],
    ["DELETE", "/bob", { as: ALICE, differs: refused(OWN_WORDS, 403) }],
    ["DELETE", "/root", { differs: refused(OWN_WORDS, 403) }],
  ],
  indexes: [
    ["PUT", "/alice/dev", { as: ALICE, json: {} }],
    ["PUT", "/alice/dev", { as: ALICE, json: {} }],
    ["PUT", "/nobody/dev", { json: {} }],
    ["PUT", "/alice/other", { as: BOB, json: {} }],
    ["PUT", "/alice/x", { as: ALICE, json: { bases: "not/exists" } }],
    ["PUT", "/alice/x", { as: ALICE, json: { bases: "root/dev/123" } }],
    ["PUT", "/alice/x", { as: ALICE, json: { zzz: 1 } }],
    ["PUT", "/alice/x", { as: ALICE, json: { volatile: "perhaps" } }],
    [
      "PUT",
      "/alice/prod",
      { as: ALICE, json: { bases: "/alice/dev/", volatile: "False", mirror_whitelist: "Foo_Bar,*" } },
    ],
    ["GET", "/alice/dev", { as: null }],
    ["GET", "/alice/dev/?no_projects=", { as: null }],
    ["GET", "/alice/nothing", { as: null }],
    ["PATCH", "/alice/dev", { as: ALICE, json: ["acl_upload+=bob", "title=Hi"] }],
    ["PATCH", "/alice/dev", { as: ALICE, json: ["acl_upload-=nobody"] }],
    ["PATCH", "/alice/dev", { as: ALICE, json: ["title-="] }],
    ["PATCH", "/alice/dev", { as: ALICE, json: ["volatile-="] }],
    ["PATCH", "/alice/dev/", { as: ALICE, json: { acl_upload: "alice,:authenticated:" } }],
    ["PATCH", "/alice/dev", { as: ALICE, json: { type: "mirror" } }],
    ["PATCH", "/alice/dev", { as: ALICE, json: { zzz: 1 } }],
    ["PATCH", "/alice/dev", { as: BOB, json: { title: "x" }, differs: refused(OWN_WORDS, 403) }],
    ["PATCH", "/alice/nothing", { json: { title: "x" }, differs: NOT_THERE }],
    ["DELETE", "/alice/prod", { as: ALICE }],
    ["DELETE", "/alice/nothing", { as: ALICE, differs: NOT_THERE }],
  ],
  "options of indexes": [
    ["PUT", "/alice/m", { as: ALICE, json: { type: "mirror", mirror_url: "https://up.example/simple/" } }],
    ["PATCH", "/alice/m", { as: ALICE, json: ["mirror_provides_core_metadata=yes", "mirror_no_project_list=True"] }],
    ["PATCH", "/alice/m", { as: ALICE, json: ["mirror_use_external_urls=true", "mirror_cache_expiry=60", "title=Up"] }],
    [
      "PATCH",
      "/alice/m",
      { as: ALICE, json: ["mirror_ignore_serial_header=yes", "mirror_web_url_fmt=https://up/{name}"] },
    ],
    ["GET", "/alice/m?no_projects=", { as: null }],
    ["PATCH", "/alice/m", { as: ALICE, json: ["mirror_provides_core_metadata-=", "title-=", "mirror_cache_expiry-="] }],
    ["PATCH", "/alice/m", { as: ALICE, json: { bases: "nowhere", acl_upload: "x", mirror_whitelist: "*" } }],
    ["PATCH", "/alice/m", { as: ALICE, json: { mirror_provides_core_metadata: "perhaps" } }],
    ["PATCH", "/alice/m", { as: ALICE, json: { mirror_url: "ftp://up.example/" } }],
    ["PATCH", "/alice/m", { as: ALICE, json: { mirror_cache_expiry: "soon" } }],
    ["PATCH", "/alice/m", { as: ALICE, json: ["volatile-="] }],
    ["DELETE", "/alice/m", { as: ALICE }],
    ["PUT", "/alice/s", { as: ALICE, json: { type: "pool" } }],
    ["PUT", "/alice/s", { as: ALICE, json: { acl_upload: ":team,:Anonymous:,alice", acl_toxresult_upload: ":team" } }],
    ["PATCH", "/alice/s", { as: ALICE, json: ["acl_upload+=:others", "acl_upload-=:team", "acl_upload-=alice"] }],
    ["PATCH", "/alice/s", { as: ALICE, json: { volatile: 5 } }],
    ["PATCH", "/alice/s", { as: ALICE, json: { acl_upload: 3 } }],
    ["PATCH", "/alice/s", { as: ALICE, json: { zzz: true } }],
    ["PATCH", "/alice/s", { as: ALICE, json: { constraints: "foo" } }],
    ["PATCH", "/alice/s", { as: ALICE, json: ["zzz-=", "title-="] }],
    ["PATCH", "/alice/s", { as: ALICE, json: { mirror_whitelist_inheritance: "some" } }],
    ["PATCH", "/alice/s?error_on_noop", { as: ALICE, json: { type: "indexconfig", result: { volatile: false } } }],
    ["PATCH", "/alice/s", { as: ALICE, json: { volatile: "True" } }],
    ["GET", "/alice/s", { as: null }],
    ["DELETE", "/alice/s", { as: ALICE }],
    ["PUT", "/alice/t", { as: BOB, json: {} }],
    ["PUT", "/alice/t", { as: null, json: {} }],
  ],
  "what nginx asks": [
    ["GET", "/+authcheck", { as: null, headers: { "x-original-uri": "/+api" }, differs: NO_BODY }],
    ["GET", "/+authcheck", { as: null, headers: { "x-original-uri": "/alice/dev/+simple/" }, differs: NO_BODY }],
    [
      "GET",
      "/+authcheck",
      { as: null, headers: { "x-original-uri": "/alice/dev/+f/abc/0123456789abc/x.whl" }, differs: NO_BODY },
    ],
  ],
  "uploads and what they show": [
    ["POST", "/alice/dev", { as: ALICE, upload: WHEEL }],
    ["POST", "/alice/dev", { as: ALICE, upload: { name: "second", version: "0.1" } }],
    ["POST", "/alice/dev", { as: null, upload: WHEEL, differs: refused(OWN_WORDS, 401) }],
    ["POST", "/alice/prod", { as: BOB, upload: WHEEL, differs: refused(OWN_WORDS, 403) }],
    ["POST", "/root/up", { as: ALICE, upload: WHEEL, differs: refused(OWN_WORDS, 404) }],
    ["GET", "/alice/dev", { as: null }],
    ["GET", "/alice/prod", { as: null }],
    ["GET", "/alice/dev/hello-world", { as: null, differs: refused("ours takes the metadata from the file", 200) }],
    ["GET", "/alice/dev/Hello_World", { as: null }],
    ["GET", "/alice/dev/Hello_World/1.0", { as: null }],
    ["GET", "/alice/dev/hello-world/2.0", { as: null }],
    ["GET", "/alice/dev/nothing", { as: null }],
    ["GET", "/alice/prod/hello-world?ignore_bases=", { as: null }],
    ["GET", "/alice/prod/nothing?ignore_bases=", { as: null }],
    ["GET", "/root/up/remote/", { as: null }],
    ["GET", "/root/up/remote/3.0", { as: null }],
    ["GET", "/root/up/?no_projects=", { as: null }],
    ["GET", "/root/up", { as: null }],
  ],
  "push and removal": [
    ["PUSH", "/alice/dev", { as: ALICE, json: { name: "second", version: "0.1", targetindex: "alice/prod" } }],
    ["POST", "/alice/dev/", { as: ALICE, json: { name: "second", version: "0.1", targetindex: "alice/prod" } }],
    ["POST", "/alice/dev", { as: ALICE, json: { name: "second", version: "7", targetindex: "alice/prod" } }],
    ["POST", "/alice/dev", { as: ALICE, json: { name: "nothing", version: "1", targetindex: "alice/prod" } }],
    ["POST", "/alice/dev", { as: ALICE, json: { name: "second", version: "0.1", targetindex: "prod" } }],
    ["POST", "/alice/dev", { as: ALICE, json: { name: "second", version: "0.1", targetindex: "alice/nothing" } }],
    ["POST", "/alice/dev", { as: ALICE, json: { name: "second", version: "0.1", targetindex: "alice/prod", zzz: 1 } }],
    ["POST", "/alice/dev", { as: ALICE, json: { name: "second", version: "0.1", no_docs: true, only_docs: true } }],
    [
      "POST",
      "/alice/dev",
      {
        as: ALICE,
        json: { name: "second", version: "0.1", only_docs: true, targetindex: "alice/prod" },
        differs: refused(OWN_WORDS, 404),
      },
    ],
    ["POST", "/alice/dev", { as: BOB, json: { name: "second", version: "0.1", targetindex: "alice/prod" } }],
    [
      "GET",
      "/alice/prod/second?ignore_bases=",
      { as: null, differs: refused("ours takes the metadata from the file", 200) },
    ],
    ["DELETE", "/alice/prod/second/", { as: ALICE, differs: refused("devpi's message names an object", 403) }],
    ["DELETE", "/alice/prod/second/0.1", { as: ALICE, differs: refused(OWN_WORDS, 403) }],
    ["DELETE", "/alice/prod/second/0.1?force=", { as: BOB, differs: refused(OWN_WORDS, 403) }],
    [
      "DELETE",
      "/alice/prod/second/0.1?force=",
      { as: ALICE, differs: refused("devpi's message names an object", 200) },
    ],
    ["DELETE", "/alice/dev/hello-world/9.9", { as: ALICE, differs: refused("devpi's message names an object", 404) }],
    ["DELETE", "/alice/dev/nothing", { as: ALICE, differs: refused(OWN_WORDS, 404) }],
    ["DELETE", "/alice/dev/hello-world/", { as: ALICE }],
    ["GET", "/alice/dev", { as: null }],
    ["DELETE", "/alice/dev", { as: ALICE }],
    ["DELETE", "/alice", { as: ALICE }],
    ["PATCH", "/alice/prod", { as: ALICE, json: ["bases=", "volatile=True"] }],
    ["DELETE", "/alice", { as: ALICE }],
    ["GET", "/", { as: null }],
  ],
};

let clients: Clients;
let upstream: FakeUpstream;
let theirServer: Served;
let ourServer: Served;

before(async () => {
  clients = await openClients("devpi-server");
  upstream = await openFakeUpstream();
  upstream.add("remote", { ...aWheelFile({ name: "remote", version: "3.0" }), requiresPython: ">=3.7" });
  [theirServer, ourServer] = await Promise.all([
    serveDevpi(clients),
    serveVivarium({ upstream: upstream.url, args: ["--signup", "open"] }),
  ]);
  // Ours has root/pypi from the start; devpi's is made without, so both get the same mirror under another name.
  await devpiHttp(ourServer.url).ask("PATCH", "/root/pypi", { json: ["volatile=True"] });
  const gone = await devpiHttp(ourServer.url).ask("DELETE", "/root/pypi");
  assert.equal(gone.status, 201, gone.text);
  for (const { url } of [theirServer, ourServer]) {
    const made = await devpiHttp(url).ask("PUT", "/root/up", { json: { type: "mirror", mirror_url: upstream.url } });
    assert.equal(made.status, 200, made.text);
  }
});

after(async () => {
  await theirServer?.[Symbol.asyncDispose]();
  await ourServer?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  clients?.[Symbol.dispose]();
});

for (const [topic, steps] of Object.entries(CONVERSATIONS)) {
  test(`${topic}: what devpi-server answers, ours answers`, async (context) => {
    for (const [method, path, step = {}] of steps) {
      await context.test(`${method} ${path} ${JSON.stringify(step.json ?? step.upload ?? "")}`, async () => {
        const theirs = await answerOf(theirServer, method, path, step);
        const ours = await answerOf(ourServer, method, path, step);
        if (step.differs === undefined) assert.deepEqual(ours, theirs);
        else if (step.differs.status !== undefined) {
          assert.deepEqual([ours.status, theirs.status], [step.differs.status, step.differs.status]);
        }
      });
    }
  });
}

test("every answer carries devpi's headers, and its content type is exactly application/json", async () => {
  for (const path of ["/+api", "/", "/root", "/root/up?no_projects=", "/nobody", "/nobody/nothing"]) {
    const { headers } = await devpiHttp(ourServer.url).ask("GET", path);
    assert.equal(headers.get("content-type"), "application/json", path);
    assert.equal(headers.get("x-devpi-api-version"), "2");
    assert.match(headers.get("x-devpi-serial") ?? "", /^\d+$/);
    assert.equal(headers.get("x-devpi-primary-uuid"), headers.get("x-devpi-uuid"));
  }
});

test("+status has the fields that devpi-server's has", async () => {
  const [theirs, ours] = await Promise.all(
    [theirServer, ourServer].map(async ({ url }) => (await devpiHttp(url).ask("GET", "/+status")).json?.["result"]),
  );
  assert.deepEqual(Object.keys(ours ?? {}).sort(), Object.keys(theirs ?? {}).sort());
});

async function answerOf(server: Served, method: string, path: string, step: Step) {
  const http: DevpiHttp = devpiHttp(server.url);
  const { upload, differs: _differs, ...options } = step;
  const answer =
    upload === undefined
      ? await http.ask(method, path, options)
      : await http.upload(path.slice(1), upload, options.as ?? null);
  return {
    status: answer.status,
    location: answer.headers.get("location")?.replace(server.url, "H") ?? null,
    body:
      answer.status === 302
        ? null
        : answer.json === null
          ? upload === undefined
            ? answer.text
            : null
          : neutral(answer.json, server.url),
  };
}

/** Without what names the installation or the moment; `acl_read` and the login token are our own. */
function neutral(value: unknown, url: string): unknown {
  if (typeof value === "string") return value.replaceAll(url, "H");
  if (Array.isArray(value)) return value.map((item) => neutral(item, url));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "acl_read");
  return Object.fromEntries(
    entries.map(([key, item]) => {
      if (["created", "modified", "when", "password"].includes(key)) return [key, typeof item];
      return [key, neutral(item, url)];
    }),
  );
}
