import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { RegistryError, type Reply } from "#core";
import { aCall, type CallWish } from "../../../tests/support/fake-call.ts";
import { openTreeDesk, type TreeDesk } from "../../../tests/support/tree-desk.ts";
import { genericFormat } from "./index.ts";

const { routes } = genericFormat();
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("a file is sent with the type that its name says, and its digest as validator", async () => {
  const reply = await ask(openTreeDesk({ "a/b.txt": "hello" }), "GET", "a/b.txt");
  assert.equal(reply.kind, "file");
  if (reply.kind !== "file") return;
  assert.equal(reply.contentType, "text/plain");
  assert.equal(reply.etag, sha256("hello"));
  assert.equal(reply.filename, "b.txt");
});

test("a file of no known kind is only bytes", async () => {
  const reply = await ask(openTreeDesk({ "a/tool": "x", "b.whatever": "x" }), "GET", "a/tool");
  assert.equal(reply.kind === "file" && reply.contentType, "application/octet-stream");
});

test("a page that somebody put here runs nothing at this server's address", async () => {
  const reply = await ask(openTreeDesk({ "x.html": "<script>" }), "GET", "x.html");
  assert.match(
    reply.kind === "file" ? (reply.headers?.["content-security-policy"] ?? "") : "",
    /^sandbox; default-src 'none'/,
  );
});

test("what is not there is not found", async () => {
  await refused(openTreeDesk(), "GET", "a/b.txt", "file-not-found");
  await refused(openTreeDesk({ "a/b.txt": "" }), "GET", "a/b.txt/", "file-not-found");
});

