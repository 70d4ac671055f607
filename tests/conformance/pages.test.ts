import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Kept, LOOKS, type OpenBrowser, openBrowser, type Window } from "../support/browser.ts";
import { ROOT } from "../support/clients.ts";
import { ROOT_ACCOUNT } from "../support/devpi-http.ts";
import { ALICE, openPagesWorld, type PagesWorld } from "../support/pages-world.ts";
import { VIEWS, type View } from "../support/views.ts";

/** The pages in a real browser, walked as somebody new would. */

const browser = await openBrowser();
const skip = typeof browser === "string" ? browser : false;

test("every view of the pages is walked here", () => {
  const routes = globSync(join(ROOT, "ui", "src", "pages", "*", "routes.tsx")).flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/path: "\/?([^"]*)"/g)].map(([, route = ""]) => `/${route}`),
  );
  assert.ok(routes.length > 20, `only ${routes.length} routes are found`);
  const walked = new Set(VIEWS.map(({ route }) => route));
  assert.deepEqual(
    routes.filter((route) => !walked.has(route)),
    [],
  );
});

describe("the pages", { skip }, () => {
  let world: PagesWorld;
  const { open } = browser as OpenBrowser;
  /** What the browsers of those who have signed in keep. */
  const kept: Record<View["as"], Kept | null> = { nobody: null, alice: null, root: null };

  before(async () => {
    world = await openPagesWorld();
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
    await (browser as OpenBrowser)[Symbol.asyncDispose]();
  });

  async function visit(window: Window, address: string): Promise<void> {
    await window.page.goto(`${world.server.url}${address}`);
    await window.settled();
  }

  test("somebody signs in and comes back to where they were", async () => {
    for (const [name, password] of [ALICE, ROOT_ACCOUNT] as const) {
      await using window = await open();
      const { page } = window;
      await visit(window, "/ui/sessions");
      await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
      await page.getByLabel("User name").fill(name);
      await page.getByLabel("Password", { exact: true }).fill("not the password");
      await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
      await page
        .getByRole("main")
        .getByText(/password/i)
        .first()
        .waitFor();
      assert.equal(await page.getByLabel("User name").inputValue(), name, "what was typed is still there");
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { level: 1, name: /Sessions/ }).waitFor();
      await window.settled();
      assert.deepEqual(window.takeComplaints(), []);
      kept[name as View["as"]] = await page.context().storageState();
    }
  });

  // Two at a time: while one is looked through, the other is drawn.
  describe("as views", { concurrency: 2 }, () => {
    for (const view of VIEWS) {
      test(`${view.name} is legible to everybody, in every light and at every width`, async () => {
        await using window = await open({ kept: kept[view.as] });
        await visit(window, view.address);
        const faults: string[] = [];
        for (const look of LOOKS) {
          await window.change(look);
          await window.settled();
          await window.picture(view.name);
          const overflow = await window.overflow();
          if (overflow > 0) faults.push(`${look.width}: ${overflow} pixels too wide`);
          if (!look.isJudged) continue;
          for (const barrier of await window.barriers()) faults.push(`${look.colours}, ${look.width}: ${barrier}`);
        }
        assert.deepEqual([...faults, ...window.takeComplaints()], []);
        assert.equal(await window.page.evaluate("globalThis.vivariumWasHad"), undefined);
      });
    }
  });

  test("the keys are listed on ?, lead to the search on /, and can be turned off", async () => {
    await using window = await open();
    const { page } = window;
    await visit(window, "/ui/login");
    /** What the field says that keys go into; `null`: they go into none. */
    const typed = () => page.evaluate("document.activeElement?.value ?? null");
    // Not in a field: there it is a sign like any other.
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("?");
    const keys = page.getByRole("dialog", { name: "Keys" });
    await keys.waitFor();
    assert.deepEqual(await window.barriers(), []);
    await window.picture("keys");
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "hidden" });
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("/");
    assert.equal(await typed(), "");
    await page.keyboard.type("a/b?");
    assert.equal(await typed(), "a/b?");
    assert.equal(await keys.count(), 0);

    await page.getByRole("button", { name: "Keys" }).click();
    await keys.getByRole("switch").click();
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "hidden" });
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("?");
    await page.keyboard.press("/");
    assert.equal(await typed(), null);
    assert.equal(await keys.count(), 0);
  });

  test("the first view needs at most 250 KB of scripts", async () => {
    await using window = await open();
    await visit(window, "/");
    const bytes = (await window.page.evaluate(
      "performance.getEntriesByType('resource').filter(({ name }) => /\\.js$/.test(name)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
    )) as number;
    assert.ok(bytes > 0 && bytes <= 250_000, `${bytes} bytes`);
  });

  test("installers, devpi's client and programs see at every address what they saw before", async () => {
    const { url } = world.server;
    const type = async (path: string, headers: Readonly<Record<string, string>>) => {
      const reply = await fetch(`${url}${path}`, { headers });
      const text = await reply.text();
      return [reply.status, reply.headers.get("content-type"), text.includes('id="root"')];
    };
    const pip = {
      accept: "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01",
      "user-agent": 'pip/26.0 {"installer":{"name":"pip","version":"26.0"}}',
    };
    const simple = [200, "application/vnd.pypi.simple.v1+json", false];
    assert.deepEqual(await type("/alice/dev/+simple/hello/", pip), simple);
    assert.deepEqual(await type("/alice/dev/simple/hello/", pip), simple);
    const html = { accept: "text/html", "user-agent": "curl/8.0" };
    assert.equal((await type("/alice/dev/+simple/hello/", html))[2], false);
    for (const path of ["/+api", "/alice", "/alice/dev", "/alice/dev/hello", "/alice/dev/hello/1.0"]) {
      const json = await type(path, { accept: "application/json", "user-agent": "devpi-client/7.3.0" });
      assert.deepEqual(json, [200, "application/json", false], path);
    }
  });
});
