import { BIG_BYTES, BIG_FILENAMES, type Dataset } from "./dataset.ts";
import { type Downloaded, download } from "./download.ts";
import { atLeast, atMost, type Figure, shown } from "./figures.ts";
import { withServer } from "./hosted.ts";
import { ask, linkOn, load, median } from "./load.ts";
import { type Bench, type Place, startMirror, startNginx } from "./servers.ts";

interface RemoteReads {
  /** Median over 60 cold pages minus the upstream's own median. */
  readonly coldPageMilliseconds: number;
  /** Of three files, as the first byte's time; cold each. */
  readonly coldFileMegabytesPerSecond: number;
  readonly firstByteMilliseconds: number;
  readonly warmPagesPerSecond: number;
  readonly memoryMb: number;
}

const PEERS = ["devpi", "proxpi", "simple-repository-server"] as const;
const PIP = { accept: "text/html", "user-agent": "pip/26.0" };

/** Rows for reading through to an upstream, which is nginx on this machine. */
export async function remoteRows(place: Place, data: Dataset, seconds: number): Promise<Figure[]> {
  return withServer(startNginx(place, data.static), async (upstream) => {
    const address = `http://127.0.0.1:${upstream.port}/simple/`;
    const peers: { name: string; reads: RemoteReads }[] = [];
    for (const name of PEERS) {
      peers.push({
        name,
        reads: await withServer(startMirror(place, name, address), (server) => remoteReads(server, upstream, seconds)),
      });
    }
    const ours = await withServer(startMirror(place, "vivarium", address), (server) =>
      remoteReads(server, upstream, seconds),
    );
    const best = peers.reduce((a, b) =>
      b.reads.coldFileMegabytesPerSecond > a.reads.coldFileMegabytesPerSecond ? b : a,
    );
    return [
      atMost("remote: cold page, above the upstream's own answer, median", ours.coldPageMilliseconds, 3, "ms"),
      atLeast(
        "remote: cold 64 MB file",
        ours.coldFileMegabytesPerSecond,
        1.5,
        best.name,
        best.reads.coldFileMegabytesPerSecond,
        "MB/s",
      ),
      atMost("remote: first byte of a cold 64 MB file", ours.firstByteMilliseconds, 10, "ms"),
      atMost("memory after the remote rows", ours.memoryMb, 300, "MB"),
      shown("remote: warm page of 200 files", `${ours.warmPagesPerSecond} /s`),
      ...peers.map(({ name, reads }) =>
        shown(
          `${name} as a remote`,
          `cold page ${reads.coldPageMilliseconds.toFixed(1)} ms, cold file ${Math.round(reads.coldFileMegabytesPerSecond)} MB/s, first byte ${reads.firstByteMilliseconds.toFixed(1)} ms, warm ${reads.warmPagesPerSecond} /s`,
        ),
      ),
    ];
  });
}

async function remoteReads(server: Bench, upstream: Bench, seconds: number): Promise<RemoteReads> {
  const cold: number[] = [];
  const own: number[] = [];
  for (let i = 0; i < 60; i += 1) {
    const project = `proj${String(i).padStart(4, "0")}/`;
    const page = await ask({ port: server.port, path: server.simple + project, headers: PIP });
    if (page.status !== 200) throw new Error(`${server.simple}${project}: ${page.status}`);
    cold.push(page.milliseconds);
    own.push((await ask({ port: upstream.port, path: upstream.simple + project, headers: PIP })).milliseconds);
  }
  const files: Downloaded[] = [];
  for (const filename of BIG_FILENAMES) {
    const path = await linkOn(server.port, `${server.simple}big/`, filename);
    const file = await download(server.port, path);
    if (file.status !== 200 || file.sizeBytes < BIG_BYTES) throw new Error(`${path}: ${file.status}, cut`);
    files.push(file);
  }
  const warm = await load(`http://127.0.0.1:${server.port}${server.simple}demo/`, {
    connections: 32,
    seconds,
    headers: { Accept: "text/html" },
  });
  return {
    coldPageMilliseconds: median(cold) - median(own),
    coldFileMegabytesPerSecond: BIG_BYTES / 1000 / median(files.map(({ milliseconds }) => milliseconds)),
    firstByteMilliseconds: median(files.map(({ firstByteMilliseconds }) => firstByteMilliseconds)),
    warmPagesPerSecond: warm.perSecond,
    memoryMb: server.memoryMb(),
  };
}
