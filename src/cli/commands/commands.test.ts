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

async function vivarium(argv: readonly string[], wish: FakeIoWish = {}) {
  const fake = fakeIo({ env: { VIVARIUM_TOKEN: "t" }, ...wish });
  const exitCode = await run(argv, fake.io, offline);
  const sent = fake.requests.map(({ method, url, body }) => [
    method,
    url.replace("http://localhost:3141/api/v1", ""),
    body,
  ]);
  return { exitCode, out: fake.out, err: fake.err, sent, questions: fake.questions };
}

const ALICE = {
  name: "alice",
  email: "alice@example.com",
  title: null,
  description: null,
  customData: null,
  createdAt: "2026-11-25T00:00:00.000Z",
  modifiedAt: null,
  hasPassword: true,
};
const ME = { kind: "token", user: "alice", groups: [], token: { id: "T1", limits: [] }, isRoot: false };
const COMMON = {
  name: "alice/dev",
  key: "alice.dev",
  format: "python",
  title: null,
  description: null,
  customData: null,
  readers: [":ANONYMOUS:"],
  mutability: "volatile",
  createdAt: "2026-11-25T00:00:00.000Z",
};
const LOCAL = {
  ...COMMON,
  kind: "local",
  resolution: "shadow",
  remotes: "first",
  whitelist: [],
  whitelistInheritance: "intersection",
  bases: ["root/pypi"],
  publishers: ["alice"],
  testResultWriters: [":ANONYMOUS:"],
  validation: "strict",
  reserved: [],
};
const REMOTE = {
  ...COMMON,
  name: "root/pypi",
  key: "pypi",
  kind: "remote",
  url: "https://upstream.example.com/simple/",
  freshForSeconds: 1800,
  missingForSeconds: 300,
  noProjectList: false,
  useExternalUrls: false,
  layout: "simple",
  webUrlFormat: null,
  ignoreSerialHeader: false,
  hasCredentials: false,
};
const LIMIT = { action: "publish", repository: "alice/dev", projects: null };
const TOKEN = {
  id: "T1",
  owner: "alice",
  name: "ci",
  limits: [LIMIT],
  createdAt: "2026-11-25T00:00:00.000Z",
  expiresAt: null,
};

