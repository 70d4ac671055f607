import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InjectedReply } from "#http";
import { aWheelFile } from "../support/archives.ts";
import { builtPages, NAVIGATING } from "../support/built-pages.ts";
import { expectStatus, JSON_PAGE, openTestApp, type TestApp, type TestAppOptions } from "../support/test-app.ts";

const DEMO = { name: "demo", version: "1.0" };
const VIEWS = ["/", "/ui/login", "/alice", "/alice/dev", "/alice/dev/demo", "/alice/dev/demo/1.0", "/nobody/nothing"];
const { "sec-fetch-dest": _, "sec-fetch-mode": __, ...OVER_HTTP } = NAVIGATING;

/** `alice/dev` with a project, and `alice/files` with a file. */
async function anApp(options: TestAppOptions): Promise<TestApp> {
  const app = await openTestApp(options);
  const alice = await app.user("alice");
  await app.index("alice/dev");
  await app.index("alice/files", { format: "generic" });
  expectStatus(await alice.publish("alice/dev", aWheelFile(DEMO), DEMO), 200);
  expectStatus(await alice.ask("PUT", "/alice/files/notes/a.txt", { body: "a file" }), 201);
  return app;
}

function isPage({ status, body }: InjectedReply): boolean {
  return status === 200 && body.includes('<base href="') && body.includes("app-1.js");
}

describe("a browser", () => {
  test("is shown the page at every view's address, with HTTPS and without, with HEAD too", async () => {
    await using built = await builtPages();
    await using app = await anApp({ pagesFolder: built.folder });
    for (const path of VIEWS) {
      for (const headers of [NAVIGATING, OVER_HTTP]) assert.ok(isPage(await app.anyone().get(path, headers)), path);
      assert.ok(isPage(await app.as("alice").get(path, NAVIGATING)), path);
      const head = await app.anyone().ask("HEAD", path, { headers: NAVIGATING });
      assert.deepEqual([head.status, head.body.length], [200, 0], path);
    }
    const { headers } = await app.anyone().get("/alice/dev", NAVIGATING);
    assert.match(headers["content-security-policy"] ?? "", /default-src 'none'; script-src 'self'/);
    assert.match(headers["vary"] ?? "", /Accept, Sec-Fetch-Dest, User-Agent/);
    const again = await app.anyone().get("/alice/dev", { ...NAVIGATING, "if-none-match": headers["etag"] ?? "" });
    assert.equal(again.status, 304);
  });

  test("sees what installers see where they look, and gets the files that it goes to", async () => {
    await using built = await builtPages();
    await using app = await anApp({ pagesFolder: built.folder });
    for (const path of ["/alice/dev/simple/", "/alice/dev/simple/demo/", "/alice/dev/+simple/demo/"]) {
      const reply = await app.anyone().get(path, NAVIGATING);
      assert.ok(!isPage(reply), path);
      assert.match(reply.body.toString(), /demo/);
    }
    assert.equal((await app.anyone().get("/alice/files/notes/a.txt", NAVIGATING)).body.toString(), "a file");
    const [file] = (await app.anyone().simplePage("alice/dev", "demo")).files;
    const { pathname } = new URL(file?.url ?? "", "http://localhost/alice/dev/simple/demo/");
    assert.equal((await app.anyone().get(pathname, NAVIGATING)).body.subarray(0, 2).toString(), "PK");
    assert.equal((await app.anyone().get("/+health/live", NAVIGATING)).body.toString(), "alive\n");
  });

  test("is not shown an answer for programs that is in memory, nor they the page", async () => {
    await using built = await builtPages();
    await using app = await anApp({ pagesFolder: built.folder });
    const asProgram = { accept: NAVIGATING.accept, "user-agent": "a-program/1.0" };
    const before = await app.anyone().get("/alice/dev/demo", asProgram);
    for (let round = 0; round < 3; round += 1) {
      assert.ok(isPage(await app.anyone().get("/alice/dev/demo", NAVIGATING)));
      const reply = await app.anyone().get("/alice/dev/demo", asProgram);
      assert.deepEqual([reply.status, reply.body.toString()], [before.status, before.body.toString()]);
    }
  });

  test("finds the page below the prefix under which a proxy shows the server", async () => {
    await using built = await builtPages();
    const config = { publicUrl: "https://example.com/py" };
    await using app = await anApp({ pagesFolder: built.folder, config });
    for (const path of ["/py/alice/dev", "/alice/dev", "/py/", "/py"]) {
      const reply = await app.anyone().get(path, NAVIGATING);
      assert.match(reply.body.toString(), /<base href="\/py\/">/, path);
    }
    expectStatus(await app.anyone().get("/py/assets/app-1.js"), 200);
    expectStatus(await app.anyone().get("/assets/app-1.js"), 200);
  });
});

