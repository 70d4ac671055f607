import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { aWheelFile } from "../support/archives.ts";
import { type Kept, type OpenBrowser, openBrowser, type Window } from "../support/browser.ts";
import { type Account, ROOT_ACCOUNT } from "../support/devpi-http.ts";
import { ALICE, openPagesWorld, type PagesWorld } from "../support/pages-world.ts";

/** What people do on the pages, each part once from its beginning to its end. */

const browser = await openBrowser();
const skip = typeof browser === "string" ? browser : false;

describe("on the pages", { skip }, () => {
  const { open } = browser as OpenBrowser;
  let world: PagesWorld;
  let alice: Kept;
  let root: Kept;

  before(async () => {
    world = await openPagesWorld();
    alice = await signedIn(ALICE);
    root = await signedIn(ROOT_ACCOUNT);
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
    await (browser as OpenBrowser)[Symbol.asyncDispose]();
  });

  async function visit(window: Window, address: string): Promise<void> {
    await window.page.goto(`${world.server.url}${address}`);
    await window.settled();
  }

  async function signedIn([user, password]: Account): Promise<Kept> {
    await using window = await open();
    const { page } = window;
    await visit(window, "/ui/login?then=/ui/sessions");
    await page.getByLabel("User name").fill(user);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: /Sessions/ }).waitFor();
    // Waited for here: the window closes with this scope.
    return await page.context().storageState();
  }

  test("somebody finds a package, reads about it, looks inside, and hands the address on", async () => {
    await using window = await open();
    const { page } = window;
    await visit(window, "/");
    await page.getByRole("main").getByRole("searchbox").fill("hello in many languages");
    await page.keyboard.press("Enter");
    await page.getByRole("main").getByRole("link", { name: "hello", exact: true }).first().click();
    await page.getByRole("heading", { level: 1, name: /^hello/ }).waitFor();
    await page.getByRole("tab", { name: /Files/ }).click();
    await page.getByRole("link", { name: /Look inside hello-2\.0-py3/ }).click();
    await page.getByText("__init__.py").first().waitFor();
    await window.settled();

    await using other = await open();
    await other.page.goto(page.url());
    await other.page.getByText("__init__.py").first().waitFor();
    assert.deepEqual([...window.takeComplaints(), ...other.takeComplaints()], []);
  });

  test("an owner makes a repository, drops a file into it, and it can be installed", async () => {
    await using window = await open({ kept: alice });
    const { page } = window;
    await visit(window, "/ui/repositories/new");
    await page.getByLabel("Name", { exact: true }).fill("fresh");
    await page.getByRole("button", { name: "Make the repository" }).click();
    await page.waitForURL("**/alice/fresh");
    await visit(window, "/alice/fresh/-/upload");
    const wheel = aWheelFile({ name: "dropped", version: "1.0" });
    const bad = { name: "broken-1.0-py3-none-any.whl", mimeType: "application/zip", buffer: Buffer.from("no zip") };
    await page
      .locator("main input[type=file]")
      .setInputFiles([{ name: wheel.filename, mimeType: "application/zip", buffer: Buffer.from(wheel.bytes) }, bad]);
    const files = page.getByRole("list", { name: "Files" }).getByRole("listitem");
    await files.filter({ hasText: "dropped" }).getByRole("link").first().waitFor();
    // What is wrong with a file is said beside it.
    await files
      .filter({ hasText: "broken" })
      .getByText(/zip|wheel|archive/i)
      .last()
      .waitFor();
    await window.picture("upload-done");
    assert.deepEqual(await window.barriers(), []);
    const listed = await fetch(`${world.server.url}/alice/fresh/simple/dropped/`);
    assert.match(await listed.text(), /dropped-1\.0-py3-none-any\.whl/);
  });

  test("a session that ends in the middle of a form loses nothing of what was typed", async () => {
    await using window = await open({ kept: alice });
    const { page } = window;
    await visit(window, "/ui/repositories/new");
    await page.getByLabel("Name", { exact: true }).fill("kept");
    await page.getByLabel("Title", { exact: true }).fill("What was typed");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Make the repository" }).click();
    await page
      .getByRole("main")
      .getByText(/sign in/i)
      .first()
      .waitFor();
    assert.equal(await page.getByLabel("Title", { exact: true }).inputValue(), "What was typed");
    await window.picture("form-after-session");
    assert.deepEqual(await window.barriers(), []);
  });

  test("an operator exports what was yanked, and by whom", async () => {
    await using window = await open({ kept: root });
    const { page } = window;
    await visit(window, "/ui/journal");
    await page.getByLabel("Project").fill("Hello");
    await page.getByRole("combobox", { name: "What happened" }).click();
    await page.getByRole("option", { name: /File yanked/ }).click();
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.waitForURL("**/ui/journal?project=Hello&type=artifact.yanked");
    await window.settled();
    assert.equal(await page.getByRole("row").count(), 2, "the heading and one entry");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as CSV" }).click();
    const text = await readFile(await (await download).path(), "utf8");
    assert.match(
      text,
      /^seq,at,kind,name,token,type,where,what\r\n\d+,[^,]+,user,alice,,artifact\.yanked,.*greets nobody/,
    );
    assert.equal(text.trim().split("\n").length, 2);
    assert.deepEqual(window.takeComplaints(), []);
  });
});
