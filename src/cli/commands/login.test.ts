import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "#core";
import { type FakeIoWish, fakeIo, noMoves } from "../../../tests/support/fake-io.ts";
import { EXIT, type Offline } from "../io.ts";
import { run } from "../run.ts";

const offline: Offline = {
  version: "1.2.3",
  options: [],
  serve: async () => EXIT.done,
  init: () => Promise.reject(new Error("not in these tests")),
  setPassword: () => Promise.reject(new Error("not in these tests")),
  probes: () => Promise.reject(new Error("not in these tests")),
  setup: () => Promise.reject(new Error("not in these tests")),
  moves: noMoves,
};
const URL = "https://packages.example.com/alice/dev";
const TOKEN = {
  id: "t9",
  owner: "alice",
  name: "login on laptop",
  limits: [],
  createdAt: "2026-11-25T00:00:00.000Z",
  expiresAt: "2027-11-25T00:00:00.000Z",
};
const API: Readonly<Record<string, Json>> = {
  "GET /whoami": { kind: "user", user: "alice" },
  "GET /repositories/alice/dev": { kind: "local", name: "alice/dev" },
  "GET /repositories/bob/prod": { kind: "local", name: "bob/prod" },
  "POST /users/alice/tokens": { token: TOKEN, secret: "viv_new" },
};
const FILES = { "/home/alice/.pypirc": "[distutils]\nindex-servers =\n    one\n", "/home/alice/.netrc": "machine x\n" };

const worldOf = (wish: FakeIoWish = {}) =>
  fakeIo({ api: API, secrets: ["pw", "pw"], files: FILES, programs: ["uv", "pip3"], ...wish });
const type = (fake: ReturnType<typeof fakeIo>, ...argv: readonly string[]) => run(argv, fake.io, offline);

test("login sets up the tools that are here, with a token of this machine, and logout leaves the files as they were", async () => {
  const fake = worldOf();
  assert.equal(await type(fake, "login", URL, "--user", "alice"), EXIT.done, fake.err.join("\n"));

  assert.deepEqual([...fake.files.keys()].sort(), [
    "/home/alice/.config/pip/pip.conf",
    "/home/alice/.config/uv/uv.toml",
    "/home/alice/.netrc",
    "/home/alice/.pypirc",
  ]);
  assert.match(
    fake.files.get("/home/alice/.netrc") ?? "",
    /machine packages\.example\.com\nlogin __token__\npassword viv_new/,
  );
  assert.match(fake.files.get("/home/alice/.pypirc") ?? "", /password = viv_new/);
  assert.deepEqual([...fake.secretFiles].sort(), ["/home/alice/.netrc", "/home/alice/.pypirc"]);
  const { body, url } = fake.requests.at(-1) ?? assert.fail();
  assert.equal(url, "https://packages.example.com/api/v1/users/alice/tokens");
  assert.deepEqual(body, {
    name: "login on laptop",
    expiresAt: "2027-11-25T00:00:00.000Z",
    limits: ["read", "fill-cache", "publish"].map((action) => ({ action, repository: "*", projects: null })),
  });

  assert.equal(await type(fake, "logout", URL), EXIT.done);
  assert.deepEqual(Object.fromEntries(fake.files), FILES);
});

test("the token is not shown, neither by login nor by a plan of logout", async () => {
  const fake = worldOf();
  await type(fake, "login", URL, "--user", "alice");
  await type(fake, "logout", URL, "--plan");
  assert.doesNotMatch(fake.out + fake.err.join("\n"), /viv_new/);
  assert.match(fake.out, /- password …/);
});

test("a plan shows what would be written, asks the server nothing and writes nothing", async () => {
  const fake = worldOf();
  assert.equal(await type(fake, "login", URL, "--for", "twine", "--plan"), EXIT.done);

  assert.match(
    fake.out,
    /change \/home\/alice\/\.pypirc\n[\s\S]*\+ repository = https:\/\/packages\.example\.com\/alice\/dev\//,
  );
  assert.doesNotMatch(fake.out, /index-servers/);
  assert.deepEqual(fake.requests, []);
  assert.deepEqual(fake.questions, []);
  assert.deepEqual(Object.fromEntries(fake.files), FILES);
});

test("to sign in again replaces what was written before", async () => {
  const fake = worldOf();
  await type(fake, "login", URL, "--user", "alice");
  const once = Object.fromEntries(fake.files);
  await type(fake, "login", URL, "--user", "alice");
  assert.deepEqual(Object.fromEntries(fake.files), once);
});