test("every other client sees at the same addresses exactly what it sees without pages", async () => {
  await using built = await builtPages({ nothing: true });
  await using app = await anApp({ pagesFolder: built.folder });
  const clients = [
    { accept: "*/*", "user-agent": "curl/8.9" },
    { accept: "application/json", "user-agent": "devpi-client/7.2" },
    { accept: "application/json", "user-agent": NAVIGATING["user-agent"], "sec-fetch-dest": "empty" },
    { accept: `${JSON_PAGE}, text/html; q=0.01`, "user-agent": "pip/26.1" },
    { accept: "text/html", "user-agent": "pip/19.0" },
    { ...NAVIGATING, "sec-fetch-dest": "iframe" },
    { "user-agent": "twine/6.2" },
  ];
  const asked = [...VIEWS, "/alice/dev/", "/alice/dev/simple/", "/alice/dev/simple/demo/", "/+api"].flatMap((path) =>
    clients.map((headers) => ({ path, headers })),
  );
  const seen = async ({ path, headers }: (typeof asked)[number]) => {
    const { status, headers: told, body } = await app.as("alice").get(path, headers);
    const { "x-request-id": _id, date: _date, ...rest } = told;
    return { path, headers, status, told: rest, body: body.toString() };
  };
  const before = await Promise.all(asked.map(seen));
  await built.build("app-1.js");
  assert.ok(isPage(await app.anyone().get("/alice/dev", NAVIGATING)));
  assert.deepEqual(await Promise.all(asked.map(seen)), before);
});

test("without built pages a browser sees what it saw before, and finds them when they are built", async () => {
  await using built = await builtPages({ nothing: true });
  await using app = await anApp({ pagesFolder: built.folder });
  assert.match((await app.anyone().get("/", NAVIGATING)).body.toString(), /A Python package repository/);
  const before = await app.anyone().get("/alice/dev", NAVIGATING);
  const plain = { accept: NAVIGATING.accept, "user-agent": "a-program/1.0" };
  assert.deepEqual(before.body, (await app.anyone().get("/alice/dev", plain)).body);
  expectStatus(await app.anyone().get("/assets/app-1.js"), 404);
  await built.build("app-1.js");
  assert.ok(isPage(await app.anyone().get("/alice/dev", NAVIGATING)));
});

describe("scripts and styles", () => {
  test("may be kept for ever, are sent compressed, and are what their type says", async () => {
    await using built = await builtPages();
    await using app = await anApp({ pagesFolder: built.folder });
    const reply = await app.anyone().get("/assets/app-1.js", { "accept-encoding": "gzip, deflate, br, zstd" });
    assert.equal(reply.headers["content-encoding"], "gzip");
    assert.equal(reply.headers["cache-control"], "public, max-age=31536000, immutable");
    assert.equal(reply.headers["content-type"], "text/javascript; charset=utf-8");
    assert.equal(reply.headers["x-content-type-options"], "nosniff");
    const etag = reply.headers["etag"] ?? "";
    const again = { "accept-encoding": "gzip", "if-none-match": etag };
    assert.equal((await app.anyone().get("/assets/app-1.js", again)).status, 304);
    assert.equal((await app.anyone().get("/assets/style-1.css")).body.toString(), "p{color:red}");
  });

  test("are all that can be reached there", async () => {
    await using built = await builtPages();
    await using app = await anApp({ pagesFolder: built.folder });
    const odd = [
      "",
      "index.html",
      "%2e%2e/index.html",
      "..%2findex.html",
      "%2e%2e%2f%2e%2e%2fsecret.js",
      "a%5c..%5csecret.js",
    ];
    for (const name of [
      ...odd,
      "app-1.js%00",
      "app-1.js/",
      "/app-1.js",
      "app-1.js.gz",
      "nothing.js",
      "x".repeat(5000),
    ]) {
      const { status, body } = await app.anyone().get(`/assets/${name}`);
      assert.ok(status === 404 || status === 400, `${name}: ${status}`);
      assert.doesNotMatch(body.toString(), /outside|<base/);
    }
    for (const method of ["POST", "PUT", "DELETE"]) {
      assert.equal((await app.as("alice").ask(method, "/assets/app-1.js")).status, 404, method);
    }
  });
});

test("a server that is locked down shows everybody the same page, and nothing else", async () => {
  await using built = await builtPages();
  await using app = await anApp({ pagesFolder: built.folder });
  await app.restart({ isLockedDown: true });
  const paths = [...VIEWS, "/alice/files", "/alice/files/notes", "/alice/nothing/notes", "/dev/demo"];
  const pages = new Set<string>();
  for (const path of paths) {
    const reply = await app.anyone().get(path, NAVIGATING);
    assert.ok(isPage(reply), path);
    pages.add(reply.body.toString());
    assert.equal((await app.anyone().get(path, { accept: "*/*" })).status, 401, path);
  }
  assert.equal(pages.size, 1);
  expectStatus(await app.anyone().get("/assets/app-1.js"), 200);
  expectStatus(await app.anyone().get("/assets/nothing.js"), 404);
  for (const path of ["/alice/dev/simple/", "/api/v1/repositories"]) {
    assert.equal((await app.anyone().get(path, NAVIGATING)).status, 401, path);
  }
});
