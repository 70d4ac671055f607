import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** A folder as the build of the pages leaves it, with next to nothing in it. */
export interface BuiltPages extends AsyncDisposable {
  readonly folder: string;
  /** Writes another build over it. */
  build(script: string): Promise<void>;
}

const SCRIPT_TEXT = "console.log('a script');".repeat(100);

/** `nothing`: the folder is not there yet. */
export async function builtPages(options: { readonly nothing?: true } = {}): Promise<BuiltPages> {
  const parent = await mkdtemp(join(tmpdir(), "vivarium-pages-"));
  const folder = join(parent, "dist");

  async function build(script: string): Promise<void> {
    const assets = join(folder, "assets");
    await rm(folder, { recursive: true, force: true });
    await mkdir(assets, { recursive: true });
    await writeFile(join(parent, "secret.js"), "outside");
    await writeFile(join(assets, script), SCRIPT_TEXT);
    await writeFile(join(assets, `${script}.gz`), gzipSync(SCRIPT_TEXT));
    await writeFile(join(assets, "style-1.css"), "p{color:red}");
    const head = `<head><title>Vivarium</title><script type="module" src="./assets/${script}"></script></head>`;
    await writeFile(join(folder, "index.html"), `<!doctype html><html lang="en">${head}<body></body></html>`);
  }

  if (options.nothing !== true) await build("app-1.js");
  return { folder, build, [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }) };
}

/** What browsers send when somebody goes to an address. */
export const NAVIGATING = {
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/150.0",
};
