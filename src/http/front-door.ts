import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Access } from "#access";
import type { Instant } from "#core";
import type { Registry } from "#registry";
import type { Pages } from "#web";
import { openHotReplies } from "./hot-replies.ts";
import { type HotFigures, openMetrics } from "./metrics.ts";
import { whereabouts } from "./public-url.ts";
import { openReception } from "./reception.ts";
import type { Dialect } from "./routes.ts";
import { addressOf, inject, listenAt, openServer, stopped } from "./server.ts";
import { openTables } from "./tables.ts";

export interface FrontDoorSettings {
  /** Where clients reach this server, perhaps with a path prefix; no slash at the end. `null`: told by each request. */
  readonly publicUrl: string | null;
  /** Addresses and CIDR ranges whose forwarding headers are believed; `unix`: peers on the unix socket. */
  readonly trustedProxies: readonly string[];
  /** Bodies beyond it are refused before they are read. */
  readonly bodySizeBytesMax: number;
  /** The same below repositories of packages, where no such large file is taken; not given: the same. */
  readonly packageBodySizeBytesMax?: number;
  /** Budget of finished answers. */
  readonly memoryBytesMax: number;
  /** Nobody who has not signed in is answered, but for health, discovery and login. */
  readonly isLockedDown?: boolean;
}

/** One answered request, for the log; holds no secret. */
export interface RequestRecord {
  readonly at: Instant;
  readonly id: string;
  readonly method: string;
  /** Without the query, which may hold secrets of confused clients. */
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly sentBytes: number;
  readonly remoteAddress: string;
  /** As the journal names it; empty: anonymous, or refused before it was known. */
  readonly principal: string;
  readonly userAgent: string | null;
  /** What lies behind a 5xx or a cut connection. */
  readonly cause?: unknown;
}

export interface FrontDoorParts {
  readonly registry: Registry;
  readonly access: Access;
  /** In order: the first with a route that fits takes the call; formats come after them. */
  readonly dialects: readonly Dialect[];
  readonly settings: FrontDoorSettings;
  readonly now: () => Instant;
  readonly record: (record: RequestRecord) => void;
  /** For `/+health/ready`; `null`: ready. */
  readonly whyNotReady: () => Promise<string | null>;
  /** OpenMetrics text of the other rooms, without `# EOF`. */
  readonly moreMetrics: () => Promise<string>;
  /** What browsers are shown; not given: there are no pages. */
  readonly pages?: Pages;
}

/** A request that needs no socket. */
export interface InjectedRequest {
  readonly method?: string;
  /** Path and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Of the peer; `127.0.0.1` when not given. */
  readonly remoteAddress?: string;
}

export interface InjectedReply {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name; several lines are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** `socketMode`: who may connect, in the bits of `chmod`; the process's umask says it when it is not given. */
export type ListeningPlace =
  | { readonly host: string; readonly port: number }
  | { readonly socketPath: string; readonly socketMode?: number };

export interface FrontDoor extends AsyncDisposable {
  /**
   * Returns the address it listens at (`http://127.0.0.1:3141` or `unix:/path`). Node's own errors (EADDRINUSE,
   * EACCES) pass through.
   */
  listen(place: ListeningPlace): Promise<string>;
  /** One request without a socket (journeys). */
  inject(request: InjectedRequest): Promise<InjectedReply>;
  /** Of the whole answers that are kept in memory. */
  hotFigures(): HotFigures;
  /** Takes no more, finishes what runs, cuts what is left after the grace. */
  close(graceMilliseconds: number): Promise<void>;
}

/** Opens the door; nobody can come in before `listen`. */
export async function openFrontDoor(parts: FrontDoorParts): Promise<FrontDoor> {
  const waiting = new WeakSet<IncomingMessage>();
  const nextId = idsFrom(parts.now());
  let isClosing = false;
  const hot = openHotReplies({
    now: parts.now,
    salt: randomBytes(16).toString("base64"),
    memoryBytesMax: parts.settings.memoryBytesMax,
  });
  const reception = openReception({
    ...parts,
    hot,
    metrics: openMetrics(),
    whereabouts: whereabouts(parts.settings),
    tables: openTables(parts.dialects),
    stopwatch: () => performance.now(),
    nextId,
    isClosing: () => isClosing,
    waitsForContinue: (request) => waiting.has(request),
  });
  const { app, server, lane } = await openServer(reception, waiting);

  async function close(graceMilliseconds: number): Promise<void> {
    isClosing = true;
    const timer = setTimeout(() => {
      server.closeAllConnections();
      lane.cutAll();
    }, graceMilliseconds);
    try {
      lane.endAll();
      await stopped(server);
      await app.close();
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async listen(place) {
      await listenAt(server, place);
      return "socketPath" in place ? `unix:${place.socketPath}` : addressOf(server, place.host);
    },
    inject: (request) => inject(app, request),
    hotFigures: () => hot.figures(),
    close,
    [Symbol.asyncDispose]: () => close(0),
  };
}

/** Short, and unlike those of the process before. */
function idsFrom(start: Instant): () => string {
  const first = start.toString(36);
  let count = 0;
  return () => `${first}-${(count++).toString(36)}`;
}
