import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { escapeHtml, type Reply } from "#core";
import { ASSET_HEADERS, PAGE_HEADERS } from "./page-headers.ts";

/** The built pages. Looked at again when they have been built anew, also while the server runs. */
export interface Pages {
  /** The one document of all views; `prefix`: the path under which a proxy shows us. `null`: nothing is built. */
  page(prefix: string): Promise<Reply | null>;
  /** A script, style, font or picture by its file name. `null`: there is none of this name. */
  asset(name: string): Promise<Reply | null>;
}

/** What a build has made. */
interface Built {
  /** Tells builds apart. */
  readonly mark: string;
  readonly html: string;
  readonly assets: ReadonlyMap<string, () => Promise<Reply | null>>;
}

const NO_ASSETS: Built["assets"] = new Map();

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/** `folder`: what the build writes (`index.html` and `assets/`); it need not be there. */
export function openPages(folder: string): Pages {
  let built: Built | null = null;

  async function current(): Promise<Built | null> {
    const path = join(folder, "index.html");
    try {
      const { ino, mtimeMs, size } = await stat(path);
      const mark = `${ino} ${mtimeMs} ${size}`;
      if (built?.mark === mark) return built;
      const html = await readFile(path, "utf8");
      // A page that was opened before the build still asks for the scripts of its own time.
      const assets = new Map([...(built?.assets ?? NO_ASSETS), ...(await assetsIn(join(folder, "assets")))]);
      built = { mark, html, assets };
      return built;
    } catch (cause) {
      if (isAbsent(cause)) return null;
      throw cause;
    }
  }

  return {
    async page(prefix) {
      const found = await current();
      return found === null ? null : documentOf(found.html, prefix);
    },
    async asset(name) {
      const known = built?.assets.get(name) ?? (await current())?.assets.get(name);
      return known === undefined ? null : known();
    },
  };
}

/** Every address in the document is relative to its base, wherever in the house the reader is. */
function documentOf(html: string, prefix: string): Reply {
  return {
    kind: "bytes",
    status: 200,
    contentType: "text/html; charset=utf-8",
    headers: PAGE_HEADERS,
    cache: { kind: "revalidate", isPrivate: false },
    body: html.replace(/<head>/i, () => `<head><base href="${escapeHtml(prefix)}/">`),
  };
}

/** By their names: no other file can be asked for. Each is read when it is first wanted. */
async function assetsIn(folder: string): Promise<Built["assets"]> {
  const names = await readdir(folder);
  const plain = names.filter((name) => !name.endsWith(".gz") && !name.endsWith(".zst"));
  return new Map(plain.map((name) => [name, once(() => assetOf(join(folder, name)))]));
}

/** `null`: another build has taken it away before it was wanted. */
async function assetOf(path: string): Promise<Reply | null> {
  const [body, gzip, zstd] = await Promise.all([path, `${path}.gz`, `${path}.zst`].map(readIfThere));
  if (body == null) return null;
  const etag = createHash("sha256").update(body).digest("hex").slice(0, 32);
  return {
    kind: "bytes",
    status: 200,
    contentType: TYPES[extname(path)] ?? "application/octet-stream",
    headers: ASSET_HEADERS,
    // The name says the content.
    cache: { kind: "immutable", isPrivate: false },
    body,
    finished: { etag, encoded: (coding) => (coding === "gzip" ? gzip : zstd) ?? null },
  };
}

function once(read: () => Promise<Reply | null>): () => Promise<Reply | null> {
  let reply: Promise<Reply | null> | null = null;
  return () => {
    reply ??= read().catch((cause) => {
      // What failed once may succeed later.
      reply = null;
      throw cause;
    });
    return reply;
  };
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (isAbsent(cause)) return null;
    throw cause;
  }
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
}
