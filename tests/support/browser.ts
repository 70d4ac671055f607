import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { unpackBrowser } from "./browser-unpacked.ts";
import { ROOT } from "./clients.ts";

/** How a page is looked at. */
export interface Look {
  readonly colours: "light" | "dark";
  readonly width: "wide" | "phone";
}

export const LOOKS: readonly Look[] = [
  { colours: "light", width: "wide" },
  { colours: "dark", width: "wide" },
  { colours: "light", width: "phone" },
  { colours: "dark", width: "phone" },
];

/** A person's window, with cookies of its own. */
export interface Window extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained of since: errors in the console, of scripts, of the content security policy. */
  readonly complaints: string[];
  /** Resolves when the view stands still: nothing is fetched and nothing turns. */
  settled(): Promise<void>;
  /** Keeps a picture of the whole view under `.cache/pictures`. */
  picture(view: string): Promise<void>;
  /** What axe finds wrong with the view: the rule, and where. */
  barriers(): Promise<string[]>;
}

export interface OpenBrowser extends AsyncDisposable {
  readonly browser: Browser;
  open(look: Look, options?: { readonly userAgent?: string }): Promise<Window>;
}

const PICTURES = join(ROOT, ".cache", "pictures");
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
/** WCAG 2.2 AA, and what axe holds for good practice. */
const AXE_OPTIONS = {
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  resultTypes: ["violations"],
};

/** A real Chromium that npm has brought; a sentence where none can be started here. */
export async function openBrowser(): Promise<OpenBrowser | string> {
  let browser: Browser;
  try {
    const { program, environment } = await unpackBrowser();
    browser = await chromium.launch({
      executablePath: program,
      // A container's user may be root, and may have little shared memory.
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"],
      env: { PATH: process.env["PATH"] ?? "", HOME: join(ROOT, ".cache"), ...environment },
    });
  } catch (failure) {
    return `no browser can be started here: ${failure instanceof Error ? firstLines(failure.message) : String(failure)}`;
  }
  mkdirSync(PICTURES, { recursive: true });
  return {
    browser,
    open: (look, options = {}) => openWindow(browser, look, options),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 3).join(" ");
}

async function openWindow(browser: Browser, look: Look, options: { readonly userAgent?: string }): Promise<Window> {
  const context = await browser.newContext({
    ...options,
    viewport: SIZES[look.width],
    colorScheme: look.colours,
    reducedMotion: "reduce",
    timezoneId: "Europe/Berlin",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A refusal of the server is no fault of the page: what the page makes of it is looked at instead.
    if (message.type() === "error" && !/the server responded with a status of 4\d\d/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));

  async function settled(): Promise<void> {
    await page.waitForLoadState("networkidle");
    await page.waitForFunction("document.querySelector('.mantine-Loader-root, [aria-busy=true]') === null");
  }

  return {
    page,
    complaints,
    settled,
    async picture(view) {
      await page.screenshot({
        path: join(PICTURES, `${view}-${look.colours}-${look.width}.png`),
        fullPage: true,
        animations: "disabled",
      });
    },
    async barriers() {
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(AXE_OPTIONS)})`)) as AxeResults;
      return violations.map(({ id, help, nodes }) => {
        const places = nodes.slice(0, 5).map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary})`);
        return `${id}: ${help}: ${places.join("; ")}`;
      });
    },
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}
