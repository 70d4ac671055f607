import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NAVIGATING } from "../../tests/support/built-pages.ts";
import { isNavigation, isPageAddress, mayBePage } from "./page-addresses.ts";
import { type Names, placeOf } from "./routing.ts";

const KNOWN = new Map([
  ["alice/dev", true],
  ["alice/files", false],
]);
const NAMES: Names = {
  exists: async (name) => KNOWN.has(name),
  withKey: async (key) => ([...KNOWN.keys()].find((name) => name.replace("/", ".") === key) ?? null) as never,
};

async function isPage(path: string): Promise<boolean> {
  const place = await placeOf(path, NAMES);
  const knowsProjects = place.scope === "repository" ? (KNOWN.get(place.repository) ?? null) : null;
  return mayBePage(path) && isPageAddress({ place, path, knowsProjects });
}

function headers(sent: Readonly<Record<string, string>>): (name: string) => string | null {
  return (name) => sent[name] ?? null;
}

describe("whether somebody goes to an address with a browser", () => {
  const { "sec-fetch-dest": _, ...overHttp } = NAVIGATING;

  test("a browser that says so, or looks so where it says nothing", () => {
    assert.ok(isNavigation(headers(NAVIGATING)));
    assert.ok(isNavigation(headers(overHttp)));
  });

  test("not a script of a page, a frame or a picture", () => {
    for (const destination of ["empty", "iframe", "image", "script"]) {
      assert.ok(!isNavigation(headers({ ...NAVIGATING, "sec-fetch-dest": destination })), destination);
    }
    assert.ok(!isNavigation(headers({ ...NAVIGATING, accept: "application/json" })));
  });

  test("no installer, whatever it accepts", () => {
    const simple = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01";
    for (const agent of ["pip/26.1", "uv/0.12.0", "devpi-client/7.2", "curl/8.9", "python-requests/2.33", ""]) {
      for (const accept of ["*/*", "text/html", simple, ""]) {
        assert.ok(!isNavigation(headers({ accept, "user-agent": agent })), `${agent} ${accept}`);
      }
    }
    assert.ok(!isNavigation(headers({ ...overHttp, accept: simple })));
  });
});

describe("the addresses of pages", () => {
  test("are the server's own, an owner's, a repository's, a project's and a version's", async () => {
    const paths = ["/", "/ui", "/ui/settings/a/b/c/d", "/alice", "/alice/", "/alice/dev", "/alice/dev/"];
    for (const path of [...paths, "/alice/dev/foo", "/alice/dev/foo/", "/alice/dev/foo/1.0", "/nobody/nothing/foo"]) {
      assert.ok(await isPage(path), path);
    }
  });

  test("are none that installers and other programs read", async () => {
    const paths = [
      "/alice/dev/simple/",
      "/alice/dev/simple/foo",
      "/alice/dev/+simple/",
      "/alice/dev/+simple/foo/",
      "/alice/dev/+f/abc/def/foo-1.0.tar.gz",
      "/alice/dev/foo/1.0/+doc/",
      "/alice.dev/simple/",
      "/alice.dev/simple/foo/",
      "/alice.dev",
      "/alice.dev/foo",
      "/simple/",
      "/api/v1/whoami",
      "/artifactory/api/repositories",
      "/+api",
      "/+health/live",
      "/alice/+api",
      "/alice//dev",
      "//",
      "/alice/dev/foo/1.0/more",
    ];
    for (const path of paths) assert.ok(!(await isPage(path)), path);
  });

  test("of a repository of plain files are its own only: any path below may be a file's", async () => {
    assert.ok(await isPage("/alice/files"));
    for (const path of ["/alice/files/", "/alice/files/a.txt", "/alice/files/a/b.txt"]) {
      assert.ok(!(await isPage(path)), path);
    }
  });
});
