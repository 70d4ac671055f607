import type { IncomingMessage, ServerResponse } from "node:http";
import type { Proof } from "#access";
import { ANONYMOUS, actorOf, type Call, type Instant, type Principal, type Seq } from "#core";
import { withoutPrefix, withSingleSlashes } from "./addresses.ts";
import type { RequestRecord } from "./front-door.ts";
import type { HotRequest } from "./hot-replies.ts";
import { headerOf, type Intake, openIntake } from "./intake.ts";
import type { Params } from "./patterns.ts";
import type { Wish } from "./prepare.ts";
import type { Hop, Whereabouts } from "./public-url.ts";
import { isBrowser } from "./refusals.ts";
import type { Dialect } from "./routes.ts";
import type { Place } from "./routing.ts";

/** devpi's client sends a method that Node's parser does not know; `sockets.ts` lets it in under this name. */
export const METHOD_HEADER = "x-http-method-override";

/** What has become known of a request so far; for its answer, its refusal and its line in the log. */
export interface Visit {
  readonly id: string;
  readonly at: Instant;
  /** By the stopwatch. */
  readonly startedAt: number;
  readonly request: IncomingMessage;
  readonly method: string;
  /** The path under which a proxy shows us; empty, or `/prefix`. */
  readonly prefix: string;
  readonly remoteAddress: string;
  readonly intake: Intake;
  readonly publicUrl: () => string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** The same without the prefix. */
  readonly rawPath: string;
  /** The dialect that the address belongs to. */
  readonly owner: Dialect | null;
  place: Place | null;
  proof: Proof | null;
  /** The pattern of the route that took it, for metrics. */
  route: string;
  /** Whose route it was, or who the client speaks like. */
  dialect: Dialect | null;
  /** Something else than headers went into the answer, so it is nobody else's. */
  isPersonal: boolean;
  /** The journal position of what it has written; `null`: nothing. */
  written: Seq | null;
}

export interface VisitParts {
  readonly whereabouts: Whereabouts;
  readonly dialects: readonly Dialect[];
  readonly bodySizeBytesMax: number;
  readonly now: () => Instant;
  /** Milliseconds of a clock that only goes forward, for latencies. */
  readonly stopwatch: () => number;
  readonly nextId: () => string;
  /** Whether the client waits for `100 Continue`. */
  readonly waitsForContinue: (request: IncomingMessage) => boolean;
}

export function beginVisit(parts: VisitParts, request: IncomingMessage, response: ServerResponse): Visit {
  const { whereabouts, bodySizeBytesMax } = parts;
  const intake = openIntake(request, response, {
    bodySizeBytesMax,
    waitsForContinue: parts.waitsForContinue(request),
  });
  const hop = hopOf(request);
  const prefix = whereabouts.prefix(hop);
  const path = pathOf(request);
  const isPush = request.method === "POST" && intake.peek(METHOD_HEADER) === "PUSH";
  const rawPath = withoutPrefix(path, prefix);
  const owner = parts.dialects.find(({ owns }) => owns?.(rawPath) === true) ?? null;
  return {
    id: parts.nextId(),
    at: parts.now(),
    startedAt: parts.stopwatch(),
    request,
    method: isPush ? "PUSH" : (request.method ?? ""),
    prefix,
    remoteAddress: whereabouts.remoteAddress(hop),
    intake,
    publicUrl: () => whereabouts.publicUrl(hop),
    path,
    rawPath: owner === null ? rawPath : withSingleSlashes(rawPath),
    place: null,
    proof: null,
    route: "none",
    owner,
    dialect: owner ?? speakerOf(parts.dialects, intake),
    isPersonal: false,
    written: null,
  };
}

/** The request as a route sees it. What routes look at beside its headers makes the answer personal. */
export function callOf(visit: Visit, path: string, params: Params, query: URLSearchParams): Call {
  const { intake } = visit;
  return {
    method: visit.method,
    path,
    rawPath: visit.rawPath,
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
      return visit.publicUrl();
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

export function wishOf({ intake: { peek }, method, proof }: Visit): Wish {
  return {
    range: method === "GET" ? peek("range") : null,
    acceptEncoding: peek("accept-encoding"),
    isBrowser: isBrowser({ header: peek }),
    isSignedIn: proof !== null && proof.principal.kind !== "anonymous",
    ifNoneMatch: peek("if-none-match"),
    ifModifiedSince: peek("if-modified-since"),
    ifRange: peek("if-range"),
  };
}

export function recordOf(visit: Visit, status: number, milliseconds: number, sentBytes: number): RequestRecord {
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

/** As the log names who asks; empty for nobody. */
export function nameOf(principal: Principal): string {
  return principal.kind === "anonymous" ? "" : actorOf(principal).name;
}

export function hopOf(request: HotRequest): Hop {
  return { peer: request.socket?.remoteAddress ?? null, header: (name) => headerOf(request, name) };
}

/** Without the query, in which confused clients send secrets. */
export function pathOf({ url = "" }: HotRequest): string {
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
}

/** Who speaks devpi, by its header or its client, is answered in devpi's words where the route is nobody's own. */
function speakerOf(dialects: readonly Dialect[], { peek }: Intake): Dialect | null {
  const isDevpi = peek("x-devpi-auth") !== null || (peek("user-agent") ?? "").startsWith("devpi-client/");
  return isDevpi ? (dialects.find(({ name }) => name === "devpi") ?? null) : null;
}
