import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** How the fake answers; each field can be changed at any time, for every path or for one (see {@link FakeUpstream.on}). */
export interface Behaviour {
  /** `cut`: the connection is destroyed before an answer. */
  readonly answer: "normal" | "cut" | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
  /** Bodies end after half of the announced length. */
  readonly truncating: boolean;
  /** Bodies of files have one byte changed; what is announced stays. */
  readonly lying: boolean;
  readonly gzip: boolean;
  /** `Range` is understood; else the whole file comes. */
  readonly ranges: boolean;
  /** `user:password` that is asked for. */
  readonly credentials: string | null;
  /** To this address plus the path. */
  readonly redirectTo: string | null;
  readonly etags: boolean;
  /** What pages contain instead. */
  readonly page: { readonly contentType: string; readonly text: string } | null;
  /** What pages are written in; `null`: what is asked for. */
  readonly language: "html" | "json" | null;
  /** Files are announced with their sha256. */
  readonly announcesHashes: boolean;
  /** What HEAD is answered with; `null`: as GET is. */
  readonly headStatus: number | null;
  /** `Content-Length` is sent. */
  readonly lengths: boolean;
  /** Bytes at a time, with a turn of the event loop between; `null`: all at once. */
  readonly chunkBytes: number | null;
}

export interface FakeFile {
  readonly filename: string;
  readonly bytes: Uint8Array;
  /** Served beside it, and announced. */
  readonly metadata?: Uint8Array;
  /** Announced instead of the true one. */
  readonly metadataSha256?: string;
  readonly requiresPython?: string;
  readonly yanked?: string;
  readonly uploadTime?: string;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

/** A small real index server on 127.0.0.1: `/simple/`, `/simple/<project>/`, `/flat/`, `/files/<filename>`, which may have folders in it. */
export interface FakeUpstream extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** The index: `<origin>/simple/`. */
  readonly url: string;
  add(project: string, ...files: readonly FakeFile[]): void;
  remove(project: string): void;
  /** Changes how every path is answered. */
  behave(change: Partial<Behaviour>): void;
  /** Changes how one path is answered, over what `behave` says; `null`: like the others again. */
  on(path: string, change: Partial<Behaviour> | null): void;
  /** From now on requests for the path wait until `release`; `arrived` resolves when the first is there. Bodies stop after `afterBytes`, if given. */
  hold(path: string, afterBytes?: number): { readonly arrived: Promise<void>; release(): void };
  readonly seen: readonly SeenRequest[];
  count(path: string): number;
  /** Closes the port: connections are refused from now on. */
  die(): Promise<void>;
  /** Opens the same port again. */
  revive(): Promise<void>;
}

const NORMAL: Behaviour = {
  answer: "normal",
  truncating: false,
  lying: false,
  gzip: false,
  ranges: true,
  credentials: null,
  redirectTo: null,
  etags: true,
  page: null,
  language: null,
  announcesHashes: true,
  headStatus: null,
  lengths: true,
  chunkBytes: null,
};