test("who signs in at a server is taken out with the last of its repositories", async () => {
  const fake = worldOf();
  await type(fake, "login", URL, "--user", "alice", "--for", "twine", "--for", "netrc");
  await type(fake, "login", "https://packages.example.com/bob/prod", "--user", "alice", "--for", "twine");
  await type(fake, "logout", URL);
  assert.match(fake.files.get("/home/alice/.netrc") ?? "", /packages\.example\.com/);
  await type(fake, "logout", "https://packages.example.com/bob/prod");
  assert.deepEqual(Object.fromEntries(fake.files), FILES);
});

test("logout of a server takes out all that was written for it, and nothing of another", async () => {
  const fake = worldOf();
  await type(fake, "login", URL, "--user", "alice", "--for", "twine");
  await type(fake, "logout", "https://packages.example");
  assert.match(fake.files.get("/home/alice/.pypirc") ?? "", /alice-dev/);
  assert.match(fake.out, /Nothing of a login/);
  await type(fake, "logout", "https://packages.example.com");
  assert.deepEqual(Object.fromEntries(fake.files), FILES);
});

test("a tool that is set up for another index is left alone and named; named by hand, nothing is written", async () => {
  const pip = "/home/alice/.config/pip/pip.conf";
  const files = { ...FILES, [pip]: "[global]\nindex-url = https://else.example/simple/\n" };
  const fake = worldOf({ files });
  assert.equal(await type(fake, "login", URL, "--user", "alice"), EXIT.done);
  assert.equal(fake.files.get(pip), files[pip]);
  assert.match(fake.err.join("\n"), /pip: .*pip\.conf is left as it is: it sets index-url already/);

  const other = worldOf({ files });
  assert.equal(await type(other, "login", URL, "--user", "alice", "--for", "pip", "--for", "uv"), EXIT.environment);
  assert.match(other.err.join("\n"), /Nothing was written/);
  assert.deepEqual(Object.fromEntries(other.files), files);
  assert.deepEqual(other.requests, []);
});

test("a wrong password or a wrong repository makes no token and writes nothing", async () => {
  const problem = {
    detail: "the repository alice/dev does not exist",
    code: "repository-not-found",
    type: "x",
    title: "x",
  };
  const fake = worldOf({ api: { ...API, "GET /repositories/alice/dev": Response.json(problem, { status: 404 }) } });
  assert.equal(await type(fake, "login", URL, "--user", "alice"), EXIT.refused);
  assert.deepEqual(Object.fromEntries(fake.files), FILES);
  assert.ok(fake.requests.every(({ method }) => method === "GET"));
});

test("what cannot be meant is said", async () => {
  for (const [argv, text] of [
    [["login", "https://packages.example.com"], /say of which repository/],
    [["login", URL, "--url", "https://else.example"], /leave out --url/],
    [["login", URL, "--for", "conda"], /--for conda/],
    [["login", URL, "--for", ""], /--for is empty/],
    [["logout", "nonsense"], /no address/],
  ] as const) {
    const fake = worldOf();
    assert.equal(await type(fake, ...argv), EXIT.usage);
    assert.match(fake.err.join("\n"), text);
  }
});

test("a tool that is told to read no file gets none", async () => {
  const fake = worldOf({ env: { PIP_CONFIG_FILE: "/dev/null", UV_NO_CONFIG: "1" } });
  assert.equal(await type(fake, "login", URL, "--user", "alice"), EXIT.done);
  assert.match(
    fake.err.join("\n"),
    /PIP_CONFIG_FILE says that pip reads no file\n.*UV_NO_CONFIG says that uv reads no file/,
  );
  assert.deepEqual([...fake.files.keys()].sort(), ["/home/alice/.netrc", "/home/alice/.pypirc"]);
});

test("where nothing is to be set up, that is said, and no token is made", async () => {
  const fake = worldOf({ files: {}, programs: [] });
  assert.equal(await type(fake, "login", URL, "--user", "alice"), EXIT.environment);
  assert.match(fake.err.join("\n"), /none of the tools is on this machine: say with --for/);
  assert.deepEqual(fake.requests, []);
});

test("the token's rights and end are as asked", async () => {
  const fake = worldOf();
  await type(fake, "login", URL, "--user", "alice", "--read-only", "--expires", "never", "--for", "netrc");
  const body = fake.requests.at(-1)?.body as { readonly limits: readonly { readonly action: string }[] };
  assert.deepEqual(
    body.limits.map(({ action }) => action),
    ["read", "fill-cache"],
  );
  assert.equal((body as unknown as { readonly expiresAt: null }).expiresAt, null);
});
