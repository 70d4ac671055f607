import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type Reply, type RepositoryName, refuse } from "#core";
import { basic, openFrontWorld } from "../../tests/support/front-world.ts";
import type { Dialect } from "./routes.ts";

const PAGE = "/alice/dev/simple/foo/";

/** Answers that no room gives on demand, as routes below `/+test`. */
function dialectOf(routes: Readonly<Record<string, () => Promise<Reply>>>): Dialect {
  return {
    name: "native",
    routes: Object.entries(routes).map(([path, handle]) => ({
      scope: "root",
      method: "GET",
      path: `/+test${path}`,
      handle,
    })),
    renderProblem: (_problem, message) => ({ contentType: "text/plain", body: message }),
  };
}

async function worldWithFoo() {
  const world = await openFrontWorld();
  assert.equal((await world.publish("alice/dev", "foo", "1.0")).status, 200);
  return world;
}

test("a page is the same from memory as when it was made, header for header", async () => {
  await using world = await worldWithFoo();
  const browser = { headers: { accept: "text/html,*/*;q=0.8" } };
  const cold = await world.ask(PAGE, browser);
  const hot = await world.ask(PAGE, browser);
  const { "x-request-id": id, ...headers } = cold.headers;
  assert.match(id ?? "", /./);
  assert.deepEqual(hot.headers, headers);
  assert.deepEqual(hot.body, cold.body);
  assert.match(hot.headers["content-security-policy"] ?? "", /default-src 'none'/);
  const metrics = (await world.ask("/+metrics")).body.toString();
  assert.match(metrics, /vivarium_cache_requests_total\{cache="answers",result="hit"\} 1\n/);
});

test("a page from memory is never older than the upload that was answered before", async () => {
  await using world = await worldWithFoo();
  await world.ask(PAGE);
  assert.doesNotMatch((await world.ask(PAGE)).body.toString(), /foo-2\.0/);
  await world.publish("alice/dev", "foo", "2.0");
  assert.match((await world.ask(PAGE)).body.toString(), /foo-2\.0/);
  assert.match((await world.ask("/pub/simple/foo/")).body.toString(), /foo-2\.0/);
});

test("a page from memory is not shown any more once the repository is closed", async () => {
  await using world = await worldWithFoo();
  const file = /href="\.\.\/\.\.\/([^"#]+)/.exec((await world.ask(PAGE)).body.toString())?.[1];
  for (const url of [PAGE, `/alice/dev/${file}`]) {
    await world.ask(url);
    assert.equal((await world.ask(url)).status, 200);
  }
  const system = { kind: "system", reason: "test" } as const;
  await world.registry.repositoriesAdmin.modify(system, "alice/dev" as RepositoryName, (current) => ({
    ...current,
    readers: ["alice"],
  }));
  for (const url of [PAGE, `/alice/dev/${file}`]) assert.equal((await world.ask(url)).status, 401, url);
});

test("credentials that are changed are good for nothing from memory either", async () => {
  await using world = await worldWithFoo();
  await world.publish("alice/closed", "foo", "1.0");
  const url = "/alice/closed/simple/foo/";
  for (let times = 0; times < 3; times += 1) assert.equal((await world.ask(url, { as: "alice" })).status, 200);
  const passwordHash = await world.access.hashPassword("another");
  const system = { kind: "system", reason: "test" } as const;
  await world.registry.accounts.modify(system, "alice" as never, { passwordHash });
  assert.equal((await world.ask(url, { as: "alice" })).status, 401);
  assert.equal((await world.ask(url, { headers: { authorization: basic("alice", "another") } })).status, 200);
});

test("what one reader may see is not kept for another", async () => {
  await using world = await worldWithFoo();
  await world.publish("alice/closed", "foo", "1.0");
  const url = "/alice/closed/simple/foo/";
  const mine = await world.ask(url, { as: "alice" });
  assert.match(mine.headers["cache-control"] ?? "", /^private/);
  await world.ask(url, { as: "alice" });
  assert.equal((await world.ask(url)).status, 401);
  assert.equal((await world.ask(url, { as: "bob" })).status, 403);
});