/** Starts one on a free port. */
export async function openFakeUpstream(): Promise<FakeUpstream> {
  const projects = new Map<string, FakeFile[]>();
  const special = new Map<string, Partial<Behaviour>>();
  const held = new Map<string, { arrive(): void; readonly released: Promise<void>; readonly afterBytes: number }>();
  const seen: SeenRequest[] = [];
  let general = NORMAL;

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve());
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/");
    seen.push({ method: request.method ?? "", path, headers: request.headers });
    const gate = held.get(path);
    gate?.arrive();
    if (gate?.afterBytes === 0) await gate.released;
    const mode = { ...general, ...special.get(path) };
    const expected = mode.credentials === null ? null : `Basic ${Buffer.from(mode.credentials).toString("base64")}`;
    if (mode.answer === "cut") request.socket.destroy();
    else if (mode.headStatus !== null && request.method === "HEAD") response.writeHead(mode.headStatus).end();
    else if (mode.answer !== "normal") response.writeHead(mode.answer.status, mode.answer.headers).end("trouble");
    else if (expected !== null && request.headers.authorization !== expected) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="upstream"' }).end("who are you?");
    } else if (mode.redirectTo !== null) {
      response.writeHead(302, { location: mode.redirectTo + (request.url ?? "") }).end();
    } else await send(request, response, path, mode, gate);
  }

  async function send(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    mode: Behaviour,
    gate: { readonly released: Promise<void>; readonly afterBytes: number } | undefined,
  ): Promise<void> {
    const found = contentOf(path, mode, request.headers.accept ?? "");
    if (found === null) return void response.writeHead(404).end("not here");
    let { bytes } = found;
    const headers: Record<string, string> = { "content-type": found.contentType };
    if (mode.etags) headers["etag"] = `"${sha256(bytes).slice(0, 16)}"`;
    if (mode.etags && request.headers["if-none-match"] === headers["etag"]) return void response.writeHead(304).end();
    if (found.isPage && mode.gzip) {
      bytes = gzipSync(bytes);
      headers["content-encoding"] = "gzip";
    }
    let status = 200;
    const range = mode.ranges && !found.isPage ? rangeOf(request.headers.range, bytes.length) : null;
    if (range !== null) {
      headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${bytes.length}`;
      bytes = bytes.subarray(range.start, range.end);
      status = 206;
    }
    if (mode.lengths) headers["content-length"] = String(bytes.length);
    response.writeHead(status, headers);
    const sent = mode.truncating ? bytes.subarray(0, bytes.length >> 1) : bytes;
    const stop = gate === undefined || gate.afterBytes === 0 ? sent.length : gate.afterBytes;
    await write(response, sent.subarray(0, stop), mode);
    if (stop < sent.length) {
      await gate?.released;
      await write(response, sent.subarray(stop), mode);
    }
    if (mode.truncating) request.socket.destroy();
    else response.end();
  }

  function contentOf(
    path: string,
    mode: Behaviour,
    accept: string,
  ): { readonly contentType: string; readonly bytes: Uint8Array; readonly isPage: boolean } | null {
    const page = (contentType: string, text: string) => ({
      contentType,
      bytes: Buffer.from(text),
      isPage: true,
    });
    const file = /^\/files\/(.+)$/.exec(path)?.[1];
    if (file !== undefined) return fileOf(file, mode);
    const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    const isList = path === "/simple/";
    const files =
      path === "/flat/" ? [...projects.values()].flat() : project === undefined ? [] : projects.get(project);
    if (files === undefined || !(isList || project !== undefined || path === "/flat/")) return null;
    if (mode.page !== null) return page(mode.page.contentType, mode.page.text);
    if (path !== "/flat/" && (mode.language ?? (accept.includes("json") ? "json" : "html")) === "json") {
      const text = isList ? jsonList([...projects.keys()]) : jsonPage(project ?? "", files, mode);
      return page("application/vnd.pypi.simple.v1+json", text);
    }
    return page("text/html; charset=utf-8", isList ? htmlList([...projects.keys()]) : htmlPage(files, mode));
  }

  function fileOf(
    name: string,
    mode: Behaviour,
  ): { readonly contentType: string; readonly bytes: Uint8Array; readonly isPage: boolean } | null {
    for (const file of [...projects.values()].flat()) {
      const bytes =
        name === file.filename ? file.bytes : name === `${file.filename}.metadata` ? file.metadata : undefined;
      if (bytes === undefined) continue;
      const sent = Buffer.from(bytes);
      if (mode.lying) sent[sent.length >> 1] = (sent[sent.length >> 1] ?? 0) ^ 0xff;
      return { contentType: "application/octet-stream", bytes: sent, isPage: false };
    }
    return null;
  }

  return {
    origin,
    url: `${origin}/simple/`,
    add(project, ...files) {
      const others = (projects.get(project) ?? []).filter((old) =>
        files.every((file) => file.filename !== old.filename),
      );
      projects.set(project, [...others, ...files]);
    },
    remove(project) {
      projects.delete(project);
    },
    behave(change) {
      general = { ...general, ...change };
    },
    on(path, change) {
      if (change === null) special.delete(path);
      else special.set(path, { ...special.get(path), ...change });
    },
    hold(path, afterBytes = 0) {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      held.set(path, { arrive: arrived.resolve, released: released.promise, afterBytes });
      return {
        arrived: arrived.promise,
        release() {
          held.delete(path);
          released.resolve();
        },
      };
    },
    seen,
    count: (path) => seen.filter((request) => request.path === path).length,
    die: close,
    revive: () => listen(port),
    async [Symbol.asyncDispose]() {
      if (server.listening) await close();
    },
  };
}

async function write(response: ServerResponse, bytes: Uint8Array, { chunkBytes }: Behaviour): Promise<void> {
  const size = chunkBytes ?? (bytes.length || 1);
  for (let start = 0; start < bytes.length; start += size) {
    const isTaken = response.write(bytes.subarray(start, start + size));
    if (!isTaken) await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
    if (response.destroyed) return;
    if (chunkBytes !== null) await new Promise((resolve) => setImmediate(resolve));
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function rangeOf(header: string | undefined, size: number): { readonly start: number; readonly end: number } | null {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return null;
  if (first === "") return { start: Math.max(0, size - Number(last)), end: size };
  return { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function htmlList(names: readonly string[]): string {
  return `<!DOCTYPE html><html><body>${names.map((name) => `<a href="${name}/">${name}</a>`).join("\n")}</body></html>`;
}

function htmlPage(files: readonly FakeFile[], mode: Behaviour): string {
  const links = files.map((file) => {
    const hash = mode.announcesHashes ? `#sha256=${sha256(file.bytes)}` : "";
    const metadata =
      file.metadata === undefined ? "" : ` data-core-metadata="sha256=${file.metadataSha256 ?? sha256(file.metadata)}"`;
    const python = file.requiresPython === undefined ? "" : ` data-requires-python="${escaped(file.requiresPython)}"`;
    const yanked = file.yanked === undefined ? "" : ` data-yanked="${escaped(file.yanked)}"`;
    // Relative, so that whoever reads it must know where the page came from.
    return `<a href="../../files/${encodeURIComponent(file.filename)}${hash}"${metadata}${python}${yanked}>${file.filename}</a>`;
  });
  return `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"></head><body>\n${links.join("\n")}\n</body></html>`;
}

function jsonList(names: readonly string[]): string {
  return JSON.stringify({ meta: { "api-version": "1.0" }, projects: names.map((name) => ({ name })) });
}

function jsonPage(project: string, files: readonly FakeFile[], mode: Behaviour): string {
  return JSON.stringify({
    meta: { "api-version": "1.1" },
    name: project,
    versions: [],
    files: files.map((file) => ({
      filename: file.filename,
      url: `../../files/${encodeURIComponent(file.filename)}`,
      hashes: mode.announcesHashes ? { sha256: sha256(file.bytes) } : {},
      size: file.bytes.length,
      "upload-time": file.uploadTime ?? "2026-01-02T03:04:05.678Z",
      ...(file.requiresPython === undefined ? {} : { "requires-python": file.requiresPython }),
      ...(file.yanked === undefined ? {} : { yanked: file.yanked === "" ? true : file.yanked }),
      ...(file.metadata === undefined
        ? {}
        : { "core-metadata": { sha256: file.metadataSha256 ?? sha256(file.metadata) } }),
    })),
  });
}