/** What is typed, what the server has, what must be sent, and what a person reads. */
const CASES: readonly {
  readonly line: string;
  readonly api: Readonly<Record<string, Json>>;
  readonly sent: readonly (readonly [method: string, path: string, body: Json | null])[];
  readonly shows: RegExp;
}[] = [
  {
    line: "user list",
    api: { "GET /users": { items: [ALICE] } },
    sent: [["GET", "/users", null]],
    shows: /^NAME +EMAIL +MADE +TITLE\nalice +alice@example\.com +2026/,
  },
  {
    line: "user create bob --email b@example.com --title '' --tokens-only",
    api: { "POST /users": { ...ALICE, name: "bob" } },
    sent: [["POST", "/users", { name: "bob", email: "b@example.com", title: null, password: null }]],
    shows: /The account bob is made/,
  },
  {
    line: "user show alice",
    api: { "GET /users/alice": ALICE },
    sent: [["GET", "/users/alice", null]],
    shows: /password +yes/,
  },
  {
    line: "user show",
    api: { "GET /whoami": ME, "GET /users/alice": ALICE },
    sent: [
      ["GET", "/whoami", null],
      ["GET", "/users/alice", null],
    ],
    shows: /name +alice/,
  },
  {
    line: `user modify alice --custom-data {"team":"web"} --description ''`,
    api: { "PATCH /users/alice": { ...ALICE, customData: { team: "web" } } },
    sent: [["PATCH", "/users/alice", { description: null, customData: { team: "web" } }]],
    shows: /custom-data +\{"team":"web"\}/,
  },
  {
    line: "user password bob --tokens-only",
    api: { "PATCH /users/bob": ALICE },
    sent: [["PATCH", "/users/bob", { password: null }]],
    shows: /bob signs in with tokens only now/,
  },
  {
    line: "user remove bob",
    api: { "DELETE /users/bob": null },
    sent: [["DELETE", "/users/bob", null]],
    shows: /bob is removed/,
  },
  {
    line: "index list",
    api: { "GET /repositories": { items: [LOCAL, REMOTE] } },
    sent: [["GET", "/repositories", null]],
    shows: /alice\/dev +local +root\/pypi +:ANONYMOUS:\nroot\/pypi +remote +https:\/\/upstream/,
  },
  {
    line: "index list bob",
    api: { "GET /repositories": { items: [LOCAL, REMOTE] } },
    sent: [["GET", "/repositories", null]],
    shows: /^bob has none\.\n$/,
  },
  {
    line: "index create alice/dev --base root/pypi --base alice/x --publisher alice --reserved acme-*",
    api: { "PUT /repositories/alice/dev": LOCAL },
    sent: [
      [
        "PUT",
        "/repositories/alice/dev",
        { kind: "local", bases: ["root/pypi", "alice/x"], publishers: ["alice"], reserved: ["acme-*"] },
      ],
    ],
    shows: /alice\/dev is made/,
  },
  {
    line: "index create alice/tools --format generic",
    api: { "PUT /repositories/alice/tools": { ...LOCAL, name: "alice/tools", format: "generic" } },
    sent: [["PUT", "/repositories/alice/tools", { kind: "local", format: "generic" }]],
    shows: /alice\/tools is made\.\n.*format +generic\n/s,
  },
  {
    line: "index create root/pypi --upstream https://u.example.com/ --fresh-for 30m --project-list no --external-urls yes",
    api: { "PUT /repositories/root/pypi": REMOTE },
    sent: [
      [
        "PUT",
        "/repositories/root/pypi",
        {
          kind: "remote",
          url: "https://u.example.com/",
          freshForSeconds: 1800,
          noProjectList: true,
          useExternalUrls: true,
        },
      ],
    ],
    shows: /fresh-for +1800 seconds/,
  },
  {
    line: "repository create alice/all --member alice/dev --publish-to alice/dev --remotes union",
    api: { "PUT /repositories/alice/all": LOCAL },
    sent: [
      [
        "PUT",
        "/repositories/alice/all",
        { kind: "virtual", remotes: "union", members: ["alice/dev"], publishTo: "alice/dev" },
      ],
    ],
    shows: /is made/,
  },
  {
    line: "index show root/pypi",
    api: { "GET /repositories/root/pypi": REMOTE },
    sent: [["GET", "/repositories/root/pypi", null]],
    shows: /short address +\/pypi\/\n.*project-list +yes\nexternal-urls +no\n.*upstream login +none\n/s,
  },
  {
    line: "index modify alice/dev --base '' --reader alice",
    api: { "GET /repositories/alice/dev": LOCAL, "PATCH /repositories/alice/dev": { ...LOCAL, bases: [] } },
    sent: [
      ["GET", "/repositories/alice/dev", null],
      ["PATCH", "/repositories/alice/dev", { readers: ["alice"], bases: [] }],
    ],
    shows: /base +\(none\)/,
  },
  {
    line: "index modify alice/dev --title Ours",
    api: { "PATCH /repositories/alice/dev": { ...LOCAL, title: "Ours" } },
    sent: [["PATCH", "/repositories/alice/dev", { title: "Ours" }]],
    shows: /title +Ours/,
  },
  {
    line: "index remove alice/dev",
    api: { "DELETE /repositories/alice/dev": null },
    sent: [["DELETE", "/repositories/alice/dev", null]],
    shows: /alice\/dev is removed/,
  },
  {
    line: "index refresh root/pypi requests",
    api: { "POST /repositories/root/pypi/projects/requests/refresh": null },
    sent: [["POST", "/repositories/root/pypi/projects/requests/refresh", null]],
    shows: /requests of root\/pypi/,
  },
  {
    line: "token list",
    api: { "GET /whoami": ME, "GET /users/alice/tokens": { items: [TOKEN] } },
    sent: [
      ["GET", "/whoami", null],
      ["GET", "/users/alice/tokens", null],
    ],
    shows: /T1 +ci +publish on alice\/dev +2026\S+ +never/,
  },
  {
    line: "token create ci --owner alice --repository a/x --repository a/y --permission publish --permission yank --project foo --expires 90d",
    api: { "POST /users/alice/tokens": { token: TOKEN, secret: "viv_secret" } },
    sent: [
      [
        "POST",
        "/users/alice/tokens",
        {
          name: "ci",
          expiresAt: "2027-02-23T00:00:00.000Z",
          limits: [
            { action: "publish", repository: "a/x", projects: ["foo"] },
            { action: "yank", repository: "a/x", projects: ["foo"] },
            { action: "publish", repository: "a/y", projects: ["foo"] },
            { action: "yank", repository: "a/y", projects: ["foo"] },
          ],
        },
      ],
    ],
    shows: /^viv_secret\n$/,
  },
  {
    line: "token issue all --owner alice",
    api: { "POST /users/alice/tokens": { token: TOKEN, secret: "viv_secret" } },
    sent: [["POST", "/users/alice/tokens", { name: "all", expiresAt: null }]],
    shows: /^viv_secret\n$/,
  },
  {
    line: "token revoke T1 --owner alice",
    api: { "DELETE /users/alice/tokens/T1": null },
    sent: [["DELETE", "/users/alice/tokens/T1", null]],
    shows: /T1 of alice is revoked/,
  },
  {
    line: "yank alice/dev hello 1.0 --reason broken",
    api: {
      "PUT /repositories/alice/dev/projects/hello/versions/1.0/yank": { yanked: "broken", files: ["hello-1.0.zip"] },
    },
    sent: [["PUT", "/repositories/alice/dev/projects/hello/versions/1.0/yank", { reason: "broken" }]],
    shows: /hello 1\.0 is yanked: hello-1\.0\.zip\./,
  },
  {
    line: "unyank alice/dev hello 1.0",
    api: { "DELETE /repositories/alice/dev/projects/hello/versions/1.0/yank": { yanked: null, files: [] } },
    sent: [["DELETE", "/repositories/alice/dev/projects/hello/versions/1.0/yank", null]],
    shows: /not yanked any more: no file had to change/,
  },
  {
    line: "status alice/dev hello archived --reason done",
    api: { "PUT /repositories/alice/dev/projects/hello/status": null },
    sent: [["PUT", "/repositories/alice/dev/projects/hello/status", { status: "archived", reason: "done" }]],
    shows: /hello is archived now/,
  },
  {
    line: "status alice/dev hello",
    api: {
      "GET /repositories/alice/dev/projects/hello": { displayName: "Hello", status: "archived", statusReason: "done" },
    },
    sent: [["GET", "/repositories/alice/dev/projects/hello", null]],
    shows: /project +Hello\nstatus +archived\nreason +done\n/,
  },
  {
    line: "whoami",
    api: { "GET /whoami": ME },
    sent: [["GET", "/whoami", null]],
    shows: /user +alice\nsigned in with +token\ntoken +T1/,
  },
];