test("a client's copy costs no bytes while it is right, from memory and not", async () => {
  await using world = await worldWithFoo();
  const { headers } = await world.ask(PAGE);
  for (let times = 0; times < 2; times += 1) {
    const again = await world.ask(PAGE, { headers: { "if-none-match": headers["etag"] ?? "" } });
    assert.equal(again.status, 304);
    assert.equal(again.body.byteLength, 0);
    assert.equal(again.headers["etag"], headers["etag"]);
    assert.equal(again.headers["vary"], headers["vary"]);
  }
  assert.equal((await world.ask(PAGE, { headers: { "if-none-match": '"other"' } })).status, 200);
});

test("HTML and JSON, plain and compressed, are told apart by Vary and by their validators", async () => {
  await using world = await openFrontWorld();
  for (let version = 0; version < 8; version += 1) await world.publish("alice/dev", "foo", `${version}.0`);
  const json = { accept: "application/vnd.pypi.simple.v1+json" };
  const gzip = { "accept-encoding": "gzip, deflate" };
  const tags = new Set<string | undefined>();
  for (const headers of [{}, json, gzip, { ...json, ...gzip }]) {
    const first = await world.ask(PAGE, { headers });
    const second = await world.ask(PAGE, { headers });
    assert.deepEqual(second.body, first.body);
    assert.match(first.headers["vary"] ?? "", /Accept.*Accept-Encoding/);
    const isCompressed = first.headers["content-encoding"] === "gzip";
    assert.equal(isCompressed, "accept-encoding" in headers);
    assert.match((isCompressed ? gunzipSync(first.body) : first.body).toString(), /foo-7\.0/);
    tags.add(first.headers["etag"]);
  }
  assert.equal(tags.size, 4);
});

test("HEAD has the headers of GET and no body", async () => {
  await using world = await worldWithFoo();
  const get = await world.ask(PAGE);
  const head = await world.ask(PAGE, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.body.byteLength, 0);
  const { "x-request-id": _one, ...expected } = get.headers;
  const { "x-request-id": _other, ...actual } = head.headers;
  assert.deepEqual(actual, expected);
});

test("a file can be read in parts, and only joined to parts of the same file", async () => {
  await using world = await worldWithFoo();
  const href = /href="\.\.\/\.\.\/([^"#]+)/.exec((await world.ask(PAGE)).body.toString())?.[1] ?? "";
  const url = `/alice/dev/${href}`;
  const whole = await world.ask(url);
  assert.equal(whole.headers["accept-ranges"], "bytes");
  assert.match(whole.headers["cache-control"] ?? "", /public, max-age=31536000, immutable/);
  const size = whole.body.byteLength;
  const tail = await world.ask(url, { headers: { range: "bytes=-10", "if-range": whole.headers["etag"] ?? "" } });
  assert.equal(tail.status, 206);
  assert.equal(tail.headers["content-range"], `bytes ${size - 10}-${size - 1}/${size}`);
  assert.deepEqual(tail.body, whole.body.subarray(size - 10));
  const other = await world.ask(url, { headers: { range: "bytes=-10", "if-range": '"other"' } });
  assert.equal(other.status, 200);
  const beyond = await world.ask(url, { headers: { range: `bytes=${size}-` } });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers["content-range"], `bytes */${size}`);
});

test("a closed repository challenges strangers, refuses the known, and never takes wrong credentials for nobody", async () => {
  await using world = await worldWithFoo();
  const url = "/alice/closed/simple/";
  const stranger = await world.ask(url);
  assert.equal(stranger.status, 401);
  assert.match(stranger.headers["www-authenticate"] ?? "", /^Basic realm=/);
  assert.equal((await world.ask(url, { as: "bob" })).status, 403);
  const wrong = { headers: { authorization: basic("alice", "wrong") } };
  assert.equal((await world.ask(url, wrong)).status, 401);
  assert.equal((await world.ask(PAGE, wrong)).status, 401);
  // uv's first try with a user's name only, which is no guess.
  assert.equal((await world.ask(PAGE, { headers: { authorization: basic("alice", "") } })).status, 200);
});

