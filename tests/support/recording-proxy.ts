import { connect, createServer, type Socket } from "node:net";
import { openMessageReader, type WireMessage } from "./http-messages.ts";

/** A request and what was answered. */
export interface Exchange {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly request: WireMessage;
  readonly status: number;
  readonly reason: string;
  readonly response: WireMessage;
}

/** Passes bytes between clients and a server as they are, and remembers what was said. */
export interface RecordingProxy extends AsyncDisposable {
  /** `127.0.0.1:<port>`; the server sees it as the `Host`, so its links lead here again. */
  readonly host: string;
  /** Without a slash at the end. */
  readonly url: string;
  /** What was said since it was asked last, in the order of the answers. */
  take(): readonly Exchange[];
}

/** In front of a server on 127.0.0.1. */
export async function openRecordingProxy(target: string): Promise<RecordingProxy> {
  const port = Number(new URL(target).port);
  const sockets = new Set<Socket>();
  let exchanges: Exchange[] = [];

  const server = createServer((client) => {
    const upstream = connect({ host: "127.0.0.1", port, noDelay: true });
    const asked: WireMessage[] = [];
    const answered: WireMessage[] = [];
    // A server may answer before it has read the whole request, so whichever of the two is complete last makes the pair.
    const pair = () => {
      const [request, response] = [asked[0], answered[0]];
      if (request === undefined || response === undefined) return;
      asked.shift();
      answered.shift();
      exchanges.push(exchangeOf(request, response));
    };
    const requests = openMessageReader(
      "request",
      () => true,
      (request) => {
        asked.push(request);
        pair();
      },
    );
    const responses = openMessageReader(
      "response",
      (startLine) => !/^\S+ (1\d\d|204|304)/.test(startLine) && asked[0]?.startLine.startsWith("HEAD ") !== true,
      (response) => {
        if (/^\S+ 1/.test(response.startLine)) return;
        answered.push(response);
        pair();
      },
    );
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // The other end hears of it by the close that follows.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      requests.push(chunk);
      upstream.write(chunk);
    });
    client.on("end", () => upstream.end());
    upstream.on("data", (chunk: Buffer) => {
      responses.push(chunk);
      client.write(chunk);
    });
    upstream.on("end", () => {
      responses.end();
      client.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    host,
    url: `http://${host}`,
    take() {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function exchangeOf(request: WireMessage, response: WireMessage): Exchange {
  const [method = "", path = ""] = request.startLine.split(" ");
  const [, status = "", reason = ""] = /^\S+ (\d{3}) ?(.*)$/.exec(response.startLine) ?? [];
  return { method, path, request, status: Number(status), reason, response };
}
