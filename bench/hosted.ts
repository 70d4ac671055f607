import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchWheel, BIG_FILENAMES, type Dataset } from "./dataset.ts";
import { atLeast, atMost, type Figure, shown } from "./figures.ts";
import { ask, basic, linkOn, load, uploads } from "./load.ts";
import {
  type Bench,
  type Place,
  passwordOf,
  settle,
  startDevpi,
  startNginx,
  startPypiserver,
  startVivarium,
} from "./servers.ts";

export const HTML = "text/html";
export const JSON_PAGE =
  "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.1, text/html;q=0.01";

const WARM_UPLOADS = 200;
const TIMED_UPLOADS = 600;
/** Each row is measured so often. */
const TURNS = 3;

/** What one server does for readers; requests per second, the big file in MB per second. */
interface Reads {
  readonly html: number;
  readonly json: number;
  readonly small: number;
  readonly big: number;
}

/** Rows for what a server holds itself: pages, files, uploads, start and memory. */
export async function hostedRows(place: Place, data: Dataset, seconds: number): Promise<Figure[]> {
  const devpi = await withServer(startDevpi(place, "devpi"), async (server) => ({
    uploads: await fill(server, data),
    plain: first(await reads([{ server, headers: {} }], seconds)),
  }));
  const pypiserver = await withServer(startPypiserver(place), (server) => uploadSmall(server, data));
  const { ours, nginx } = await withServer(startVivarium(place, "vivarium"), (server) =>
    besideNginx(place, data, server, seconds),
  );
  return [
    atLeast("simple page of 200 files, HTML", ours.plain.html, 0.5, "nginx", nginx.plain.html, "/s"),
    atLeast("simple page of 200 files, JSON", ours.plain.json, 0.5, "nginx", nginx.plain.json, "/s"),
    atLeast("simple page of 200 files, HTML", ours.plain.html, 100, "devpi-server", devpi.plain.html, "/s"),
    atLeast("simple page of 200 files, JSON", ours.plain.json, 100, "devpi-server", devpi.plain.json, "/s"),
    atLeast("the same, HTML, closed index, token, gzip", ours.closed.html, 0.5, "nginx (gzip)", nginx.gzip.html, "/s"),
    atLeast("the same, JSON, closed index, token, gzip", ours.closed.json, 0.5, "nginx (gzip)", nginx.gzip.json, "/s"),
    atLeast("20 KB wheel", ours.plain.small, 0.25, "nginx", nginx.plain.small, "/s"),
    atLeast("20 KB wheel", ours.plain.small, 20, "devpi-server", devpi.plain.small, "/s"),
    atLeast("20 KB wheel, closed index, token", ours.closed.small, 0.25, "nginx", nginx.gzip.small, "/s"),
    atLeast("64 MB wheel", ours.plain.big, 0.8, "nginx", nginx.plain.big, "MB/s"),
    atLeast("64 MB wheel, closed index, token", ours.closed.big, 0.8, "nginx", nginx.gzip.big, "MB/s"),
    atLeast("uploads of 20 KB wheels, 4 clients, durable", ours.uploads, 4, "devpi-server", devpi.uploads, "/s"),
    atLeast("uploads of 20 KB wheels, 4 clients, durable", ours.uploads, 1, "pypiserver", pypiserver, "/s"),
    atMost("start to first answer, empty data, through npm start", ours.start, 2, "s"),
    atMost("memory after the hosted rows", ours.memory, 300, "MB"),
    shown(
      "devpi-server's own reads",
      `${devpi.plain.html} HTML/s, ${devpi.plain.json} JSON/s, ${devpi.plain.small} files/s, ${Math.round(devpi.plain.big)} MB/s`,
    ),
  ];
}

/** Our server, filled, beside nginx with the same bytes. */
export async function besideNginx(place: Place, data: Dataset, server: Bench, seconds: number) {
  const folder = join(place.scratch, "same-bytes");
  cpSync(join(data.static, "simple"), join(folder, "simple"), { recursive: true });
  symlinkSync(join(data.static, "files"), join(folder, "files"));
  const uploaded = await fill(server, data);
  await copyPages(server, folder);
  return withServer(startNginx(place, folder), async (peer) => {
    const plain = await reads(
      [
        { server, headers: {} },
        { server: peer, headers: {} },
      ],
      seconds,
    );
    const authorization = await closeIndex(server);
    const closed = await reads(
      [
        { server, headers: { authorization, "accept-encoding": "gzip" } },
        { server: peer, headers: { "accept-encoding": "gzip" } },
      ],
      seconds,
    );
    return {
      ours: {
        start: server.startSeconds,
        uploads: uploaded,
        plain: first(plain),
        closed: first(closed),
        memory: server.memoryMb(),
      },
      nginx: { plain: first(plain.slice(1)), gzip: first(closed.slice(1)) },
    };
  });
}

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error("nothing was measured");
  return item;
}