test("a folder is a page with links that lead into it", async () => {
  const desk = openTreeDesk({ "a/b#1.txt": "", "a/c/d": "", "a/<e>": "" });
  const reply = await ask(desk, "GET", "a/");
  assert.equal(reply.kind, "bytes");
  const text = reply.kind === "bytes" ? String(reply.body) : "";
  assert.match(text, /<a href="\.\/b%231\.txt">b#1\.txt<\/a>/);
  assert.match(text, /<a href="\.\/c\/">c\/<\/a>/);
  assert.match(text, /<a href="\.\/%3Ce%3E">&#60;e&#62;<\/a>/);
  assert.match(text, /<a href="\.\.\/">/);
});

test("a folder without its slash is somewhere else, so that its links are right", async () => {
  const reply = await ask(openTreeDesk({ "a/x y/d": "" }), "GET", "a/x y");
  assert.deepEqual([reply.kind, reply.kind === "redirect" && reply.to], ["redirect", "./x%20y/"]);
});

test("the repository itself is a folder without one above", async () => {
  const reply = await ask(openTreeDesk({ "a.txt": "" }), "GET", "");
  const text = reply.kind === "bytes" ? String(reply.body) : "";
  assert.match(text, /<h1>alice\.tools<\/h1>/);
  assert.ok(!text.includes("../"));
});

test("who prefers JSON gets JSON", async () => {
  const desk = openTreeDesk({ "a/b.txt": "", "a/c/d": "" });
  for (const accept of ["application/json", "text/html;q=0.5, application/json", "application/*"]) {
    const reply = await ask(desk, "GET", "a/", { headers: { accept } });
    assert.deepEqual(reply.kind === "json" && reply.body, {
      path: "a",
      entries: [
        { name: "b.txt", kind: "file" },
        { name: "c", kind: "folder" },
      ],
      next: null,
    });
  }
  for (const accept of ["*/*", "text/html, application/json", "application/json;q=0.1, text/*", "nonsense"]) {
    assert.equal((await ask(desk, "GET", "a/", { headers: { accept } })).kind, "bytes", accept);
  }
});

test("a large folder is shown a part at a time", async () => {
  const names = Array.from({ length: 1_500 }, (_, index) => `f${String(index).padStart(4, "0")}`);
  const desk = openTreeDesk(Object.fromEntries(names.map((name) => [`a/${name}`, ""])));
  const headers = { accept: "application/json" };
  const first = await ask(desk, "GET", "a/", { headers });
  assert.equal(first.kind === "json" && (first.body as { next: string }).next, "f0999");
  const second = await ask(desk, "GET", "a/", { headers, query: { after: "f0999" } });
  const { entries, next } = (second.kind === "json" ? second.body : {}) as { entries: unknown[]; next: unknown };
  assert.deepEqual([entries.length, next], [500, null]);
  const page = await ask(desk, "GET", "a/");
  assert.match(page.kind === "bytes" ? String(page.body) : "", /<a href="\?after=f0999">More<\/a>/);
});

test("a file is put, and put again", async () => {
  const desk = openTreeDesk();
  const first = await ask(desk, "PUT", "a/b.bin", { bytes: Buffer.from("hello") });
  assert.equal(first.kind === "json" && first.status, 201);
  assert.equal(
    first.kind === "json" && (first.body as { checksums: { sha256: string } }).checksums.sha256,
    sha256("hello"),
  );
  const second = await ask(desk, "PUT", "a/b.bin", { bytes: Buffer.from("hello") });
  assert.equal(second.kind === "json" && second.status, 200);
  assert.equal(desk.files.get("a/b.bin")?.toString(), "hello");
});

test("an empty file is a file", async () => {
  const desk = openTreeDesk();
  await ask(desk, "PUT", "empty");
  assert.equal(desk.files.get("empty")?.byteLength, 0);
});

test("bytes that are not the announced ones are refused", async () => {
  const desk = openTreeDesk();
  const headers = { "x-checksum-sha256": sha256("other") };
  await refused(desk, "PUT", "a.bin", "digest-mismatch", { bytes: Buffer.from("hello"), headers });
  assert.equal(desk.files.size, 0);
  await ask(desk, "PUT", "a.bin", { bytes: Buffer.from("other"), headers });
  assert.equal(desk.files.size, 1);
});

test("a name with a slash at its end is a folder", async () => {
  const desk = openTreeDesk();
  assert.deepEqual(await ask(desk, "PUT", "a/b/"), { kind: "done", status: 201 });
  assert.deepEqual([...desk.folders], ["a/b"]);
  await refused(desk, "PUT", "a/b/", "request-invalid", { bytes: Buffer.from("x") });
});

test("parts of files and packed files are not taken for whole ones", async () => {
  const desk = openTreeDesk();
  const bytes = Buffer.from("x");
  await refused(desk, "PUT", "a", "request-invalid", { bytes, headers: { "content-range": "bytes 0-0/2" } });
  await refused(desk, "PUT", "a", "request-invalid", { bytes, headers: { "content-encoding": "gzip" } });
  assert.equal(desk.files.size, 0);
});

test("the repository itself is neither written nor removed by its address", async () => {
  await refused(openTreeDesk(), "PUT", "", "request-invalid");
  await refused(openTreeDesk(), "DELETE", "", "request-invalid");
});

test("a file is removed once", async () => {
  const desk = openTreeDesk({ "a/b": "x" });
  assert.deepEqual(await ask(desk, "DELETE", "a/b"), { kind: "done", status: 204 });
  await refused(desk, "DELETE", "a/b", "file-not-found");
});

test("a path that would lead out of the repository, or has a part without a name, is refused", async () => {
  for (const path of ["a/../b", "./a", "a//b", "a/\x00", "a\\b", `${"x".repeat(256)}`]) {
    for (const method of ["GET", "PUT", "DELETE"]) await refused(openTreeDesk(), method, path, "request-invalid");
  }
});

async function ask({ desk }: TreeDesk, method: string, path: string, wish: CallWish = {}): Promise<Reply> {
  const route = routes.find((one) => one.method === method);
  assert.ok(route !== undefined);
  const rawPath = `/alice/tools/${path.split("/").map(encodeURIComponent).join("/")}`;
  return route.handle(aCall({ ...wish, method, path: `/${path}`, rawPath, params: { "*": path } }), desk);
}

async function refused(desk: TreeDesk, method: string, path: string, code: string, wish: CallWish = {}): Promise<void> {
  await assert.rejects(
    () => ask(desk, method, path, wish),
    (error: unknown) => {
      assert.equal(error instanceof RegistryError && error.problem.code, code, `${method} ${path}: ${error}`);
      return true;
    },
  );
}
