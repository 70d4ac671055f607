import type { IncomingMessage, ServerResponse } from "node:http";
import type { Proof } from "#access";
import {
  ANONYMOUS,
  actorOf,
  type Call,
  type Instant,
  type Principal,
  type Reply,
  type RepositoryName,
  refuse,
} from "#core";
import { readAddress, withoutPrefix } from "./addresses.ts";
import type { FrontDoorParts, RequestRecord } from "./front-door.ts";
import type { HotReplies } from "./hot-replies.ts";
import { checkLength, type Intake, openIntake } from "./intake.ts";
import { type Metrics, OPEN_METRICS_TYPE } from "./metrics.ts";
import { textReply, welcomePage } from "./own-pages.ts";
import type { Params } from "./patterns.ts";
import { type Prepared, prepare, type Wish } from "./prepare.ts";
import type { Whereabouts } from "./public-url.ts";
import { isBrowser, refusalOf } from "./refusals.ts";
import type { Dialect } from "./routes.ts";
import { type Place, placeOf } from "./routing.ts";
import { send } from "./send.ts";
import { type Chosen, labelOf, type Tables, targetOf } from "./tables.ts";

/** Answers one request, whatever it is; never throws. */
export interface Reception {
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** From memory alone; `false`: nothing was done, and `serve` must be asked. */
  serveHot(request: IncomingMessage, response: ServerResponse): boolean;
}

export interface ReceptionParts extends FrontDoorParts {
  readonly hot: HotReplies;
  readonly metrics: Metrics;
  readonly whereabouts: Whereabouts;
  readonly tables: Tables;
  /** Milliseconds of a clock that only goes forward, for latencies. */
  readonly stopwatch: () => number;
  readonly nextId: () => string;
  readonly isClosing: () => boolean;
  /** Whether the client waits for `100 Continue`. */
  readonly waitsForContinue: (request: IncomingMessage) => boolean;
  /** Of the socket; `null`: a unix socket. */
  readonly peerOf: (request: IncomingMessage) => string | null;
}

/** devpi's client sends a method that Node's parser does not know; `sockets.ts` lets it in under this name. */
export const METHOD_HEADER = "x-http-method-override";

/** What has become known of a request so far; for its answer, its refusal and its line in the log. */
interface Visit {
  readonly id: string;
  readonly at: Instant;
  readonly startedAt: number;
  readonly request: IncomingMessage;
  readonly method: string;
  readonly prefix: string;
  readonly remoteAddress: string;
  readonly intake: Intake;
  path: string;
  place: Place | null;
  proof: Proof | null;
  route: string;
  dialect: Dialect | null;
  /** Something else than headers went into the answer, so it is nobody else's. */
  isPersonal: boolean;
}