for (const { line, api, sent, shows } of CASES) {
  const argv = line.split(" ").map((word) => (word === "''" ? "" : word));
  test(`'vivarium ${line}' sends what it means, and says what came of it`, async () => {
    const result = await vivarium(argv, { api });
    assert.equal(result.exitCode, EXIT.done, result.err.join("\n"));
    assert.deepEqual(result.sent, sent);
    assert.match(result.out, shows);
  });

  test(`'vivarium ${line} --json' prints JSON and nothing else`, async () => {
    const { out } = await vivarium([...argv, "--json"], { api });
    assert.equal(typeof JSON.parse(out), "object");
  });
}

test("a token's secret stands alone on standard output, so that a script can keep it", async () => {
  const api = { "POST /users/alice/tokens": { token: TOKEN, secret: "viv_secret" } };
  const { out, err } = await vivarium(["token", "create", "ci", "--owner", "alice"], { api });
  assert.equal(out, "viv_secret\n");
  assert.match(err.join("\n"), /Token ci of alice \(T1\), good for publish on alice\/dev; it does not expire/);
  assert.doesNotMatch(err.join("\n"), /viv_secret/);
});

test("a setting that the kind does not have is refused by the name of its option", async () => {
  const api = { "GET /repositories/root/pypi": REMOTE };
  const { err, exitCode, sent } = await vivarium(["index", "modify", "root/pypi", "--base", "a/b"], { api });
  assert.equal(exitCode, EXIT.usage);
  assert.match(err[0] ?? "", /--base is no setting of a remote repository: it belongs to local/);
  assert.deepEqual(
    sent.map(([method]) => method),
    ["GET"],
  );
});

test("the upstream's password comes from a file or the terminal, never from the command line", async () => {
  const api = { "GET /repositories/root/pypi": REMOTE, "PATCH /repositories/root/pypi": REMOTE };
  const argv = ["index", "modify", "root/pypi", "--upstream-user", "reader"];
  const asked = await vivarium(argv, { api, secrets: ["s3cret"] });
  assert.deepEqual(asked.sent.at(-1)?.[2], { credentials: "reader:s3cret" });
  const file = await vivarium([...argv, "--upstream-password-file", "pw"], { api, files: { pw: "from file\n" } });
  assert.deepEqual(file.sent.at(-1)?.[2], { credentials: "reader:from file" });
  const cleared = await vivarium([...argv.slice(0, -1), ""], { api });
  assert.deepEqual(cleared.sent.at(-1)?.[2], { credentials: null });
});

test("a new password is typed twice, and must be the same", async () => {
  const api = { "PATCH /users/alice": ALICE };
  const argv = ["user", "password", "alice"];
  const same = await vivarium(argv, { api, secrets: ["one", "one"] });
  assert.deepEqual(same.sent, [["PATCH", "/users/alice", { password: "one" }]]);
  assert.deepEqual(same.questions, ["New password for alice: ", "Once more: "]);
  const differing = await vivarium(argv, { api, secrets: ["one", "two"] });
  assert.deepEqual([differing.exitCode, differing.sent], [EXIT.usage, []]);
  const empty = await vivarium(argv, { api, secrets: [""] });
  assert.deepEqual([empty.exitCode, empty.sent], [EXIT.usage, []]);
});

test("what others wrote cannot steer the terminal", async () => {
  const api = { "GET /users": { items: [{ ...ALICE, title: "\u001b[2Jgone\u202e" }] } };
  const { out } = await vivarium(["user", "list"], { api });
  assert.match(out, /\?\[2Jgone\?\n$/);
});

test("commands that act for nobody say so", async () => {
  const api = { "GET /whoami": { ...ME, kind: "anonymous", user: null, token: null } };
  const { exitCode, err } = await vivarium(["token", "list"], { api, env: {} });
  assert.equal(exitCode, EXIT.refused);
  assert.match(err[0] ?? "", /you are nobody at http:\/\/localhost:3141: sign in with --user NAME/);
});
