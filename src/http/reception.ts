import type { IncomingMessage, ServerResponse } from "node:http";
import { type Call, type Problem, type Reply, type RepositoryName, refuse } from "#core";
import { readAddress, withoutPrefix, withSingleSlashes } from "./addresses.ts";
import { credentialsOf, refuseForgery } from "./cookies.ts";
import type { FrontDoorParts } from "./front-door.ts";
import type { HotAnswer, HotReplies, HotRequest } from "./hot-replies.ts";
import { checkLength } from "./intake.ts";
import type { LaneParts } from "./lane.ts";
import type { Metrics } from "./metrics.ts";
import { isHealthPath, ownReply } from "./own-routes.ts";
import { openPageReplies } from "./page-replies.ts";
import type { Params } from "./patterns.ts";
import { type Prepared, prepare } from "./prepare.ts";
import type { Whereabouts } from "./public-url.ts";
import { refusalOf } from "./refusals.ts";
import { type Place, placeOf } from "./routing.ts";
import { refuseSandboxed } from "./sandboxed.ts";
import { type Sent, send } from "./send.ts";
import { type Chosen, labelOf, type Tables, targetOf } from "./tables.ts";
import { beginVisit, callOf, hopOf, nameOf, recordOf, type Visit, type VisitParts, wishOf } from "./visits.ts";

/** Answers requests, whatever they are; never throws. */
export interface Reception {
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** From memory alone; `false`: nothing was done, and `serve` must be asked. */
  serveHot(request: IncomingMessage, response: ServerResponse): boolean;
  /** The same for who sends the answer himself; what is sent is counted and told by the call of `answered`. */
  readonly lane: Pick<LaneParts, "answer" | "answered">;
}

export interface ReceptionParts extends FrontDoorParts, Pick<VisitParts, "stopwatch" | "nextId" | "waitsForContinue"> {
  readonly hot: HotReplies;
  readonly metrics: Metrics;
  readonly whereabouts: Whereabouts;
  readonly tables: Tables;
  readonly isClosing: () => boolean;
}

const LOCKED_DOWN: Problem = {
  code: "not-signed-in",
  because: "this server answers nobody who has not signed in; send a user name with its password or a token",
};

interface Answer {
  readonly prepared: Prepared;
  /** For the log. */
  readonly cause?: unknown;
}