export function openReception(parts: ReceptionParts): Reception {
  const { registry, access, settings, hot, metrics, whereabouts, tables, stopwatch } = parts;
  const names = {
    exists: async (name: RepositoryName) => (await registry.repository(name)) !== null,
    withKey: async (key: string) => (await registry.repositoryByKey(key))?.name ?? null,
  };

  function begin(request: IncomingMessage, response: ServerResponse): Visit {
    const waitsForContinue = parts.waitsForContinue(request);
    const intake = openIntake(request, response, { bodySizeBytesMax: settings.bodySizeBytesMax, waitsForContinue });
    const hop = { peer: parts.peerOf(request), header: intake.peek };
    const isPush = request.method === "POST" && intake.peek(METHOD_HEADER) === "PUSH";
    return {
      id: parts.nextId(),
      at: parts.now(),
      startedAt: stopwatch(),
      request,
      method: isPush ? "PUSH" : (request.method ?? ""),
      prefix: whereabouts.prefix(hop),
      remoteAddress: whereabouts.remoteAddress(hop),
      intake,
      path: (request.url ?? "").split("?", 1)[0] ?? "",
      place: null,
      proof: null,
      route: "none",
      dialect: speakerOf(parts.dialects, intake),
      isPersonal: false,
    };
  }

  async function replyTo(visit: Visit): Promise<Reply> {
    const address = readAddress(visit.request.url ?? "");
    if ("because" in address) throw refuse({ code: "request-invalid", because: address.because });
    const path = withoutPrefix(address.path, visit.prefix);
    const query = new URLSearchParams(address.search);
    const own = await ownReply(visit, path);
    if (own !== null) return own;
    visit.proof = await access.authenticate({
      authorization: visit.intake.peek("authorization"),
      devpiAuth: visit.intake.peek("x-devpi-auth"),
      remoteAddress: visit.remoteAddress,
    });
    const place = await placeOf(path, names);
    visit.place = place;
    const repository =
      place.scope === "repository" && place.exists ? await registry.repository(place.repository) : null;
    const format = repository === null ? null : registry.format(repository.format);
    const callWith = (params: Params) => callOf(visit, place.path, params, query);
    const { chosen, allowed } = tables.find(place, visit.method, format, callWith);
    if (chosen === null) throw noRoute(visit, place, path, allowed);
    visit.route = labelOf(place.scope, chosen.route.path);
    if (chosen.kind === "dialect") visit.dialect = chosen.dialect;
    checkLength(visit.intake.contentLength, settings.bodySizeBytesMax);
    return handle(visit, place, chosen, callWith(chosen.params));
  }

  async function handle(visit: Visit, place: Place, chosen: Chosen, call: Call): Promise<Reply> {
    if (chosen.kind === "dialect") return chosen.route.handle(call, targetOf(place));
    if (place.scope !== "repository") throw refuse({ code: "route-not-found", path: visit.path });
    // Who publishes need not be able to read; the operation itself checks what it does.
    const action = chosen.route.method === "GET" ? "read" : "publish";
    return chosen.route.handle(call, await registry.desk(place.repository, call.principal, action));
  }

  /** What the front door answers itself, to everybody. */
  async function ownReply(visit: Visit, path: string): Promise<Reply | null> {
    if (visit.method !== "GET" && visit.method !== "HEAD") return null;
    switch (path) {
      case "/":
        if (!isBrowser({ header: visit.intake.peek })) return null;
        visit.route = path;
        return welcomePage(whereabouts.publicUrl({ peer: parts.peerOf(visit.request), header: visit.intake.peek }));
      case "/+health/live":
        visit.route = path;
        return textReply(200, "alive");
      case "/+health/ready": {
        visit.route = path;
        const because = parts.isClosing() ? "the server is shutting down" : await parts.whyNotReady();
        return because === null ? textReply(200, "ready") : textReply(503, because);
      }
      case "/+metrics": {
        visit.route = path;
        const text = `${metrics.text(registry.figures(), hot.figures())}${await parts.moreMetrics()}`;
        return {
          kind: "bytes",
          status: 200,
          contentType: OPEN_METRICS_TYPE,
          body: `${text.endsWith("\n") ? text : `${text}\n`}# EOF\n`,
          cache: { kind: "none" },
        };
      }
      default:
        return null;
    }
  }

  function callOf(visit: Visit, path: string, params: Params, query: URLSearchParams): Call {
    const { intake } = visit;
    return {
      method: visit.method,
      path,
      params,
      query,
      header: intake.header,
      principal: visit.proof?.principal ?? ANONYMOUS,
      get remoteAddress() {
        visit.isPersonal = true;
        return visit.remoteAddress;
      },
      get publicUrl() {
        visit.isPersonal = true;
        return whereabouts.publicUrl({ peer: parts.peerOf(visit.request), header: intake.peek });
      },
      body: intake.body,
      json: intake.json,
      contentLength: intake.contentLength,
      now: visit.at,
      get signal() {
        return intake.signal;
      },
    };
  }

  function wishOf(visit: Visit): Wish {
    const { peek } = visit.intake;
    return {
      method: visit.method,
      range: visit.method === "GET" ? peek("range") : null,
      acceptEncoding: peek("accept-encoding"),
      isSignedIn: visit.proof !== null && visit.proof.principal.kind !== "anonymous",
      ifNoneMatch: peek("if-none-match"),
      ifModifiedSince: peek("if-modified-since"),
      ifRange: peek("if-range"),
    };
  }

  async function answer(visit: Visit): Promise<{ readonly prepared: Prepared; readonly cause?: unknown }> {
    try {
      return { prepared: prepare(await replyTo(visit), wishOf(visit)) };
    } catch (error) {
      return refused(visit, error);
    }
  }

  function refused(visit: Visit, error: unknown) {
    const call = callOf(visit, visit.place?.path ?? visit.path, {}, new URLSearchParams());
    return refusalOf(error, { call, dialect: visit.dialect ?? nativeOf(parts.dialects), id: visit.id });
  }

  /** The dialect's own headers and the request's number; the same on refusals. */
  function dressed(visit: Visit, prepared: Prepared): Prepared {
    const call = callOf(visit, visit.path, {}, new URLSearchParams());
    const own = visit.dialect?.headers?.(call) ?? {};
    return { ...prepared, headers: { ...prepared.headers, ...own, "x-request-id": visit.id } };
  }

  function keepHot(visit: Visit, { finished }: Prepared): void {
    // What carries a dialect's headers changes with every write.
    if (finished === null || visit.proof === null || visit.isPersonal || visit.dialect !== null) return;
    hot.keep(visit.request, visit.prefix, {
      finished,
      proof: visit.proof,
      headersRead: visit.intake.headersRead,
      series: {
        full: metrics.series("GET", visit.route, 200),
        notModified: metrics.series("GET", visit.route, 304),
      },
    });
  }

  function log(visit: Visit, status: number, sentBytes: number, cause: unknown): void {
    const milliseconds = stopwatch() - visit.startedAt;
    metrics.series(visit.method, visit.route, status).count(milliseconds, sentBytes);
    parts.record({ ...recordOf(visit, status, milliseconds, sentBytes), ...(cause === undefined ? {} : { cause }) });
  }

  return {
    async serve(request, response) {
      const visit = begin(request, response);
      let { prepared, cause } = await answer(visit);
      const connection = () => ({ isBodyComing: visit.intake.isBodyComing, isClosing: parts.isClosing() });
      try {
        let sent: Awaited<ReturnType<typeof send>>;
        try {
          sent = await send(dressed(visit, prepared), request, response, connection());
        } catch (error) {
          // Only a stream that failed before its first byte, so nothing has been sent.
          ({ prepared, cause } = refused(visit, error));
          sent = await send(dressed(visit, prepared), request, response, connection());
        }
        keepHot(visit, prepared);
        log(visit, prepared.status, sent.sentBytes, sent.cutBy === null ? cause : sent.cutBy.cause);
      } catch (error) {
        // The head could not be written: nothing more can be said to the client.
        response.destroy();
        log(visit, 500, 0, error);
      }
    },
    serveHot(request, response) {
      if (request.method !== "GET") return false;
      const startedAt = stopwatch();
      const hop = { peer: null, header: () => null };
      const prefix = settings.trustedProxies.length === 0 ? whereabouts.prefix(hop) : prefixOf(request);
      const found = hot.answer(request, response, prefix);
      if (found === null) return false;
      const milliseconds = stopwatch() - startedAt;
      found.series.count(milliseconds, found.sentBytes);
      parts.record(hotRecord(request, found, milliseconds));
      return true;
    },
  };

  function prefixOf(request: IncomingMessage): string {
    return whereabouts.prefix({ peer: parts.peerOf(request), header: (name) => headerOf(request, name) });
  }

  function hotRecord(
    request: IncomingMessage,
    found: { readonly status: number; readonly sentBytes: number; readonly proof: Proof },
    milliseconds: number,
  ): RequestRecord {
    const hop = { peer: parts.peerOf(request), header: (name: string) => headerOf(request, name) };
    return {
      at: parts.now(),
      id: parts.nextId(),
      method: "GET",
      path: (request.url ?? "").split("?", 1)[0] ?? "",
      status: found.status,
      milliseconds,
      sentBytes: found.sentBytes,
      remoteAddress: whereabouts.remoteAddress(hop),
      principal: nameOf(found.proof.principal),
      userAgent: request.headers["user-agent"] ?? null,
    };
  }
}

