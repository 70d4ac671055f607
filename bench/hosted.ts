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

/** Of wheels that are uploaded to one server before it is the next one's turn. */
const UPLOADS_PER_TURN = 100;
const UPLOAD_TURNS = 8;
/** The first of them are for warming up. */
const UPLOAD_TURNS_UNTIMED = 2;
/** Each row is measured so often. */
const TURNS = 3;

/** What one server does for readers; requests per second, the big file in MB per second. */
interface Reads {
  readonly html: number;
  readonly json: number;
  readonly small: number;
  readonly big: number;
}

const NOTHING: Reads = { html: 0, json: 0, small: 0, big: 0 };

/** Rows for what a server holds itself: pages, files, uploads, start and memory. All servers run side by side. */
export async function hostedRows(place: Place, data: Dataset, seconds: number): Promise<Figure[]> {
  await using started = new AsyncDisposableStack();
  const ours = started.use(await startVivarium(place, "vivarium"));
  const devpi = started.use(await startDevpi(place, "devpi"));
  const pypiserver = started.use(await startPypiserver(place));
  const [oursTook = 0, devpiTook = 0, pypiserverTook = 0] = await uploadsByTurns([ours, devpi, pypiserver], data);
  for (const server of [ours, devpi]) await uploadRest(server, data);
  const nginx = started.use(await startNginx(place, await sameBytes(place, data, ours)));
  const readers = [ours, nginx, devpi].map((server) => ({ server, headers: {} }));
  const [plain = NOTHING, nginxPlain = NOTHING, devpiPlain = NOTHING] = await reads(readers, seconds);
  const authorization = await closeIndex(ours);
  const gzip = { "accept-encoding": "gzip" };
  const [closed = NOTHING, nginxGzip = NOTHING] = await reads(
    [
      { server: ours, headers: { ...gzip, authorization } },
      { server: nginx, headers: gzip },
    ],
    seconds,
  );
  return [
    atLeast("simple page of 200 files, HTML", plain.html, 0.5, "nginx", nginxPlain.html, "/s"),
    atLeast("simple page of 200 files, JSON", plain.json, 0.5, "nginx", nginxPlain.json, "/s"),
    atLeast("simple page of 200 files, HTML", plain.html, 100, "devpi-server", devpiPlain.html, "/s"),
    atLeast("simple page of 200 files, JSON", plain.json, 100, "devpi-server", devpiPlain.json, "/s"),
    atLeast("the same, HTML, closed index, token, gzip", closed.html, 0.5, "nginx (gzip)", nginxGzip.html, "/s"),
    atLeast("the same, JSON, closed index, token, gzip", closed.json, 0.5, "nginx (gzip)", nginxGzip.json, "/s"),
    atLeast("20 KB wheel", plain.small, 0.25, "nginx", nginxPlain.small, "/s"),
    atLeast("20 KB wheel", plain.small, 20, "devpi-server", devpiPlain.small, "/s"),
    atLeast("20 KB wheel, closed index, token", closed.small, 0.25, "nginx", nginxGzip.small, "/s"),
    atLeast("64 MB wheel", plain.big, 0.8, "nginx", nginxPlain.big, "MB/s"),
    atLeast("64 MB wheel, closed index, token", closed.big, 0.8, "nginx", nginxGzip.big, "MB/s"),
    atLeast("uploads of 20 KB wheels, 4 clients, durable", oursTook, 4, "devpi-server", devpiTook, "/s"),
    atLeast("uploads of 20 KB wheels, 4 clients, durable", oursTook, 1, "pypiserver", pypiserverTook, "/s"),
    atMost("start to first answer, empty data, through npm start", ours.startSeconds, 2, "s"),
    atMost("memory after the hosted rows", ours.memoryMb(), 300, "MB"),
    shown(
      "devpi-server's own reads",
      `${devpiPlain.html} HTML/s, ${devpiPlain.json} JSON/s, ${devpiPlain.small} files/s, ${Math.round(devpiPlain.big)} MB/s`,
    ),
  ];
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

/** A folder for nginx with our own pages of 200 files, so that both send the same bytes. */
async function sameBytes({ scratch }: Place, data: Dataset, { port, simple }: Bench): Promise<string> {
  const folder = join(scratch, "same-bytes");
  cpSync(join(data.static, "simple"), join(folder, "simple"), { recursive: true });
  symlinkSync(join(data.static, "files"), join(folder, "files"));
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
  return folder;
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

/** Uploads per second of each server, of which all are given the same, by turns. */
async function uploadsByTurns(servers: readonly Bench[], { small }: Dataset): Promise<number[]> {
  const seconds = servers.map(() => 0);
  for (let turn = 0; turn < UPLOAD_TURNS; turn += 1) {
    const wheels = small.slice(turn * UPLOADS_PER_TURN, (turn + 1) * UPLOADS_PER_TURN);
    for (const [index, server] of servers.entries()) {
      const rate = await send(server, wheels);
      if (turn >= UPLOAD_TURNS_UNTIMED) seconds[index] = (seconds[index] ?? 0) + wheels.length / rate;
    }
  }
  return seconds.map((sum) => ((UPLOAD_TURNS - UPLOAD_TURNS_UNTIMED) * UPLOADS_PER_TURN) / sum);
}

/** The rest of the data set, a few at a time: their forms are held in memory. */
async function uploadRest(server: Bench, data: Dataset): Promise<void> {
  const sent = new Set(data.small.slice(0, UPLOAD_TURNS * UPLOADS_PER_TURN));
  const rest = data.wheels.filter((wheel) => !sent.has(wheel));
  for (let first = 0; first < rest.length; first += 50) await send(server, rest.slice(first, first + 50));
}

function send(server: Bench, wheels: readonly BenchWheel[]): Promise<number> {
  return uploads(server.port, server.uploadPath ?? "/", server.authorization, wheels);
}