test("an upload that may not be is refused with the reason where clients look for it", async () => {
  await using world = await worldWithFoo();
  const stranger = await world.ask("/alice/dev/", { method: "POST", body: "x" });
  assert.equal(stranger.status, 401);
  const simple = await world.ask("/alice/dev/simple/", { method: "POST", as: "alice" });
  assert.equal(simple.status, 405);
  assert.equal(simple.headers["allow"], "GET, HEAD");
  const virtual = await world.publish("root/pub", "foo", "1.0");
  assert.ok([403, 405].includes(virtual.status));
  assert.match(virtual.reason, /root\/pub/);
  const devpi = await world.ask("/alice/dev/", { method: "POST", headers: { "x-devpi-auth": "x" }, body: "x" });
  assert.equal(devpi.headers["content-type"], "application/json");
  assert.equal(devpi.headers["x-devpi-api-version"], "2");
});

test("devpi's client is told once why not: in the body where it reads that, else in the status line", async () => {
  await using world = await worldWithFoo();
  const headers = { "user-agent": "devpi-client/7.3.0 (py3.11.7; linux)", "x-devpi-auth": "x" };
  const asking = await world.ask("/nobody/none/+api", { headers: { ...headers, accept: "application/json" } });
  assert.deepEqual([asking.status, asking.reason], [404, "Not Found"]);
  const uploading = await world.ask("/alice/dev/", {
    method: "POST",
    headers: { ...headers, accept: "*/*" },
    body: "x",
  });
  assert.notEqual(uploading.reason, "Bad Request");
});

test("what is not there is 404: HTML without links for browsers, JSON for everybody else", async () => {
  await using world = await worldWithFoo();
  for (const url of ["/alice/dev/simple/none/", "/nobody/none/simple/foo/", "/+none"]) {
    const browser = await world.ask(url, { headers: { accept: "text/html,*/*;q=0.8" } });
    assert.equal(browser.status, 404, url);
    assert.match(browser.headers["content-type"] ?? "", /^text\/html/);
    assert.doesNotMatch(browser.body.toString(), /<a /);
    const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.01";
    const installer = await world.ask(url, { headers: { accept } });
    assert.equal(installer.status, 404, url);
    assert.match(installer.headers["content-type"] ?? "", /json/);
  }
  assert.equal((await world.ask("/favicon.ico")).status, 404);
});

test("odd addresses are refused before anything is looked up", async () => {
  await using world = await worldWithFoo();
  for (const url of ["/alice/dev/..%2f", "/a%00b", "/%zz", `/${"a".repeat(9000)}`, "/alice//dev/"]) {
    assert.equal((await world.ask(url)).status, 400, url);
  }
  assert.equal((await world.ask("/alice/dev/simple//foo/")).status, 200);
  assert.equal((await world.ask("/alice/dev/%2Bsimple/foo/")).status, 200);
});

