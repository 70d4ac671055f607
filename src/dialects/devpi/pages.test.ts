import assert from "node:assert/strict";
import { test } from "node:test";
import { aCall, aUser } from "../../../tests/support/fake-call.ts";
import { encodedPath, linkPage } from "./pages.ts";

test("names of users cannot become markup or leave their link", () => {
  const page = linkPage(aCall(), "<b>", [{ path: `/x"><script>/y`, text: `"><script>alert(1)</script>` }]);

  assert.ok(page.kind === "bytes");
  assert.doesNotMatch(String(page.body), /<script|<b>/);
});

test("links keep the prefix under which the server is reached", () => {
  const page = linkPage(aCall({ publicUrl: "https://host.example/pkg" }), "alice", [
    { path: "/alice/dev", text: "dev" },
  ]);

  assert.ok(page.kind === "bytes");
  assert.match(String(page.body), /href="https:\/\/host\.example\/pkg\/alice\/dev"/);
});

test("what depends on who asks is kept by no shared cache", () => {
  const cacheFor = (page: ReturnType<typeof linkPage>) => (page.kind === "bytes" ? page.cache : null);

  assert.deepEqual(cacheFor(linkPage(aCall(), "x", [])), { kind: "revalidate", isPrivate: false });
  assert.deepEqual(cacheFor(linkPage(aCall({ as: aUser("alice") }), "x", [])), { kind: "revalidate", isPrivate: true });
});

test("a plus and an at sign stay as they are, as devpi writes them", () => {
  assert.equal(encodedPath("/a@b/dev/+simple/x y/1.0+local"), "/a@b/dev/+simple/x%20y/1.0+local");
});
