import type { LookupFunction } from "node:net";
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import { UpstreamFailure } from "./upstream.ts";

/** The addresses of proxies, from the configuration; `null` or not given: none. */
export interface ProxySettings {
  readonly httpProxy?: string | null;
  readonly httpsProxy?: string | null;
  /** As `NO_PROXY` is written: host names, `.suffix`, `host:port`, `*`; separated by commas or blanks. */
  readonly noProxy?: string | null;
}

/** The connections to all servers: direct ones and those through a proxy. */
export interface Connections extends AsyncDisposable {
  /** `proxy`: through that one, whatever the settings say; `null` or not given: as they say. */
  to(origin: URL, proxy?: string | null): Dispatcher;
}

/** Of single repositories; each keeps its own connections. */
const OWN_PROXIES_MAX = 1_000;

/** Opens connection pools; nothing is connected before it is asked for. */
export function openConnections(
  proxy: ProxySettings,
  limits: { readonly connectMilliseconds: number; readonly connectionsMax: number },
  /** Looks up the names of servers that are reached directly; the system's own way when not given. */
  lookup?: LookupFunction,
): Connections {
  const options = {
    connections: limits.connectionsMax,
    connect: { timeout: limits.connectMilliseconds },
    // Pages are asked for in bursts with pauses between; the server's own `Keep-Alive` hint still wins when it is shorter.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 120_000,
  };
  const direct = new Agent(lookup === undefined ? options : { ...options, connect: { ...options.connect, lookup } });
  // An `http:` address is asked of the proxy itself: many proxies allow tunnels to port 443 only.
  const open = (uri: string): ProxyAgent => new ProxyAgent({ ...options, uri, proxyTunnel: false });
  const through = (uri: string | null | undefined): ProxyAgent | null =>
    uri === null || uri === undefined || uri === "" ? null : open(uri);
  const http = through(proxy.httpProxy);
  const https = through(proxy.httpsProxy);
  const exceptions = readNoProxy(proxy.noProxy ?? "");
  const own = new Map<string, ProxyAgent>();

  function ownProxy(uri: string): ProxyAgent {
    const known = own.get(uri);
    if (known !== undefined) return known;
    if (own.size >= OWN_PROXIES_MAX) {
      throw new UpstreamFailure(`${uri} cannot be used as a proxy: ${OWN_PROXIES_MAX} others are in use already`);
    }
    const agent = open(uri);
    own.set(uri, agent);
    return agent;
  }

  return {
    to(origin, through = null) {
      if (through !== null) return ownProxy(through);
      const agent = origin.protocol === "https:" ? https : http;
      return agent === null || isExcepted(origin, exceptions) ? direct : agent;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([direct, http, https, ...own.values()].map((agent) => agent?.destroy()));
    },
  };
}

interface Exception {
  readonly host: string;
  readonly port: string | null;
}

function readNoProxy(text: string): readonly Exception[] {
  return text
    .split(/[,\s]+/)
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [, host = entry, port = null] = /^(.+):(\d+)$/.exec(entry) ?? [];
      return { host: host.toLowerCase().replace(/^\*?\./, ""), port };
    });
}

function isExcepted(origin: URL, exceptions: readonly Exception[]): boolean {
  const host = origin.hostname.toLowerCase();
  const port = origin.port === "" ? (origin.protocol === "https:" ? "443" : "80") : origin.port;
  return exceptions.some(
    (exception) =>
      exception.host === "*" ||
      ((exception.port === null || exception.port === port) &&
        (host === exception.host || host.endsWith(`.${exception.host}`))),
  );
}