function noRoute(visit: Visit, place: Place, path: string, allowed: readonly string[]) {
  if (place.scope === "repository" && !place.exists) {
    return refuse({ code: "repository-not-found", repository: place.repository });
  }
  if (allowed.length > 0) {
    const because = `${visit.method} is not possible at ${path}, only ${allowed.join(", ")}`;
    return refuse({ code: "method-not-allowed", method: visit.method, allowed, because });
  }
  if (path.includes("//")) {
    return refuse({ code: "request-invalid", because: `the address ${path} has an empty part between two slashes` });
  }
  return refuse({ code: "route-not-found", path });
}

function recordOf(visit: Visit, status: number, milliseconds: number, sentBytes: number): RequestRecord {
  return {
    at: visit.at,
    id: visit.id,
    method: visit.method,
    path: visit.path,
    status,
    milliseconds,
    sentBytes,
    remoteAddress: visit.remoteAddress,
    principal: visit.proof === null ? "" : nameOf(visit.proof.principal),
    userAgent: visit.intake.peek("user-agent"),
  };
}

function nameOf(principal: Principal): string {
  return principal.kind === "anonymous" ? "" : actorOf(principal).name;
}

/** Who speaks devpi, by its header or its client, is answered in devpi's words where the route is nobody's own. */
function speakerOf(dialects: readonly Dialect[], { peek }: Intake): Dialect | null {
  const isDevpi = peek("x-devpi-auth") !== null || (peek("user-agent") ?? "").startsWith("devpi-client/");
  return isDevpi ? (dialects.find(({ name }) => name === "devpi") ?? null) : null;
}

function nativeOf(dialects: readonly Dialect[]): Dialect | null {
  return dialects.find(({ name }) => name === "native") ?? null;
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
}
