import { openBrowser } from "../tests/support/browser.ts";
import { openPagesWorld } from "../tests/support/pages-world.ts";
import { atMost, type Figure, shown } from "./figures.ts";

const SLOWER = 4;
const ROUNDS = 5;
const SCRIPT_KB_MAX = 250;
const PAINT_MILLISECONDS_MAX = 1000;
const INTERACTIVE_MILLISECONDS_MAX = 1500;

/** What one visit with an empty cache was like. */
interface Visit {
  readonly scriptBytes: number;
  readonly paintMilliseconds: number;
  readonly interactiveMilliseconds: number;
}

/** What the browser measured by itself, and the end of the last task that kept the page from answering its reader. */
const MEASURED = `(() => {
  const resources = performance.getEntriesByType("resource");
  const scripts = resources.filter(({ name }) => name.endsWith(".js"));
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.POSITIVE_INFINITY;
  const tasks = globalThis.longTasks.map(({ startTime, duration }) => startTime + duration);
  return {
    scriptBytes: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    paintMilliseconds: paint,
    interactiveMilliseconds: Math.max(paint, ...tasks),
  };
})()`;

const WATCH = `globalThis.longTasks = [];
new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries())).observe({ type: "longtask", buffered: true });`;

/** The pages in a real browser with a slower processor, and nothing in its cache; the middle of some visits. */
export async function pagesRows(): Promise<Figure[]> {
  const opened = await openBrowser();
  if (typeof opened === "string") return [shown("the pages in a browser", opened)];
  await using browser = opened;
  await using world = await openPagesWorld();
  const rows: Figure[] = [];
  for (const [what, address] of [
    ["first page", "/"],
    ["page of a package", "/alice/dev/hello"],
  ] as const) {
    const visits: Visit[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await using window = await browser.open();
      const { page } = window;
      const session = await page.context().newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
      await page.addInitScript(WATCH);
      await page.goto(`${world.server.url}${address}`);
      await window.settled();
      visits.push((await page.evaluate(MEASURED)) as Visit);
    }
    const middle = (field: keyof Visit) => visits.map((visit) => visit[field]).sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
    const slow = `${what}, processor ${SLOWER} × slower`;
    rows.push(
      atMost(`${what}: scripts, compressed`, middle("scriptBytes") / 1000, SCRIPT_KB_MAX, "KB"),
      atMost(`${slow}: first contentful paint`, middle("paintMilliseconds"), PAINT_MILLISECONDS_MAX, "ms"),
      atMost(`${slow}: interactive`, middle("interactiveMilliseconds"), INTERACTIVE_MILLISECONDS_MAX, "ms"),
    );
  }
  return rows;
}