export function openReception(parts: ReceptionParts): Reception {
  const { registry, access, settings, hot, metrics, whereabouts, tables, stopwatch } = parts;
  const visitParts: VisitParts = { ...parts, bodySizeBytesMax: settings.bodySizeBytesMax };
  const native = parts.dialects.find(({ name }) => name === "native") ?? null;
  const names = {
    exists: async (name: RepositoryName) => (await registry.repository(name)) !== null,
    withKey: async (key: string) => (await registry.repositoryByKey(key))?.name ?? null,
  };

  const pages = openPageReplies({ pages: parts.pages ?? null, names, formatOf });

  async function replyTo(visit: Visit): Promise<Reply> {
    const address = readAddress(visit.request.url ?? "");
    if ("because" in address) throw refuse({ code: "request-invalid", because: address.because });
    const below = withoutPrefix(address.path, visit.prefix);
    const path = visit.owner === null ? below : withSingleSlashes(below);
    const isLockedDown = settings.isLockedDown === true;
    const asset = await pages.assetAt(visit, path);
    if (asset !== null) return asset;
    const early = !isLockedDown || isHealthPath(path) ? await openReply(visit, path, false) : null;
    if (early !== null) return early;
    const credentials = credentialsOf(visit);
    visit.proof = await access.authenticate(credentials);
    if (credentials.session !== null) refuseForgery(visit);
    const isStranger = isLockedDown && visit.proof.principal.kind === "anonymous";
    const late = isLockedDown ? await openReply(visit, path, isStranger) : null;
    if (late !== null) return late;
    const place = await placeOf(path, names);
    visit.place = place;
    const query = new URLSearchParams(address.search);
    const callWith = (params: Params): Call => callOf(visit, place.path, params, query);
    const format = await formatOf(place);
    const { chosen, allowed } = tables.find(place, visit.method, format, callWith, visit.owner);
    // Before anything is said of what there is and what not.
    if (isStranger && !(chosen?.kind === "dialect" && chosen.route.isOpen)) throw refuse(LOCKED_DOWN);
    if (chosen === null) throw noRoute(visit.method, place, path, allowed);
    visit.route = labelOf(place.scope, chosen.route.path);
    if (chosen.kind === "dialect") visit.dialect = chosen.dialect;
    const { bodySizeBytesMax, packageBodySizeBytesMax = bodySizeBytesMax } = settings;
    checkLength(visit.intake.contentLength, format?.knowsProjects ? packageBodySizeBytesMax : bodySizeBytesMax);
    const call = callWith(chosen.params);
    if (chosen.route.method === "GET") return handle(place, chosen, call);
    refuseSandboxed(call);
    const { result, written } = await registry.witness(() => handle(place, chosen, call));
    visit.written = written;
    return result;
  }

  /** What needs no principal: the page, which holds nothing of anybody's, and what the front door says of itself. */
  async function openReply(visit: Visit, path: string, isStranger: boolean): Promise<Reply | null> {
    const page = await pages.pageAt(visit, path, isStranger);
    return page ?? (isStranger ? null : ownReply(parts, visit, path));
  }

  async function formatOf(place: Place) {
    const repository = place.scope === "repository" ? await registry.repository(place.repository) : null;
    return repository === null ? null : registry.format(repository.format);
  }

  async function handle(place: Place, chosen: Chosen, call: Call): Promise<Reply> {
    if (chosen.kind === "dialect") return chosen.route.handle(call, targetOf(place));
    if (place.scope !== "repository") throw refuse({ code: "route-not-found", path: call.path });
    // Who publishes need not be able to read; the operation itself checks what it does.
    const action = chosen.route.method === "GET" ? "read" : "publish";
    return chosen.route.handle(call, await registry.desk(place.repository, call.principal, action));
  }

  async function answerTo(visit: Visit): Promise<Answer> {
    try {
      return { prepared: prepare(await replyTo(visit), wishOf(visit)) };
    } catch (error) {
      return refused(visit, error);
    }
  }

  function refused(visit: Visit, error: unknown): Answer {
    const call = callOf(visit, visit.place?.path ?? visit.path, {}, new URLSearchParams());
    return refusalOf(error, { call, dialect: visit.dialect ?? native, id: visit.id });
  }

  /** With the dialect's own headers and the request's number, on refusals too. */
  function dressed(visit: Visit, { prepared }: Answer): Prepared {
    const own = visit.dialect?.headers?.(callOf(visit, visit.path, {}, new URLSearchParams()), visit.written) ?? {};
    return { ...prepared, headers: { ...prepared.headers, ...own, "x-request-id": visit.id } };
  }

  function keepHot(visit: Visit, { finished }: Prepared): void {
    // What carries a dialect's headers changes with every write.
    if (finished === null || visit.proof === null || visit.isPersonal || visit.dialect?.headers !== undefined) return;
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

  function logHot(request: HotRequest, answer: HotAnswer, milliseconds: number): void {
    answer.series.count(milliseconds, answer.sentBytes);
    answer.noteServed?.(answer.principal);
    parts.record({
      at: answer.at,
      id: parts.nextId(),
      method: "GET",
      path: answer.path,
      status: answer.status,
      milliseconds,
      sentBytes: answer.sentBytes,
      remoteAddress: whereabouts.remoteAddress(hopOf(request)),
      principal: answer.principal,
      userAgent: request.headers["user-agent"] ?? null,
    });
  }

  /** Sends the answer, or the refusal of a stream that failed before its first byte. */
  async function deliver(visit: Visit, answer: Answer, response: ServerResponse): Promise<[Answer, Sent]> {
    const connection = () => ({ isBodyComing: visit.intake.isBodyComing, isClosing: parts.isClosing() });
    try {
      return [answer, await send(dressed(visit, answer), visit.request, response, connection())];
    } catch (error) {
      if (response.headersSent) throw error;
      const refusal = refused(visit, error);
      return [refusal, await send(dressed(visit, refusal), visit.request, response, connection())];
    }
  }

  return {
    async serve(request, response) {
      const visit = beginVisit(visitParts, request, response);
      try {
        const [answer, sent] = await deliver(visit, await answerTo(visit), response);
        keepHot(visit, answer.prepared);
        if (sent.isWhole && visit.proof !== null) answer.prepared.noteServed?.(nameOf(visit.proof.principal));
        log(visit, answer.prepared.status, sent.sentBytes, sent.cutBy === null ? answer.cause : sent.cutBy.cause);
      } catch (error) {
        // Nothing more can be said to the client.
        response.destroy();
        log(visit, 500, 0, error);
      }
    },
    serveHot(request, response) {
      if (request.method !== "GET") return false;
      const startedAt = stopwatch();
      const answer = hot.find(request, whereabouts.prefix(hopOf(request)));
      if (answer === null) return false;
      if (parts.isClosing()) response.shouldKeepAlive = false;
      response.writeHead(answer.status, answer.head as string[]);
      response.end(answer.bytes ?? undefined);
      logHot(request, answer, stopwatch() - startedAt);
      return true;
    },
    lane: {
      answer: (request) => (parts.isClosing() ? null : hot.find(request, whereabouts.prefix(hopOf(request)))),
      answered: logHot,
    },
  };
}

function noRoute(method: string, place: Place, path: string, allowed: readonly string[]) {
  if (place.scope === "repository" && !place.exists) {
    return refuse({ code: "repository-not-found", repository: place.repository });
  }
  if (allowed.length > 0) {
    const because = `${method} is not possible at ${path}, only ${allowed.join(", ")}`;
    return refuse({ code: "method-not-allowed", method, allowed, because });
  }
  if (path.includes("//")) {
    return refuse({ code: "request-invalid", because: `the address ${path} has an empty part between two slashes` });
  }
  return refuse({ code: "route-not-found", path });
}