test("a person is shown what this is, and devpi's client its users, at the same address", async () => {
  await using world = await openFrontWorld({ settings: { publicUrl: "https://pkg.example/python" } });
  const page = await world.ask("/python/", { headers: { accept: "text/html" } });
  assert.match(page.body.toString(), /https:\/\/pkg\.example\/python\/root\/pypi\/simple\//);
  const users = await world.ask("/python/", { headers: { accept: "application/json" } });
  assert.match(users.body.toString(), /"list:userconfig"/);
  const api = JSON.parse((await world.ask("/+api")).body.toString());
  assert.equal(api.result.login, "https://pkg.example/python/+login");
});

test("devpi's own method reaches its route", async () => {
  await using world = await worldWithFoo();
  const reply = await world.ask("/alice/dev", { method: "PUSH", as: "alice", body: "{}" });
  assert.equal(reply.status, 400);
  assert.match(reply.body.toString(), /'name' and 'version' are needed/);
  assert.equal(world.records.at(-1)?.method, "PUSH");
});

test("health and metrics answer in the words that operators' tools read", async () => {
  await using world = await worldWithFoo();
  assert.equal((await world.ask("/+health/live")).status, 200);
  assert.equal((await world.ask("/+health/ready")).status, 200);
  const metrics = await world.ask("/+metrics");
  assert.match(metrics.headers["content-type"] ?? "", /^application\/openmetrics-text; version=1\.0\.0/);
  const text = metrics.body.toString();
  assert.match(text, /vivarium_http_requests_total\{method="POST",route="\/:owner\/:name",status="200"\} 1\n/);
  assert.match(text, /vivarium_http_request_duration_seconds_bucket\{[^}]*le="\+Inf"\} 1\n/);
  assert.match(text, /vivarium_more 1\n# EOF\n$/);
});

test("the log has one line for each request and no secret in it", async () => {
  await using world = await worldWithFoo();
  await world.ask(`${PAGE}?token=hidden`, { as: "alice" });
  await world.ask(`${PAGE}?token=hidden`, { as: "alice" });
  const lines = world.records.slice(1);
  assert.deepEqual(
    lines.map(({ method, path, status, principal }) => [method, path, status, principal]),
    [
      ["GET", PAGE, 200, "alice"],
      ["GET", PAGE, 200, "alice"],
    ],
  );
  assert.notEqual(lines[0]?.id, lines[1]?.id);
  assert.doesNotMatch(JSON.stringify(world.records), /hidden|password/);
});

test("a fault is a 500 with a number to look for; what it was stands in the log alone", async () => {
  const fault = new Error("the secret of the house");
  const dialect = dialectOf({
    "/fault": async () => {
      throw fault;
    },
  });
  await using world = await openFrontWorld({ more: [dialect] });
  const reply = await world.ask("/+test/fault");
  assert.equal(reply.status, 500);
  assert.doesNotMatch(reply.body.toString(), /secret/);
  const line = world.records.at(-1);
  assert.equal(line?.cause, fault);
  assert.match(reply.body.toString(), new RegExp(line?.id ?? "none"));
});

test("a file that fails before its first byte is a refusal, not a broken answer", async () => {
  const problem = {
    code: "upstream-unavailable",
    repository: "root/pypi" as RepositoryName,
    retryAfterSeconds: 5,
    because: "the upstream is down",
  } as const;
  const chunks = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(refuse(problem)) }) };
  const dialect = dialectOf({
    "/stream": async () => ({ kind: "stream", status: 200, contentType: "text/plain", sizeBytes: 10, chunks }),
  });
  await using world = await openFrontWorld({ more: [dialect] });
  const reply = await world.ask("/+test/stream");
  assert.equal(reply.status, 502);
  assert.equal(reply.headers["retry-after"], "5");
});

test("a dialect's answers are kept in memory unless it has headers that change with every write", async () => {
  const asked = { plain: 0, dressed: 0 };
  const answers = (name: keyof typeof asked) => async (): Promise<Reply> => {
    asked[name] += 1;
    return {
      kind: "bytes",
      status: 200,
      contentType: "text/plain",
      body: name,
      cache: { kind: "revalidate", isPrivate: false },
      freshness: { isCurrent: () => true },
    };
  };
  const dressed: Dialect = { ...dialectOf({ "/dressed": answers("dressed") }), headers: () => ({ "x-serial": "1" }) };
  await using world = await openFrontWorld({ more: [dialectOf({ "/plain": answers("plain") }), dressed] });
  for (let time = 0; time < 3; time++) {
    for (const path of ["plain", "dressed"]) assert.equal((await world.ask(`/+test/${path}`)).body.toString(), path);
  }
  assert.deepEqual(asked, { plain: 1, dressed: 3 });
});