/** Runs `work` on a started server and stops it, come what may. */
export async function withServer<Server extends AsyncDisposable, Result>(
  starting: Promise<Server>,
  work: (server: Server) => Promise<Result>,
): Promise<Result> {
  await using server = await starting;
  return await work(server);
}

/** Who is read, and as whom. */
interface Reading {
  readonly server: Bench;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Pages at 32 connections, files at 32, the big one at 2; of several servers by turns, each turn right after the other's,
 * and of all turns the best counts: so whatever else this machine does meanwhile slows no one server down.
 */
async function reads(readings: readonly Reading[], seconds: number): Promise<Reads[]> {
  const paths = await Promise.all(readings.map(pathsOf));
  const best = readings.map(() => ({ html: 0, json: 0, small: 0, big: 0 }));
  const perTurn = Math.max(1, Math.round(seconds / TURNS));
  for (const row of ["html", "json", "small", "big"] as const) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [index, { server, headers }] of readings.entries()) {
        const asked = paths[index]?.[row];
        const kept = best[index];
        if (asked === undefined || kept === undefined) continue;
        const { perSecond, megabytesPerSecond } = await load(`http://127.0.0.1:${server.port}${asked.path}`, {
          connections: row === "big" ? 2 : 32,
          seconds: perTurn,
          headers: { ...headers, Accept: asked.accept },
        });
        kept[row] = Math.max(kept[row], row === "big" ? megabytesPerSecond : perSecond);
      }
    }
  }
  return best;
}

async function pathsOf({ server: { port, simple }, headers }: Reading) {
  const page = `${simple}demo/`;
  const small = await linkOn(port, `${simple}proj0001/`, "proj0001-1.1.0-py3-none-any.whl", headers);
  const big = await linkOn(port, `${simple}big/`, BIG_FILENAMES[0] ?? "", headers);
  return {
    html: { path: page, accept: HTML },
    json: { path: page, accept: JSON_PAGE },
    small: { path: small, accept: "*/*" },
    big: { path: big, accept: "*/*" },
  };
}

/** Puts our pages of 200 files where nginx serves them, so that both send the same bytes. */
async function copyPages({ port, simple }: Bench, folder: string): Promise<void> {
  for (const [name, accept] of [
    ["index.html", HTML],
    ["v1.json", JSON_PAGE],
  ] as const) {
    for (const [suffix, encoding] of [
      ["", "identity"],
      [".gz", "gzip"],
    ] as const) {
      const headers = { accept, "accept-encoding": encoding };
      const { status, headers: sent, body } = await ask({ port, path: `${simple}demo/`, headers });
      if (status !== 200 || (sent["content-encoding"] ?? "identity") !== encoding)
        throw new Error(`page as ${encoding}: ${status} ${sent["content-encoding"]}`);
      writeFileSync(join(folder, "simple", "demo", `${name}${suffix}`), body);
    }
  }
}

/** Closes the index; returns what a CI job sends with its named token. */
async function closeIndex(server: Bench): Promise<string> {
  await settle(server.port, "PATCH", "/root/dev", ["acl_read=root"], passwordOf(server));
  const { status } = await ask({ port: server.port, path: `${server.simple}demo/`, headers: { accept: HTML } });
  if (status !== 401) throw new Error(`the closed index answers ${status} to nobody`);
  return basic("__token__", await issueToken(server));
}

async function issueToken(server: Bench): Promise<string> {
  const { status, body } = await ask({
    port: server.port,
    path: "/api/v1/users/root/tokens",
    method: "POST",
    headers: { "content-type": "application/json", authorization: server.authorization ?? "" },
    body: JSON.stringify({ name: "bench", expiresAt: null }),
  });
  if (status !== 201) throw new Error(`a token: ${status} ${body.toString().slice(0, 200)}`);
  return (JSON.parse(body.toString()) as { readonly secret: string }).secret;
}

/** The timed uploads, then the rest of the data set, a few at a time: their forms are held in memory. */
async function fill(server: Bench, data: Dataset): Promise<number> {
  const rate = await uploadSmall(server, data);
  const sent = new Set(data.small.slice(0, WARM_UPLOADS + TIMED_UPLOADS));
  const rest = data.wheels.filter((wheel) => !sent.has(wheel));
  for (let first = 0; first < rest.length; first += 50) {
    await uploads(server.port, server.uploadPath ?? "/", server.authorization, rest.slice(first, first + 50));
  }
  return rate;
}

/** The rate of a server that has taken some uploads already; all are given the same. */
async function uploadSmall(server: Bench, { small }: Dataset): Promise<number> {
  const send = (wheels: readonly BenchWheel[]): Promise<number> =>
    uploads(server.port, server.uploadPath ?? "/", server.authorization, wheels);
  await send(small.slice(0, WARM_UPLOADS));
  return send(small.slice(WARM_UPLOADS, WARM_UPLOADS + TIMED_UPLOADS));
}
