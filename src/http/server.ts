import { chmod } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ListenOptions, Socket } from "node:net";
import type { Duplex } from "node:stream";
import fastify, { type FastifyInstance, type HTTPMethods, type InjectOptions } from "fastify";
import type { InjectedReply, InjectedRequest, ListeningPlace } from "./front-door.ts";
import { type Lane, openLane } from "./lane.ts";
import type { Reception } from "./reception.ts";
import { clientErrors } from "./sockets.ts";
import { clearSocketPlace } from "./unix-socket.ts";
import { METHOD_HEADER } from "./visits.ts";

/** pip makes one request after the other and thinks in between; a proxy keeps its connections longer still. */
const KEEP_ALIVE_MILLISECONDS = 75_000;
const HEADERS_MILLISECONDS_MAX = 60_000;
/** Nothing moved in either direction for so long; an upstream may take its time, a dead client shall not stay for ever. */
const IDLE_MILLISECONDS_MAX = 10 * 60_000;
/** Room for long tokens and the cookies of single sign-on in front. */
const HEADERS_SIZE_BYTES_MAX = 32 * 1024;
/** uv opens a connection per package. */
const BACKLOG = 1024;

/**
 * The HTTP server. Fastify does the life cycle and brings requests in, with or without a socket; finished answers are
 * sent before it is even asked.
 */
export async function openServer(
  reception: Reception,
  waiting: WeakSet<IncomingMessage>,
): Promise<{ readonly app: FastifyInstance; readonly server: Server; readonly lane: Lane }> {
  let server: Server | null = null;
  /** Where connections begin at Node's own server. */
  const begin = (socket: Duplex): void => {
    // It takes any duplex stream (Node's documentation of the event "connection").
    for (const listener of listeners) listener.call(opened(server), socket as Socket);
  };
  let listeners: readonly ((socket: Socket) => void)[] = [];
  const app = fastify<Server, IncomingMessage, ServerResponse>({
    serverFactory(handle) {
      server = serverFor((request, response) => {
        if (!reception.serveHot(request, response)) handle(request, response);
      });
      // Node would say `100 Continue` by itself; we say it when somebody reads the body.
      server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
        waiting.add(request);
        handle(request, response);
      });
      return server;
    },
    clientErrorHandler: clientErrors((socket) => begin(socket)),
    // What Fastify's own router cannot read is ours to refuse, in our words.
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      void reception.serve(request.raw, reply.raw);
    },
    forceCloseConnections: false,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: HEADERS_SIZE_BYTES_MAX },
  });
  // Bodies are read by who wants them, as they come.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _body, done) => done(null));
  const answer = (raw: IncomingMessage, response: ServerResponse): Promise<void> =>
    reception.serveHot(raw, response) ? Promise.resolve() : reception.serve(raw, response);
  app.all("/*", (request, reply) => {
    reply.hijack();
    return answer(request.raw, reply.raw);
  });
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    return answer(request.raw, reply.raw);
  });
  await app.ready();
  const lane = openLane({
    ...reception.lane,
    stopwatch: () => performance.now(),
    handOver: begin,
    keepAliveMilliseconds: KEEP_ALIVE_MILLISECONDS,
  });
  listeners = opened(server).listeners("connection");
  opened(server).removeAllListeners("connection").on("connection", lane.take);
  return { app, server: opened(server), lane };
}

function opened(server: Server | null): Server {
  if (server === null) throw new Error("the HTTP server is not open yet");
  return server;
}

function serverFor(listener: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: HEADERS_SIZE_BYTES_MAX,
      headersTimeout: HEADERS_MILLISECONDS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      // An upload may take as long as it takes; one that stands still is cut by the idle time.
      requestTimeout: 0,
      noDelay: true,
    },
    listener,
  );
  server.setTimeout(IDLE_MILLISECONDS_MAX);
  return server;
}

/** Listens; a socket that a killed server has left behind is cleared away, and nothing else. */
export async function listenAt(server: Server, place: ListeningPlace): Promise<void> {
  if (!("socketPath" in place)) return listening(server, { host: place.host, port: place.port, backlog: BACKLOG });
  const { socketPath, socketMode } = place;
  const options = { path: socketPath, backlog: BACKLOG };
  try {
    await listening(server, options);
  } catch (error) {
    if (!isInUse(error) || (await clearSocketPlace(socketPath)) !== "free") throw error;
    await listening(server, options);
  }
  if (socketMode !== undefined) await chmod(socketPath, socketMode);
}

/** Takes no more; resolves when the last connection is gone. Idle ones are closed at once. */
export function stopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Its one error says that it was not listening, and then there is nothing to wait for.
    server.close(() => resolve());
  });
}

/** Where the server can be reached from this machine. */
export function addressOf(server: Server, host: string): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the HTTP server does not listen");
  const isEverywhere = address.address === "::" || address.address === "0.0.0.0";
  const name = isEverywhere ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${address.port}`;
}

function listening(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      server.off("listening", done);
      reject(error);
    };
    const done = (): void => {
      server.off("error", failed);
      resolve();
    };
    server.once("error", failed);
    server.once("listening", done);
    server.listen(options);
  });
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

/** One request through the whole house, without a socket. */
export async function inject(app: FastifyInstance, request: InjectedRequest): Promise<InjectedReply> {
  const isPush = request.method === "PUSH";
  const options: InjectOptions = {
    method: (isPush ? "POST" : (request.method ?? "GET")) as HTTPMethods,
    url: request.url,
    headers: { ...request.headers, ...(isPush ? { [METHOD_HEADER]: "PUSH" } : {}) },
    remoteAddress: request.remoteAddress ?? "127.0.0.1",
    ...(request.body === undefined ? {} : { payload: Buffer.from(request.body) }),
  };
  const reply = await app.inject(options as InjectOptions & { method: "GET" });
  return {
    status: reply.statusCode,
    reason: reply.statusMessage,
    headers: Object.fromEntries(
      Object.entries(reply.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(", ") : `${value}`,
      ]),
    ),
    body: reply.rawPayload,
  };
}
