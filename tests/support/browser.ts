import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { unpackBrowser } from "./browser-unpacked.ts";
import { ROOT } from "./clients.ts";

/** How a page is looked at. */
export interface Look {
  readonly colours: "light" | "dark";
  readonly width: "wide" | "phone";
  /** Barriers are looked for: between them, these looks have every colour and every width. */
  readonly isJudged: boolean;
}

const FIRST_LOOK: Look = { colours: "light", width: "wide", isJudged: true };

export const LOOKS: readonly Look[] = [
  FIRST_LOOK,
  { colours: "dark", width: "wide", isJudged: false },
  { colours: "light", width: "phone", isJudged: false },
  { colours: "dark", width: "phone", isJudged: true },
];

/** A person's window. Everything that it complains of is kept until it is taken. */
export interface Window extends AsyncDisposable {
  readonly page: Page;
  /** Errors in the console and of scripts, breaches of the content security policy, questions to other hosts. */
  takeComplaints(): string[];
  /** Changes how the page is looked at, without loading it again. */
  change(look: Look): Promise<void>;
  /** Resolves when the view stands still: nothing is fetched and nothing turns. */
  settled(): Promise<void>;
  /** Keeps a picture of the whole view under `.cache/pictures`. */
  picture(view: string): Promise<void>;
  /** What axe finds wrong with the view: the rule, and where. */
  barriers(): Promise<string[]>;
  /** By how much the view is wider than the window. */
  overflow(): Promise<number>;
}

/** Cookies and preferences of a browser, as another window takes them. */
export type Kept = Awaited<ReturnType<BrowserContext["storageState"]>>;

export interface OpenBrowser extends AsyncDisposable {
  readonly browser: Browser;
  open(options?: { readonly look?: Look; readonly kept?: Kept | null }): Promise<Window>;
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
    open: ({ look = FIRST_LOOK, kept = null } = {}) => openWindow(browser, look, kept),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 3).join(" ");
}

async function openWindow(browser: Browser, first: Look, kept: Kept | null): Promise<Window> {
  let look = first;
  const context = await browser.newContext({
    viewport: SIZES[look.width],
    colorScheme: look.colours,
    reducedMotion: "reduce",
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
    ...(kept === null ? {} : { storageState: kept }),
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  return {
    page,
    takeComplaints: () => complaints.splice(0),
    async change(next) {
      look = next;
      await page.setViewportSize(SIZES[look.width]);
      await page.emulateMedia({ colorScheme: look.colours });
    },
    async settled() {
      await page.waitForLoadState("networkidle");
      await page.locator(".mantine-Loader-root, [aria-busy=true]").first().waitFor({ state: "detached" });
    },
    async picture(view) {
      const path = join(PICTURES, `${view}-${look.colours}-${look.width}.png`);
      await page.screenshot({ path, fullPage: true, animations: "disabled" });
    },
    async barriers() {
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(AXE_OPTIONS)})`)) as AxeResults;
      return violations.map(({ id, help, nodes }) => {
        const places = nodes.slice(0, 5).map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary})`);
        return `${id}: ${help}: ${places.join("; ")}`;
      });
    },
    async overflow() {
      return (await page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")) as number;
    },
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A refusal of the server is no fault of the page: what the page makes of it is looked at instead.
    if (message.type() === "error" && !/the server responded with a status of 4\d\d/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^https?:$/.test(protocol) && hostname !== "127.0.0.1") complaints.push(`asked ${request.url()}`);
  });
  return complaints;
}
