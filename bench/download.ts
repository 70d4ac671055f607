import { connect } from "node:net";
import { performance } from "node:perf_hooks";

/** A whole answer, timed; the bytes were counted and dropped. */
export interface Downloaded {
  readonly status: number;
  readonly sizeBytes: number;
  readonly milliseconds: number;
  readonly firstByteMilliseconds: number;
}

const PIECE_BYTES = 256 * 1024;
const MILLISECONDS_MAX = 120_000;

/**
 * A GET on a connection of its own, read into one buffer again and again: a client that costs as little as one can, so
 * that the server is measured and not the client. Redirects on the same server are followed.
 */
export async function download(port: number, path: string): Promise<Downloaded> {
  const began = performance.now();
  for (let next = path, hops = 0; ; hops += 1) {
    const { location, ...answer } = await downloadOnce(port, next, began);
    if (answer.status < 300 || answer.status > 399 || location === null || hops === 5) return answer;
    const url = new URL(location, `http://127.0.0.1:${port}${next}`);
    next = url.pathname + url.search;
  }
}

function downloadOnce(port: number, path: string, began: number): Promise<Downloaded & { location: string | null }> {
  return new Promise((resolve, reject) => {
    let head = "";
    let bodyBytes = 0;
    let firstByteMilliseconds = 0;
    const take = (count: number, memory: Uint8Array): boolean => {
      if (firstByteMilliseconds > 0) {
        bodyBytes += count;
        return true;
      }
      head += Buffer.from(memory.subarray(0, count)).toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0 && head.length > end + 4) {
        firstByteMilliseconds = performance.now() - began;
        bodyBytes = head.length - end - 4;
      }
      return true;
    };
    const socket = connect({ host: "127.0.0.1", port, onread: { buffer: Buffer.alloc(PIECE_BYTES), callback: take } });
    socket.setTimeout(MILLISECONDS_MAX, () => socket.destroy(new Error(`no answer from ${path} within two minutes`)));
    socket.once("error", reject);
    socket.once("close", () => {
      resolve({
        status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0),
        location: /\r\nlocation: *(\S+)/i.exec(head)?.[1] ?? null,
        sizeBytes: bodyBytes,
        milliseconds: performance.now() - began,
        firstByteMilliseconds,
      });
    });
    // Answered by closing, so that the end needs no reading of lengths and chunks.
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: pip/26.0\r\nConnection: close\r\n\r\n`,
    );
  });
}
