import assert from "node:assert/strict";
import { type IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import type { Proof } from "#access";
import { ANONYMOUS, type Instant } from "#core";
import { type HotReplies, openHotReplies } from "./hot-replies.ts";

const SERIES = { count() {} };
const NOBODY: Proof = { principal: ANONYMOUS, validUntil: 1e15 as Instant, isCurrent: () => true };

function get(url: string, headers: IncomingHttpHeaders = {}, method = "GET"): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { url, method, headers });
}

function openHot(memoryBytesMax = 1 << 20): { readonly hot: HotReplies; now: number } {
  const world = { now: 1000, hot: null as unknown as HotReplies };
  world.hot = openHotReplies({ now: () => world.now as Instant, salt: "salt", memoryBytesMax });
  return world;
}

function keep(
  hot: HotReplies,
  request: IncomingMessage,
  wish: { text?: string; headersRead?: string[]; isCurrent?: () => boolean; proof?: Proof; prefix?: string } = {},
): void {
  hot.keep(request, wish.prefix ?? "", {
    finished: {
      headers: { "content-type": "text/plain", etag: '"x"' },
      bytes: Buffer.from(wish.text ?? "text"),
      validators: { etag: '"x"', lastModified: null },
      freshness: { isCurrent: wish.isCurrent ?? (() => true) },
    },
    proof: wish.proof ?? NOBODY,
    headersRead: new Set(wish.headersRead),
    series: { full: SERIES, notModified: SERIES },
  });
}

function asked(hot: HotReplies, request: IncomingMessage, prefix = ""): number | null {
  return hot.find(request, prefix)?.status ?? null;
}

test("an answer for a session of a browser is for that session only; other cookies make no difference", () => {
  const { hot } = openHot();
  keep(hot, get("/a", { cookie: "theme=dark" }));
  assert.equal(asked(hot, get("/a")), 200);
  for (const cookie of ["vivarium_session=a", "x=1; __Host-vivarium_session=a", "__Secure-vivarium_session=a"]) {
    assert.equal(asked(hot, get("/a", { cookie })), null, cookie);
    keep(hot, get("/b", { cookie }));
    assert.deepEqual([asked(hot, get("/b", { cookie })), asked(hot, get("/b", { cookie: `${cookie}b` }))], [200, null]);
    assert.equal(asked(hot, get("/b", { cookie, authorization: "Basic x" })), null);
  }
  assert.equal(asked(hot, get("/b")), null);
});

test("the same request is answered, another one is not", () => {
  const { hot } = openHot();
  keep(hot, get("/a", { accept: "text/html", "accept-encoding": "gzip" }));
  assert.equal(asked(hot, get("/a", { accept: "text/html", "accept-encoding": "gzip" })), 200);
  assert.equal(asked(hot, get("/a", { accept: "text/html", "accept-encoding": "gzip", "if-none-match": '"x"' })), 304);
  for (const other of [
    get("/b", { accept: "text/html", "accept-encoding": "gzip" }),
    get("/a", { accept: "text/html" }),
    get("/a", { accept: "*/*", "accept-encoding": "gzip" }),
    get("/a", { accept: "text/html", "accept-encoding": "gzip", authorization: "Basic x" }),
    get("/a", { accept: "text/html", "accept-encoding": "gzip", "x-devpi-auth": "x" }),
    get("/a", { accept: "text/html", "accept-encoding": "gzip", "x-jfrog-art-api": "x" }),
    get("/a", { accept: "text/html", "accept-encoding": "gzip", range: "bytes=0-1" }),
    get("/a", { accept: "text/html", "accept-encoding": "gzip" }, "HEAD"),
  ]) {
    assert.equal(asked(hot, other), null);
  }
  assert.equal(asked(hot, get("/a", { accept: "text/html", "accept-encoding": "gzip" }), "/prefix"), null);
});

test("an answer that depends on one more header is told apart by it from then on", () => {
  const { hot } = openHot();
  keep(hot, get("/a", { "user-agent": "pip" }));
  keep(hot, get("/a", { "user-agent": "pip" }), { headersRead: ["user-agent"] });
  assert.equal(asked(hot, get("/a", { "user-agent": "pip" })), 200);
  assert.equal(asked(hot, get("/a", { "user-agent": "devpi" })), null);
  keep(hot, get("/a", { "user-agent": "devpi" }));
  assert.equal(asked(hot, get("/a", { "user-agent": "devpi" })), 200);
  assert.equal(asked(hot, get("/a", { "user-agent": "pip" })), 200);
  assert.equal(asked(hot, get("/a")), null);
});

test("neither outdated bytes nor an outdated proof are used again", () => {
  const world = openHot();
  const { hot } = world;
  let isFresh = true;
  keep(hot, get("/page"), { isCurrent: () => isFresh });
  let isKnown = true;
  keep(hot, get("/known"), { proof: { ...NOBODY, isCurrent: () => isKnown } });
  keep(hot, get("/until"), { proof: { ...NOBODY, validUntil: 2000 as Instant } });
  for (const url of ["/page", "/known", "/until"]) assert.equal(asked(hot, get(url)), 200);
  isFresh = false;
  isKnown = false;
  world.now = 2000;
  for (const url of ["/page", "/known", "/until"]) assert.equal(asked(hot, get(url)), null);
  assert.deepEqual([hot.figures().entries, hot.figures().sizeBytes], [0, 0]);
});

test("what would be outdated at once is not kept", () => {
  const { hot } = openHot();
  keep(hot, get("/a"), { isCurrent: () => false });
  keep(hot, get("/b"), { proof: { ...NOBODY, isCurrent: () => false } });
  assert.equal(hot.figures().entries, 0);
});

test("the budget holds, and what is asked for again and again stays", () => {
  const { hot } = openHot(20_000);
  keep(hot, get("/favourite"), { text: "x".repeat(1000) });
  for (let count = 0; count < 200; count += 1) {
    keep(hot, get(`/${count}`), { text: "x".repeat(1000) });
    assert.equal(asked(hot, get("/favourite")), 200);
    assert.ok(hot.figures().sizeBytes <= 20_000);
  }
  keep(hot, get("/large"), { text: "x".repeat(20_001) });
  assert.equal(asked(hot, get("/large")), null);
});

test("keeping the same answer again takes no more room", () => {
  const { hot } = openHot();
  keep(hot, get("/a"));
  const before = hot.figures().sizeBytes;
  keep(hot, get("/a"));
  assert.deepEqual([hot.figures().sizeBytes, hot.figures().entries], [before, 1]);
});
