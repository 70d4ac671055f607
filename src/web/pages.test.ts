import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Reply } from "#core";
import { builtPages } from "../../tests/support/built-pages.ts";
import { openPages } from "./pages.ts";

type Bytes = Reply & { readonly kind: "bytes" };

test("the page's base is the prefix under which a proxy shows the server, whatever is in it", async () => {
  await using built = await builtPages();
  const pages = openPages(built.folder);
  assert.match(textOf(await pages.page("")), /<head><base href="\/">/);
  assert.match(textOf(await pages.page("/py")), /<head><base href="\/py\/">/);
  assert.match(textOf(await pages.page('/"><script>')), /<base href="\/&#34;&#62;&#60;script&#62;\/">/);
  assert.match(textOf(await pages.page("/$&")), /<base href="\/\$&#38;\/">/);
});

test("the page runs scripts of this server only, and is framed by nobody", async () => {
  await using built = await builtPages();
  const { headers = {}, cache } = bytesOf(await openPages(built.folder).page(""));
  const policy = (headers["content-security-policy"] ?? "").split("; ");
  for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "connect-src 'self'"]) {
    assert.ok(policy.includes(rule), rule);
  }
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.deepEqual(cache, { kind: "revalidate", isPrivate: false });
});

test("an asset is found by its name alone, and no file beside it or above it", async () => {
  await using built = await builtPages();
  const pages = openPages(built.folder);
  const script = bytesOf(await pages.asset("app-1.js"));
  assert.equal(script.contentType, "text/javascript; charset=utf-8");
  assert.deepEqual(script.cache, { kind: "immutable", isPrivate: false });
  for (const name of [
    "",
    ".",
    "..",
    "../index.html",
    "../../secret.js",
    "app-1.js/",
    "app-1.js.gz",
    "index.html",
    "\0",
  ]) {
    assert.equal(await pages.asset(name), null, JSON.stringify(name));
  }
});

test("what the build has compressed is sent as it is, and what it has not stays plain", async () => {
  await using built = await builtPages();
  const pages = openPages(built.folder);
  const script = bytesOf(await pages.asset("app-1.js"));
  const pressed = script.finished?.encoded("gzip") ?? null;
  assert.ok(pressed !== null);
  assert.deepEqual(gunzipSync(pressed), Buffer.from(script.body));
  assert.equal(script.finished?.encoded("zstd"), null);
  assert.equal(bytesOf(await pages.asset("style-1.css")).finished?.encoded("gzip"), null);
});

test("pages that are built later are shown without a restart, and those opened before keep their scripts", async () => {
  await using built = await builtPages({ nothing: true });
  const pages = openPages(built.folder);
  assert.deepEqual([await pages.page(""), await pages.asset("app-1.js")], [null, null]);

  await built.build("app-1.js");
  assert.match(textOf(await pages.page("")), /app-1\.js/);
  await pages.asset("app-1.js");
  await built.build("app-22.js");
  assert.match(textOf(await pages.page("")), /app-22\.js/);
  assert.ok((await pages.asset("app-22.js")) !== null);
  assert.ok((await pages.asset("app-1.js")) !== null);
  await built.build("app-333.js");
  assert.match(textOf(await pages.page("")), /app-333\.js/);
  // It was never asked for while it was there: gone is gone, not a fault.
  await built.build("app-4444.js");
  assert.match(textOf(await pages.page("")), /app-4444\.js/);
  assert.equal(await pages.asset("app-333.js"), null);
});

function bytesOf(reply: Reply | null): Bytes {
  assert.equal(reply?.kind, "bytes");
  return reply as Bytes;
}

function textOf(reply: Reply | null): string {
  return bytesOf(reply).body.toString();
}
